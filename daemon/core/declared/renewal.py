"""What of the settings may change while the desk works, and what waits for the next start."""

from daemon.core.fault import key_of
from daemon.core.settings import Settings

FIXED = (  # opened, bound or signed with once, at the start
    ("desk", "address"),
    ("desk", "aliases"),
    ("desk", "host"),
    ("desk", "tag"),
    ("desk", "alarm_relay"),
    ("store", "url"),
    ("bell",),
    ("smtp",),
    ("imap",),
    ("oauth",),
    ("relay",),
    ("metrics",),
    ("log",),
)


def renewed(old: Settings, new: Settings) -> tuple[Settings, tuple[str, ...]]:
    """Return the new settings with what is fixed as it was, and the keys of those that wait for the next start."""
    waiting = []
    for path in FIXED:
        if _at(old, path) != _at(new, path):
            waiting.append(key_of(path))
            new = _with(new, path, _at(old, path))
    return new, tuple(waiting)


def _at(settings: Settings, path: tuple[str, ...]) -> object:
    value: object = settings
    for step in path:
        value = getattr(value, step)
    return value


def _with(settings: Settings, path: tuple[str, ...], value: object) -> Settings:
    section, *key = path
    if key:
        value = getattr(settings, section).model_copy(update={key[0]: value})
    return settings.model_copy(update={section: value})
