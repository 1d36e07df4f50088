"""Letters folded for comparison: one case, one kind of space, colon and apostrophe, and nothing without width."""

import re

_NO_WIDTH = (
    0xAD,
    0x200B,
    0x200C,
    0x200D,
    0x200E,
    0x200F,
    0x2060,
    0xFEFF,
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
)
_SPACES = (0x09, 0xA0, 0x202F, 0x3000, *range(0x2000, 0x200B))
_PLAIN = {
    **dict.fromkeys(_NO_WIDTH),
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys((0x2019, 0x00B4), "'"),
    0xFF1A: ":",
    0x0307: None,  # the dot that the Turkish capital leaves behind when it is folded
}
_ODD = re.compile("[" + "".join(map(chr, _PLAIN)) + "]")  # to look for them costs less than to translate every letter


def plain(words: str) -> str:
    """Return words in the form in which they are compared."""
    if words.isascii():
        return words.lower().replace("\t", " ")
    return _ODD.sub(_folded, words.casefold())


def _folded(odd: re.Match[str]) -> str:
    return _PLAIN[ord(odd[0])] or ""
