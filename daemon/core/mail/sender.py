"""Who sent it, as far as the envelope and the names of domains can tell."""

from functools import lru_cache

from daemon.core.mail.address import fold
from store.model.message import Door, Envelope, Message, Proof, Proven

NOBODY = Proof(Proven.NO, "", "")  # nobody vouches for the sender
BY_HAND = frozenset({Door.IMAP, Door.IMPORT, Door.FILE})  # the envelope is what the header remembers of it
REMEMBERED = 512  # addresses: of one message several are asked about several times
_NEVER_IN_LOCAL = frozenset('()<>[]:;@\\,"`|$&\x7f')


def sender_path(message: Message, envelope: Envelope) -> str:
    """Return the folded envelope sender, "" for the null sender.

    Mail that came by hand has no envelope but its Return-Path; without one, From stands in for it.
    """
    if envelope.mail_from or envelope.door not in BY_HAND:
        return fold(envelope.mail_from)
    path = message.header("return-path")
    if path is None:
        return fold(message.sender.address) if message.sender else ""
    return fold(path.partition("<")[2].partition(">")[0] if "<" in path else path)


def related(one: str, other: str) -> bool:
    """Say whether two folded domains are equal or one lies within the other.

    Names are compared label by label; there is no list of public suffixes behind it, but a lone top-level name relates
    to nothing except itself.
    """
    return within(one, other) or within(other, one)


def within(domain: str, parent: str) -> bool:
    """Say whether a folded domain is the parent domain or lies within it."""
    return bool(domain) and (domain == parent or ("." in parent and domain.endswith(f".{parent}")))


@lru_cache(REMEMBERED)
def usable(address: str) -> bool:
    """Say whether an address can be written to without any quoting (RFC 5321 section 4.1.2, Dot-string)."""
    local, _, domain = address.rpartition("@")
    if not 0 < len(local) <= 64 or not 0 < len(domain) <= 253 or local[0] == "." or local[-1] == ".":
        return False
    plain = all(letter.isprintable() and not letter.isspace() for letter in local)
    labels = all(label and label.replace("-", "").replace("_", "").isalnum() for label in domain.split("."))
    return plain and not _NEVER_IN_LOCAL & set(local) and labels
