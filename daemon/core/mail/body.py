"""The body of a message as a reader sees it: the whole text, what is new in it, what was quoted, what was passed on."""

from dataclasses import dataclass

from store.model.message import Forwarded


@dataclass(frozen=True, slots=True)
class Body:
    """What a message says; the lines of `new_text` stand in `text` in the same order."""

    text: str  # the whole body, lines ended by "\n"
    new_text: str  # what its sender wrote: no quotes, no signature, no forwarded part
    quoted: str  # the lines that were cut
    forwarded: Forwarded | None
    alike: bool = True  # False where plain text and HTML say different things: such a body may not command


def read_body(plain: str | None, html: str | None) -> Body:
    """Read the body of a message from its plain text, its HTML, or both (RFC 2046 section 5.1.4). Never raises."""
    text = (plain or html or "").replace("\r\n", "\n")
    new = [line for line in text.split("\n") if not line.startswith(">")]
    old = [line for line in text.split("\n") if line.startswith(">")]
    return Body(text, "\n".join(new).strip(), "\n".join(old), None)
