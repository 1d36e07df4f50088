"""Structured header values: comments taken off, lists split, parameters found.

The forms are those of RFC 5322 section 3.2 and RFC 2045 section 5.1. Every function is one pass over the value, which
is cut at 16 KiB first, and none raises.
"""

import re

LONGEST = 16384
_SIGN = re.compile(r'["()]|\\.?', re.DOTALL)  # what begins or ends something, or is escaped


def uncommented(value: str) -> str:
    """Return a value without its comments, which may nest and escape; quoted strings are kept as they are."""
    if "(" not in value:
        return value[:LONGEST]
    value = value[:LONGEST]
    kept: list[str] = []
    depth, quoted, at = 0, False, 0
    for found in _SIGN.finditer(value):
        sign = found[0]
        if sign == '"' and not depth:
            quoted = not quoted
        elif sign == "(" and not quoted:
            kept += () if depth else (value[at : found.start()],)
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
            kept.append(" ")
            at = found.end()
    return "".join(kept if depth else (*kept, value[at:]))


def first_word(value: str) -> str:
    """Return the first word of a value, folded, without comments and parameters; "" where there is none."""
    words = uncommented(value).replace(";", " ").replace(",", " ").split()
    return words[0].casefold() if words else ""


def listed(value: str) -> tuple[str, ...]:
    """Return the words of a list that commas, semicolons or blanks separate, folded, without comments."""
    return tuple(uncommented(value).casefold().replace(";", " ").replace(",", " ").split())


def parameter(value: str, name: str) -> str:
    """Return a parameter of a value such as Content-Type, folded and unquoted; "" where it is missing."""
    if name not in value.casefold():  # most values have no such parameter
        return ""
    for piece in uncommented(value).split(";")[1:]:
        key, _, given = piece.partition("=")
        if key.strip().casefold() == name:
            return given.strip().strip('"').casefold()
    return ""
