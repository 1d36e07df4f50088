"""To whom a message was delivered, as far as the mail server that filled the mailbox says so in its header.

A server writes such a header (Delivered-To, X-Original-To, Envelope-To) above the Received line of the hop that brought
the message; what a sender writes stands below it. So it counts only above the first Received line, and of several only
the topmost. `To` is another matter: everybody may write it, and it serves only where a server writes nothing better. A
reply address in it is secret all the same, and who may command is never decided by an address alone.
"""

import re

from daemon.core.mail.address import Own, is_own

HEADER_OCTETS = 256 << 10  # that are looked through
BY_SENDER = frozenset({"to"})  # headers that the sender writes
_END = re.compile(rb"\r?\n(?:\r?\n|\Z)")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_ADDRESS = re.compile(r"[^\s<>,;:\"()@]{1,128}@[^\s<>,;:\"()@]{1,255}")


def recipient(raw: bytes, header: str | None, own: Own) -> str:
    """Return the address of the desk that a message was delivered to; the main one where the header names none."""
    name = (header or "").lower()
    value = _topmost(raw[:HEADER_OCTETS], name.encode("ascii", "replace"), anywhere=name in BY_SENDER) if name else ""
    found = (match[0] for match in _ADDRESS.finditer(value))
    return next((address for address in found if is_own(own, address)), own.addresses[0])


def _topmost(raw: bytes, name: bytes, *, anywhere: bool) -> str:
    end = _END.search(raw)
    for line in _FOLD.sub(b"", raw[: end.start()] if end else raw).splitlines():
        field, colon, value = line.partition(b":")
        field = field.strip().lower()
        if colon and field == name:
            return value.decode("utf-8", "replace")
        if field == b"received" and not anywhere:
            return ""
    return ""
