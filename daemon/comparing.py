"""Mailboxes are compared with the store: once a day, before the daily digest speaks of it, and by `check --mailbox`.

By hand all of a mailbox is compared. Once a day, where mail stays for ever, what came in the last days is.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import structlog

from daemon.core.desk.clock.calendar import EVERY_DAY, at_local
from daemon.core.settings import Imap, Smtp
from daemon.edge.imap.inspection import Held, Unreadable, contents
from daemon.edge.imap.login import Credentials
from daemon.edge.imap.mailboxes import explained
from daemon.house import House
from store.model.mailbox import Comparison, Difference, Letter

AHEAD_SECONDS = 1800.0  # of the digest
AGAIN_SECONDS = 900.0  # after a mailbox could not be read
SETTLE_SECONDS = 60.0  # after which what was just on its way is where it belongs
DAYS = 8  # that are compared where mail stays

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Different:
    """A message about which mailbox and store do not agree."""

    account: str
    folder: str
    uid: int
    message_id: str
    subject: str
    what: Difference


@dataclass(slots=True)
class Tally:
    """What one mailbox came to."""

    account: str
    messages: int = 0
    stored: int = 0
    differences: list[Different] = field(default_factory=list)

    def at(self, now: float) -> Comparison:
        """Return what is kept of it."""
        counts = Counter(one.what for one in self.differences)
        differences = tuple((what, counts[what]) for what in Difference if counts[what])
        return Comparison(self.account, now, self.messages, self.stored, differences)


@dataclass(frozen=True, slots=True)
class Known:
    """What the store says."""

    letters: Callable[[Sequence[bytes]], Awaitable[list[Letter]]]
    read_to: Callable[[str, int], Awaitable[int]]  # the UID up to which a folder of this UIDVALIDITY was read


async def compare(
    box: Imap, credentials: Credentials, known: Known, most: int, tally: Tally, since: date | None
) -> str:
    """Fill in a tally; return why the mailbox could not be read to its end, "" if it could.

    `most` octets are read of a message; with `since`, what came before that day and stays where it is is passed over.
    """
    try:
        for folder in (*box.folder, *filter(None, [box.done_folder])):
            async for held in contents(box, credentials, folder, most, since):
                await _compare_some(box, tally, known, folder, held)
    except Unreadable as error:
        return explained(error, box)
    return ""


async def _compare_some(box: Imap, tally: Tally, known: Known, folder: str, held: Held) -> None:
    read_to = await known.read_to(folder, held.validity)
    found = await known.letters([raw for _, raw in held.letters])
    for (uid, _), one in zip(held.letters, found, strict=True):
        tally.messages += 1
        tally.stored += one.stored
        if what := _what(ours=one.stored, done=folder == box.done_folder, read=uid <= read_to, moves=held.moves):
            tally.differences.append(Different(box.account, folder, uid, one.message_id, one.subject, what))


def _what(*, ours: bool, done: bool, read: bool, moves: bool) -> Difference | None:
    """Say what is wrong with a message, None for nothing."""
    if ours:
        return Difference.NOT_MOVED if moves and not done else None
    if done:
        return Difference.MOVED_NOT_STORED
    return Difference.LOST if read else Difference.WAITING


class Comparing:
    """The daily comparison of all mailboxes; it may run in several processes, each of which finds the same."""

    def __init__(
        self,
        house: Callable[[], House],
        boxes: Mapping[Imap, Credentials],
        settle: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._house = house
        self._boxes = boxes
        self._settle = settle or (lambda: asyncio.sleep(SETTLE_SECONDS))
        self._failed: dict[str, float] = {}  # when a mailbox could not be read (epoch seconds)

    async def look(self) -> None:
        """Compare the mailboxes whose time has come; what one comes to is kept for the digest."""
        house = self._house()
        now = house.clock()
        digest, zone = house.settings.digest, house.settings.desk.timezone
        due = at_local("compared", digest.daily, EVERY_DAY, zone, now + AHEAD_SECONDS) if digest.team else ()
        if not due:
            return
        done = {one.account: one.at for one in await house.store.comparisons()}
        for box, credentials in self._boxes.items():
            failed = self._failed.get(box.account)
            if done.get(box.account, 0.0) < due[0].at - AHEAD_SECONDS and (not failed or now - failed > AGAIN_SECONDS):
                await self._compare(box, credentials, house)

    async def _compare(self, box: Imap, credentials: Credentials, house: House) -> None:
        """Compare twice where there is a difference: what was on its way is none."""
        first, words = await _tally(box, credentials, house)
        if first.differences and not words:
            await self._settle()
            before = {(one.folder, one.uid, one.what) for one in first.differences}
            first, words = await _tally(box, credentials, house)
            first.differences = [one for one in first.differences if (one.folder, one.uid, one.what) in before]
        if words:
            self._failed[box.account] = house.clock()
            log.warning("mailbox not compared", account=box.account, why=words)
            return
        self._failed.pop(box.account, None)
        compared = first.at(house.clock())
        await house.store.keep_comparison(compared)
        log.info("mailbox compared", account=box.account, messages=compared.messages, differences=compared.total)


async def _tally(box: Imap, credentials: Credentials, house: House) -> tuple[Tally, str]:
    store, tally = house.store, Tally(box.account)
    most = (house.settings.smtp or Smtp()).max_bytes
    since = datetime.fromtimestamp(house.clock(), UTC).date() - timedelta(DAYS)

    async def read_to(folder: str, validity: int) -> int:
        place = await store.place(box.account, folder)
        return place.uid if place is not None and place.validity == validity else 0

    return tally, await compare(box, credentials, Known(store.letters, read_to), most, tally, since)
