"""Messages as they lie in files: single ones (.eml), mbox and maildir, read one message at a time.

The messages of an mbox of several are called `PATH#0`, `PATH#1` and so on.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from daemon.core.mail.mbox import Dialect, Piece, ReadAt, is_postmark, pieces, unquote

STDIN = "-"
SINGLE = ".eml"
LONGEST = 50 << 20  # octets that are read of one message; the rest is passed over


@dataclass(frozen=True, slots=True)
class Found:
    """A message of a file: what to call it, and its octets or the reason why there are none."""

    file: str
    raw: bytes
    fault: str = ""


def messages(path: str) -> Iterator[Found]:
    """Yield the messages of a file, mbox, maildir, folder of .eml files, or `-` for standard input, in their order."""
    if path == STDIN:
        with TemporaryFile() as kept:  # what comes through a pipe cannot be gone back in
            shutil.copyfileobj(sys.stdin.buffer, kept)
            yield from _file(path, kept)
        return
    place = Path(path)
    try:
        if place.is_dir():
            yield from _folder(place)
        else:
            with place.open("rb") as file:
                yield from _file(path, file)
    except OSError as error:
        yield Found(path, b"", reason(error))


def reason(error: OSError) -> str:
    """Return why a file cannot be read."""
    return (error.strerror or "cannot be read").lower()


def reading_at(file: BinaryIO) -> ReadAt:
    """Return what reads octets of an open file from a position."""

    def read_at(start: int, end: int) -> bytes:
        file.seek(start)
        return file.read(max(0, end - start))

    return read_at


def size_of(file: BinaryIO) -> int:
    """Return how many octets a file has."""
    return file.seek(0, os.SEEK_END)


def octets(read_at: ReadAt, piece: Piece, dialect: Dialect) -> bytes:
    """Return a message of an mbox; of one that is too long, the beginning."""
    raw = read_at(piece.start, min(piece.end, piece.start + LONGEST))
    return unquote(raw, dialect, literal=piece.literal)


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
        yield Found(str(path), b"", reason(error))


def _file(name: str, file: BinaryIO) -> Iterator[Found]:
    read_at, size = reading_at(file), size_of(file)
    if name.endswith(SINGLE) or not is_postmark(read_at(0, 1024).partition(b"\n")[0]):
        yield Found(name, read_at(0, LONGEST))
        return
    found = pieces(read_at, size)
    first, second = next(found), next(found, None)
    names = (name,) if second is None else (f"{name}#{n}" for n in range(sys.maxsize))
    cut = (first,) if second is None else chain((first, second), found)
    for called, piece in zip(names, cut, strict=False):
        yield Found(called, octets(read_at, piece, Dialect.AUTO))
