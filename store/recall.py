"""What the store knows that bears on one message: a few lookups by index, however much is stored."""

from collections.abc import Sequence

from sqlalchemy import Connection, Row, bindparam, select

from store.budget import DAY, DESK, HOUR, WEEK, minute_of, scopes, within
from store.columns import KEY_LETTERS, clean
from store.model.facts import Budget, Clues, Facts, KnownId, SentMail
from store.model.ticket import Participant, Ticket
from store.schema import known_id, link, mail, participant, sender, ticket

MOST_MARKS = 30  # of each sort; what is named beyond them names nothing
MOST_KNOWN = 100  # a Message-ID may be used by many, and the oldest are believed first
MOST_REPEATS = 3
MOST_TICKETS = 100
LARGEST_NUMBER = 2**31 - 1

_SENT = select(mail.c.mark, mail.c.ticket, mail.c.recipient, mail.c.kind, mail.c.created_at).where(
    mail.c.mark.in_(bindparam("marks", expanding=True))
)
_KNOWN_COLUMNS = (known_id.c.message_id, known_id.c.ticket, known_id.c.sender, known_id.c.text_digest)
_KNOWN = (
    select(*_KNOWN_COLUMNS)
    .where(known_id.c.message_id.in_(bindparam("ids", expanding=True)))
    .order_by(known_id.c.message)
    .limit(MOST_KNOWN)
)
_REPEATS = (
    select(*_KNOWN_COLUMNS)
    .where(known_id.c.sender == bindparam("author"), known_id.c.text_digest == bindparam("digest"))
    .order_by(known_id.c.message.desc())
    .limit(MOST_REPEATS)
)
_BUDGET = select(
    within("address", HOUR).label("sender_hour"),
    within("address", DAY).label("sender_day"),
    within("domain", HOUR).label("domain_hour"),
    within("desk", HOUR).label("desk_hour"),
    within("text", WEEK).label("same_text_week"),
    select(sender.c.proven).where(sender.c.address == bindparam("author")).scalar_subquery().label("proven"),
)
_TICKETS = select(ticket).where(ticket.c.number.in_(bindparam("numbers", expanding=True)))
_PARTICIPANTS = (
    select(participant)
    .where(participant.c.ticket.in_(bindparam("numbers", expanding=True)))
    .order_by(participant.c.ticket, participant.c.address)
)
_LINKS = (
    select(link).where(link.c.ticket.in_(bindparam("numbers", expanding=True))).order_by(link.c.ticket, link.c.other)
)


def facts(connection: Connection, clues: Clues, now: float) -> Facts:
    """Return what the store knows about the clues; marks and Message-IDs come in the order of the clues."""
    sent = _sent(connection, clues)
    known = _known(connection, clues)
    named = (*(one.ticket for one in sent), *(one.ticket for one in known), clues.subject_number)
    numbers = dict.fromkeys(number for number in named if number is not None and 0 < number <= LARGEST_NUMBER)
    row = _budget(connection, clues, now)
    return Facts(
        sent=sent,
        known=known,
        tickets=tickets(connection, tuple(numbers)[:MOST_TICKETS]),
        sender_known=row.proven is not None,
        sender_proven=bool(row.proven),
        budget=Budget(
            sender_hour=int(row.sender_hour),
            sender_day=int(row.sender_day),
            domain_hour=int(row.domain_hour),
            desk_hour=int(row.desk_hour),
            same_text_week=int(row.same_text_week),
        ),
    )


def tickets(connection: Connection, numbers: Sequence[int]) -> tuple[Ticket, ...]:
    """Return tickets with their participants and links, in the order asked for; unknown ones are left out."""
    if not numbers:
        return ()
    asked = {"numbers": list(numbers)}
    taking_part: dict[int, list[Participant]] = {}
    for row in connection.execute(_PARTICIPANTS, asked):
        taking_part.setdefault(row.ticket, []).append(Participant(row.address, row.role))
    links: dict[int, list[int]] = {}
    for row in connection.execute(_LINKS, asked):
        links.setdefault(row.ticket, []).append(row.other)
    found = {
        row["number"]: Ticket(
            **row,
            links=tuple(links.get(row["number"], ())),
            participants=tuple(taking_part.get(row["number"], ())),
        )
        for row in connection.execute(_TICKETS, asked).mappings()
    }
    return tuple(found[number] for number in numbers if number in found)


def _sent(connection: Connection, clues: Clues) -> tuple[SentMail, ...]:
    bounced = (clues.bounced_mark,) if clues.bounced_mark else ()
    marks = list(dict.fromkeys((*bounced, *clues.reply_marks[:MOST_MARKS], *clues.own_marks[:MOST_MARKS])))
    if not marks:
        return ()
    found = {
        row.mark: SentMail(row.mark, row.ticket, row.recipient, row.kind, row.created_at)
        for row in connection.execute(_SENT, {"marks": marks})
    }
    return tuple(found[mark] for mark in marks if mark in found)


def _known(connection: Connection, clues: Clues) -> tuple[KnownId, ...]:
    """Message-IDs named, in their order, then what the same sender wrote before in the very same words."""
    named = [name for name in (*clues.foreign_ids[:MOST_MARKS], clues.message_id) if name]
    order = {clean(name)[:KEY_LETTERS]: place for place, name in reversed(list(enumerate(named)))}
    known: list[KnownId] = []
    if order:
        known = [KnownId(*row) for row in connection.execute(_KNOWN, {"ids": list(order)})]
        known.sort(key=lambda one: order[one.message_id])
    if clues.sender and clues.text_digest:
        asked = {"author": clues.sender, "digest": clues.text_digest}
        known += [KnownId(*row) for row in connection.execute(_REPEATS, asked)]
    return tuple(dict.fromkeys(known))


def _budget(connection: Connection, clues: Clues, now: float) -> Row[tuple[int, int, int, int, int, bool | None]]:
    address, domain, text = scopes(clues.answer_to, clues.text_digest)
    asked = {
        "address": address,
        "domain": domain,
        "desk": DESK,
        "text": text,
        "minute": minute_of(now),
        "author": clues.sender,
    }
    return connection.execute(_BUDGET, asked).one()
