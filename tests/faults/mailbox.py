"""A mailbox under every trouble at once: nothing of what is delivered to it is lost, and nothing is there twice.

The server is restarted every few seconds, its numbering is thrown away once, connections are cut anywhere, the reader
is killed in the middle of its work, another program marks messages as read and expunges some of its own, and every
tenth message is delivered twice. Run it at length as `python -m tests.faults.mailbox`.
"""

import asyncio
import imaplib
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.edge.cutting import Way, way_to
from tests.edge.dovecot import Dovecot, dovecot
from tests.edge.mailroom import box, letter, reading, until

AT_ONCE = 50  # messages that are delivered at a time
RESTARTS = 3  # at least, before the last messages come
CUT = (500, 60_000)  # octets of the server, at some number of which a connection is cut
FOREIGN = 1_000_000  # numbers from which on messages are the other program's own


@dataclass(frozen=True, slots=True)
class Troubles:
    """What came of it."""

    delivered: int
    copies: int
    kept: int
    lost: int
    twice: int
    left: int  # still in the inbox at the end
    restarts: int
    kills: int
    cuts: int
    handed_over: int
    seconds: float


@dataclass
class Trouble:
    """The run."""

    folder: Path
    messages: int
    seconds: float  # over which they are delivered
    restart_seconds: float
    seed: int
    restarts: int = 0
    kills: int = 0
    done: bool = False

    async def run(self) -> Troubles:
        """Deliver, disturb, wait, count."""
        begun = time.monotonic()
        with dovecot() as server:
            server.deliver("desk", letter(FOREIGN))  # makes the mailbox
            dice = random.Random(self.seed)
            async with way_to(server.port, *(dice.randrange(*CUT) for _ in range(1000))) as way:
                disturbing = [asyncio.create_task(one) for one in (self._restart(server, way), self._meddle(server))]
                delivering = asyncio.create_task(self._deliver(server, dice))
                handed = await self._read(server, way, delivering)
                self.done = True
                await asyncio.gather(*disturbing)
            return await self._count(server, way, handed, time.monotonic() - begun)

    async def _deliver(self, server: Dovecot, dice: random.Random) -> None:
        for first in range(0, self.messages, AT_ONCE):
            while first + AT_ONCE >= self.messages and self.restarts < RESTARTS:
                await asyncio.sleep(0.05)
            numbers = range(first, min(first + AT_ONCE, self.messages))
            copies = [number for number in numbers if number % 10 == 0]
            raws = [letter(number) for number in (*numbers, *copies)]
            dice.shuffle(raws)
            await asyncio.to_thread(server.drop, "desk", *raws)
            await asyncio.sleep(self.seconds * AT_ONCE / self.messages)

    async def _restart(self, server: Dovecot, way: Way) -> None:
        while not self.done:
            await asyncio.sleep(self.restart_seconds)
            if self.done:
                return
            await asyncio.to_thread(server.stop)
            if self.restarts == 1:
                server.number_anew("desk")
            await asyncio.to_thread(server.start)
            self.restarts += 1
            if self.restarts % 4 == 3:
                way.cut_after.clear()  # a while without cuts
            elif self.restarts % 4 == 0:
                way.cut_after.extend(random.Random(self.restarts).choices(range(*CUT), k=1000))

    async def _meddle(self, server: Dovecot) -> None:
        """Mark what is there as read, add messages, and expunge them again: all sequence numbers shift."""
        number = FOREIGN
        while not self.done:
            number += 1
            await asyncio.to_thread(self._meddle_once, server, number)
            await asyncio.sleep(0.3)

    def _meddle_once(self, server: Dovecot, number: int) -> None:
        try:
            with server.person("desk") as program:
                program.append("INBOX", None, None, letter(number))
                program.store("1:*", "+FLAGS", r"(\Seen)")
                _, found = program.uid("SEARCH", "HEADER", "Message-ID", f"<{number}@c.test>")
                if found[0]:
                    program.uid("STORE", found[0].decode().replace(" ", ","), "+FLAGS", r"(\Deleted)")
                    program.expunge()
        except (OSError, imaplib.IMAP4.error):
            pass  # the server is being restarted

    async def _read(self, server: Dovecot, way: Way, delivering: "asyncio.Task[None]") -> int:
        """Read until all is there, and be killed now and then; says how many messages were handed over."""
        handed = 0
        table = box(server, port=way.port)
        while not delivering.done():
            async with reading(self.folder, table) as desk:
                await asyncio.wait([delivering], timeout=self.restart_seconds * 0.7)
                await desk.mailboxes.close(0.0)  # in the middle of whatever it does
                self.kills += 1
                handed += len(desk.handed)
        way.cut_after.clear()
        self.done = True
        async with reading(self.folder, table) as desk:
            await until(lambda: self._is_empty(server), 60)
            handed += len(desk.handed)
        return handed

    def _is_empty(self, server: Dovecot) -> bool:
        try:
            return server.count("desk") == 0
        except (OSError, imaplib.IMAP4.error):
            return False

    async def _count(self, server: Dovecot, way: Way, handed: int, seconds: float) -> Troubles:
        async with reading(self.folder, box(server)) as desk:
            numbers = Counter(number for number in await desk.numbers() if number < FOREIGN)
            left = await asyncio.to_thread(server.count, "desk")
        return Troubles(
            delivered=self.messages,
            copies=len(range(0, self.messages, 10)),
            kept=len(numbers),
            lost=len(set(range(self.messages)) - numbers.keys()),
            twice=sum(times > 1 for times in numbers.values()),
            left=left,
            restarts=self.restarts,
            kills=self.kills,
            cuts=way.cuts,
            handed_over=handed,
            seconds=seconds,
        )


async def rate(messages: int) -> float:
    """Return how many messages a second go from a mailbox into the store, and on into the other folder."""
    with dovecot() as server, tempfile.TemporaryDirectory() as folder:
        server.deliver("desk", letter(FOREIGN))
        server.drop("desk", *(letter(number, body="x" * 3500) for number in range(messages)))
        server.count("desk")  # the server takes note of what is new
        begun = time.monotonic()
        async with reading(Path(folder), box(server)) as desk:
            await until(lambda: desk.count() == messages + 1, 300)
            await until(lambda: server.count("desk") == 0, 60)
        return messages / (time.monotonic() - begun)


def main() -> int:
    """Run it at length, and say what came of it."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    with tempfile.TemporaryDirectory() as folder:
        came = asyncio.run(Trouble(Path(folder), messages, messages / 50, 5.0, seed=1).run())
    print(came)
    print(f"{asyncio.run(rate(messages)):.0f} messages/s of 4 KB from the mailbox into the store, put away")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB at most")
    return int(bool(came.lost or came.twice or came.left))


if __name__ == "__main__":
    sys.exit(main())
