"""Octets of an IMAP connection into whole responses, in one pass and within bounds (RFC 3501 section 2.2.2)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LONGEST_LINE: Final = 16 << 20  # octets; the answer to a SEARCH names every message of a folder in one line

_LITERAL: Final = re.compile(rb"~?\{(\d{1,10})\}\Z")
_PROSE: Final = re.compile(rb"(?:\+|[^ ]{1,64} (?:OK|NO|BAD|BYE|PREAUTH)\b)", re.IGNORECASE)  # ends in words for people


class Flood(ConnectionError):  # noqa: N818 - it reads as what is the case
    """A server sends a line without an end."""


@dataclass(frozen=True, slots=True)
class Literal:
    """Octets that were counted out; of too many only the first are kept."""

    octets: bytes
    size: int  # as announced


Part = bytes | Literal
Response = tuple[Part, ...]
"""A response: text and literals by turns, beginning with text, without the line end."""


class Framer:
    """Cuts what comes in into responses; a piece may end anywhere."""

    def __init__(self, keep: int) -> None:
        """Keep so many octets of a literal at most."""
        self._keep = keep
        self.forget()

    def forget(self) -> None:
        """Throw away what is not whole: before encryption, anybody could have written it (RFC 3501 section 6.2.1)."""
        self._line = bytearray()
        self._parts: list[Part] = []
        self._pieces: list[bytes] | None = None  # of the literal that is being read
        self._size = self._rest = 0

    def feed(self, data: bytes) -> Iterator[Response]:
        """Take in octets and yield what they complete.

        Raises:
            Flood: a line is longer than any that we ask for.

        """
        at = 0
        while at < len(data) or (self._pieces is not None and not self._rest):
            if self._pieces is not None:
                at = self._take_literal(self._pieces, data, at)
                continue
            end = data.find(b"\n", at)
            stop = len(data) if end < 0 else end + 1
            self._line += data[at:stop]
            at = stop
            if len(self._line) > LONGEST_LINE:
                raise Flood
            if self._line.endswith(b"\r\n") and self._end_line():
                yield tuple(self._parts)
                self._parts = []

    def _take_literal(self, pieces: list[bytes], data: bytes, at: int) -> int:
        stop = min(len(data), at + self._rest)
        held = self._size - self._rest
        if stop > at and held < self._keep:
            pieces.append(data[at : min(stop, at + self._keep - held)])
        self._rest -= stop - at
        if not self._rest:
            self._parts.append(Literal(b"".join(pieces), self._size))
            self._pieces = None
        return stop

    def _end_line(self) -> bool:
        """Take the line in; say whether it was the last of its response."""
        line = bytes(self._line[:-2])
        self._line.clear()
        announced = _LITERAL.search(line) if self._parts or not _PROSE.match(line) else None
        if announced is None:
            self._parts.append(line)
            return True
        self._parts.append(line[: announced.start()])
        self._size = self._rest = int(announced[1])
        self._pieces = []
        return False
