"""What the operator must hear of: once a day for each trouble, and once more when it has passed.

A new watch is one row of `WATCHES`, its limit in `[alarms]`, and its sentences in the letter `alarm`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from daemon.core.settings import Settings
from store.model.alarm import Failing, Health, Raised

SETTINGS = "settings"  # an alarm that no watch raises: what was to be taken up anew is at fault
DAY = 86400.0
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class World:
    """What is looked at."""

    health: Health
    disk_percent: float | None  # of the disk of the store in use; None where it is somebody else's
    now: float  # epoch seconds
    unreached: tuple[Failing, ...] = ()  # addresses that fail, of those who serve now


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is not as it should be, and how much."""

    amount: float  # in the unit of its limit
    since: float  # epoch seconds
    subject: str = ""  # what it is about, where there may be several
    words: str = ""  # somebody else's about it
    latest: int | None = None  # grows where there is more of it; None: it is worth a mail on another day as it is


@dataclass(frozen=True, slots=True)
class Watch:
    """A row: what is looked for, and the setting that says how much of it is too much."""

    name: str
    measure: Callable[[World], Iterable[Trouble]]
    limit: str = ""  # a key of [alarms]; without one any of it is too much


@dataclass(frozen=True, slots=True)
class News:
    """A trouble to tell of, or one that has passed."""

    key: str  # of its occasion
    raised: Raised
    many: float
    words: str
    passed: bool
    stands: bool = True  # it is looked whether it has passed


@dataclass(frozen=True, slots=True)
class Alarm:
    """All that the letter may use; a field's name is its name in the template."""

    desk: str
    address: str
    watch: str
    subject: str
    since: str
    many: int
    words: str
    passed: bool


def _mailboxes(world: World, *, refused: bool) -> Iterator[Trouble]:
    for line in world.health.mailboxes:
        if line.error and line.error_since is not None and line.refused is refused:
            about = f"{line.account} {line.folder}"
            yield Trouble((world.now - line.error_since) / MINUTE, line.error_since, about, line.error)


def _waiting(since: float | None, world: World, words: str = "") -> Iterator[Trouble]:
    if since is not None:
        yield Trouble((world.now - since) / MINUTE, since, words=words)


def _aside(world: World) -> Iterator[Trouble]:
    health = world.health
    if health.aside:
        yield Trouble(health.aside, health.aside_since or world.now, latest=health.aside_latest)


def _disk(world: World) -> Iterator[Trouble]:
    if world.disk_percent is not None:
        yield Trouble(world.disk_percent, world.now)


def _unreached(world: World) -> Iterator[Trouble]:
    for one in world.unreached:
        yield Trouble(1, one.at, one.address, latest=int(one.at))


WATCHES = (
    Watch("login", lambda world: _mailboxes(world, refused=True), "login_minutes"),
    Watch("mailbox", lambda world: _mailboxes(world, refused=False), "mailbox_minutes"),
    Watch(
        "relay",
        lambda world: _waiting(world.health.failing_since, world, world.health.failing_words),
        "relay_minutes",
    ),
    Watch("message", lambda world: _waiting(world.health.unworked_since, world), "message_minutes"),
    Watch("mail", lambda world: _waiting(world.health.unsent_since, world), "mail_minutes"),
    Watch(
        "scanner",
        lambda world: _waiting(world.health.unscanned_since, world, world.health.unscanned_words),
        "scanner_minutes",
    ),
    Watch("aside", _aside, "set_aside"),
    Watch("disk", _disk, "disk_percent"),
    Watch("member", _unreached),
)


def news(world: World, settings: Settings) -> tuple[News, ...]:
    """Return what the operator is to be told now, in the order of the watches; what has passed comes last."""
    standing = {(one.watch, one.subject): one for one in world.health.raised}
    told, found = [], set()
    for watch in WATCHES:
        for trouble in watch.measure(world):
            if trouble.amount <= (getattr(settings.alarms, watch.limit) if watch.limit else 0):
                continue
            found.add((watch.name, trouble.subject))
            one = _raised(watch.name, trouble, world.now)
            if _is_news(one, standing.get((watch.name, trouble.subject))):
                key = f"alarm/{watch.name}/{_day(world.now)}/{trouble.subject}"
                told.append(News(key, one, trouble.amount, trouble.words, passed=False))
    over = [one for name, one in standing.items() if name not in found]
    return (
        *told,
        *(News(f"well/{one.watch}/{one.told_at:.0f}/{one.subject}", one, 0, "", passed=True) for one in over),
    )


def view(news: News, settings: Settings) -> Alarm:
    """Return the words of a letter."""
    raised, zone = news.raised, ZoneInfo(settings.desk.timezone)
    since = datetime.fromtimestamp(raised.since, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")
    desk = settings.desk
    return Alarm(desk.name, desk.address, raised.watch, raised.subject, since, int(news.many), news.words, news.passed)


def _raised(name: str, trouble: Trouble, now: float) -> Raised:
    latest = int(now // DAY) if trouble.latest is None else trouble.latest
    return Raised(name, trouble.subject, trouble.since, now, latest)


def _is_news(one: Raised, before: Raised | None) -> bool:
    return before is None or (one.told_at >= before.told_at + DAY and one.latest > before.latest)


def _day(now: float) -> str:
    return str(datetime.fromtimestamp(now, UTC).date())


SAMPLES = tuple(
    Alarm(
        "Support",
        "support@desk.example",
        name,
        "desk@mail.example INBOX",
        "2026-01-05 09:00 UTC",
        3,
        words,
        passed,
    )
    for name in (*(watch.name for watch in WATCHES), SETTINGS)
    for words in ("the server does not let us in", "")
    for passed in (False, True)
)
