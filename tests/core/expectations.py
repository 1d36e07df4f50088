"""What the suites of other mail software state of their messages, held against a Message field by field."""

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from hashlib import sha3_256, sha256
from html import unescape
from mailbox import mbox
from pathlib import Path
from textwrap import wrap
from typing import Any

from daemon.core.mail.mime import header, leaf, words
from daemon.core.mail.mime import tree as mime
from daemon.core.mail.mime.charset import decode, guess
from store.model.message import Address, Attachment, Message

Check = Callable[[Message, Any, dict[str, Any]], bool]
MADE_UP = {"file", "noname1", "attachment.png", "attachment.gif", "image.jpg"}  # names for what has none
NOTHING_SEEN = "no visible content"  # what a source writes for a text that is empty


def raw_message(folder: Path, file: str) -> bytes:
    """Return the bytes of a message; `mbox#n` is the n-th of an mbox."""
    name, hash_, number = file.partition("#")
    if not hash_:
        return (folder / name).read_bytes()
    box = mbox(folder / name, create=False)
    try:
        return box.get_bytes(int(number))
    finally:
        box.close()


def wrong(message: Message, record: dict[str, Any], folder: Path) -> list[str]:
    """Return the fields of a record that a message does not meet."""
    raw = raw_message(folder, record["file"])
    stated = {**record, "folder": folder, "octets": octets_of(raw), "uuencoded": uuencoded_of(raw)}
    return [
        name
        for name, check in CHECKS.items()
        if record.get(name) is not None and not check(message, record[name], stated)
    ]


def squeezed(text: str) -> str:
    """Return a text without any white space, so that folding and wrapping do not count."""
    return re.sub(r"[\s\u200b\ufeff]+", "", text.replace("\0", "\ufffd"))


def alike(found: str, expected: str) -> bool:
    """Compare without white space; what the source gave up as U+FFFD may have been read here."""
    if "\ufffd" not in expected:
        return squeezed(found) == squeezed(expected)
    pattern = re.sub("\ufffd+", ".{0,6}", re.escape(squeezed(expected)))
    return re.fullmatch(pattern, squeezed(found), re.DOTALL) is not None


def octets_of(raw: bytes) -> dict[str, bytes]:
    """Return the decoded octets of each leaf under their digest."""
    tree = mime.read(raw, header.read(raw))
    return {one.part.sha256: one.octets for one in (leaf.read(raw, node) for node in tree.leaves())}


def uuencoded_of(raw: bytes) -> dict[str, bytes]:
    """Return the undecoded bodies of the leaves in uuencode, which is no encoding to all, by digest."""
    tree = mime.read(raw, header.read(raw))
    return {
        leaf.read(raw, node).part.sha256: raw[node.block.body : node.end]
        for node in tree.leaves()
        if "uue" in node.field("content-transfer-encoding")
    }


def forms(octets: bytes) -> list[bytes]:
    """What a source may have measured of a part: its octets, its lines with LF, its text as UTF-8, or base64 of it."""
    lines = octets.replace(b"\r\n", b"\n")
    return [
        octets, lines, lines.rstrip(b"\n"), b64encode(octets),
        guess(lines).encode(), guess(octets).encode(), lines.decode("utf-8", "replace").encode(),
    ]  # fmt: skip


def bare(html: str) -> str:
    """Return the words of an HTML text."""
    html = re.sub(r"(?is)<(style|script)\b.*?</\1>|<!--.*?-->", " ", html)
    return unescape(re.sub(r"<[^<>]*>", " ", html))


