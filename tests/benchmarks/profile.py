"""Where a message's processor time goes: one process on SQLite under load, sampled from inside."""

import asyncio
import os
import signal
import tempfile
from pathlib import Path

import uvloop

from tests.benchmarks.journey import CONFIG, Sink
from tests.benchmarks.scale import Desk
from tests.child import Child
from tests.ports import free_port
from tests.sink import open_sink

MESSAGES, WARM = 3000, 300


async def _measure(folder: Path) -> None:
    sink, port, found = Sink(), free_port(), folder / "profile"
    mailboxes = await open_sink(port, sink.deliver)
    os.environ["TRIAGED_PROFILE"] = str(found)
    words = CONFIG.replace("{sink}", str(port))
    child = await Child.start(folder, words, module="tests.benchmarks.profiled")
    try:
        desk = Desk([child], sink)
        await desk.load("warm", WARM)
        child.process.send_signal(signal.SIGUSR1)  # the clock starts when all is warm
        await asyncio.sleep(0.1)
        run = await desk.load("profile", MESSAGES)
    finally:
        child.stop()
        mailboxes.close()
    counts = [line.split("\t") for line in found.read_text("utf-8").splitlines()]
    samples = sum(int(count) for count, _ in counts)
    print(f"{MESSAGES} messages, two mails each: {run.cpu:.2f} ms CPU a message, {samples} samples")
    for count, place in counts:
        share = int(count) / samples
        print(f"{100 * share:5.1f} %  {share * run.cpu:5.2f} ms  {place}")


def measure() -> None:
    """Measure, and print a line for each place with its share."""
    with tempfile.TemporaryDirectory(prefix="triaged-bench-") as folder:
        uvloop.run(_measure(Path(folder)))
