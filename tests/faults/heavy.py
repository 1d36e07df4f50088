"""A reader of mailboxes in a process of its own: says how much memory it took, in MiB before and at most."""

import asyncio
import json
import sys
from pathlib import Path

from tests.edge.mailroom import reading, until


def used() -> int:
    """The most that was ever in memory, in MiB; what the parent had at the fork is not counted."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) >> 10


async def main(folder: Path, wanted: int, *boxes: dict[str, object]) -> None:
    before = used()
    async with reading(folder, *boxes) as desk:
        await until(lambda: desk.count() == wanted, 100)
    print(before, used())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), *json.loads(sys.argv[3])))
