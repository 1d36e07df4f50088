"""The store as the daemon sees it: verbs to await, each of them one transaction."""

from asyncio import to_thread
from collections.abc import Sequence

from sqlalchemy import Connection

from store import (
    background,
    bringing,
    budget,
    clocks,
    corrections,
    failing,
    filing,
    happening,
    health,
    intake,
    outbox,
    pairing,
    processing,
    readers,
    recall,
    roster,
    standstill,
)
from store.identity import Identity, identify
from store.model.alarm import Failing, Health
from store.model.bringing import Batch, LastWord
from store.model.changes import Changes
from store.model.correction import Correction
from store.model.facts import Background, Clues, Compared, Facts, Inquiry
from store.model.figures import DayCounts, WeekCounts
from store.model.invitation import Invitation
from store.model.message import Envelope, Kept, RawMessage, Receipt
from store.model.occasion import Calls, Due, Occasion
from store.model.outbox import Mail, MailKind, NewMail, Settlement
from store.model.privacy import Aged, Ageing
from store.model.shift import Override, Shift
from store.model.ticket import Event, Ticket
from store.model.views import AsideLine, OutboxLine, Status, Story
from store.numbers import is_stopped
from store.of_mailboxes import OfMailboxes
from store.original import added, originals
from store.privacy.ageing import forget
from store.quarantine.verbs import Quarantined
from store.steps import step_of

LARGE = 256 << 10  # octets; a message over this is not hashed on the event loop


