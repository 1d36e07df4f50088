"""Encoded words in header values (RFC 2047), tolerant of the ways in which mailers get them wrong."""

import binascii
import re

from daemon.core.mail.mime import charset, transfer

_WORD = re.compile(r"=\?([^?\s]{1,75})\?([bBqQ])\?([^?]*)\?=")
_BREAKS = re.compile("[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]+")


def decode(value: str) -> str:
    """Decode the encoded words of an unfolded value and make it one line.

    Words that stand side by side are joined before they are decoded, since mailers cut inside a character; the space
    between them is dropped (RFC 2047 section 6.2). Control characters and line breaks that were hidden in a word become
    a space: a header that leaves this house must not be injected through one that came in.
    """
    return one_line(_decoded(value) if "=?" in value else value)


def one_line(value: str) -> str:
    """Make a space of every run of control characters and line breaks; a tab stays, NUL becomes U+FFFD."""
    return value if value.isprintable() else _BREAKS.sub(" ", value.replace("\0", "\ufffd")).strip()


def _decoded(value: str) -> str:
    out: list[str] = []
    run: list[bytes] = []
    name, end = "", 0
    for word in _WORD.finditer(value):
        gap = value[end : word.start()]
        label = word[1].partition("*")[0]  # RFC 2231 section 5: a language may follow
        if run and (label.casefold() != name.casefold() or (gap and not gap.isspace())):
            out.append(charset.decode(b"".join(run), name).text)
            run = []
        if not gap.isspace() or not end:
            out.append(gap)
        run.append(_octets(word[2], word[3], label))
        name, end = label, word.end()
    if run:
        out.append(charset.decode(b"".join(run), name).text)
    return "".join(out) + value[end:]


def _octets(encoding: str, text: str, label: str) -> bytes:
    data = text.encode("ascii") if text.isascii() else charset.encode(text, label)
    return transfer.base64(data).data if encoding in "bB" else binascii.a2b_qp(data, header=True)
