"""The long form, `make faults`: many mails and many kills on both databases, with a line that says how far it is.

Ends with the counters of each database; exit status 1 where anything is lost, doubled without a reason or unfinished.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.faults.assault import Assault
from tests.faults.nursery import Nursery
from tests.faults.points import ON_THE_WAY, told
from tests.store import postgres

LINE_SECONDS = 5.0
PROCESSES = 3  # on PostgreSQL; SQLite has one
LEASE_SECONDS = 20.0  # so that another process takes up what a killed one had in hand


@contextmanager
def store_of(kind: str, folder: Path) -> Iterator[str]:
    """Give the URL of an empty store."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'triaged.db'}"
        return
    binary = postgres.binaries()
    if binary is None:
        sys.exit(postgres.HOW_TO_GET_IT)
    with postgres.server(binary, fsync=True) as server:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE faults")
        yield f"{server}/faults"


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
    harms = tuple(harm for point in ON_THE_WAY for harm in ("", f"{point}:kill@{{n}}"))
    with tempfile.TemporaryDirectory(prefix="triaged-faults-") as name, store_of(kind, Path(name)) as url:
        several = kind != "sqlite"
        assault = Assault(
            Path(name),
            nursery,
            options.mails,
            options.kills,
            options.seed,
            url=url,
            roles=("all",) * (PROCESSES if several else 1),
            harms=harms,
            beside=(tell,),
        )
        assault.fate = type(assault.fate)(lease_seconds=LEASE_SECONDS if several else 0.0)
        counters = asyncio.run(assault.run())
        places = Counter(told(assault.log))
    seconds = time.monotonic() - begun
    print(
        f"\r{kind}: {options.mails} mails, {assault.killed} kills at random and {assault.died} at places, seed ", end=""
    )
    print(f"{options.seed}: {seconds:.0f} s, {options.mails / seconds:.0f} mails/s{' ' * 20}")
    print("  places: " + " ".join(f"{name}x{count}" for name, count in sorted(places.items())))
    print("  " + " ".join(f"{name}={count}" for name, count in vars(counters).items()))
    return not counters.faults


def main() -> int:
    """Read the wishes, and run one assault for each database."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", choices=("sqlite", "postgresql", "both"), default="both")
    options = parser.parse_args()
    kinds = ("sqlite", "postgresql") if options.store == "both" else (options.store,)
    with Nursery() as nursery:
        well = [assail(kind, options, nursery) for kind in kinds]
    return int(not all(well))


if __name__ == "__main__":
    sys.exit(main())
