"""When two messages are one: the same Message-ID and the same content, whatever way they came.

A Message-ID alone proves nothing, since anybody can use one up in advance. The content digest leaves out what each way
adds (Received, Delivered-To, Return-Path, Authentication-Results, signatures and every X- header) and all differences
of folding, white space and line ends.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

SUBJECT_LETTERS = 300
PIECE = 1 << 18  # octets of a body that are looked at together
THREAD_LETTERS = 16

_CONTENT = (b"from", b"to", b"subject", b"date", b"content-type", b"content-transfer-encoding")
_END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(  # a wanted field with its folded lines (RFC 5322 section 2.2.3); linear, each step consumes
    rb"^(message-id|references|in-reply-to|" + b"|".join(_CONTENT) + rb")[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)",
    re.IGNORECASE | re.MULTILINE,
)
_BRACKETED = re.compile(rb"<([^<>]*)>")


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes a message this message."""

    message_id: str  # without brackets, "" where there is none
    digest: str  # 64 hexadecimal letters
    subject: str  # as the header writes it, unfolded and cut
    thread: str  # of the message that began the conversation, as far as the header names it; "" where it names none


def identify(raw: bytes) -> Identity:
    """Read the identity of a message from its bytes; never fails, and is linear in their number."""
    end = _END_OF_HEADER.search(raw)
    header = raw[: end.start()] if end else raw
    fields: dict[bytes, list[bytes]] = {}
    for name, value in _FIELD.findall(header):
        fields.setdefault(name.lower(), []).append(b" ".join(value.split()))
    digest = sha256()
    for name in _CONTENT:
        for value in fields.get(name, ()):
            digest.update(b"%b:%d:%b\n" % (name, len(value), value))
    digest.update(b"\n")
    for piece in _lines(raw, end.end() if end else len(raw)):
        digest.update(piece)
    return Identity(
        message_id=_message_id(fields.get(b"message-id", [b""])[0]),
        digest=digest.hexdigest(),
        subject=_text(fields.get(b"subject", [b""])[0])[:SUBJECT_LETTERS],
        thread=_thread(fields),
    )


def _lines(raw: bytes, start: int) -> Iterator[bytes]:
    """Yield a body with plain line ends and without the empty lines at its end; a large one is never copied whole."""
    pending = 0  # line ends that are only told if something follows
    while start < len(raw):
        stop = start + PIECE
        stop += raw[stop - 1 : stop + 1] == b"\r\n"
        piece = raw[start:stop].replace(b"\r\n", b"\n")
        full = piece.rstrip(b"\n")
        if full:
            yield from (b"\n" * min(PIECE, pending - told) for told in range(0, pending, PIECE))
            yield full
            pending = 0
        pending += len(piece) - len(full)
        start = stop


def _thread(fields: dict[bytes, list[bytes]]) -> str:
    """Return what messages of a conversation have alike, a digest of its first Message-ID (RFC 5322 section 3.6.4)."""
    for name in (b"references", b"in-reply-to", b"message-id"):
        first = _BRACKETED.search(fields.get(name, [b""])[0])
        if first:
            return sha256(first[1].strip()).hexdigest()[:THREAD_LETTERS]
    return ""


def _message_id(value: bytes) -> str:
    bracketed = _BRACKETED.search(value)
    return _text((bracketed[1] if bracketed else value).strip())


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")
