"""Hand out what the desk has of one address: a few rows at a time, for it may be much."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BindParameter, bindparam, select

from store.database import reading
from store.model.privacy import KeptEvent, KeptMail, KeptMessage, KeptSender, KeptTicket, Traces
from store.portions import portions
from store.privacy.traces import IsTheirs, find
from store.recall import tickets
from store.schema import event, mail, mail_raw, message, message_raw, sender, verdict
from store.steps import require_current
from store.verdicts import verdict_of

STEP = 20

_rows: BindParameter[Any] = bindparam("rows", expanding=True)
_MESSAGES = select(message, message_raw.c.raw).join(message_raw).where(message.c.id.in_(_rows)).order_by(message.c.id)
_MAILS = select(mail, mail_raw.c.raw).join(mail_raw).where(mail.c.id.in_(_rows)).order_by(mail.c.id)
_EVENTS = select(event.c.ticket, event.c.at, event.c.who, event.c.what).where(event.c.ticket.in_(_rows))
_VERDICTS = select(verdict).where(verdict.c.ticket.in_(_rows)).order_by(verdict.c.id)
_SENDER = select(sender.c.address, sender.c.proven, sender.c.since).where(sender.c.address == bindparam("address"))


class Dossier:
    """A store that is read for one address; close it."""

    def __init__(self, url: str) -> None:
        """Open a store that is up to date.

        Raises:
            SchemaOutdated: it has to be migrated first.

        """
        require_current(url)
        self._engine = reading(url, bounded=False)  # it looks through every line of history

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def find(self, address: str, is_theirs: IsTheirs) -> Traces:
        """Return where a folded address is found."""
        return find(self._engine, address, is_theirs)

    def messages(self, found: Traces) -> Iterator[KeptMessage]:
        """Yield the messages that came from an address, oldest first."""
        for part in portions(found.messages, STEP):
            with self._engine.begin() as connection:
                rows = connection.execute(_MESSAGES, {"rows": part}).all()
            for row in rows:
                told = (row.id, row.message_id, row.subject, row.mail_from, tuple(row.rcpt_to), row.peer)
                yield KeptMessage(*told, row.door, row.received_at, row.outcome, row.ticket, bytes(row.raw))

    def mails(self, found: Traces, address: str) -> Iterator[KeptMail]:
        """Yield the mails that were written to an address, oldest first."""
        for part in portions(found.mails, STEP):
            with self._engine.begin() as connection:
                rows = connection.execute(_MAILS, {"rows": part}).all()
            for row in rows:
                if row.recipient.casefold() == address:
                    told = (row.id, row.kind, row.ticket, row.recipient, row.message_id, row.state)
                    yield KeptMail(*told, row.created_at, row.settled_at, bytes(row.raw))

    def reported(self, found: Traces) -> Iterator[KeptTicket]:
        """Yield the tickets that an address reported, with what they were judged to be."""
        for part in portions(found.reported, STEP):
            with self._engine.begin() as connection:
                judged: dict[int, list[object]] = {}
                for row in connection.execute(_VERDICTS, {"rows": part}):
                    judged.setdefault(row.ticket, []).append(row)
                for one in tickets(connection, part):
                    yield KeptTicket(one, tuple(verdict_of(row) for row in judged.get(one.number, ())))

    def events(self, found: Traces) -> Iterator[KeptEvent]:
        """Yield the history of the tickets that an address reported, in the order in which it happened."""
        for part in portions(found.reported, STEP):
            with self._engine.begin() as connection:
                yield from (KeptEvent(*row) for row in connection.execute(_EVENTS.order_by(event.c.id), {"rows": part}))

    def sender_of(self, address: str) -> KeptSender | None:
        """Return what is remembered of an address as a sender, None if it is not known as one."""
        with self._engine.begin() as connection:
            row = connection.execute(_SENDER, {"address": address}).one_or_none()
        return KeptSender(*row) if row else None
