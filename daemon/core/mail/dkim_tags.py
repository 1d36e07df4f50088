"""What a DKIM-Signature says of itself: its tag list (RFC 6376 sections 3.2 and 3.5)."""

from dataclasses import dataclass

MAX_SIGNATURES = 10  # of one message; honest mail has one to three
_MAX_VALUE = 16384  # characters of one field
_MAX_TAGS = 50


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

    @property
    def key_name(self) -> str:
        """The name in the DNS under which its key stands (RFC 6376 section 3.6.2.1)."""
        return f"{self.selector}._domainkey.{self.domain}"


def read_signature(value: str) -> Signature | None:
    """Read a DKIM-Signature; None for one that breaks the grammar or lacks what it must have."""
    tags = _tags(value)
    if tags is None or tags.get("v") != "1" or not {"a", "b", "bh", "d", "h", "s"} <= tags.keys():
        return None
    at, until = _time(tags.get("t")), _time(tags.get("x"))
    if ("t" in tags and at is None) or ("x" in tags and until is None):
        return None
    domain = tags["d"].casefold()
    return Signature(
        domain=domain,
        selector=tags["s"].casefold(),
        algorithm=tags["a"].casefold(),
        covers=tuple(name.strip().casefold() for name in tags["h"].split(":")),
        identity=tags["i"].rpartition("@")[2].casefold() if "i" in tags else domain,
        at=at,
        until=until,
        partial="l" in tags,
    )


def _tags(value: str) -> dict[str, str] | None:
    """Return the tags with all white space taken out, None where one is given twice or is none."""
    if len(value) > _MAX_VALUE:
        return None
    pieces = "".join(value.split()).removesuffix(";").split(";", _MAX_TAGS)
    tags = dict(piece.partition("=")[::2] for piece in pieces if "=" in piece)
    return tags if len(tags) == len(pieces) <= _MAX_TAGS else None


def _time(value: str | None) -> float | None:
    return float(value) if value and len(value) <= 12 and value.isascii() and value.isdigit() else None
