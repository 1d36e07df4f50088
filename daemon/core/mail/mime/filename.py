"""Names of attached files, made safe to show: no path, nothing invisible, and the true extension last."""

import re
import unicodedata

MAX_LENGTH = 120  # characters
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})  # controls, bidi and zero width, line and paragraph breaks
_SPACES = re.compile(r"\s+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|\Z)", re.IGNORECASE)


def clean(name: str | None) -> str | None:
    """Return a name that is safe to show, or None where nothing is left of it.

    What stands before the last slash or backslash goes; what cannot be seen goes, so that the extension that is seen is
    the one that counts; device names of Windows get a leading underscore; a long name loses of its middle.
    """
    if name is None:
        return None
    visible = _visible(name[:4096])
    last = re.split(r"[/\\]", visible)[-1]
    bare = _SPACES.sub(" ", last).strip(" ").rstrip(". ")
    bare = bare.lstrip(".") if not bare.strip(".") else bare
    if _RESERVED.match(bare):
        bare = f"_{bare}"
    return _shorten(bare) or None


def _visible(name: str) -> str:
    if name.isascii() and name.isprintable():
        return name
    return "".join(c for c in name if c in "\t\n" or unicodedata.category(c) not in _HIDDEN)


def _shorten(name: str) -> str:
    if len(name) <= MAX_LENGTH:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 16:
        return name[:MAX_LENGTH]
    return f"{stem[: MAX_LENGTH - len(extension) - 1]}.{extension}"
