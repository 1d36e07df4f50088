"""How fast the store keeps messages, and whether a question costs more when more is stored."""

import asyncio
import resource
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from store.migrate import migrate
from store.model.changes import Changes, Filed, Opening, Outcome
from store.model.facts import Clues, Signal, Threading
from store.model.message import Envelope, RawMessage
from store.model.outbox import MailKind, MailState, NewMail, Settlement
from store.model.ticket import Event, Kind, Participant, Role, State
from store.store import Store

BODY = "".join(f"This is line {n} of a message of the usual size.\r\n" for n in range(80))  # 4 KiB
ENVELOPE = Envelope("ann@customer.example", ("help@desk.example",), "192.0.2.1")
AT_ONCE = 50
START = 1_700_000_000.0


def measure(stored: tuple[int, ...] = (1_000, 50_000)) -> None:
    """Print messages kept in a second, CPU a message, and the cost of each stage with few and with many stored."""
    with tempfile.TemporaryDirectory(prefix="triaged-bench-") as folder:
        asyncio.run(_measure(Path(folder), stored))


async def _measure(folder: Path, stored: tuple[int, ...]) -> None:
    url = f"sqlite:///{folder}/triaged.db"
    migrate(url)
    store = Store.open(url)
    for callers in (1, 16, 64):
        await _keep(store, callers)
    await store.close()
    url = f"sqlite:///{folder}/growing.db"
    migrate(url)
    store = Store.open(url)
    done = 0
    for many in stored:
        done = await _work(store, done, many)
        await _report(store, done)
    await store.close()


async def _keep(store: Store, callers: int, many: int = 3_000) -> None:
    messages = iter([_raw(f"{callers}-{n}") for n in range(many)])

    async def caller() -> None:
        for message in messages:
            await store.keep(message, ENVELOPE, START)

    cpu, started = _cpu(), time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    seconds, used = time.perf_counter() - started, _cpu() - cpu
    print(f"keep, {callers:2} at once: {many / seconds:6.0f} messages/s, {used / many * 1e6:4.0f} us CPU a message")


async def _report(store: Store, done: int) -> None:
    """Measure each stage on 1,000 messages more, and `facts` by itself on messages that bear clues."""
    spent: dict[str, tuple[float, float]] = {}
    await _work(store, done, done + 1_000, spent)
    clues = [_clues(n) for n in range(0, done, max(1, done // 1_000))][:1_000]
    cpu, started = _cpu(), time.perf_counter()
    for one in clues:
        await store.facts(one, START + done)
    spent["facts, with clues"] = time.perf_counter() - started, _cpu() - cpu
    print(f"with {done} messages stored:")
    for stage, (seconds, used) in spent.items():
        print(f"  {stage:20} {seconds * 1e3:6.0f} us, {used * 1e3:6.0f} us CPU a message")
    total = sum(used for stage, (_, used) in spent.items() if stage != "facts, with clues")
    print(f"  {'all stages':20} {'':9}  {total * 1e3:6.0f} us CPU a message")


async def _work(store: Store, first: int, last: int, spent: dict[str, tuple[float, float]] | None = None) -> int:
    """Bring messages through all three stages, so many at once; adds up wall and CPU seconds by stage."""
    spent = {} if spent is None else spent
    for start in range(first, last, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, last))
        now = START + start
        await _timed(spent, "keep", *(store.keep(_raw(str(n)), ENVELOPE, now) for n in numbers))
        (works,) = await _timed(spent, "lease_messages", store.lease_messages(now, AT_ONCE, 60))
        await _timed(spent, "facts", *(store.facts(_clues(n, fresh=True), now) for n in numbers))
        given = await _timed(spent, "reserve_number", *(store.reserve_number(work.id) for work in works))
        await _timed(
            spent,
            "commit",
            *(
                store.commit(work, *_changes(work, number, now), number, now)
                for work, number in zip(works, given, strict=True)
            ),
        )
        (mails,) = await _timed(spent, "lease_mails", store.lease_mails(now, 2 * AT_ONCE, 60))
        await _timed(spent, "attempt", *(store.attempt(mail) for mail in mails))
        sent = Settlement(MailState.SENT, 0, "250 ok")
        await _timed(spent, "settle", *(store.settle(mail, sent, now) for mail in mails))
    return last


async def _timed(spent: dict[str, tuple[float, float]], stage: str, *calls):  # type: ignore[no-untyped-def]
    cpu, started = _cpu(), time.perf_counter()
    results = await asyncio.gather(*calls)
    seconds, used = spent.get(stage, (0.0, 0.0))
    spent[stage] = seconds + time.perf_counter() - started, used + _cpu() - cpu
    return results


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _raw(name: str) -> bytes:
    head = f"From: ann@customer.example\r\nSubject: {name}\r\nMessage-ID: <{name}@customer.example>\r\n\r\n"
    return (head + BODY).encode()


def _changes(work: RawMessage, number: int, now: float) -> tuple[Changes, tuple[NewMail, ...]]:
    sender = f"c{number % 5_000}@customer{number % 500}.example"
    changes = Changes(
        Outcome.TICKET,
        "",
        Threading(Signal.NONE, None),
        Filed(f"{number - 1}@customer.example", sender, "It broke", f"text {number}"),
        opens=Opening(
            Kind.REPORT, State.FORWARDED, None, "It broke", sender, "en", (Participant(sender, Role.REPORTER),)
        ),
        events=(Event(now, "triaged", "received"), Event(now, "triaged", "forwarded")),
    )
    to = ((MailKind.ACK, sender), (MailKind.FORWARD, "product@team.example"))
    mails = tuple(
        NewMail(_mark(kind, number), kind, number, "", address, f"{kind}{number}@desk.example", work.raw, now)
        for kind, address in to
    )
    return changes, mails


def _mark(kind: MailKind, number: int) -> str:
    """Return a mark that falls anywhere in the index, as chance would have it."""
    return sha256(f"{kind}{number}".encode()).hexdigest()[:16]


def _clues(n: int, fresh: bool = False) -> Clues:
    sender = f"c{n % 5_000}@customer{n % 500}.example"
    return Clues(
        message_id=f"new{n}@customer.example",
        sender=sender,
        answer_to=sender,
        reply_marks=() if fresh else (_mark(MailKind.ACK, n + 1),),
        own_marks=() if fresh else (_mark(MailKind.FORWARD, n + 1),),
        foreign_ids=() if fresh else (f"{n}@customer.example", f"other{n}@customer.example"),
        subject_number=None,
        bounced_mark=None,
        text_digest=f"new text {n}",
    )


if __name__ == "__main__":
    measure()
