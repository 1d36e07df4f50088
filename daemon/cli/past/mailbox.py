"""Old mailboxes as they lie on a disk: where each message stands, and in which order they were written.

A mailbox is looked through once; of each message only numbers are kept, so that one of millions fits into memory. The
messages are then taken in the order of their dates, a reply never before what it answers, whatever the order of the
file and whatever a sender's clock said.
"""

import re
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from daemon.cli.files import SINGLE, reading_at, reason, size_of
from daemon.core.mail.mbox import Dialect, is_postmark, pieces
from daemon.core.mail.moment import moment

HEADER = 1 << 16  # octets of a message that are looked through for its date and its names
UNDATED = -1.0
LONGEST_CHAIN = 50  # answers that are followed upwards
SKIPPED = re.compile(r"^(?:tmp|courierimap.*|dovecot.*)$")

_NAMES = re.compile(
    rb"^(message-id|in-reply-to|references)[ \t]*:([^\n]{0,2000}(?:\n[ \t][^\n]{0,2000}){0,50})",
    re.IGNORECASE | re.MULTILINE,
)
_ID = re.compile(rb"<([^<>\s]{1,500})>")
_END_OF_HEADER = re.compile(rb"\n\r?\n")

Step = Callable[[int, int], None]
"""Told how many octets of how many were looked through; a message in a file of its own counts as one."""


class Unusable(Exception):  # noqa: N818 - it reads as what is the case
    """A path that is no mailbox; its words say why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one message stands: a file of its own, or a piece of an mbox."""

    path: str
    start: int
    end: int
    literal: bool
    mbox: bool
    at: float  # when it was written; UNDATED where nothing tells
    answers: bool  # another message of the mailbox


@dataclass(slots=True)
class Mailbox:
    """All messages of all paths, in the order in which they were written."""

    paths: list[str] = field(default_factory=list)
    kinds: bytearray = field(default_factory=bytearray)  # of each path: 1 for an mbox
    path: "array[int]" = field(default_factory=lambda: array("L"))
    start: "array[int]" = field(default_factory=lambda: array("Q"))
    end: "array[int]" = field(default_factory=lambda: array("Q"))
    literal: bytearray = field(default_factory=bytearray)
    at: "array[float]" = field(default_factory=lambda: array("d"))
    name: "array[int]" = field(default_factory=lambda: array("Q"))  # hash of the Message-ID, 0 for none
    answers: "array[int]" = field(default_factory=lambda: array("Q"))  # hash of the one that is answered
    inside: bytearray = field(default_factory=bytearray)  # whether that one is here
    order: "array[int]" = field(default_factory=lambda: array("L"))
    mark: str = ""  # digest by which the same mailbox is known again
    octets: int = 0

    def __len__(self) -> int:
        return len(self.at)

    def places(self, first: int) -> Iterator[Place]:
        """Yield where the messages stand, in order, from the one at this place."""
        for number in self.order[first:]:
            path = self.path[number]
            yield Place(
                self.paths[path],
                self.start[number],
                self.end[number],
                bool(self.literal[number]),
                bool(self.kinds[path]),
                self.at[number],
                bool(self.inside[number]),
            )


def survey(paths: list[str], dialect: Dialect, now: float, step: Step) -> Mailbox:
    """Look through mailboxes and put their messages in order.

    Raises:
        Unusable: one of the paths is no mailbox, or cannot be read.

    """
    mailbox, digest = Mailbox(), blake2b(digest_size=24)
    looking = _Looking(mailbox, dialect, now, digest.update, step)
    opened = [_opened(Path(path)) for path in paths]
    looking.total = sum(one.weight for one in opened)
    for one in opened:
        _look(one, looking)
    digest.update(str(dialect).encode())
    mailbox.mark = digest.hexdigest()
    mailbox.order = _order(mailbox)
    return mailbox


