"""What may stand in a line of ours: words of strangers without the characters that break or turn lines."""

import re

# C0 and C1 controls, DEL, the two Unicode line separators and lone surrogates, which no encoder takes.
_CONTROL = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff"
_BREAK = "\n\x0b\x0c\r\x85\u2028\u2029"
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # UAX 9: marks, embeddings, overrides, isolates
_TURNING = "\u202a-\u202e\u2066-\u2069"

_IN_LINE = re.compile(f"[{_CONTROL}{_BREAK}{_BIDI}\t ]+")
_BREAKS = re.compile(f"\r\n|[{_BREAK}]")
_IN_TEXT = re.compile(f"[{_CONTROL}{_TURNING}]")
_PLAIN = bytes(range(0x20, 0x7F)) + b"\n"  # what a text in ASCII may consist of


def one_line(text: str) -> str:
    """Return the text as one line: controls, line breaks and bidi controls become single spaces."""
    if text.isprintable() and "  " not in text:  # the ordinary case; of what goes here only spaces are printable
        return text.strip()
    return _IN_LINE.sub(" ", text).strip()


def lines(text: str) -> str:
    """Return the text with LF as its only line break, without controls and without bidi overrides (UAX 9)."""
    clean = not text.encode().translate(None, _PLAIN) if text.isascii() else text.replace("\n", "").isprintable()
    if clean:  # the ordinary case; nothing that is removed here is printable
        return text
    return _IN_TEXT.sub("", _BREAKS.sub("\n", text))


def clip(text: str, limit: int) -> str:
    """Return at most `limit` characters, ended by an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