def most_words(found: str, expected: str) -> bool:
    """Say whether nearly all words of an expected text were found; sanitisers change the rest."""
    want = Counter(re.findall(r"\w+", expected))
    missing = want - Counter(re.findall(r"\w+", found))
    return missing.total() <= max(1, want.total() // 20) or squeezed(expected) in squeezed(found)


def same_address(found: str, expected: str) -> bool:
    return found.casefold() == expected.strip("<> '\"").casefold()


def written(address: Address | None) -> str:
    if address is None:
        return ""
    return f"{address.name} <{address.address}>" if address.name else address.address


def plain_list(text: str) -> str:
    """An address list without quotes, brackets, space and case, to compare what different writers write differently."""
    return "".join(sorted(re.sub(r"[\s\"'<>,;\\()]+", "", words.decode(text)).casefold()))


def same_list(found: tuple[Address, ...], expected: str) -> bool:
    """Compare with a list as text, which may end in a comment or name authors without an address."""
    ours = plain_list("".join(map(written, found)))
    addressed = re.sub(r'"[^"]*" <>,?|\([^()]*\)$', "", expected)
    return ours in {plain_list(one) for one in (expected, addressed)}


def same_pairs(found: tuple[Address, ...], expected: list[list[str | None]]) -> bool:
    whole = [(name or "", address) for name, address in expected if address]
    found = tuple(one for one in found if "@" in one.address or one.address in {address for _, address in whole})
    return len(found) == len(whole) and all(
        same_address(one.address, address) and (alike(one.name, name.strip("'\" ")) or name == address)
        for one, (name, address) in zip(found, whole, strict=True)
    )


def same_addresses(found: tuple[Address, ...], expected: list[str]) -> bool:
    return [one.address.casefold() for one in found] == [one.casefold() for one in expected]


def senders(message: Message) -> tuple[Address, ...]:
    return (message.sender,) if message.sender else ()


def subject(message: Message, expected: str, _: dict[str, Any]) -> bool:
    return alike(message.subject, words.one_line(expected))


def name_of(found: tuple[Address, ...], expected: str) -> bool:
    return alike(found[0].name if found else "", expected)


def date(message: Message, expected: str, _: dict[str, Any]) -> bool:
    stated = datetime.fromisoformat(expected)
    if message.date is None:
        return False
    return message.date == stated if stated.tzinfo else message.date.replace(tzinfo=None) == stated


def html_of(message: Message) -> str:
    return "\n".join(part.text for part in message.parts if part.content_type == "text/html")


def plain_of(message: Message) -> str:
    return "\n".join(part.text for part in message.parts if part.content_type == "text/plain")


def body_text(message: Message, expected: str, record: dict[str, Any]) -> bool:
    seamless = expected.replace("\n--\n", "\n")  # a source's own seam between two parts
    more = "differing-views" in message.defects  # then the HTML stands below it
    less = any(one.sha256 not in record["octets"] for one in message.attachments)  # then uuencode was taken out of it
    below = plain_of(message) if more or less else message.text
    return any(alike(below, one) for one in (expected, seamless)) or expected.strip() == NOTHING_SEEN


def body_parts(message: Message, expected: list[str], _: dict[str, Any]) -> bool:
    return all(any(alike(part.text, one) for part in message.parts) for one in expected)


def body_file(message: Message, expected: str, record: dict[str, Any]) -> bool:
    path = record["folder"] / expected
    if not path.exists():  # the source names it and did not give it away
        return True
    data = path.read_bytes()
    texts = {squeezed(data.decode(codec, "replace")) for codec in ("utf-8", "cp1252")}
    return bool(texts & {squeezed(text) for text in (message.text, plain_of(message), html_of(message))})


def unmarked(text: str) -> str:
    """A text without the marks of quotes too, which the joining of flowed lines takes away."""
    return squeezed(text).replace(">", "")


def body_hash(message: Message, expected: str, record: dict[str, Any]) -> bool:
    """The source joins no flowed lines that end with LF, or wraps the whole text as if it were one line of it."""
    texts = [part.text for part in message.parts if part.content_type.startswith("text/")]
    whole = [decode(octets, "utf-8").text for octets in record["octets"].values()]
    unjoined = [text for text in whole if any(unmarked(text) == unmarked(one) for one in texts)]
    lines = [text.replace("\r\n", "\n") for text in unjoined]
    wrapped = ["\n".join(wrap(text, 78, replace_whitespace=False)) for text in lines]
    every = texts + unjoined + lines + wrapped
    return expected in {sha3_256(text.encode("utf-8", "surrogateescape")).hexdigest() for text in every}


def attachment(found: Attachment, expected: dict[str, Any], measured: list[bytes]) -> bool:
    name = expected.get("name") or ""
    cut = re.match(r"[A-Za-z]:", name) is not None and name.endswith(found.filename or "\0")  # "C:\\a.png" or "C:a.png"
    nameless = not name or name in MADE_UP or name == (found.content_id or "").partition("@")[0]
    made_up = nameless or (found.filename is None and found.content_type.startswith("message/"))
    return (
        (made_up or cut or alike(found.filename or "", re.split(r"[/\\]", name)[-1]))
        and expected.get("type") in {None, found.content_type}
        and (expected.get("size") is None or expected["size"] in map(len, measured))
        and (expected.get("sha256") is None or expected["sha256"] in {sha256(form).hexdigest() for form in measured})
        and expected.get("content_id") in {None, found.content_id}
    )


def measured(found: Attachment, record: dict[str, Any]) -> list[bytes]:
    undecoded = record["uuencoded"].get(found.sha256)
    return forms(record["octets"].get(found.sha256, b"")) + (forms(undecoded) if undecoded else [])


def attachments(message: Message, expected: list[dict[str, Any]], record: dict[str, Any]) -> bool:
    wanted = [one for one in expected if not one.get("prefs", {}).get("content-alternative")]
    left = list(message.attachments)
    for one in wanted:
        found = next((some for some in left if attachment(some, one, measured(some, record))), None)
        if found is None:
            return False
        left.remove(found)
    hanging = [one for one in left if one.sha256 in record["octets"]]  # uuencode in a text is no file to most sources
    return not hanging or record.get("attachments_complete") is False


def leaf_parts(message: Message, expected: list[dict[str, Any]], _: dict[str, Any]) -> bool:
    """Their trees go on inside attached messages, ours end there; their texts have CRLF, other parts their bytes."""
    for one in expected:
        if "/message" in one["path"]:
            continue
        texts = (part.text.replace("\n", "\r\n") for part in message.parts)
        hashes = {part.sha256 for part in message.parts} | {sha256(text.encode()).hexdigest() for text in texts}
        if one["sha256"] not in hashes:
            return False
    return True


def count(message: Message, expected: int, record: dict[str, Any]) -> bool:
    """Some count files that are shown in the text apart from those that hang on it."""
    return len(message.attachments) in {expected, expected + (record.get("inline_count") or 0)}


def shown_as(message: Message, expected: str, record: dict[str, Any]) -> bool:
    if record.get("body_text") == NOTHING_SEEN:
        return True
    kinds = {part.content_type for part in message.parts} & {"text/plain", "text/html"}
    return expected in kinds or not kinds


CHECKS: dict[str, Check] = {
    "subject": subject,
    "subject_raw": lambda m, e, r: subject(m, words.decode(e), r),
    "from": lambda m, e, r: same_list(senders(m), e),
    "from_raw": lambda m, e, r: same_list(senders(m), e),
    "from_addr": lambda m, e, r: same_address(m.sender.address if m.sender else "", e),
    "from_name": lambda m, e, r: name_of(senders(m), e),
    "from_addrs": lambda m, e, r: same_pairs(senders(m), e[:1]),
    "from_addrs_only": lambda m, e, r: same_addresses(senders(m), e[:1]),
    "to": lambda m, e, r: same_list(m.to, e),
    "to_raw": lambda m, e, r: same_list(m.to, e),
    "to_addr": lambda m, e, r: same_address(m.to[0].address if m.to else "", e),
    "to_name": lambda m, e, r: name_of(m.to, e),
    "to_addrs": lambda m, e, r: same_pairs(m.to, e),
    "to_addrs_only": lambda m, e, r: same_addresses(m.to, e),
    "cc": lambda m, e, r: same_list(m.cc, e),
    "cc_addrs_only": lambda m, e, r: same_addresses(m.cc, e),
    "reply_to": lambda m, e, r: same_list(m.reply_to, e) if isinstance(e, str) else same_pairs(m.reply_to, e),
    "date": date,
    "date_raw": lambda m, e, r: squeezed(m.header("date") or "") == squeezed(e),
    "message_id": lambda m, e, r: m.message_id == e.strip("<>"),
    "references": lambda m, e, r: set(m.references) | {m.in_reply_to} >= set(e),
    "body_text": body_text,
    "body_text_contains_all": lambda m, e, r: all(squeezed(one).replace("*", "") in squeezed(m.text) for one in e),
    "body_text_count": lambda m, e, r: plain_of(m).count(e[1]) == e[0],
    "body_text_file": body_file,
    "text_body_parts": body_parts,
    "body_html": lambda m, e, r: most_words(bare(html_of(m)), bare(e)),
    "body_html_contains_all": lambda m, e, r: all(squeezed(one) in squeezed(html_of(m)) for one in e),
    "body_html_count": lambda m, e, r: html_of(m).count(e[1]) == e[0],
    "body_html_file": body_file,
    "html_body_parts": body_parts,
    "body_sha3_256": body_hash,
    "body_content_type": shown_as,
    "attachments": attachments,
    "attachment_count": count,
    "leaf_parts": leaf_parts,
}
