"""What bringing an old mailbox along costs: processor time a message by part, and the rate on this machine."""

import asyncio
import os
import pickle
import resource
import tempfile
import time
from dataclasses import replace
from email.utils import formatdate
from itertools import cycle
from pathlib import Path

from daemon.cli.past.carry import ENVELOPE, Carrier, Tally, carry
from daemon.cli.past.mailbox import survey
from daemon.cli.past.nursery import nursery
from daemon.cli.past.reader import Desk, Reader, compiled
from daemon.core.desk.past import judged, ours_of
from daemon.core.mail.address import Key, Own
from daemon.core.mail.mbox import Dialect
from daemon.core.mail.reading import read
from daemon.core.settings import Settings, Smtp
from daemon.core.triage.learn import NOTHING
from daemon.letters import SHIPPED
from store.identity import identify
from store.migrate import migrate
from store.store import Store
from tests.benchmarks.reading import FIELDS, PLAIN, SENTENCE
from tests.core.judge.mails import Share, part

MANY = 6000
THEN = 1_600_000_000.0
POSTMARK = b"From ann@customer.test Sun Sep 13 12:26:40 2020\n"
SETTINGS = Settings.model_validate(
    {"desk": {"address": "support@hd.test"}, "pipeline": {"address": "pipeline@team.test"}}
)


def mailbox_of(many: int, path: Path) -> None:
    """Write an mbox of 9 KB a message: each third one answers the one before it."""
    texts = cycle(part(Share.DEV))
    with path.open("wb") as file:
        for number in range(many):
            mail, answers = next(texts), number % 3 == 2
            head = "\n".join(
                line for line in FIELDS.split("\n") if not line.startswith(("Message-ID", "In-Reply", "Refer", "Date"))
            ).replace("juergen@customer.test", f"juergen{(number - answers) % 997}@customer.test")
            named = f"In-Reply-To: <{number - 1}@customer.test>\n" if answers else ""
            dated = f"Message-ID: <{number}@customer.test>\nDate: {formatdate(THEN + number * 60)}\n"
            text = mail.text.replace("\nFrom ", "\n>From ")
            quoted = "".join(f"> {line}\n" for line in (SENTENCE * 90).splitlines())
            body = f"{head}{dated}{named}{PLAIN}{text}\n\nOn Monday, somebody wrote:\n{quoted}"
            file.write(POSTMARK + body.encode() + b"\n")


def measure() -> None:
    """Print the parts, one process, and then the whole of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "old.mbox"
        mailbox_of(MANY, path)
        print(f"{MANY} messages of {path.stat().st_size / MANY / 1000:.1f} KB, load {os.getloadavg()[0]:.1f}")
        desk = _desk()
        _parts(path, desk)
        for name, since in (
            ("all of it judged", 0.0),
            ("none of it judged, as what is older than half a year", desk.now),
        ):
            print(name)
            _whole(path, replace(desk, judged_since=since), f"sqlite:///{folder}/{since:.0f}.db")


def _desk() -> Desk:
    own = Own(SETTINGS.desk.addresses, "+", "hd.test", (Key("1", b"k" * 32),))
    text = (SHIPPED / "definition.toml").read_text("utf-8")
    return Desk(SETTINGS, own, ours_of(SETTINGS), text, NOTHING, Dialect.AUTO, time.time())


def _parts(path: Path, desk: Desk) -> None:
    start = time.process_time()
    box = survey([str(path)], Dialect.AUTO, desk.now, lambda *_: None)
    _say("survey", start, MANY)
    definition = compiled(desk)
    reader, places = Reader(desk, definition), list(box.places(0))[:600]
    for place in places[:100]:
        reader.read(place)
    start = time.process_time()
    found = [reader.read(place) for place in places]
    _say("reader, whole", start, 600)
    start = time.process_time()
    for one in found:
        identify(one.raw)
    _say("  identity", start, 600)
    start = time.process_time()
    for one in found:
        read(one.raw, ENVELOPE, desk.own, Smtp())
    _say("  reading", start, 600)
    start = time.process_time()
    for one in found:
        if one.past:
            judged(one.past, definition, desk.learned)
    _say("  judging what was not", start, 600)
    start = time.process_time()
    packed = pickle.dumps(tuple(found))
    _say("  packing", start, 600)
    start = time.process_time()
    pickle.loads(packed)
    _say("unpacking", start, 600)


def _whole(path: Path, desk: Desk, url: str) -> None:
    migrate(url)
    start, began = time.monotonic(), _used()
    tally, own = Tally(MANY), time.process_time()
    definition = compiled(desk)
    with nursery(desk, definition) as readers:
        asyncio.run(
            _carried(path, Carrier(desk, definition, readers, Store.open(url, alone=False, hurried=True)), tally)
        )
    seconds, own, used = time.monotonic() - start, time.process_time() - own, _used() - began
    print(f"whole: {tally.kept / seconds:,.0f} messages/s, load {os.getloadavg()[0]:.1f}")
    print(f"{'first process':24}{own / MANY * 1e3:8.2f} ms CPU a message")
    print(f"{'readers':24}{(used - own) / MANY * 1e3:8.2f} ms CPU a message")
    print(f"{'all':24}{used / MANY * 1e3:8.2f} ms CPU a message")


async def _carried(path: Path, carrier: Carrier, tally: Tally) -> None:
    try:
        box = survey([str(path)], Dialect.AUTO, carrier.desk.now, lambda *_: None)
        await carry(box, carrier, tally, asyncio.Event(), lambda _: None)
    finally:
        await carrier.store.close()


def _used() -> float:
    sums = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in sums)


def _say(what: str, start: float, many: int) -> None:
    print(f"{what:24}{(time.process_time() - start) / many * 1e3:8.3f} ms CPU a message", flush=True)
