"""Bytes to Message: reading never fails; what was wrong is said in `defects`."""

from hashlib import sha256

from daemon.core.mail import body
from daemon.core.mail.mime import date, display, filename, header, identifier, leaf, mailbox, uuencode
from daemon.core.mail.mime import tree as mime
from store.model.message import Address, Attachment, Forwarded, Message, Part

_START = 4096  # octets looked at to see how lines end


def parse(raw: bytes) -> Message:
    """Read a message from its bytes.

    Total and deterministic: any bytes give a Message, in time linear in their size (RFC 5322, RFC 2045 to 2049, 2231,
    3676, 6532; limits on header size, number of fields, depth, parts and text in `header`, `mime` and `leaf`).
    """
    data, defects = _line_ends(raw)
    block = header.read(data)
    tree = mime.read(data, block)
    leaves = {id(node): leaf.read(data, node) for node in tree.leaves()}
    texts, files = _texts(leaves)
    shown = display.select(tree, texts)
    read = body.read_body(shown.plain, shown.html)
    head = _Head(block, tree)
    for one in leaves.values():
        tree.defects.extend(one.defects)
    if not read.alike:
        tree.defects.append("differing-views")
    answered = identifier.every(head.text("in-reply-to"))
    return Message(
        message_id=head.message_id,
        subject=" ".join(head.text("subject").split()),
        sender=head.sender(),
        to=head.addresses("to"),
        cc=head.addresses("cc"),
        reply_to=head.addresses("reply-to"),
        date=head.date,
        in_reply_to=next(iter(answered), None),
        references=identifier.chain(head.text("references"), answered),
        headers=head.all,
        parts=tuple(one.part for one in leaves.values()),
        text=read.text,
        new_text=read.new_text,
        quoted=read.quoted,
        forwarded=read.forwarded or _forwarded(shown.attached, leaves),
        attachments=(*(_attachment(leaves[id(node)].part) for node in shown.attached), *map(_file, files)),
        defects=tuple(dict.fromkeys((*defects, *tree.defects, *head.defects()))),
        size=len(raw),
    )


class _Head:
    """The fields of the top level as values."""

    def __init__(self, block: header.Block, tree: mime.Tree) -> None:
        self.block = block
        self.charset = tree.charset()
        self.all = tuple([(name, header.text(value, self.charset)) for name, value in block.fields])
        self._first = dict(reversed(self.all))  # of several fields of one name the topmost
        self.sent_by = self._mailboxes("from")
        self.message_id = identifier.own(self.text("message-id"))
        self.date = date.read(self.text("date"))

    def text(self, name: str) -> str:
        return self._first.get(name, "")

    def addresses(self, name: str) -> tuple[Address, ...]:
        """All mailboxes of a field that may, against the rules, stand there several times."""
        if name not in self._first:
            return ()
        values = (mailbox.read(self._undecoded(value)) for key, value in self.block.fields if key == name)
        return tuple(address for found in values for address in found.addresses if "@" in address.address)

    def sender(self) -> Address | None:
        return next(iter(self.sent_by.addresses), None)

    def _mailboxes(self, name: str) -> mailbox.Mailboxes:
        raw = self.block.first(name)
        return mailbox.read(self._undecoded(raw)) if raw is not None else mailbox.Mailboxes((), True)

    def _undecoded(self, value: bytes) -> str:
        return header.undecoded(value, self.charset)

    def defects(self) -> list[str]:
        octets = b"".join([value for _, value in self.block.fields])
        rows = (
            ("no-from", not self.sent_by.addresses),
            ("two-from", self.block.count("from") > 1),
            ("many-from", len(self.sent_by.addresses) > 1),
            ("malformed-from", not self.sent_by.regular),
            ("no-message-id", self.message_id is None),
            ("no-date", "date" not in self._first),
            ("bad-date", "date" in self._first and self.date is None),
            ("raw-8bit-header", not octets.isascii()),
            ("nul", b"\0" in octets),
        )
        return [name for name, holds in rows if holds]


def _line_ends(raw: bytes) -> tuple[bytes, list[str]]:
    """Mail whose lines end with CR alone is read as if they ended with LF."""
    start = raw[:_START]
    if b"\r" in start and b"\n" not in start:
        return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n"), ["bare-cr"]
    return raw, [] if raw else ["empty"]


def _attachment(part: Part) -> Attachment:
    return Attachment(part.filename, part.content_type, part.size, part.content_id, part.sha256)


def _texts(leaves: dict[int, leaf.Leaf]) -> tuple[dict[int, str], list[uuencode.File]]:
    """Return the text of each leaf by the identity of its node, and the files that were written into plain texts."""
    texts = {key: one.part.text for key, one in leaves.items()}
    files: list[uuencode.File] = []
    for key, one in leaves.items():
        if one.part.content_type == "text/plain" and one.part.filename is None and "begin " in one.part.text:
            texts[key], found = uuencode.take_out(one.part.text)
            files.extend(found)
    return texts, files


def _file(file: uuencode.File) -> Attachment:
    name, digest = filename.clean(file.name), sha256(file.octets).hexdigest()
    return Attachment(name, "application/octet-stream", len(file.octets), None, digest)


def _forwarded(attached: tuple[mime.Node, ...], leaves: dict[int, leaf.Leaf]) -> Forwarded | None:
    """The first message that hangs on this one, unless a delivery report brought it back."""
    for node in attached:
        if node.type == "message/rfc822" and (node.parent is None or node.parent.type != "multipart/report"):
            return _inner(leaves[id(node)].octets[: leaf.MAX_MESSAGE])
    return None


def _inner(raw: bytes) -> Forwarded:
    block = header.read(raw)
    tree = mime.read(raw, block)
    texts, _ = _texts({id(node): leaf.read(raw, node) for node in tree.leaves()})
    shown = display.select(tree, texts)
    head = _Head(block, tree)
    text = body.read_body(shown.plain, shown.html).text
    return Forwarded(head.sender(), " ".join(head.text("subject").split()) or None, text)
