"""What the store knows that bears on messages: a few lookups by index, however much is stored.

Messages that are asked about at one moment are looked up together; what one of them gets to know never depends on the
others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields

from sqlalchemy import Connection, bindparam, select

from store.budget import budgets
from store.columns import KEY_LETTERS, clean
from store.epochs import of_answered
from store.model.facts import Budget, Clues, Facts, KnownId, SentMail
from store.model.ticket import Participant, Ticket
from store.prepared import ask
from store.schema import known_id, link, mail, participant, sender, ticket

MOST_NAMED = 30  # marks of each sort, and Message-IDs; what is named beyond them names nothing
MOST_KNOWN = 100  # messages of one Message-ID, or of all that one message names: the oldest are believed
LARGEST_NUMBER = 2**31 - 1
NOTHING_SPENT = Budget()

_SENT = select(
    mail.c.mark, mail.c.ticket, mail.c.recipient.label("to"), mail.c.kind, mail.c.created_at, mail.c.lines
).where(mail.c.mark.in_(bindparam("marks", expanding=True)))
_KNOWN = (
    select(known_id.c.message_id, known_id.c.ticket, known_id.c.sender, known_id.c.text_digest)
    .where(known_id.c.message_id.in_(bindparam("ids", expanding=True)))
    .order_by(known_id.c.message)
    .limit(bindparam("most"))
)
_SENDERS = select(sender.c.address, sender.c.proven).where(sender.c.address.in_(bindparam("addresses", expanding=True)))
_HELD = [ticket.c[field.name] for field in fields(Ticket) if field.name in ticket.c]
_TICKETS = select(*_HELD).where(ticket.c.number.in_(bindparam("numbers", expanding=True)))
_PARTICIPANTS = (
    select(participant)
    .where(participant.c.ticket.in_(bindparam("numbers", expanding=True)))
    .order_by(participant.c.ticket, participant.c.address)
)
_LINKS = (
    select(link).where(link.c.ticket.in_(bindparam("numbers", expanding=True))).order_by(link.c.ticket, link.c.other)
)


def facts(connection: Connection, asked: Sequence[tuple[Clues, float]], *, answering: bool = True) -> list[Facts]:
    """Return what the store knows about clues, given with the time; what is known comes in the order of the clues.

    What acknowledgements may still be sent is left out where there is no `answering`.
    """
    every = [clues for clues, _ in asked]
    sent = _sent(connection, every)
    known = _known(connection, every)
    epochs = of_answered(connection, every, sent)
    senders = _senders(connection, every)
    answers = [(clues.answer_to, clues.text_digest, now) for clues, now in asked]
    spent = budgets(connection, answers) if answering else [NOTHING_SPENT] * len(asked)
    numbers = [_numbers(*row) for row in zip(every, sent, known, strict=True)]
    found = _with_survivors(connection, list(dict.fromkeys(n for row in numbers for n in row)))
    return [
        Facts(
            sent=sent[place],
            known=known[place],
            tickets=_told(numbers[place], found),
            sender_known=_key(clues.sender) in senders,
            sender_proven=senders.get(_key(clues.sender), False),
            budget=spent[place],
            epochs=epochs[place],
        )
        for place, clues in enumerate(every)
    ]


def tickets(connection: Connection, numbers: Sequence[int]) -> tuple[Ticket, ...]:
    """Return tickets with their participants and links, in the order asked for; unknown ones are left out."""
    if not numbers:
        return ()
    asked = {"numbers": list(numbers)}
    taking_part: dict[int, list[Participant]] = {}
    for row in ask(connection, _PARTICIPANTS, asked):
        taking_part.setdefault(row.ticket, []).append(Participant(row.address, row.role))
    links: dict[int, list[int]] = {}
    for row in ask(connection, _LINKS, asked):
        links.setdefault(row.ticket, []).append(row.other)
    found = {
        row.number: Ticket(
            **row._asdict(),
            links=tuple(links.get(row.number, ())),
            participants=tuple(taking_part.get(row.number, ())),
        )
        for row in ask(connection, _TICKETS, asked)
    }
    return tuple(found[number] for number in numbers if number in found)


def _with_survivors(connection: Connection, numbers: Sequence[int]) -> dict[int, Ticket]:
    """Return tickets by number, with those that they were joined to; only where there are such is more looked up."""
    found: dict[int, Ticket] = {}
    while numbers:
        found |= {one.number: one for one in tickets(connection, numbers)}
        wanted = {one.joined for one in found.values() if one.joined is not None}
        asked, numbers = set(numbers), sorted(wanted - found.keys())
        if asked & set(numbers):
            break
    return found


def _told(numbers: Sequence[int], found: dict[int, Ticket]) -> tuple[Ticket, ...]:
    told: dict[int, Ticket] = {}
    waiting = list(numbers)
    while waiting:
        one = found.get(waiting.pop(0))
        if one and one.number not in told:
            told[one.number] = one
            waiting += [one.joined] if one.joined is not None else []
    return tuple(told.values())


def _numbers(clues: Clues, sent: Iterable[SentMail], known: Iterable[KnownId]) -> tuple[int, ...]:
    """Return the tickets that the clues lead to, each once."""
    named = (*(one.ticket for one in sent), *(one.ticket for one in known), clues.subject_number)
    return tuple(dict.fromkeys(number for number in named if number is not None and 0 < number <= LARGEST_NUMBER))


def _sent(connection: Connection, every: Sequence[Clues]) -> list[tuple[SentMail, ...]]:
    marks = [_marks(clues) for clues in every]
    wanted = list(dict.fromkeys(mark for row in marks for mark in row))
    rows = ask(connection, _SENT, {"marks": wanted}) if wanted else ()
    found = {row.mark: SentMail(*row) for row in rows}
    return [tuple(found[mark] for mark in row if mark in found) for row in marks]


def _marks(clues: Clues) -> tuple[str, ...]:
    bounced = (clues.bounced_mark,) if clues.bounced_mark else ()
    return tuple(dict.fromkeys((*bounced, *clues.reply_marks[:MOST_NAMED], *clues.own_marks[:MOST_NAMED])))


def _known(connection: Connection, every: Sequence[Clues]) -> list[tuple[KnownId, ...]]:
    """Return the filed copy of each message, where there is one, and then the messages that it names."""
    wanted = list(dict.fromkeys(name for clues in every for name in _named(clues)))
    if not wanted:
        return [() for _ in every]
    most = MOST_KNOWN * len(every)
    rows = ask(connection, _KNOWN, {"ids": wanted, "most": most})
    if len(rows) == most and len(every) > 1:  # somebody's flood must not hide what another one is looking for
        return [row for clues in every for row in _known(connection, [clues])]
    found: dict[str, list[KnownId]] = {}
    for row in rows:
        found.setdefault(row.message_id, []).append(KnownId(*row))
    return [_known_of(clues, found) for clues in every]


def _known_of(clues: Clues, found: dict[str, list[KnownId]]) -> tuple[KnownId, ...]:
    same = (_key(clues.sender), _key(clues.text_digest))
    copies = (one for one in found.get(_key(clues.message_id or ""), ()) if (one.sender, one.text_digest) == same)
    oldest = (found[name][0] for name in map(_key, clues.foreign_ids[:MOST_NAMED]) if name in found)
    return tuple(dict.fromkeys((*list(copies)[:1], *oldest)))


def _named(clues: Clues) -> tuple[str, ...]:
    return tuple(_key(name) for name in (clues.message_id, *clues.foreign_ids[:MOST_NAMED]) if name)


def _senders(connection: Connection, every: Sequence[Clues]) -> dict[str, bool]:
    """Return which of the senders are known, and whether they were ever proven."""
    addresses = list(dict.fromkeys(_key(clues.sender) for clues in every if clues.sender))
    rows = ask(connection, _SENDERS, {"addresses": addresses}) if addresses else ()
    return {row.address: row.proven for row in rows}


def _key(text: str) -> str:
    return clean(text)[:KEY_LETTERS]
