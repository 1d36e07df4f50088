"""Addresses and identifiers: fold them to compare, sign our own, and know our own again.

Every mail of ours bears a *mark*: 80 random bits, written as 16 letters. Its Message-ID is `<1MARKMAC@host>` and its
reply address `desk+p1MARKMAC@domain`, where `1` names the key, `p` the purpose, and MAC is 80 bits of HMAC-SHA-256
over purpose, mark and desk. The store knows which ticket and recipient a mark belongs to; the key stands outside the
store, so a stolen database mints nothing. Purposes never share a MAC: a Message-ID, which travels in many headers,
opens no reply address.
"""

import hmac
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

MARK_LETTERS = 16
SECRETS = 16  # of a desk, the older ones included, that are kept ready
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"  # base32 (RFC 4648 section 6), in lower case
_LETTERS = frozenset(_ALPHABET)
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)  # ten bits each


class Purpose(StrEnum):
    """What an identifier of ours is good for."""

    MESSAGE_ID = "m"  # threading only, never authority
    TALK = "t"  # a customer's or participant's answer
    COMMAND = "c"  # a member's word on one ticket
    CONFIRM = "y"  # a member's yes to one action
    LOOP = "l"  # the header by which we know our own mail


@dataclass(frozen=True, slots=True)
class Key:
    """A secret of the desk and the one character that names it."""

    name: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class Own:
    """What makes an address or identifier ours; the first key signs, all keys are believed."""

    addresses: tuple[str, ...]  # folded, the main one first
    tag: str
    host: str  # right side of our Message-IDs
    keys: tuple[Key, ...]


def fold(address: str) -> str:
    """Bring an address into the form in which two spellings of one mailbox are equal.

    Local parts are compared without case: RFC 5321 section 2.4 allows case to matter, and no host in use makes it so.
    """
    return address.strip().casefold()


def domain_of(address: str) -> str:
    """Return the folded domain of an address, "" where it has none."""
    return fold(address).rpartition("@")[2] if "@" in address else ""


def mark_from(random: bytes) -> str:
    """Write ten random octets as a mark."""
    return _base32(random[:10])


def message_id(own: Own, mark: str) -> str:
    """Return the Message-ID, without brackets, of the mail that bears this mark."""
    key = own.keys[0]
    return f"{key.name}{mark}{_mac(own, key, Purpose.MESSAGE_ID, mark)}@{own.host}"


def reply_address(own: Own, purpose: Purpose, mark: str) -> str:
    """Return the secret address that answers to the mail with this mark."""
    local, _, domain = own.addresses[0].rpartition("@")
    key = own.keys[0]
    return f"{local}{own.tag}{purpose}{key.name}{mark}{_mac(own, key, purpose, mark)}@{domain}"


@lru_cache(SECRETS)
def loop_value(own: Own) -> str:
    """Return the value of our loop header."""
    return _mac(own, own.keys[0], Purpose.LOOP, "loop")


def is_loop_value(own: Own, value: str) -> bool:
    """Say whether a loop header is one of ours."""
    return any(
        hmac.compare_digest(_mac(own, key, Purpose.LOOP, "loop"), value.strip()) for key in own.keys if value.isascii()
    )


def mark_of_message_id(own: Own, identifier: str) -> str | None:
    """Return the mark in a Message-ID of ours, or None for any other."""
    local, _, host = fold(identifier).rpartition("@")
    return _mark(own, Purpose.MESSAGE_ID, local) if host == own.host.casefold() else None


def mark_of_reply_address(own: Own, address: str) -> tuple[Purpose, str] | None:
    """Return purpose and mark of a reply address of ours, or None for any other."""
    tag = tag_of(own, address)
    if not tag or tag[0] not in set(Purpose):
        return None
    purpose = Purpose(tag[0])
    mark = _mark(own, purpose, tag[1:])
    return (purpose, mark) if mark else None


def tag_of(own: Own, address: str) -> str | None:
    """Return the tag of an address of the desk ("" where it has none), or None if it is not the desk's."""
    local, _, domain = fold(address).rpartition("@")
    base, _, tag = local.partition(own.tag)
    return tag if f"{base}@{domain}" in own.addresses else None


def is_own(own: Own, address: str) -> bool:
    """Say whether an address is the desk's, with or without a tag."""
    return tag_of(own, address) is not None


def _mark(own: Own, purpose: Purpose, signed: str) -> str | None:
    name, mark, mac = signed[:1], signed[1 : 1 + MARK_LETTERS], signed[1 + MARK_LETTERS :]
    if not (set(mark) | set(mac)) <= _LETTERS or len(mac) != MARK_LETTERS:
        return None
    for key in own.keys:
        if key.name == name and hmac.compare_digest(_mac(own, key, purpose, mark), mac):
            return mark
    return None


def _mac(own: Own, key: Key, purpose: Purpose, mark: str) -> str:
    text = f"triaged\0{purpose}\0{own.addresses[0]}\0{mark}".encode()
    mac = _keyed(key.secret).copy()
    mac.update(text)
    return _base32(mac.digest()[:10])


@lru_cache(SECRETS)
def _keyed(secret: bytes) -> hmac.HMAC:
    """Return an HMAC that has taken in its key and nothing else; it is only ever copied."""
    return hmac.new(secret, digestmod="sha256")


def _base32(ten: bytes) -> str:
    """Write 80 bits as 16 letters."""
    bits = int.from_bytes(ten)
    return "".join([_PAIRS[bits >> shift & 1023] for shift in range(70, -1, -10)])
