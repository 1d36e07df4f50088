"""What the team taught is shown with the tickets behind it, and without a correction nothing is."""

import asyncio
import json
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.core.desk.teaching import correction
from daemon.core.mail.parse import parse
from store.model.verdict import Lesson
from store.store import Store
from tests.cli.conftest import BROKEN, CUSTOMER, Triaged
from tests.desk import shipped_definition
from tests.store.specimens import ENVELOPE, mail, opens, take_one

AGAIN = BROKEN.replace(b"<one@shop", b"<five@shop").replace(b"bills", b"invoices")


@pytest.fixture
def own_copy(lived_in: Path, tmp_path: Path) -> Path:
    """A desk that has lived and may be changed."""
    shutil.copytree(lived_in.parent, tmp_path / "copy")
    return tmp_path / "copy" / "triaged.toml"


def change(config: Path, act: Callable[[Store], Awaitable[None]]) -> None:
    async def open_and_act() -> None:
        store = Store.open(f"sqlite:///{config.parent}/triaged.db")
        try:
            await act(store)
        finally:
            await store.close()

    asyncio.run(open_and_act())


async def teach(store: Store) -> None:
    await store.correct(correction(1, parse(BROKEN), None, "bob", shipped_definition(), time.time()))


async def file_what_was_moved(store: Store) -> None:
    now = time.time()
    await store.keep(AGAIN, ENVELOPE, now)
    work = await take_one(store, now)
    number = await store.reserve_number(work.id)
    changes = opens("five", CUSTOMER)
    assert changes.opens
    assert changes.opens.verdict
    moved = replace(changes.opens.verdict, learned=Lesson(-1.25, (1,)))
    changes = replace(changes, opens=replace(changes.opens, verdict=moved))
    assert await store.commit(work, changes, (mail(number),), number, now)


def test_explain_shows_what_corrections_add_and_which_tickets_are_behind_it(own_copy: Path, triaged: Triaged) -> None:
    (own_copy.parent / "again.eml").write_bytes(AGAIN)
    before = json.loads(triaged("explain", "--json", own_copy.parent / "again.eml", "-c", own_copy).stdout)
    assert before["verdict"]["learned"] is None
    assert "learned" not in triaged("explain", own_copy.parent / "again.eml", "-c", own_copy).stdout
    change(own_copy, teach)
    after = json.loads(triaged("explain", "--json", own_copy.parent / "again.eml", "-c", own_copy).stdout)
    assert after["verdict"]["learned"]["tickets"] == [1]
    assert after["verdict"]["learned"]["offset"] < 0
    page = triaged("explain", own_copy.parent / "again.eml", "-c", own_copy).stdout
    assert "from #1" in page


def test_show_tells_the_verdict_clause_by_clause_and_what_was_learned(own_copy: Path, triaged: Triaged) -> None:
    page = triaged("show", 1, "-c", own_copy).stdout
    assert all(name in page for name in ("technical", "existing", "stopping", '"'))
    assert "learned" not in page
    change(own_copy, file_what_was_moved)
    assert "learned" in triaged("show", 4, "-c", own_copy).stdout
    assert "from #1" in triaged("show", 4, "-c", own_copy).stdout
    record = json.loads(triaged("show", 4, "--json", "-c", own_copy).stdout)
    assert record["judged"]["learned"] == {"offset": -1.25, "tickets": [1]}


def test_a_store_that_cannot_be_read_leaves_the_rules_and_says_so(own_copy: Path, triaged: Triaged) -> None:
    (own_copy.parent / "triaged.db").write_bytes(b"this is no database, but long enough to be taken for one" * 100)
    (own_copy.parent / "again.eml").write_bytes(AGAIN)
    result = triaged("explain", "--json", own_copy.parent / "again.eml", "-c", own_copy)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["verdict"]["learned"] is None
    assert "what the desk has learned is left out" in result.stderr
    assert len(result.stderr.splitlines()) == 1