class Store(OfMailboxes, Quarantined):
    """Open it with `Store.open`, close it with `close`."""

    async def keep(self, raw: bytes, envelope: Envelope, now: float) -> Receipt:
        """Make a message ours; once this returns, it survives a crash and a loss of power."""
        return (await self.keep_and_lease(raw, envelope, now, 0.0)).receipt

    async def keep_and_lease(self, raw: bytes, envelope: Envelope, now: float, seconds: float, aside: str = "") -> Kept:
        """Make a message ours, and lease it in the same transaction to whoever brings it, for so many seconds.

        0 seconds lease nothing; a message that came before is nobody's work, nor one that is set aside for a reason.
        """
        identity = identify(raw) if len(raw) < LARGE else await to_thread(identify, raw)
        if self._erased.holds(identity):
            return Kept(Receipt(identity.digest[: intake.TOKEN_LETTERS], duplicate=True), None)
        arrival = intake.Arrival(raw, envelope, identity, now, 0.0 if aside else seconds, aside)
        return await self._writing.do(intake.keep, arrival)

    async def health(self) -> Health:
        """Return how the desk itself fares."""
        return await self._thread(lambda: self._reader.ask(health.health))

    async def failing(self, addresses: Sequence[str], now: float) -> tuple[Failing, ...]:
        """Return those of some folded addresses to which mail could not be delivered for good lately."""
        return await self._thread(lambda: self._reader.ask(lambda c: failing.among(c, addresses, now)))

    async def lease_messages(
        self, now: float, limit: int, seconds: float, room: int = processing.ROOM
    ) -> tuple[RawMessage, ...]:
        """Take up to so many messages that are due, oldest first, for so many seconds; of so many octets together."""
        return await self._writing.do(processing.lease, processing.Lease(now, limit, seconds, room))

    async def facts(self, clues: Clues, now: float) -> Facts:
        """Return what the store knows that bears on a message; costs the same however much is stored."""
        return await self._asking.do(recall.facts, (clues, now))

    async def behind(self, work: RawMessage) -> bool:
        """Say whether an older message of its conversation is to be worked first, where several processes share it."""
        return self._shared and await self._asking.do(processing.behind, work.id)

    async def put_off(self, work: RawMessage, until: float) -> None:
        """Give a leased message back until then, as if it had not been tried."""
        await self._writing.do(processing.put_off, (work, until))

    async def reserve_number(self, message_id: int) -> int:
        """Return the number of the ticket that this message (by its row) opens: always the same one.

        Raises:
            KeyError: there is no such message.

        """
        return await self._writing.do(processing.reserve, message_id)

    async def take_numbers(self, count: int) -> tuple[int, ...]:
        """Return so many numbers for tickets that a message opens beside its own; each is given once."""
        return await self._writing.do(processing.take_numbers, count) if count else ()

    async def commit(
        self, work: RawMessage, changes: Changes, mails: tuple[NewMail, ...], number: int | None, now: float
    ) -> bool:
        """Write all that a message changes and end its work, in one transaction.

        `number` is that of the ticket it opens, as reserved, or None. False, and nothing is written, if the fence is
        lost, or if a ticket that `changes` moves is no longer as it was looked at.
        """
        return await self._writing.do(filing.commit, filing.Filing(work, changes, mails, number, now)) is not None

    async def commit_and_lease(
        self,
        work: RawMessage,
        changes: Changes,
        mails: tuple[NewMail, ...],
        number: int | None,
        now: float,
        hands: int,
        seconds: float,
        further: tuple[int, ...] = (),
    ) -> tuple[Mail, ...] | None:
        """Commit, and lease so many of the mails that are due at most in the same transaction, for so many seconds.

        `further` are the numbers of the other tickets that it opens. Returns the mails that are leased; None, and
        nothing is written, where `commit` would say False.
        """
        whole = filing.Filing(work, changes, mails, number, now, hands, seconds, further)
        return await self._writing.do(filing.commit, whole)

    async def step(self) -> str | None:
        """Return the step at which the store is by now."""
        return await self._thread(lambda: self._reader.ask(step_of))

    async def due(self, wishes: Sequence[clocks.Wish]) -> tuple[tuple[Due, ...], ...]:
        """Return, for each clock given with a moment and a number, so many tickets whose clock stood then or before.

        Oldest first; costs the same however much is stored.
        """
        return await self._asking.do(clocks.due, wishes)

    async def original(self, number: int) -> RawMessage | None:
        """Return the message that opened a ticket, None if there is none (any more)."""
        return await self._asking.do(originals, number)

    async def added(self, number: int, since: float) -> tuple[RawMessage, ...]:
        """Return what was added to a ticket after a moment (epoch seconds): the first of it, oldest first."""
        return await self._asking.do(added, (number, since))

    async def happen(self, occasion: Occasion, mails: tuple[NewMail, ...], now: float) -> bool:
        """Write all that time brings about, in one transaction.

        False, and nothing is written, if it happened before (by its key), or if a ticket is no longer as it was seen.
        """
        return await self._writing.do(happening.happen, happening.Happening(occasion, mails, now))

    async def happened(self, keys: Sequence[str]) -> dict[str, float]:
        """Return which of these keys happened, and when (epoch seconds)."""
        return await self._asking.do(happening.happened, keys)

    async def count_call(self, person: str, now: float, seconds: float, what: str = "") -> Calls:
        """Count that a member is called, together with all calls within so many seconds of the first of them.

        `what` names what for: who tries the same once more, or in another process at once, counts nothing.
        """
        return await self._writing.do(clocks.count, clocks.Call(person, now, seconds, what))

    async def correct(self, correction: Correction) -> None:
        """Keep what a member said a request is."""
        await self._writing.do(corrections.add, correction)

    async def corrections(self) -> tuple[Correction, ...]:
        """Return what the team taught, the latest 2000 in the order in which they were given."""
        return await self._thread(self._reader.corrections)

    async def latest_corrections(self) -> tuple[int, ...]:
        """Return the rows of the latest few corrections: as long as they are the same, there is nothing new."""
        return await self._thread(lambda: self._reader.ask(corrections.latest))

    async def override(self, override: Override) -> int:
        """Keep a change of the rota, and return its row."""
        return await self._writing.do(roster.add, override)

    async def overrides(self) -> tuple[Override, ...]:
        """Return all changes of the rota, in the order in which they were said."""
        return await self._thread(lambda: self._reader.ask(roster.overrides))

    async def record_turn(self, shifts: tuple[Shift, ...]) -> None:
        """Keep who served a turn that is over; what is kept already stays as it is."""
        await self._writing.do(roster.record, shifts)

    async def turns_served(self) -> tuple[Shift, ...]:
        """Return the turns that are over, oldest first."""
        return await self._thread(lambda: self._reader.ask(roster.served))

    async def invitations(self, since: float) -> tuple[Invitation, ...]:
        """Return what people were told of turns that end after a moment (epoch seconds), in that order."""
        return await self._asking.do(roster.invited, since)

    async def compared(self, person: str, since: float, until: float, marks: tuple[str, str]) -> tuple[Compared, ...]:
        """Return what who learned would have said in a stretch of time, and what was; `marks` begin their lines."""
        return await self._thread(lambda: self._reader.ask(lambda c: pairing.of_turn(c, person, since, until, marks)))

    async def open_tickets(self) -> tuple[Ticket, ...]:
        """Return the tickets that are open, oldest first, 50 at most."""
        return await self._thread(lambda: self._reader.ask(background.open_tickets))

    async def latest_of_roster(self) -> tuple[int, ...]:
        """Return what stays the same as long as there are no new overrides or turns served."""
        return await self._thread(lambda: self._reader.ask(roster.latest))

    async def background(self, inquiry: Inquiry) -> Background:
        """Return what is known that bears on a member's word about a ticket."""
        return await self._asking.do(background.backgrounds, inquiry)

    async def kept(self, mark: str, since: float) -> RawMessage | None:
        """Return the message whose commands wait for a yes to the confirmation of this mark, sent at `since` or later.

        None if there is none, or it was said already.
        """
        return await self._asking.do(background.kept, (mark, since))

    async def confirmations(self, to: str, since: float) -> int:
        """Return how many confirmations that are about no ticket were written to an address after a moment."""
        return await self._thread(lambda: self._reader.ask(lambda c: background.confirmations(c, to, since)))

    async def fail_message(self, work: RawMessage, error: str, now: float) -> bool:
        """Have a message tried again shortly, or set aside after the third try; says whether it was set aside."""
        return await self._writing.do(processing.fail, processing.Failure(work, error, now))

    async def set_aside(self, work: RawMessage, error: str, now: float) -> bool:
        """Set a message aside at once; False if the fence is lost."""
        return await self._writing.do(processing.fail, processing.Failure(work, error, now, final=True))

    async def lease_mails(
        self, now: float, limit: int, seconds: float, room: int = processing.ROOM
    ) -> tuple[Mail, ...]:
        """Take up to so many outgoing mails that are due and not held, oldest first; of so many octets together."""
        return await self._writing.do(outbox.lease, processing.Lease(now, limit, seconds, room))

    async def renew(self, mail: Mail, until: float) -> bool:
        """Let the lease of a mail that is in hand still end at `until`; False if it is lost."""
        return await self._writing.do(outbox.renew, outbox.Renewal(mail, until))

    async def attempt(self, mail: Mail, until: float | None = None) -> bool:
        """Record, before the final dot, that the mail may leave now; False forbids it: the fence is lost.

        The lease ends at `until` from then on, since the wait for the answer begins only now.
        """
        return await self._writing.do(outbox.attempt, outbox.Attempt(mail, until))

    async def settle(self, mail: Mail, settlement: Settlement, now: float) -> bool:
        """Write down what an attempt came to; False if the fence is lost."""
        return await self._writing.do(outbox.settle, outbox.Settling(mail, settlement, now))

    async def readers(self, number: int) -> tuple[str, ...]:
        """Return the addresses that may read a ticket's mail: its reporter's and its participants'."""
        return await self._asking.do(readers.readers, number)

    async def withhold(self, mail: Mail, why: str, now: float) -> bool:
        """Stop a leased mail for good and say so in its ticket's history; False if the lease is lost."""
        return await self._writing.do(readers.withhold, readers.Withholding(mail, why, now))

    async def end_standstill(self, seconds: float) -> int:
        """Take the rows from processes that stood still for so long in the middle of a transaction; returns how many.

        Only where several processes share a store.
        """
        return await self._thread(lambda: self._reader.ask(lambda c: standstill.end(c, seconds))) if self._shared else 0

    async def recover(self, now: float) -> int:
        """Call unknown the mails that were attempted under a lease that has run out; returns how many."""
        await self._thread(lambda: self._reader.ask(self._erased.refresh))
        return await self._writing.do(_recover, now)

    async def is_stopped(self) -> bool:
        """Say whether nothing may be sent, since this store is a copy that nobody has released yet."""
        return await self._thread(lambda: self._reader.ask(is_stopped))

    async def forget(self, ageing: Ageing) -> Aged:
        """Go a step further in forgetting what is old."""
        return await self._writing.do(forget, ageing)

    async def resend_unknown(self, kinds: tuple[MailKind, ...], now: float) -> int:
        """Queue again the mails of these kinds that `recover` called unknown; returns how many.

        A mail that was settled as unknown comes again when its settlement says so.
        """
        return await self._writing.do(outbox.resend, (kinds, now))

    async def known_past(
        self, identities: tuple[Identity, ...], every: tuple[Clues, ...], now: float
    ) -> tuple[tuple[bool, ...], tuple[Facts, ...]]:
        """Say of each message whether the desk has it already, and what it knows that bears on it."""
        return await self._asking.do(bringing.known, bringing.Asked(identities, every, now))

    async def bring(self, batch: Batch) -> None:
        """Keep old messages with all that they change, and how far the mailbox has come, in one transaction.

        Raises:
            Overtaken: another process stored one of them meanwhile; nothing was written.

        """
        await self._writing.do(bringing.bring, batch)

    async def brought(self, mailbox: str) -> int:
        """Say how many messages of an old mailbox were brought along already."""
        return await self._asking.do(bringing.done, mailbox)

    async def last_words(self, since: float) -> tuple[LastWord, ...]:
        """Return how the conversations ended that were brought along, and whose last word is of `since` or later."""
        return await self._asking.do(bringing.last_words, since)

    async def open_again(self, numbers: tuple[int, ...], why: Event) -> int:
        """Open ended tickets whose last word nobody answered; returns how many."""
        return await self._writing.do(bringing.open_again, (numbers, why))

    async def retry_aside(self, identifier: int, now: float) -> bool:
        """Take a message up anew that was set aside; False if none of that id was."""
        return await self._writing.do(processing.retry, (identifier, now))

    async def next_due(self) -> float | None:
        """Return when the next message or mail may be taken up (a lease counts by its end), None for never."""
        return await self._thread(self._reader.next_due)

    async def day(self, since: float, until: float, now: float, most: int, team: str | None = None) -> DayCounts:
        """Count what a day needs, and list what is open at `now`, oldest first: so many at most in each section."""
        return await self._thread(lambda: self._reader.day(since, until, now, most, team))

    async def week(self, bounds: Sequence[float], team: str | None = None) -> WeekCounts:
        """Count what the last of several weeks needs; `bounds` are the beginnings of all, and the end of the last."""
        return await self._thread(lambda: self._reader.week(bounds, team))

    async def status(self, now: float) -> Status:
        """Return the desk in figures."""
        return await self._thread(lambda: self._reader.status(now))

    async def ticket(self, number: int) -> Story | None:
        """Return a ticket with its history, None if there is no such ticket."""
        return await self._thread(lambda: self._reader.ticket(number))

    async def tickets(self, ended: bool) -> tuple[Ticket, ...]:
        """Return the open tickets in the order of their numbers, or all of them with the ended ones."""
        return await self._thread(lambda: self._reader.tickets(ended))

    async def aside(self) -> tuple[AsideLine, ...]:
        """Return what was set aside, oldest first."""
        return await self._thread(self._reader.aside)

    async def aside_raw(self, identifier: int) -> RawMessage | None:
        """Return a message that was set aside, with its bytes; None if there is none of that id."""
        return await self._thread(lambda: self._reader.aside_raw(identifier))

    async def outbox(self, everything: bool) -> tuple[OutboxLine, ...]:
        """Return the outgoing mails, oldest first: those not yet sent, or everything."""
        return await self._thread(lambda: self._reader.outbox(everything))


def _recover(connection: Connection, nows: Sequence[float]) -> list[int]:
    budget.forget(connection, max(nows))
    return [outbox.recover(connection, now) for now in nows]
