"""The octets that a DKIM signature is about: header fields and body in canonical form (RFC 6376 section 3.4).

Only a message whose every line ends in CRLF and whose every header line is a field or the continuation of one is taken
apart: two readers cannot take such a message for two different ones. Everything here is linear in the message.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

MAX_HEADER = 256 * 1024  # octets, as much as is read of any header
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]{0,8}:((?:[^\r\n]|\r\n[ \t])*+)(?:\r\n|\Z)")
_BLANKS = re.compile(rb"[\t ]+")
_SIGNATURE = re.compile(rb"(?:^|(?<=;))([ \t\r\n]*+b[ \t\r\n]*+=)[^;]*+")


@dataclass(frozen=True, slots=True)
class Field:
    """One header field with the line break inside it left as it is, without the one that ends it."""

    name: str  # in lower case
    raw: bytes
    value: bytes  # what stands behind the colon


@dataclass(frozen=True, slots=True)
class Form:
    """A message taken apart."""

    fields: tuple[Field, ...]
    body: bytes


def take_apart(raw: bytes) -> Form | None:
    """Return header fields and body, None where the message is not strict enough to be sure of both."""
    breaks = raw.count(b"\r\n")
    end = raw.find(b"\r\n\r\n", 0, MAX_HEADER)
    if end < 0 or raw.count(b"\r") != breaks or raw.count(b"\n") != breaks:
        return None
    fields: list[Field] = []
    position = 0
    while position < end:
        found = _FIELD.match(raw, position, end)
        if found is None:
            return None
        fields.append(Field(found[1].decode("ascii").lower(), found[0].removesuffix(b"\r\n"), found[2]))
        position = found.end()
    return Form(tuple(fields), raw[end + 4 :])


def body_form(body: bytes, *, relaxed: bool) -> bytes:
    """Return the body without the empty lines at its end; where relaxed, with single blanks, and none ending a line."""
    if not relaxed:
        return body.rstrip(b"\r\n") + b"\r\n"
    lines = (_BLANKS.sub(b" ", body) + b"\r\n").replace(b" \r\n", b"\r\n").rstrip(b"\r\n")
    return lines + b"\r\n" if lines else b""


def header_form(form: Form, signature: Field, covers: tuple[str, ...], *, relaxed: bool) -> bytes:
    """Return the covered fields, of one name the last first (section 5.4.2), and the signature without its value."""
    standing: defaultdict[str, list[Field]] = defaultdict(list)
    for field in form.fields:
        standing[field.name].append(field)
    chosen = [standing[name].pop() for name in covers if standing[name]]
    open_end = len(signature.raw) - len(signature.value)
    emptied = _SIGNATURE.sub(rb"\1", signature.value, count=1)
    last = Field(signature.name, signature.raw[:open_end] + emptied, emptied)
    return b"\r\n".join(_field_form(field, relaxed=relaxed) for field in (*chosen, last))


def _field_form(field: Field, *, relaxed: bool) -> bytes:
    if not relaxed:
        return field.raw
    return field.name.encode("ascii") + b":" + _BLANKS.sub(b" ", field.value.replace(b"\r\n", b"")).strip(b" \t")
