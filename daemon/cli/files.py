"""Messages as they lie in files: single ones (.eml), mbox and maildir, read one message at a time.

An mbox is cut at lines that begin with `From `, come after an empty line (or first), look like a postmark and are
followed by a header field: other mail holds such words in its text too. `>From ` loses its first sign again. The
messages of an mbox of several are called `PATH#0`, `PATH#1` and so on.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

STDIN = "-"
SINGLE = ".eml"
LONGEST = 50 << 20  # octets that are read of one message; the rest is passed over

_POSTMARK = re.compile(rb"From [^\r\n]{0,500}?\d{1,2}:\d{2}(?::\d{2})?[^\r\n]{0,40}\d{4}[^\r\n]{0,40}\r?\n?\Z")
_BARE_POSTMARK = re.compile(rb"From [^\s]{1,320}[ \t]*\r?\n?\Z")
_FIELD = re.compile(rb"(?:[!-9;-~]{1,76}[ \t]*:|>?From )")
_ESCAPED = re.compile(rb">+From ")


@dataclass(frozen=True, slots=True)
class Found:
    """A message of a file: what to call it, and its octets or the reason why there are none."""

    file: str
    raw: bytes
    fault: str = ""


def messages(path: str) -> Iterator[Found]:
    """Yield the messages of a file, mbox, maildir, folder of .eml files, or `-` for standard input, in their order."""
    if path == STDIN:
        yield from _stream(path, sys.stdin.buffer)
        return
    place = Path(path)
    try:
        if place.is_dir():
            yield from _folder(place)
        else:
            with place.open("rb") as file:
                yield from _stream(path, file)
    except OSError as error:
        yield Found(path, b"", (error.strerror or "cannot be read").lower())


def _folder(folder: Path) -> Iterator[Found]:
    kept = [folder / name for name in ("cur", "new") if (folder / name).is_dir()]
    inside = [path for place in kept or [folder] for path in place.iterdir() if kept or path.suffix == SINGLE]
    if not inside and not kept:
        yield Found(str(folder), b"", "is a folder, but no maildir, and holds no .eml file")
    for path in sorted(inside, key=lambda path: path.name):
        if path.is_file() and not path.name.startswith("."):
            yield from messages(str(path)) if not kept else _single(path)


def _single(path: Path) -> Iterator[Found]:
    try:
        with path.open("rb") as file:
            yield Found(str(path), file.read(LONGEST))
    except OSError as error:
        yield Found(str(path), b"", (error.strerror or "cannot be read").lower())


def _stream(name: str, file: BinaryIO) -> Iterator[Found]:
    first = file.readline(LONGEST)
    if name.endswith(SINGLE) or not _is_postmark(first):
        yield Found(name, first + file.read(max(0, LONGEST - len(first))))
        return
    cut = _split(file)
    head = next(cut)
    second = next(cut, None)
    yield Found(name if second is None else f"{name}#0", head)
    for number, raw in enumerate(cut if second is None else chain([second], cut), 1):
        yield Found(f"{name}#{number}", raw)


def _is_postmark(line: bytes) -> bool:
    return line.startswith(b"From ") and bool(_POSTMARK.match(line) or _BARE_POSTMARK.match(line))


def _split(file: BinaryIO) -> Iterator[bytes]:
    """Cut an mbox, of which the first postmark has been read, into its messages."""
    kept: list[bytes] = []
    size = 0
    blank = False
    postmark = b""  # held back until the next line has shown whether it is one
    for line in iter(lambda: file.readline(1 << 20), b""):
        if postmark and _FIELD.match(line):
            yield _whole(kept)
            kept, size = [], 0
        elif postmark:
            kept.append(postmark)
        postmark = line if blank and _is_postmark(line) else b""
        blank = not line.strip(b"\r\n")
        if not postmark and size < LONGEST:
            size += len(line)
            kept.append(line[1:] if _ESCAPED.match(line) else line)
    if postmark:
        kept.append(postmark)
    yield _whole(kept)


def _whole(lines: list[bytes]) -> bytes:
    """Join the lines of a message, without the empty line that ends it in an mbox."""
    if lines and not lines[-1].strip(b"\r\n"):
        lines.pop()
    return b"".join(lines)
