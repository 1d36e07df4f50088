"""Stage 2, its end: all that one message changes, written at once or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, update

from store import corrections, roster
from store.budget import spend, spent_by_desk
from store.epochs import begin
from store.identity import SUBJECT_LETTERS
from store.model.changes import Changes, Opening, Outcome
from store.model.message import RawMessage
from store.model.outbox import Mail, MailKind, NewMail
from store.model.ticket import ENDED
from store.moving import event_row, move
from store.outbox import Posting, put
from store.prepared import many
from store.processing import held
from store.quarantine.holding import hold
from store.refiling import refile
from store.schema import event, failing, known_id, link, message, occasion, participant, sender, ticket, verdict
from store.upsert import of, upsert
from store.verdicts import row_of

Rows = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Filing:
    """A message worked, and what follows from it."""

    work: RawMessage
    changes: Changes
    mails: tuple[NewMail, ...]
    number: int | None  # of the ticket it opens
    now: float
    hands: int = 0  # so many of the mails at most are handed on at once, leased
    lease_seconds: float = 0.0
    further: tuple[int, ...] = ()  # numbers of the other tickets that it opens

    @property
    def openings(self) -> tuple[tuple[int, Opening], ...]:
        """The tickets that it opens, each with its number."""
        if self.changes.opens is None:
            return ()
        if self.number is None or len(self.further) != len(self.changes.further):
            raise ValueError("a ticket is opened without a number")
        return ((self.number, self.changes.opens), *zip(self.further, self.changes.further, strict=True))

    @property
    def acks(self) -> int:
        """How many acknowledgements are among its mails."""
        return sum(mail.kind is MailKind.ACK for mail in self.mails)

    @property
    def ticket(self) -> int | None:
        """The ticket that the message is filed with."""
        return self.changes.ticket if self.changes.ticket is not None else self.number


_END = (
    update(message)
    .where(message.c.id == bindparam("row"))
    .values(
        due=None,
        outcome=bindparam("became"),
        reason=bindparam("silence"),
        subject=bindparam("title"),
        signal=bindparam("sign"),
        why=bindparam("because"),
        ticket=bindparam("number_"),
        unverified=bindparam("unsure"),
        ended_at=bindparam("now"),
    )
)
_TICKET, _VERDICT, _EVENT, _KNOWN = insert(ticket), insert(verdict), insert(event), insert(known_id)
_LINK = upsert(link, ("ticket", "other"), lambda _: {})
_PARTICIPANT = upsert(participant, ("ticket", "address"), lambda _: {})
_SENDER = upsert(sender, ("address",), lambda came: {"proven": sender.c.proven | came.proven})
_HAPPENS = upsert(occasion, ("key",), lambda _: {})
_FAILING = upsert(failing, ("address",), lambda came: {"message": came.message, "at": came.at})


def commit(connection: Connection, filings: Sequence[Filing]) -> list[tuple[Mail, ...] | None]:
    """File messages whose fence still holds, and whose tickets nobody has changed.

    Returns for each the mails that are leased, None where it was not filed.

    Raises:
        ValueError: a ticket is opened without a number.

    """
    holding = held(connection, [filing.work for filing in filings])
    filed, acks = [], 0
    for one in filings:  # in their order
        holds = (one.work.id, one.work.fence) in holding and _affordable(connection, one, acks)
        filed.append(holds and move(connection, one.changes, one.now))
        acks += filed[-1] and one.acks
    valid = [filing for filing, holds in zip(filings, filed, strict=True) if holds]
    leased: dict[int | None, tuple[Mail, ...]] = {}
    if valid:
        _open(connection, valid)
        _follow(connection, valid)
        for cause, mail in put(connection, [posting for filing in valid for posting in _postings(filing)]):
            leased[cause] = (*leased.get(cause, ()), mail)
        acknowledging = [(filing, mail) for filing in valid for mail in filing.mails]
        spend(connection, [(mail, filing.changes.filed.text_digest, filing.now) for filing, mail in acknowledging])
    ids = [filing.work.id for filing in filings]
    return [leased.get(row, ()) if holds else None for row, holds in zip(ids, filed, strict=True)]


def _affordable(connection: Connection, filing: Filing, others: int) -> bool:
    """Say whether its acknowledgement may still leave: many are decided side by side, by the same count."""
    most = filing.changes.most_acks
    return not (most and filing.acks) or spent_by_desk(connection, filing.now) + others + filing.acks <= most


def _postings(filing: Filing) -> list[Posting]:
    cause, now, until = filing.work.id, filing.now, filing.now + filing.lease_seconds
    handed = [mail.mark for mail in filing.mails if mail.due <= now][: filing.hands]
    return [Posting(cause, mail, now, until if mail.mark in handed else None) for mail in filing.mails]


def _open(connection: Connection, filings: list[Filing]) -> None:
    opened = [(filing, number, opening) for filing in filings for number, opening in filing.openings]
    many(connection, _TICKET, [_ticket(*one) for one in opened])
    judged = [(filing, number, opening.verdict) for filing, number, opening in opened if opening.verdict]
    many(connection, _VERDICT, [row_of(number, found, filing.now) for filing, number, found in judged])
    many(
        connection,
        of(_PARTICIPANT, connection),
        [
            {"ticket": number, "address": one.address, "role": one.role}
            for _, number, opening in opened
            for one in opening.participants
        ],
    )
    links = [(number, other) for _, number, opening in opened for other in opening.links]
    both_ways = [{"ticket": a, "other": b} for one, other in links for a, b in ((one, other), (other, one))]
    many(connection, of(_LINK, connection), both_ways)


def _follow(connection: Connection, filings: list[Filing]) -> None:
    many(connection, _END, [_end(filing) for filing in filings])
    hold(connection, [(filing.work, filing.now) for filing in filings])
    many(connection, _EVENT, [row for filing in filings for row in _events(filing)])
    many(connection, _KNOWN, [row for filing in filings for row in _known(filing)])
    many(connection, of(_SENDER, connection), _senders(filings))
    for filing in filings:
        refile(connection, filing.changes.refiles, filing.number)
    begin(connection, [(address, filing.now) for filing in filings for address in filing.changes.revokes])
    taught = [(filing.work.id, one) for filing in filings for one in filing.changes.corrections]
    corrections.put(connection, taught)
    roster.put(connection, [(filing.work.id, one) for filing in filings for one in filing.changes.overrides])
    keys = [(key, filing.now) for filing in filings for key in filing.changes.happens]
    many(connection, of(_HAPPENS, connection), [{"key": key, "at": now} for key, now in keys])
    reported = {address: filing for filing in filings for address in filing.changes.failing}
    many(
        connection,
        of(_FAILING, connection),
        [
            {"address": address, "message": filing.work.id, "at": filing.now}
            for address, filing in sorted(reported.items(), key=lambda row: row[0])
        ],
    )


def _ticket(filing: Filing, number: int, opening: Opening) -> dict[str, object]:
    told = opening.gathered_until is None
    return {
        "number": number,
        "kind": opening.kind,
        "state": opening.state,
        "started": opening.state,
        "verdict": opening.verdict.tag if opening.verdict else None,
        "unsure": bool(opening.verdict and opening.verdict.unsure),
        "subject": opening.subject,
        "reporter": opening.reporter,
        "team": opening.team,
        "area": opening.area,
        "language": opening.language,
        "opened_at": filing.work.received_at,
        "priority": opening.priority,
        "owner": opening.owner,
        "planned": opening.planned,
        "ended_at": filing.now if opening.state in ENDED else None,
        "asked_at": filing.now if opening.asks and told else None,
        "called": opening.calls,
        "called_at": filing.now if opening.calls and told and not opening.asks else None,
        "gathered_until": opening.gathered_until,
    }


def _end(filing: Filing) -> dict[str, object]:
    threading = filing.changes.threading
    return {
        "row": filing.work.id,
        "became": filing.changes.outcome,
        "silence": filing.changes.reason,
        "title": filing.changes.filed.subject[:SUBJECT_LETTERS],
        "sign": threading.signal,
        "because": threading.why,
        "number_": filing.ticket,
        "unsure": threading.unverified,
        "now": filing.now,
    }


def _events(filing: Filing) -> Rows:
    changes = filing.changes
    moved = [(change.ticket, one) for change in changes.moves for one in change.events]
    opened = [(number, one) for number, opening in filing.openings for one in opening.events]
    mine = [(filing.ticket, one) for one in changes.events]
    return [event_row(ticket, filing.work.id, one) for ticket, one in (*mine, *moved, *opened)]


def _known(filing: Filing) -> Rows:
    if filing.ticket is None:
        return []
    return [
        {
            "message": filing.work.id,
            "message_id": filing.changes.filed.message_id or "",
            "ticket": filing.changes.threading.conversation or filing.ticket,
            "sender": filing.changes.filed.sender,
            "text_digest": filing.changes.filed.text_digest,
        }
    ]


def _senders(filings: list[Filing]) -> Rows:
    """One row a sender, in the order of addresses, so that two processes never wait for each other in a circle."""
    proven: dict[str, tuple[bool, float]] = {}
    for filing in filings:
        address = filing.changes.filed.sender
        if address and filing.changes.outcome not in (Outcome.SILENCED, Outcome.SET_ASIDE):
            before, since = proven.get(address, (False, filing.now))
            proven[address] = before or filing.changes.filed.proven, since
    return [{"address": address, "proven": yes, "since": since} for address, (yes, since) in sorted(proven.items())]
