"""Content-Type and Content-Disposition: a value and its parameters (RFC 2045 section 5.1, RFC 2231)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from daemon.core.mail.mime import charset, header, words

MAX_SEGMENTS = 100  # of one continued parameter
REMEMBERED = 256  # values: nearly all text is of a few kinds
_RUN = re.compile(r"([;.(])\1+")
_PARAMETER = re.compile(
    r'(?:;|(?<=[^\s;])\s)\s*([^\s=;"]{1,100})\s*=\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)(?:"|\Z)|([^;]*))', re.DOTALL
)
_ESCAPED = re.compile(r'\\(["\\])')
_SECTION = re.compile(r"([^*]{1,80})\*([0-9]{1,3})?(\*)?\Z")


@dataclass(frozen=True, slots=True)
class Structured:
    """A value in lower case, its parameters (names in lower case), and whether two of one name contradict."""

    value: str
    parameters: Mapping[str, str]
    repeated: bool = False


def read(raw: bytes, declared: str = "") -> Structured:
    """Read a structured value; only the first 4 KiB count, and runs of `;`, `.` and `(` count as one.

    8-bit bytes are read as in `header.undecoded`, which says what `declared` is.
    """
    return _read(raw[: header.MAX_STRUCTURED], declared)


@lru_cache(REMEMBERED)
def _read(raw: bytes, declared: str) -> Structured:
    line = _RUN.sub(r"\1", header.undecoded(raw, declared))
    value = line.partition(";")[0].strip().partition(" ")[0].casefold()
    if "=" not in line:
        return Structured(value, {})
    parameters, repeated = _parameters(line)
    return Structured(value, parameters, repeated)


def _parameters(line: str) -> tuple[dict[str, str], bool]:
    """Return all parameters, and whether two of one name contradict."""
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bool, str]]] = {}
    repeated = False
    for found in _PARAMETER.finditer(line):
        name = found[1].casefold()
        value = found[3].strip() if found[2] is None else _ESCAPED.sub(r"\1", found[2])
        if "*" in name and (section := _SECTION.match(name)):
            number = int(section[2] or 0)
            extended = section[3] is not None or section[2] is None
            if number < MAX_SEGMENTS:
                sections.setdefault(section[1], {}).setdefault(number, (extended, value))
        elif name in plain:
            repeated = repeated or plain[name] != value
        else:
            plain[name] = value
    parameters = {name: words.decode(value) for name, value in plain.items()}
    parameters |= {name: _joined(parts) for name, parts in sections.items()}
    return parameters, repeated


def _joined(parts: dict[int, tuple[bool, str]]) -> str:
    """Join the sections of a continued parameter up to the first gap (RFC 2231 sections 3 and 4)."""
    declared, octets, number = "", bytearray(), 0
    while number in parts:
        extended, value = parts[number]
        if number == 0 and extended and value.count("'") >= 2:
            declared, _, value = value.split("'", 2)
        octets += unquote_to_bytes(value) if extended else value.encode("utf-8", "replace")
        number += 1
    return words.decode(charset.decode(bytes(octets), declared or None).text)
