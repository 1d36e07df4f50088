"""The daemon with one fault put in: it says 250 before the message is durable. What checks for loss must find it."""

import asyncio

from daemon import run
from daemon.cli import main
from daemon.house import House
from daemon.journey import receive
from store.model.message import Envelope, Receipt

LATE_SECONDS = 0.05
_commits: set["asyncio.Task[Receipt]"] = set()


async def receive_early(raw: bytes, envelope: Envelope, house: House) -> Receipt:
    """Promise what is not yet so."""
    commit = asyncio.create_task(_late(raw, envelope, house))
    _commits.add(commit)
    commit.add_done_callback(_commits.discard)
    return Receipt("early", duplicate=False)


async def _late(raw: bytes, envelope: Envelope, house: House) -> Receipt:
    await asyncio.sleep(LATE_SECONDS)
    return await receive(raw, envelope, house)


if __name__ == "__main__":
    run.receive = receive_early  # type: ignore[attr-defined]
    main()
