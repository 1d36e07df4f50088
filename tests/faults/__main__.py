"""The long form, `make faults`: many mails and many kills on both databases, with a line that says how far it is.

On SQLite one process is killed again and again. On PostgreSQL and Redis two doors and two workers are, while the
database restarts and loses connections, Redis forgets and goes away, and processes stand still past their leases. Ends
with the counters of each; exit status 1 where anything is lost, doubled without a reason or unfinished.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daemon.journey import MAIL_LEASE_SECONDS
from tests.faults.assault import Assault
from tests.faults.nursery import Fate, Nursery
from tests.faults.points import ON_THE_WAY, told
from tests.faults.troubles import Troubles
from tests.ports import free_port
from tests.redis import RedisServer
from tests.store import postgres

LINE_SECONDS = 5.0
ROLES = ("intake", "intake", "worker", "worker")  # on PostgreSQL; SQLite has one process
TROUBLE_SECONDS = 3.0  # between two troubles
HARMS = tuple(harm for point in ON_THE_WAY for harm in ("", f"{point}:kill@{{n}}"))


@contextmanager
def on_sqlite(folder: Path, nursery: Nursery, options: argparse.Namespace) -> Iterator[tuple[Assault, Counter[str]]]:
    """Give an assault on one process."""
    assault = Assault(folder, nursery, options.mails, options.kills, options.seed, harms=HARMS, beside=(tell,))
    yield assault, Counter()


@contextmanager
def on_postgresql(
    folder: Path, nursery: Nursery, options: argparse.Namespace
) -> Iterator[tuple[Assault, Counter[str]]]:
    """Give an assault on four processes and on what they share, and the troubles that were made."""
    binary = postgres.binaries()
    if binary is None:
        sys.exit(postgres.HOW_TO_GET_IT)
    redis = RedisServer(free_port())
    redis.start()
    try:
        with postgres.running(binary, fsync=True) as database:
            troubles = Troubles(database, redis, options.lease or MAIL_LEASE_SECONDS, TROUBLE_SECONDS, options.seed)
            assault = Assault(
                folder,
                nursery,
                options.mails,
                options.kills,
                options.seed,
                url=database.create("faults"),
                roles=ROLES,
                more=redis.bell,
                fate=Fate(lease_seconds=options.lease),
                harms=HARMS,
                beside=(tell, troubles),
            )
            yield assault, troubles.done
    finally:
        redis.stop()


KINDS = {"sqlite": on_sqlite, "postgresql": on_postgresql}


async def tell(assault: Assault) -> None:
    """Say how far it is, every few seconds, until the load is over."""
    begun = time.monotonic()
    while assault.is_sending:
        await asyncio.sleep(LINE_SECONDS)
        done, seconds = len(assault.told), time.monotonic() - begun
        kills = assault.killed + assault.died
        print(
            f"\r{done} of {assault.messages} mails, {kills} of {assault.kills} kills, "
            f"{assault.postponed} put off, {done / seconds:.0f} mails/s   ",
            end="",
            flush=True,
        )


def assail(kind: str, options: argparse.Namespace, nursery: Nursery) -> bool:
    """Run one assault, print what it came to, and say whether all is well."""
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="triaged-faults-") as name,
        KINDS[kind](Path(name), nursery, options) as (assault, troubles),
    ):
        counters = asyncio.run(assault.run())
        places = Counter(told(assault.log))
    seconds = time.monotonic() - begun
    print(
        f"\r{kind}: {options.mails} mails, {assault.killed} kills at random and {assault.died} at places, seed ", end=""
    )
    print(f"{options.seed}: {seconds:.0f} s, {options.mails / seconds:.0f} mails/s{' ' * 20}")
    print("  places: " + _listed(places))
    print("  troubles: " + _listed(troubles))
    print("  " + " ".join(f"{name}={count}" for name, count in vars(counters).items()))
    print(f"  all was done {assault.rested:.0f} s after the last mail and the last kill")
    for reason, count in assault.given_up.items():
        print(f"  given up {count} times: {reason}")
    return not counters.faults


def _listed(counts: Counter[str]) -> str:
    return " ".join(f"{name}x{count}" for name, count in sorted(counts.items())) or "none"


def main() -> int:
    """Read the wishes, and run one assault for each database."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lease", type=float, default=0.0, help="seconds, on PostgreSQL; 0 is as shipped")
    parser.add_argument("--store", choices=(*KINDS, "both"), default="both")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # whatever was started ends with us
    kinds = tuple(KINDS) if options.store == "both" else (options.store,)
    with Nursery() as nursery:
        well = [assail(kind, options, nursery) for kind in kinds]
    return int(not all(well))


if __name__ == "__main__":
    sys.exit(main())
