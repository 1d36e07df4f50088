"""Files in uuencode, the way to send them before MIME: taken off a part, or out of a text they were written into."""

import binascii
import re
from dataclasses import dataclass

MAX_FILES = 100  # of one text
_BEGIN = re.compile(r"^begin [0-7]{3,4} ([^\n]{1,255})\n", re.MULTILINE)
_LINE = re.compile(r"[ -`]{0,99}")
_LAST = frozenset({"", "`", "end"})


@dataclass(frozen=True, slots=True)
class File:
    """A file as its sender named it, and its octets."""

    name: str
    octets: bytes


def take_out(text: str) -> tuple[str, tuple[File, ...]]:
    """Part a text from the files that stand in it between `begin 644 NAME` and `end`.

    Only what is uuencode from the first line to the last is taken out: all else is text and stays. A line that begins a
    file is none of a file, so that the time is linear.
    """
    kept: list[str] = []
    files: list[File] = []
    position = start = 0
    while len(files) < MAX_FILES and (begin := _BEGIN.search(text, position)):
        position = begin.end()
        if found := _contents(text, position):
            octets, position = found
            files.append(File(begin[1].strip(), octets))
            kept.append(text[start : begin.start()])
            start = position
    return "".join(kept) + text[start:], tuple(files)


def line(written: bytes) -> bytes | None:
    """Decode one line, which tells its own length; what stands behind its letters is rubbish. None if it is no line."""
    try:
        return binascii.a2b_uu(written)
    except binascii.Error:
        size = (((written[0] - 32) & 63) * 4 + 5) // 3
        try:
            return binascii.a2b_uu(written[:size])
        except binascii.Error:
            return None


def _contents(text: str, position: int) -> tuple[bytes, int] | None:
    """Read up to the line `end`; None where a line is no uuencode or the text ends before."""
    octets: list[bytes] = []
    while (stop := text.find("\n", position)) >= 0 or position < len(text):
        stop = stop if stop >= 0 else len(text)
        written = text[position:stop]
        if written in _LAST:
            position = position if written == "end" else stop + 1
            ended = text.startswith("end", position) and text[position + 3 : position + 4] in {"\n", ""}
            return (b"".join(octets), min(position + 4, len(text))) if ended and octets else None
        decoded = line(written.encode("ascii")) if _LINE.fullmatch(written) else None
        if decoded is None:
            return None
        octets.append(decoded)
        position = stop + 1
    return None
