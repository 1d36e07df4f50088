"""The header of a message or part: fields out of bytes, within limits, and values out of fields."""

import re
from dataclasses import dataclass

from daemon.core.mail.mime import charset, words

MAX_BLOCK = 256 * 1024  # octets; Postfix takes 100 KiB
MAX_FIELDS = 1000
MAX_STRUCTURED = 4096  # octets of a value that has a grammar of its own

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]{0,8}:([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_LINE = re.compile(rb"[^\n]*(?:\n|\Z)")
_BLANK = re.compile(rb"\r{0,2}\n")
_END = re.compile(rb"\n\r{0,2}\n")
_PART_END = re.compile(rb"\n\r{0,2}\n|\n(?=--)")  # a delimiter line ends a part's header, whatever is missing
_MBOX = re.compile(rb">?From [^\n]{0,998}\n")
_LEADING = re.compile(rb"(?:[ \t\r]{0,80}\n){1,16}(?=[!-9;-~]{1,200}[ \t]{0,8}:)")
_FOLD = re.compile(rb"\r{0,2}\n[ \t]*")


@dataclass(frozen=True, slots=True)
class Block:
    """The fields of a header in their order, names in lower case and values still as bytes; where the body begins."""

    fields: tuple[tuple[str, bytes], ...]
    body: int
    defects: tuple[str, ...] = ()

    def first(self, name: str) -> bytes | None:
        """Return the first value of a field, or None."""
        for key, value in self.fields:
            if key == name:
                return value
        return None

    def count(self, name: str) -> int:
        """Say how often a field stands there."""
        return sum(key == name for key, _ in self.fields)


def read(data: bytes) -> Block:
    """Read the header of a whole message: a leading mbox line and empty lines before the first field are skipped."""
    start, defects = 0, []
    if leading := _LEADING.match(data):
        start = leading.end()
        defects.append("leading-blank-lines")
    if mbox := _MBOX.match(data, start):
        start = mbox.end()
        defects.append("mbox-line")
    return _block(data, start, _END, tuple(defects))


def read_part(data: bytes, start: int) -> Block:
    """Read the header of a part that begins at an offset."""
    found = _PART_END.search(data, start - 1, start + MAX_BLOCK)
    if found is None:
        return _block(data, start, _PART_END, ())
    return _fields(data, start, found.start() + 1, max(found.end(), start), ())


def text(value: bytes, declared: str = "") -> str:
    """Unfold a value and decode its encoded words; 8-bit bytes as in `undecoded`."""
    plain = undecoded(value, declared)
    return plain if plain.isprintable() and "=?" not in plain else words.decode(plain)


def undecoded(value: bytes, declared: str = "") -> str:
    """Unfold a value and leave its encoded words: for grammars that must be read before they are decoded.

    8-bit bytes are UTF-8 (RFC 6532) if they can be, else in the charset that the message declares for its body.
    """
    if b"\n" in value:
        value = _FOLD.sub(b" ", value)
    value = value.strip()
    return value.decode("ascii") if value.isascii() else charset.undeclared(value, declared)


def _block(data: bytes, start: int, end: re.Pattern[bytes], defects: tuple[str, ...]) -> Block:
    if blank := _BLANK.match(data, start):
        return Block((), blank.end(), (*defects, "no-header"))
    limit = start + MAX_BLOCK
    found = end.search(data, start, limit)
    if found:
        return _fields(data, start, found.start() + 1, found.end(), defects)
    if len(data) <= limit:
        return _fields(data, start, len(data), len(data), defects)
    found = end.search(data, limit - 4)
    return _fields(data, start, limit, found.end() if found else len(data), (*defects, "header-too-long"))


def _fields(data: bytes, start: int, stop: int, body: int, defects: tuple[str, ...]) -> Block:
    fields: list[tuple[str, bytes]] = []
    stray: int | None = None  # the first of the lines that are no field and that no field has followed yet
    odd = False
    position = start
    while position < stop:
        if field := _FIELD.match(data, position, stop):
            if len(fields) == MAX_FIELDS:
                return Block(tuple(fields), body, (*defects, "too-many-headers"))
            fields.append((field[1].decode("ascii").lower(), field[2].strip()))
            odd, stray, position = odd or stray is not None, None, field.end()
        else:
            stray = position if stray is None else stray
            line = _LINE.match(data, position, stop)
            position = line.end() if line and line.end() > position else stop
    if stray is not None:  # RFC 5322 section 2.1 wants an empty line between header and body; here text began at once
        return Block(tuple(fields), stray, (*defects, "no-separator" if fields else "no-header"))
    return Block(tuple(fields), body, (*defects, "header-no-colon") if odd else defects)
