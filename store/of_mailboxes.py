"""The verbs of the store that the reading of mailboxes needs."""

from collections.abc import Sequence

from store import comparisons, mailboxes
from store.model.mailbox import Comparison, Letter, Place
from store.opened import Opened


class OfMailboxes(Opened):
    """How far each mailbox was read, who reads it, and what it holds beside the store."""

    async def place(self, account: str, folder: str) -> Place | None:
        """Return how far a folder of a mailbox was read, None if it never was."""
        return await self._asking.do(mailboxes.places, (account, folder))

    async def keep_place(self, place: Place) -> None:
        """Write down how far a folder of a mailbox was read; to be said once all up to there is kept."""
        await self._writing.do(mailboxes.keep, place)

    async def tell_mailbox(self, account: str, folder: str, error: str, now: float, refused: bool = False) -> None:
        """Write down how a folder of a mailbox fares: read to its end (""), or what is wrong with it."""
        await self._writing.do(mailboxes.tell, (account, folder, error, refused, now))

    async def hold_mailbox(self, account: str, folder: str, who: str, now: float, until: float) -> bool:
        """Have a process read a folder alone until a moment, or go on; False while another one does."""
        return await self._writing.do(mailboxes.hold, mailboxes.Hold(account, folder, who, now, until))

    async def leave_mailboxes(self, who: str) -> None:
        """Let go of all folders that a process held."""
        await self._writing.do(mailboxes.leave, who)

    async def letters(self, raws: Sequence[bytes]) -> list[Letter]:
        """Say of messages of a mailbox whether they are ours, or were until they were erased."""
        return await self._thread(lambda: self._reader.letters(raws, self._erased))

    async def keep_comparison(self, compared: Comparison) -> None:
        """Write down what comparing a mailbox with the store came to; the last one holds."""
        await self._writing.do(comparisons.keep, compared)

    async def comparisons(self) -> tuple[Comparison, ...]:
        """Return the last comparison of each mailbox."""
        return await self._thread(lambda: self._reader.ask(comparisons.listing))
