"""Read the store while others write it: from a command line, or from threads beside the event loop."""

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import Connection, func, select

from store import corrections, figures, listing, mailboxes, overview, roster, verdicts, witness
from store.database import reading
from store.model.correction import Correction
from store.model.figures import DayCounts, WeekCounts
from store.model.mailbox import Letter, MailboxLine
from store.model.message import RawMessage
from store.model.shift import Override, Shift
from store.model.ticket import Ticket
from store.model.views import AsideLine, Judged, OutboxLine, ReceivedLine, Status, Story
from store.model.wanted import Wanted
from store.numbers import is_stopped
from store.original import original
from store.privacy.hashes import Erased
from store.received import received
from store.schema import mail, message, ticket
from store.steps import require_current

Answer = TypeVar("Answer")

PAGE = 100  # verdicts read at once

_COUNT = select(func.count()).select_from(ticket)
_DUES = (select(func.min(message.c.due)), select(func.min(mail.c.due)))


class Reader:
    """Questions to the store that change nothing; each is answered from one moment of it. Safe to share by threads."""

    def __init__(self, url: str) -> None:
        """Open a store for reading.

        Raises:
            SchemaOutdated: the store has to be migrated first.

        """
        require_current(url)
        self.engine = reading(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def ask(self, question: Callable[[Connection], Answer]) -> Answer:
        """Answer a question from one moment of the store."""
        with self.engine.begin() as connection:
            return question(connection)

    def status(self, now: float) -> Status:  # noqa: ARG002 - figures of a period will ask for it
        """Return the desk in figures."""
        return self.ask(overview.status)

    def day(
        self, since: float, until: float, now: float, most: int, team: str | None = None, *, past: bool = False
    ) -> DayCounts:
        """Count what a day needs, and list what is open at `now`, oldest first: so many at most in each section.

        Where `now` is in the `past`, what was open then is worked out from how tickets went since.
        """
        return self.ask(lambda connection: figures.day(connection, since, until, now, most, team, past=past))

    def week(self, bounds: Sequence[float], team: str | None = None) -> WeekCounts:
        """Count what the last of several weeks needs; `bounds` are the beginnings of all, and the end of the last."""
        return self.ask(lambda connection: figures.week(connection, bounds, team))

    def ticket(self, number: int) -> Story | None:
        """Return a ticket with its history, None if there is no such ticket."""
        return self.ask(lambda connection: overview.story(connection, number))

    def tickets(self, ended: bool) -> tuple[Ticket, ...]:
        """Return the open tickets in the order of their numbers, or all of them with the ended ones."""
        return self.ask(lambda connection: overview.listing(connection, ended))

    def wanted(self, wanted: Wanted) -> tuple[Ticket, ...]:
        """Return the tickets that are wanted, in the order of their numbers."""
        return self.ask(lambda connection: listing.listing(connection, wanted))

    def received(self, since: float | None, until: float | None, became: str = "") -> tuple[ReceivedLine, ...]:
        """Return the messages of a period of which this became, in the order in which they came."""
        return self.ask(lambda connection: received(connection, since, until, became))

    def roster(self) -> tuple[tuple[Override, ...], tuple[Shift, ...]]:
        """Return what was said that changes the rota, and the turns that are over."""
        return self.ask(roster.overrides), self.ask(roster.served)

    def judged(self) -> Iterator[Judged]:
        """Yield every ticket that was judged, with what it was found to be when it was opened; a few at a time."""
        after = 0
        while page := self._judged(after):
            yield from page
            after = page[-1].ticket

    def _judged(self, after: int) -> tuple[Judged, ...]:
        return self.ask(lambda connection: verdicts.first(connection, after, PAGE))

    def count_tickets(self) -> int:
        """Return how many tickets there are."""
        return self.ask(lambda connection: int(connection.execute(_COUNT).scalar_one()))

    def original(self, number: int) -> RawMessage | None:
        """Return the message that opened a ticket, None if there is none (any more)."""
        return self.ask(lambda connection: original(connection, number))

    def corrections(self) -> tuple[Correction, ...]:
        """Return what the team taught, the latest 2000 in the order in which they were given."""
        return self.ask(corrections.read)

    def aside(self) -> tuple[AsideLine, ...]:
        """Return what was set aside, oldest first."""
        return self.ask(overview.aside)

    def aside_raw(self, identifier: int) -> RawMessage | None:
        """Return a message that was set aside, with its bytes; None if there is none of that id."""
        return self.ask(lambda connection: overview.aside_raw(connection, identifier))

    def outbox(self, everything: bool) -> tuple[OutboxLine, ...]:
        """Return the outgoing mails, oldest first: those not yet sent, or everything."""
        return self.ask(lambda connection: overview.outbox(connection, everything))

    def is_stopped(self) -> bool:
        """Say whether nothing may be sent, since this store is a copy that nobody has released yet."""
        return self.ask(is_stopped)

    def mailboxes(self) -> tuple[MailboxLine, ...]:
        """Return how each folder of a mailbox fares."""
        return self.ask(mailboxes.listing)

    def letters(self, raws: Sequence[bytes], erased: Erased) -> list[Letter]:
        """Say of messages of a mailbox whether they are ours, or were until they were erased."""
        return self.ask(lambda connection: mailboxes.letters(connection, raws, erased))

    def newest(self, most: int) -> tuple[RawMessage, ...]:
        """Return so many of the messages that came last."""
        return self.ask(lambda connection: witness.newest(connection, most))

    def named(self, message_id: str) -> RawMessage | None:
        """Return the message of a Message-ID (without brackets), if it came."""
        return self.ask(lambda connection: witness.named(connection, message_id))

    def moment(self) -> float | None:
        """Return the time of the database's own machine (epoch seconds); None where it has no clock but ours."""
        return self.ask(witness.moment)

    def next_due(self) -> float | None:
        """Return when the next message or mail may be taken up (a lease counts by its end), None for never."""
        dues = self.ask(lambda connection: [connection.execute(question).scalar_one() for question in _DUES])
        return min((due for due in dues if due is not None), default=None)
