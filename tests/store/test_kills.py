"""Whatever moment the process is killed at, no message is lost that was acknowledged, and none is worked twice."""

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from store.reader import Reader
from store.schema import message, message_raw
from store.store import Store
from tests.store.specimens import MINUTE, NOW

ROOT = Path(__file__).parent.parent.parent
KILLS = 5

LIVE = """
import asyncio, os, sys
from store.store import Store
from tests.store.specimens import ENVELOPE, NOW, mail, opens, raw

async def keep(store, life, share):
    for n in range(share, 100_000, 8):
        name = f"life{life}-{n}"
        await store.keep(raw(name), ENVELOPE, NOW)
        os.write(1, f"{name}\\n".encode())

async def work(store):
    while True:
        for one in await store.lease_messages(NOW, 5, 60):
            number = await store.reserve_number(one.id)
            name = f"w{one.id}"
            await store.commit(one, opens(name), (mail(number, mark=name),), number, NOW)
        await asyncio.sleep(0)

async def main():
    store = Store.open(sys.argv[1])
    await asyncio.gather(*(keep(store, sys.argv[2], share) for share in range(8)), work(store))

asyncio.run(main())
"""


def live_and_die(url: str, life: int, seconds: float) -> list[str]:
    """Run the desk, kill it after so many seconds of work, and return what it had acknowledged by then."""
    command = [sys.executable, "-c", LIVE, url, str(life)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(seconds)
        child.kill()
        return (first + child.stdout.read()).decode().split()


@pytest.mark.slow
def test_what_was_acknowledged_is_there_however_often_the_desk_is_killed(url: str) -> None:
    chance = random.Random(7)
    acknowledged = [name for life in range(KILLS) for name in live_and_die(url, life, chance.uniform(0, 0.4))]
    assert len(acknowledged) > KILLS

    async def what_waits() -> list[str]:
        store = Store.open(url)
        rest = await store.lease_messages(NOW + MINUTE, 1_000_000, MINUTE)
        await store.close()
        return [title(work.raw) for work in rest]

    with Reader(url) as reader:
        status = reader.status(NOW)
        tickets = reader.tickets(ended=True)
        mails = reader.outbox(True)
    waiting = asyncio.run(what_waits())
    assert len(waiting) == status.waiting
    assert status.received + status.waiting >= len(acknowledged)
    assert status.received == status.tickets == len(tickets) == len(mails)
    assert set(acknowledged) <= set(waiting) | worked(url)


def worked(url: str) -> set[str]:
    """Return the messages behind the tickets, by the subject that their bytes bear."""
    with Reader(url) as reader:
        raws = reader.ask(
            lambda connection: connection.execute(
                select(message_raw.c.raw).join(message).where(message.c.outcome.is_not(None))
            ).scalars().all()
        )  # fmt: skip
    return {title(raw) for raw in raws}


def title(raw: bytes) -> str:
    return raw.split(b"Subject: ")[1].split(b"\r\n")[0].decode()
