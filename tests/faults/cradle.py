"""The process that lives are forked from: it has imported the daemon, and reads one order a line (JSON).

The daemon that a life runs is the one that ships; what a life is to suffer is put over it by name before it starts.
"""

import functools
import gc
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import sqlalchemy.dialects.postgresql.psycopg
import sqlalchemy.dialects.sqlite.pysqlite  # noqa: F401 - both are imported when a store is opened

from daemon import cli, journey, run
from daemon.cli import knowledge
from daemon.core.mail import retry
from daemon.edge import relay
from daemon.letters import SHIPPED
from store import migrate, steps
from tests.faults import mutants, points
from tests.faults.nursery import Fate


def submit(fate: Fate) -> None:
    """Change the daemon in this process to what the fate wants."""
    if fate.mutant:
        mutants.MUTANTS[fate.mutant]()
    if fate.hasty:
        _make_hasty()
    if fate.lease_seconds:
        _shorten_leases(fate.lease_seconds)
    if fate.steps:
        steps.STEPS = migrate.STEPS = Path(fate.steps)
    if fate.clock:
        _set_clock(Path(fate.clock))
    points.install(map(points.Harm.of, fate.harms))


def _make_hasty() -> None:
    retry.WAITS = (0.5, 1.0, 2.0)
    retry.UNREADY_SECONDS = 0.5
    run.ROUND_SECONDS = 1.0
    run.open_relay = functools.partial(relay.open_relay, waits=points.HASTY)


def _shorten_leases(seconds: float) -> None:
    for module in (journey, run):
        module.MAIL_LEASE_SECONDS = module.MESSAGE_LEASE_SECONDS = seconds
    run.ROUND_SECONDS = 1.0


def _set_clock(off: Path) -> None:
    run.time = SimpleNamespace(time=lambda: time.time() + float(off.read_text("ascii") or 0))


def main() -> None:
    """Take orders until there are no more."""
    ready = run.Letters("en").tried()  # most of a start is the trial of the templates and the reading of the definition
    ready.tried = lambda: ready
    run.Letters = lambda _: ready
    knowledge.read = functools.cache(knowledge.read)
    knowledge.read((SHIPPED / "definition.toml").read_text("utf-8"))
    gc.freeze()
    print("null", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        answer = _fork(order, cli.main) if "start" in order else _end(**order)
        print(json.dumps(answer), flush=True)


def _fork(order: dict[str, Any], program: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for standard in (1, 2):
            os.dup2(log, standard)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        fate = Fate(**order["fate"])
        os.environ.update(fate.environment)
        submit(fate)
        sys.argv = ["triaged", *order["start"]]
        program()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        os._exit(status)


def _end(pid: int, wait: bool) -> int | None:
    ended, status = os.waitpid(pid, 0 if wait else os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


if __name__ == "__main__":
    main()
