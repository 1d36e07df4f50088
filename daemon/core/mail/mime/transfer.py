"""Taking the transfer encoding off a body (RFC 2045 section 6), tolerant of what damaged it."""

import binascii
import re
from dataclasses import dataclass

from daemon.core.mail.mime import uuencode

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_FOREIGN = bytes(set(range(256)) - set(_ALPHABET) - set(b"="))
_MAX_PIECES = 100
_BLANK = b" \t\r\n"
_PLAIN = frozenset({"", "7bit", "8bit", "binary", "7-bit", "8-bit", "none"})
_UU = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})
_UU_BEGIN = re.compile(rb"(?:\A|\n)begin [0-7]{3,4} [^\n]{0,255}\n")


@dataclass(frozen=True, slots=True)
class Octets:
    """What a body holds once its transfer encoding is taken off, and what was wrong with the encoding."""

    data: bytes
    defects: tuple[str, ...] = ()


def decode(body: bytes, encoding: str) -> Octets:
    """Take a transfer encoding, in lower case, off a body; an unknown one leaves the body as it is."""
    if encoding in _PLAIN:
        return Octets(body)
    if encoding == "base64":
        return base64(body)
    if encoding == "quoted-printable":
        return Octets(quoted_printable(body))
    if encoding in _UU:
        return uuencoded(body)
    return Octets(body, ("bad-transfer-encoding",))


def base64(body: bytes) -> Octets:
    """Decode base64, skipping what is not of its alphabet; padding in the middle ends a piece and begins the next.

    A body whose first line is no base64 is left as it is: a reader can do more with it so.
    """
    first = body[:1000].lstrip(_BLANK).partition(b"\n")[0].rstrip(_BLANK)
    if first.translate(None, _ALPHABET).strip(b"="):
        return Octets(body, ("bad-base64",))
    letters = body.translate(None, _FOREIGN)
    foreign = len(body) - len(letters) - sum(map(body.count, (b" ", b"\t", b"\r", b"\n")))
    pieces = [piece.replace(b"=", b"") for piece in letters.split(b"=", _MAX_PIECES) if piece]
    data = b"".join(map(_piece, pieces))
    if len(pieces) > 1:  # some readers stop at the padding: two may read two different messages
        return Octets(data, ("bad-base64", "ambiguous"))
    odd = foreign or any(len(piece) % 4 == 1 for piece in pieces)
    return Octets(data, ("bad-base64",) if odd else ())


def quoted_printable(body: bytes) -> bytes:
    """Decode quoted-printable; a wrong escape stays as it is written (RFC 2045 section 6.7)."""
    return binascii.a2b_qp(body)


def uuencoded(body: bytes) -> Octets:
    """Decode the first uuencoded file of a body; without one the body stays as it is."""
    begin = _UU_BEGIN.search(body)
    if begin is None:
        return Octets(body, ("bad-transfer-encoding",))
    lines: list[bytes] = []
    for line in body[begin.end() :].split(b"\n"):
        bare = line.rstrip(b"\r")
        if not bare or bare in {b"`", b"end"}:
            break
        decoded = uuencode.line(bare)
        if decoded is None:
            return Octets(b"".join(lines), ("bad-transfer-encoding",))
        lines.append(decoded)
    return Octets(b"".join(lines))


def _piece(letters: bytes) -> bytes:
    whole = letters if len(letters) % 4 != 1 else letters[:-1]
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
