"""No stage reads a whole table: what a message costs does not grow with the store."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from store.migrate import migrate
from store.model.occasion import Clock
from store.model.outbox import MailKind, MailState, Settlement
from store.store import Store
from tests.store.specimens import ENVELOPE, NOW, clues, file_one, follows, mail, raw, take_one
from tests.store.test_corrections import correction
from tests.store.test_occasions import ask, lapse

STATEMENT = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE)\b")
WHOLE_TABLE = re.compile(
    r"SCAN (?!(\d+ )?CONSTANT ROW|SUBQUERY|\d+-ROW VALUES|\w+ USING (COVERING )?INDEX ix_(message|mail)_due)"
)
TINY = ("counter", "alembic_version", "mailbox")  # tables of a row or two


@pytest.fixture
def statements() -> Iterator[set[str]]:
    """What is asked of any database meanwhile."""
    seen: set[str] = set()

    def remember(statement: str) -> None:
        if STATEMENT.match(statement):
            seen.add(statement)

    def listen(connection: sqlite3.Connection, _: object) -> None:
        connection.set_trace_callback(remember)

    event.listen(Engine, "connect", listen)
    yield seen
    event.remove(Engine, "connect", listen)


async def live(url: str) -> None:
    """Let all happen to a store that happens while the desk works."""
    store = Store.open(url)
    number = await file_one(store, "a", mails=(MailKind.ACK, MailKind.FORWARD))
    asked = await ask(store, "q")
    await store.keep(raw("b"), ENVELOPE, NOW)
    await store.facts(
        clues(
            message_id="b@customer.example",
            reply_marks=("m",),
            own_marks=("n",),
            foreign_ids=("a@customer.example",),
            subject_number=number,
            text_digest="t",
        ),
        NOW,
    )
    await store.commit(await take_one(store), follows("b", number), (mail(number, MailKind.REPLY),), None, NOW)
    await store.keep(raw("c"), ENVELOPE, NOW)
    await store.fail_message(await take_one(store), "boom", NOW)
    for leased in await store.lease_mails(NOW, 10, 60):
        await store.attempt(leased)
        await store.settle(leased, Settlement(MailState.SENT, 0, "250"), NOW)
    await store.due(tuple((clock, NOW + 1e9, 10) for clock in Clock))
    await store.original(number)
    await store.happen(lapse(asked), (), NOW)
    await store.happened(("a", "b"))
    await store.count_call("bob", NOW, 300)
    await store.correct(correction(number))
    await store.corrections()
    await store.latest_corrections()
    await store.recover(NOW)
    await store.resend_unknown((MailKind.ACK,), NOW)
    await store.next_due()
    await store.ticket(number)
    await store.aside()
    await store.outbox(False)
    await store.close()


async def test_no_stage_reads_a_whole_table(tmp_path: Path, statements: set[str]) -> None:
    path = tmp_path / "triaged.db"
    migrate(f"sqlite:///{path}")
    statements.clear()
    await live(f"sqlite:///{path}")
    assert len(statements) > 30
    connection = sqlite3.connect(path)
    for statement in statements:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
        whole = [step for step in plan if WHOLE_TABLE.match(step)]
        assert not whole or any(name in statement for name in TINY), (statement, plan)
    connection.close()