@dataclass(slots=True)
class _Looking:
    """A survey under way."""

    mailbox: Mailbox
    dialect: Dialect
    now: float
    told: Callable[[bytes], None]  # all that the mark of the mailbox depends on
    step: Step
    total: int = 0
    done: int = 0

    def on(self, weight: int) -> None:
        self.done += weight
        self.step(self.done, self.total)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A path that was named: an mbox, or files of one message each."""

    path: Path
    files: tuple[Path, ...] | None
    weight: int


def _opened(path: Path) -> _Opened:
    """A maildir with its folders (`.Sub`, or plain ones), a folder of .eml files, one of them, or an mbox."""
    try:
        if path.is_dir():
            found = _messages_in(path)
            if found is None:
                raise Unusable(f"{path}: is a folder, but no maildir (cur, new), and holds no .eml file")
            return _Opened(path, tuple(found), len(found))
        if path.suffix == SINGLE:
            return _Opened(path, (path,), 1)
        if not path.is_file():
            raise Unusable(f"{path}: there is no such file" if not path.exists() else f"{path}: is no file, no folder")
        return _Opened(path, None, path.stat().st_size)
    except OSError as error:
        raise _unusable(path, error) from None


def _look(opened: _Opened, looking: _Looking) -> None:
    try:
        if opened.files is None:
            _look_through_mbox(opened.path, looking)
        for path in opened.files or ():
            _add_file(path, looking.mailbox, looking.now, looking.told)
            looking.on(1)
    except OSError as error:
        raise _unusable(opened.path, error) from None


def _unusable(path: Path, error: OSError) -> Unusable:
    return Unusable(f"{error.filename or path}: {reason(error)}")


def _look_through_mbox(path: Path, looking: _Looking) -> None:
    mailbox = looking.mailbox
    with path.open("rb") as file:
        read_at, size = reading_at(file), size_of(file)
        if not size:
            raise Unusable(f"{path}: is empty: there is no message in it")
        if not is_postmark(read_at(0, 1024).partition(b"\n")[0]):
            raise Unusable(f"{path}: is no mbox: its first line is not `From ` with an address and a date")
        number = _add_path(path, mailbox, mbox=True)
        reached = 0
        for piece in pieces(read_at, size, looking.dialect):
            header = _header(read_at(piece.start, min(piece.end, piece.start + HEADER)))
            place = (number, piece.start, piece.end, piece.literal)
            _add(mailbox, place, header, moment(header, piece.postmark, looking.now), looking.told)
            looking.on(piece.end - reached)
            reached = piece.end
    mailbox.octets += size


def _messages_in(folder: Path) -> list[Path] | None:
    """Return the messages of a folder and its folders in the order of their names, None where it holds no mail."""
    kept = [folder / name for name in ("cur", "new") if (folder / name).is_dir()]
    entries = sorted(folder.iterdir(), key=lambda path: path.name)
    mine = [path for place in kept for path in sorted(place.iterdir(), key=lambda path: path.name) if _is_mail(path)]
    if not kept:
        mine = [path for path in entries if path.suffix == SINGLE and path.is_file()]
    below = [
        _messages_in(entry)
        for entry in entries
        if entry.name not in ("cur", "new") and not SKIPPED.match(entry.name) and _is_folder(entry)
    ]
    if not kept and not mine and all(one is None for one in below):
        return None
    return mine + [path for one in below if one is not None for path in one]


def _is_mail(path: Path) -> bool:
    return not path.name.startswith(".") and path.is_file()


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()  # a link may lead in a circle


def _add_path(path: Path, mailbox: Mailbox, *, mbox: bool) -> int:
    mailbox.paths.append(str(path))
    mailbox.kinds.append(mbox)
    return len(mailbox.paths) - 1


def _add_file(path: Path, mailbox: Mailbox, now: float, told: Callable[[bytes], None]) -> None:
    """A file of its own; one that cannot be read is met again, and told, when its turn comes."""
    size, came, start = 0, None, b""
    try:
        state = path.stat()
        size, came = state.st_size, state.st_mtime
        with path.open("rb") as file:
            start = file.read(HEADER)
    except OSError:
        told(path.name.encode("utf-8", "surrogateescape"))
    header = _header(start)
    at = moment(header, b"", now)
    place = (_add_path(path, mailbox, mbox=False), 0, size, False)
    _add(mailbox, place, header, at if at is not None or came is None else min(came, now), told)
    mailbox.octets += size


def _add(
    mailbox: Mailbox, place: tuple[int, int, int, bool], header: bytes, at: float | None, told: Callable[[bytes], None]
) -> None:
    path, start, end, literal = place
    mailbox.path.append(path)
    mailbox.start.append(start)
    mailbox.end.append(end)
    mailbox.literal.append(literal)
    mailbox.at.append(UNDATED if at is None else at)
    names = {name.lower(): _ID.findall(value) for name, value in _NAMES.findall(header)}
    answered = names.get(b"in-reply-to") or names.get(b"references", [])[-1:]
    mailbox.name.append(_hash(names.get(b"message-id", [])))
    mailbox.answers.append(_hash(answered))
    told(header)
    told(b"%d %d\n" % (end - start, literal))


def _header(start: bytes) -> bytes:
    end = _END_OF_HEADER.search(start)
    return start[: end.end()] if end else start


def _hash(names: list[bytes]) -> int:
    return int.from_bytes(blake2b(names[0], digest_size=8).digest()) or 1 if names else 0


def _order(mailbox: Mailbox) -> "array[int]":
    """Return the places by date, those without a date last; a reply comes after what it answers."""
    at = array("d", (one if one != UNDATED else float("inf") for one in mailbox.at))
    places = {name: number for number, name in enumerate(mailbox.name) if name}
    mailbox.inside = bytearray(answered in places for answered in mailbox.answers)
    depth = array("L", bytes(array("L").itemsize * len(at)))
    for number in range(len(at)):
        _after_parents(number, mailbox, places, at, depth)
    return array("L", sorted(range(len(at)), key=lambda number: (at[number], depth[number], number)))


def _after_parents(
    number: int, mailbox: Mailbox, places: dict[int, int], at: "array[float]", depth: "array[int]"
) -> None:
    """Move the messages from the oldest that is answered down to this one behind one another, in dates at least."""
    chain = [number]
    while len(chain) < LONGEST_CHAIN:
        parent = places.get(mailbox.answers[chain[-1]], -1)
        if parent < 0 or parent in chain or (at[parent], depth[parent]) < (at[chain[-1]], depth[chain[-1]]):
            break
        chain.append(parent)
    for child, parent in zip(reversed(chain[:-1]), reversed(chain[1:]), strict=True):
        if at[child] <= at[parent]:
            at[child] = at[parent]
            depth[child] = max(depth[child], depth[parent] + 1)
