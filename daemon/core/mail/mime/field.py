"""Structured header values: comments taken off, lists split, parameters found.

The forms are those of RFC 5322 section 3.2 and RFC 2045 section 5.1. Every function is one pass over the value, which
is cut at 16 KiB first, and none raises.
"""

LONGEST = 16384


def uncommented(value: str) -> str:
    """Return a value without its comments, which may nest and escape; quoted strings are kept as they are."""
    if "(" not in value:
        return value[:LONGEST]
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for letter in value[:LONGEST]:
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif letter == '"' and not depth:
            quoted = not quoted
        elif letter == "(" and not quoted:
            depth += 1
            continue
        elif letter == ")" and depth:
            depth -= 1
            kept.append(" ")
            continue
        if not depth:
            kept.append(letter)
    return "".join(kept)


def first_word(value: str) -> str:
    """Return the first word of a value, folded, without comments and parameters; "" where there is none."""
    words = uncommented(value).replace(";", " ").replace(",", " ").split()
    return words[0].casefold() if words else ""


def listed(value: str) -> tuple[str, ...]:
    """Return the words of a list that commas, semicolons or blanks separate, folded, without comments."""
    return tuple(uncommented(value).casefold().replace(";", " ").replace(",", " ").split())


def parameter(value: str, name: str) -> str:
    """Return a parameter of a value such as Content-Type, folded and unquoted; "" where it is missing."""
    for piece in uncommented(value).split(";")[1:]:
        key, _, given = piece.partition("=")
        if key.strip().casefold() == name:
            return given.strip().strip('"').casefold()
    return ""
