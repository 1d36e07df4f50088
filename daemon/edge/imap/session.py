"""The life of one connection to one folder: what is there is kept, then put away, then the next is waited for."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from daemon.core.mail.clean import clip, one_line
from daemon.core.settings import Imap
from daemon.edge.imap.client import Client, Refused
from daemon.edge.imap.framing import Literal
from store.model.mailbox import Place
from store.model.message import Door, Envelope, Receipt

AT_ONCE: Final = 50  # messages that are fetched, kept and put away together, ...
OCTETS_AT_ONCE: Final = 2 << 20  # ... and how large they are together; a larger message comes alone
SIZED_AT_ONCE: Final = 500
FIRST: Final = 256 << 10  # octets that are kept of a message over the limit
TELL_SECONDS: Final = 60.0  # between two times that nothing new is written down

log = structlog.get_logger()

Receive = Callable[[bytes, Envelope, str], Awaitable[Receipt]]
"""Makes a message ours; with words, it is set aside at once for that reason."""


@dataclass(frozen=True, slots=True)
class Room:
    """What all mailboxes share, and are handed from outside."""

    receive: Receive
    place: Callable[[str, str], Awaitable[Place | None]]  # how far a folder (account, name) was read
    keep: Callable[[Place], Awaitable[None]]
    tell: Callable[[str, str, str, bool], Awaitable[None]]  # how a folder fares: "" is well; True: it is the login
    recipient: Callable[[Imap, bytes], str]  # whom a message was delivered to
    max_bytes: int
    stopping: asyncio.Event
    hold: Callable[[str, str, float], Awaitable[bool]]  # to read a folder alone for so many seconds, or to go on
    leave: Callable[[], Awaitable[None]]  # all folders that are held
    heavy: asyncio.Semaphore  # large messages in memory at once, over all mailboxes


class NotKept(Exception):  # noqa: N818 - it reads as what is the case
    """Something in the folder could not be read or stored; it stays where it is, and is tried again."""


class MadeAnew(ConnectionError):  # noqa: N818 - it reads as what is the case
    """The folder is not the one that it was."""

    def __str__(self) -> str:
        return "the folder was made anew"


class Session:
    """One connection, one folder."""

    def __init__(self, client: Client, box: Imap, folder: str, room: Room, place: Place) -> None:
        self._client, self._box, self._folder, self._room = client, box, folder, room
        self._place = place
        self._unmoved: list[int] = []  # kept, and still to be put away
        self._fault = ""  # why something is not kept; the place is held before it
        self.error = ""  # what does not go as it should, though mail comes in
        self._told, self._told_at = "?", 0.0

    async def run(self) -> None:
        """Work until we stop; raises what ends the connection.

        Raises:
            NotKept: something could not be stored or read, and has to be tried again later.
            Refused, OSError, TimeoutError: the connection or the account is at fault.

        """
        if self._puts_away:
            await self._look(1, self._place.uid, again=True)
        while not self._room.stopping.is_set():
            await self._look(self._place.uid + 1, None)
            await self._put_away()
            if self._fault:
                raise NotKept(self._fault)
            await self._tell()
            if not self._client.has_news:
                await self._wait()
            if not self._client.has_news and not self._room.stopping.is_set():
                await self._open_again()

    async def _tell(self) -> None:
        """Say how it goes, when that changes and once in a while."""
        now = asyncio.get_running_loop().time()
        if self.error != self._told or now > self._told_at + TELL_SECONDS:
            await self._room.tell(self._place.account, self._folder, self.error, False)
            self._told, self._told_at = self.error, now

    @property
    def _puts_away(self) -> bool:
        return bool(self._box.done_folder) and self._client.may_move

    async def _open_again(self) -> None:
        """See whether the folder is still the one that it was: some servers do not say that it was made anew."""
        if await self._client.select(self._folder) != self._place.validity:
            raise MadeAnew

    async def _wait(self) -> None:
        """Wait for new mail."""
        if "IDLE" in self._client.capabilities:
            await self._client.idle(self._room.stopping)
            return
        try:
            async with asyncio.timeout(self._box.poll_seconds):
                await self._room.stopping.wait()
        except TimeoutError:
            return

    # --- reading

    async def _look(self, first: int, last: int | None, *, again: bool = False) -> None:
        """Keep all that is there; `again` looks at what an earlier connection kept and could not put away any more.

        That is kept again, and so known to be ours, before it is put away: a mailbox that was restored from a backup
        may give new messages the UIDs of old ones.
        """
        if last is not None and last < first:
            return
        uids = await self._client.uids(first, last)
        for start in range(0, len(uids), SIZED_AT_ONCE):
            sizes = await self._client.sizes(uids[start : start + SIZED_AT_ONCE])
            for batch in batches(sizes):
                if self._room.stopping.is_set():
                    return
                kept = await self._keep(batch, sizes)
                await self._reach(batch[-1])
                if not self.error:
                    await self._put_away()
                if (again and self._unmoved) or (not kept and self._fault):
                    return  # nothing can be put away, or nothing stored: more of it is no use

    async def _keep(self, batch: Sequence[int], sizes: Mapping[int, int]) -> bool:
        """Keep a batch; say whether anything of it could be."""
        if sum(sizes[uid] for uid in batch) <= OCTETS_AT_ONCE:
            return await self._keep_now(batch, sizes)
        async with self._room.heavy:
            return await self._keep_now(batch, sizes)

    async def _keep_now(self, batch: Sequence[int], sizes: Mapping[int, int]) -> bool:
        letters = await self._fetch(batch, sizes)
        answers = await asyncio.gather(
            *(self._hand_over(letter, sizes[uid]) for uid, letter in letters.items()), return_exceptions=True
        )
        for uid, answer in zip(letters, answers, strict=True):
            if isinstance(answer, Receipt):
                self._unmoved.append(uid)
            elif isinstance(answer, Exception):
                self._hold(uid, f"message {uid} cannot be stored: {type(answer).__name__}: {answer}")
            elif answer is not None:
                raise answer
        return any(isinstance(answer, Receipt) for answer in answers)

    async def _fetch(self, batch: Sequence[int], sizes: Mapping[int, int]) -> dict[int, Literal]:
        """Fetch a batch; where the server refuses it, one by one, so that a broken message stands alone."""
        first = beginning(sizes[batch[0]], self._room.max_bytes)
        try:
            return await self._client.fetch(batch, first)
        except Refused as refused:
            if len(batch) == 1:
                self._hold(batch[0], f"message {batch[0]} cannot be read: {refused}")
                return {}
        found: dict[int, Literal] = {}
        for uid in batch:
            found |= await self._fetch([uid], sizes)
        return found

    async def _hand_over(self, letter: Literal, announced: int) -> Receipt:
        """Make one message ours: whole, or of one that is too large its beginning, set aside."""
        raw, size, most = letter.octets, letter.size, self._room.max_bytes
        if announced > most and letter.size == FIRST:  # else it came whole: some servers announce too much
            size = announced
        aside = ""
        if size > most:
            raw = raw[:FIRST]
            where = self._box.done_folder if self._puts_away else self._folder
            aside = f"too large: {size} octets, and {most} may be; its beginning is kept, the whole is in {where}"
        recipient = self._room.recipient(self._box, raw)
        return await self._room.receive(raw, Envelope("", (recipient,), self._place.account, Door.IMAP), aside)

    def _hold(self, uid: int, why: str) -> None:
        """Stay before a message that is not ours yet; those after it may come in all the same."""
        log.error("a message stays in its mailbox", account=self._place.account, folder=self._folder, uid=uid, why=why)
        self._fault = self._fault or clip(one_line(why), 300)

    async def _reach(self, uid: int) -> None:
        if not self._fault and uid > self._place.uid:
            self._place = replace(self._place, uid=uid)
            await self._room.keep(self._place)

    # --- putting away

    async def _put_away(self) -> None:
        """Move what is kept; what the server does not move stays, and the place in the folder tells that it is ours."""
        if not self._unmoved:
            return
        if not self._puts_away:
            self._unmoved.clear()
            return
        try:
            await self._client.move(self._unmoved, self._box.done_folder)
        except Refused as refused:
            self.error = f"stored mail stays in {self._folder}: {refused}"
        else:
            self._unmoved.clear()
            self.error = ""


def beginning(size: int, most: int) -> int | None:
    """Return how many octets are fetched of a message that is too large; None: all of it."""
    return FIRST if size > most else None


def batches(sizes: Mapping[int, int]) -> Iterator[list[int]]:
    """Cut messages into batches by number and size, in the order of their UIDs."""
    batch: list[int] = []
    octets = 0
    for uid in sorted(sizes):
        if batch and (len(batch) == AT_ONCE or octets + sizes[uid] > OCTETS_AT_ONCE):
            yield batch
            batch, octets = [], 0
        batch.append(uid)
        octets += sizes[uid]
    if batch:
        yield batch
