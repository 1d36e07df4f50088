"""Messages, changes and mails as the tests of the store need them."""

from itertools import count

from store.model.changes import Changes, Filed, Opening, Outcome, TicketChange
from store.model.facts import Clues, Signal, Threading
from store.model.message import Envelope, RawMessage
from store.model.outbox import MailKind, NewMail
from store.model.ticket import ENDED, Edit, Event, Kind, Participant, Role, State
from store.model.verdict import Clause, Evidence, Tag, Verdict
from store.store import Store

NOW = 1_700_000_000.0
MINUTE = 60.0
ANN = "ann@customer.example"
ENVELOPE = Envelope(ANN, ("help@desk.example",), "192.0.2.1")
VERDICT = Verdict(
    Tag.EMERGENCY,
    False,
    2.5,
    "login",
    (Clause("stopping", True, (Evidence("I cannot", 0, 8, "r1", 1.5),)),),
    "d3f",
    ("os",),
)

_counter = count(1)


def raw(name: str, body: str = "It is broken.", sender: str = ANN) -> bytes:
    return f"From: {sender}\r\nSubject: {name}\r\nMessage-ID: <{name}@customer.example>\r\n\r\n{body}\r\n".encode()


def filed(name: str, sender: str = ANN, proven: bool = False, text_digest: str = "") -> Filed:
    return Filed(f"{name}@customer.example", sender, name, text_digest or f"text of {name}", proven)


def opening(reporter: str = ANN, links: tuple[int, ...] = ()) -> Opening:
    return Opening(
        Kind.REPORT,
        State.PAGED,
        VERDICT,
        "broken",
        reporter,
        "en",
        (Participant(reporter, Role.REPORTER),),
        links=links,
    )


def opens(name: str, sender: str = ANN, links: tuple[int, ...] = (), proven: bool = False) -> Changes:
    return Changes(
        Outcome.TICKET,
        "",
        Threading(Signal.NONE, None),
        filed(name, sender, proven),
        opens=opening(sender, links),
        events=(Event(NOW, "triaged", "opened"),),
    )


def follows(name: str, ticket: int, sender: str = ANN, state: State | None = None, text_digest: str = "") -> Changes:
    return Changes(
        Outcome.FOLLOW_UP,
        "",
        Threading(Signal.ADDRESS, ticket, why="it came to the reply address"),
        filed(name, sender, text_digest=text_digest),
        ticket=ticket,
        events=(Event(NOW, sender, "wrote"),),
        moves=(moved(ticket, state),) if state else (),
    )


def moved(ticket: int, state: State, version: int = 0) -> TicketChange:
    """The change that brings a ticket into a state."""
    ended = (Edit("ended_at", None, NOW),) if state in ENDED else ()
    return TicketChange(ticket, version, (Edit("state", State.PAGED, state), *ended))


def silenced(name: str, reason: str = "auto-reply", sender: str = ANN) -> Changes:
    return Changes(Outcome.SILENCED, reason, Threading(Signal.NONE, None), filed(name, sender))


def mail(
    ticket: int | None, kind: MailKind = MailKind.ACK, to: str = ANN, due: float = NOW, mark: str | None = None
) -> NewMail:
    mark = mark or f"mark{next(_counter):012}"
    return NewMail(mark, kind, ticket, "", to, f"1{mark}@desk.example", b"Subject: ours\r\n\r\nHello.\r\n", due)


def clues(sender: str = ANN, **more: object) -> Clues:
    return Clues(
        **{  # type: ignore[arg-type]
            "message_id": None,
            "sender": sender,
            "answer_to": sender,
            "reply_marks": (),
            "own_marks": (),
            "foreign_ids": (),
            "subject_number": None,
            "bounced_mark": None,
            "text_digest": "",
            **more,
        }
    )


async def take_one(store: Store, now: float = NOW, seconds: float = MINUTE) -> RawMessage:
    (work,) = await store.lease_messages(now, 1, seconds)
    return work


async def file_one(
    store: Store,
    name: str,
    sender: str = ANN,
    mails: tuple[MailKind, ...] = (),
    now: float = NOW,
    links: tuple[int, ...] = (),
) -> int:
    """Keep a message, work it and open a ticket with it; returns the ticket's number."""
    await store.keep(raw(name, sender=sender), ENVELOPE, now)
    work = await take_one(store, now)
    number = await store.reserve_number(work.id)
    outgoing = tuple(mail(number, kind, sender, now) for kind in mails)
    assert await store.commit(work, opens(name, sender, links), outgoing, number, now)
    return number
