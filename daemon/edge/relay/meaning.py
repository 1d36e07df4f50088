"""What a reply of the next server means for the mail it is about: an ordered table."""

from dataclasses import dataclass

from daemon.core.mail.clean import clip, one_line
from daemon.edge.relay.dialog import Reply
from store.model.outbox import Answer, Delivery


@dataclass(frozen=True, slots=True)
class _Rule:
    """A row: at these steps, a reply with one of these codes (or beginnings) and these words means this."""

    steps: tuple[str, ...]
    codes: tuple[str, ...]
    meaning: Delivery
    words: tuple[str, ...] = ("",)


_BEFORE_DOT = ("MAIL", "MAIL<>", "RCPT", "DATA")
_ANY = (*_BEFORE_DOT, "DOT")
RULES = (  # the first row that fits decides
    _Rule(("DOT",), ("2",), Delivery.ACCEPTED),
    _Rule(_ANY, ("4",), Delivery.DEFERRED),
    _Rule(_BEFORE_DOT, ("530", "534", "535", "538"), Delivery.UNREADY),  # RFC 4954 section 6: log in first
    _Rule(
        ("RCPT",), ("5",), Delivery.UNREADY, ("relay access denied", "relaying denied", "unable to relay", "not relay")
    ),
    _Rule(("MAIL",), ("552", "554 5.3.4"), Delivery.REFUSED),  # RFC 1870 section 6: this mail is too large
    _Rule(("MAIL",), ("5",), Delivery.UNREADY),  # our own address is refused: so will every other mail be
    _Rule(_ANY, ("5",), Delivery.REFUSED),
    _Rule(_BEFORE_DOT, ("",), Delivery.DEFERRED),  # no reply, or one that this step does not have
    _Rule(("DOT",), ("",), Delivery.UNCLEAR),
)


def meaning(step: str, reply: Reply) -> Answer:
    """Return what a reply means at a step: MAIL (`MAIL<>` for the null sender), RCPT, DATA or DOT."""
    text = told(f"{reply.code} {reply.message}" if reply.code else reply.message)
    line, small = f"{reply.code:03d} {reply.message}", text.casefold()
    rule = next(
        row
        for row in RULES
        if step in row.steps and line.startswith(row.codes) and any(words in small for words in row.words)
    )
    return Answer(rule.meaning, text)


def told(words: str) -> str:
    """Return what the other side said, fit for a line of ours."""
    return clip(one_line(words), 500)
