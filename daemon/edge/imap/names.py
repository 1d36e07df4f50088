"""How folders, words and sets of messages are written in an IMAP command."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from itertools import groupby

SET_LETTERS = (
    900  # of one set: the whole command stays below the 1000 octets that every server takes (RFC 2683 3.2.1.5)
)


def quoted(text: str) -> str:
    """Return a quoted string (RFC 3501 section 4.3); it may hold no line break."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def folder(name: str) -> str:
    """Return a folder's name as it is sent: in modified UTF-7 (RFC 3501 section 5.1.3), quoted."""
    return quoted(
        "".join(_shifted("".join(run)) if odd else "".join(run).replace("&", "&-") for odd, run in _runs(name))
    )


def _runs(name: str) -> Iterator[tuple[bool, Iterator[str]]]:
    return groupby(name, key=lambda letter: not " " <= letter <= "~")


def _shifted(run: str) -> str:
    coded = b64encode(run.encode("utf-16-be", "replace")).decode("ascii")
    return f"&{coded.rstrip('=').replace('/', ',')}-"


def sets(uids: Iterable[int]) -> Iterator[str]:
    """Write UIDs as sets such as `3:7,9`, each short enough for one command."""
    written = ""
    for first, last in _ranges(sorted(uids)):
        piece = f"{first}:{last}" if last > first else str(first)
        if written and len(written) + len(piece) >= SET_LETTERS:
            yield written
            written = ""
        written += f",{piece}" if written else piece
    if written:
        yield written


def _ranges(uids: list[int]) -> Iterator[tuple[int, int]]:
    for _, run in groupby(enumerate(uids), key=lambda pair: pair[1] - pair[0]):
        found = [uid for _, uid in run]
        yield found[0], found[-1]
