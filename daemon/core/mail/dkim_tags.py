"""What a DKIM signature and a published key say of themselves: their tag lists (RFC 6376 sections 3.2, 3.5, 3.6.1)."""

from binascii import Error, a2b_base64
from dataclasses import dataclass

_MAX_VALUE = 16384  # characters of one field or record
_MAX_TAGS = 50
_FORMS = {"simple": False, "relaxed": True}


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as declared; whether it holds is another question."""

    domain: str  # d=, folded
    selector: str  # s=, folded
    algorithm: str  # a=, folded
    covers: tuple[str, ...]  # h=, folded
    identity: str  # domain of i=, folded; the same as `domain` where it is not given
    at: float | None  # t=, epoch seconds
    until: float | None  # x=, epoch seconds
    partial: bool  # l=: what stands below so many octets of the body is anybody's
    relaxed_header: bool  # c=
    relaxed_body: bool
    body_hash: bytes  # bh=
    value: bytes  # b=

    @property
    def key_name(self) -> str:
        """The name in the DNS under which its key stands (RFC 6376 section 3.6.2.1)."""
        return f"{self.selector}._domainkey.{self.domain}"


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A public key out of the DNS."""

    kind: str  # k=: "rsa" or "ed25519"
    octets: bytes  # p=; empty: it was revoked
    exact: bool  # t=s: the identity's domain must be the signing domain itself


def read_signature(value: str) -> Signature | None:
    """Read a DKIM-Signature; None for one that breaks the grammar or lacks what it must have."""
    tags = read_tags(value)
    if tags is None or tags.get("v") != "1" or not {"a", "b", "bh", "d", "h", "s"} <= tags.keys():
        return None
    at, until = _time(tags.get("t")), _time(tags.get("x"))
    head, _, body = tags.get("c", "simple/simple").casefold().partition("/")
    body_hash, signed = _octets(tags["bh"]), _octets(tags["b"])
    broken = ("t" in tags and at is None) or ("x" in tags and until is None)
    if broken or head not in _FORMS or (body or "simple") not in _FORMS or body_hash is None or signed is None:
        return None
    domain = tags["d"].casefold()
    return Signature(
        domain=domain,
        selector=tags["s"].casefold(),
        algorithm=tags["a"].casefold(),
        covers=tuple(name.casefold() for name in tags["h"].split(":")),
        identity=tags["i"].rpartition("@")[2].casefold() if "i" in tags else domain,
        at=at,
        until=until,
        partial="l" in tags,
        relaxed_header=_FORMS[head],
        relaxed_body=_FORMS[body or "simple"],
        body_hash=body_hash,
        value=signed,
    )


def read_key(record: str) -> PublishedKey | None:
    """Read a key record; None for one that is none, is for something else than mail, or is only being tried out."""
    tags = read_tags(record)
    if tags is None or "p" not in tags or tags.get("v", "DKIM1") != "DKIM1":
        return None
    flags = tags.get("t", "").split(":")
    for_mail = {"*", "email"} & set(tags.get("s", "*").split(":"))
    octets = _octets(tags["p"])
    if octets is None or not for_mail or "y" in flags or "sha256" not in tags.get("h", "sha256").split(":"):
        return None
    return PublishedKey(tags.get("k", "rsa").casefold(), octets, "s" in flags)


def read_tags(text: str) -> dict[str, str] | None:
    """Return the tags with all white space taken out, None where one is given twice or is none."""
    if len(text) > _MAX_VALUE or not text.isascii():
        return None
    pieces = "".join(text.split()).removesuffix(";").split(";", _MAX_TAGS)
    tags = dict(piece.partition("=")[::2] for piece in pieces if "=" in piece)
    return tags if len(tags) == len(pieces) <= _MAX_TAGS else None


def _time(value: str | None) -> float | None:
    return float(value) if value and len(value) <= 12 and value.isdigit() else None


def _octets(value: str) -> bytes | None:
    try:
        return a2b_base64(value, strict_mode=True) if value else b""
    except Error:
        return None
