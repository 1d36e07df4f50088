"""One leaf of the MIME tree: its octets, its text, its name."""

from dataclasses import dataclass
from hashlib import sha256

from daemon.core.mail.mime import charset, filename, flowed, identifier, transfer
from daemon.core.mail.mime.tree import Node
from store.model.message import Part

MAX_TEXT = 1 << 20  # octets of a text part that are read as text
MAX_MESSAGE = 256 * 1024  # likewise of a message/* part


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part as it is kept, its octets, and what was wrong with it."""

    part: Part
    octets: bytes
    defects: tuple[str, ...]


def read(data: bytes, node: Node) -> Leaf:
    """Read a leaf out of the bytes of the message."""
    encoding = node.field("content-transfer-encoding").partition(";")[0].strip().casefold()
    octets = transfer.decode(data[node.block.body : node.end], encoding)
    text, defects = _text(node, octets.data)
    part = Part(
        content_type=node.type,
        text=text,
        filename=name(node),
        content_id=identifier.own(node.field("content-id")),
        inline=node.disposition.value != "attachment",
        size=len(octets.data),
        sha256=sha256(octets.data).hexdigest(),
    )
    return Leaf(part, octets.data, octets.defects + defects)


def name(node: Node) -> str | None:
    """Return the name a part goes by: of its disposition, else of its type."""
    given = node.disposition.parameters.get("filename") or node.content.parameters.get("name")
    return filename.clean(given)


def _text(node: Node, octets: bytes) -> tuple[str, tuple[str, ...]]:
    kind = node.type.partition("/")[0]
    if kind == "message":
        return _lines(charset.decode(octets[:MAX_MESSAGE], None).text), ()
    if kind != "text":
        return "", ()
    declared = next(iter(node.content.parameters.get("charset", "").split()), "")
    decoded = charset.decode(octets[:MAX_TEXT], declared)
    text = _lines(decoded.text)
    if node.type == "text/plain" and node.content.parameters.get("format", "").casefold() == "flowed":
        text = flowed.unflow(text, delete_space=node.content.parameters.get("delsp", "").casefold() == "yes")
    defects = () if decoded.faithful else ("bad-charset",)
    if charset.is_disputed(declared):
        defects = (*defects, "ambiguous")
    return text, (*defects, "text-cut") if len(octets) > MAX_TEXT else defects


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
