"""SIGHUP: roster, definition and settings are taken up while mail comes; what is at fault changes nothing."""

import asyncio
import re
import signal
import smtplib
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.core.declared.renewal import renewed
from daemon.core.mail.parse import parse
from daemon.core.settings import Settings
from daemon.core.triage.definition import Definition, read
from daemon.letters import SHIPPED
from daemon.renewal import Declared, renew
from store.model.verdict import Tag
from store.reader import Reader
from tests.child import Child
from tests.desk import Delivered, DeskUnderTest, desk_at
from tests.ports import free_port
from tests.sink import open_sink

MAILS, EACH = 120, 5
CONFIG = """
[desk]
address = "desk@team.test"
operator = "op@team.test"
[smtp]
listen = "127.0.0.1:{door}"
[relay]
url = "smtp://127.0.0.1:SINK"
[pipeline]
address = "pipeline@team.test"
[acknowledge]
desk_per_hour = 0
unproven_per_sender = 0
unproven_per_domain = 0
"""
SHIPPED_WORDS = (SHIPPED / "definition.toml").read_text("utf-8")
DEAF = re.sub(r"\n(page|ask) = \S+", r"\n\1 = 20.0", SHIPPED_WORDS)
BROKEN = "Since this morning nobody can log in, the server answers error 500. We cannot work at all."
ANN = {"id": "ann", "name": "Ann", "address": "ann@team.test"}


def hash_of(text: str) -> str:
    definition = read(text)
    assert isinstance(definition, Definition), definition
    return definition.hash


async def until(holds: Callable[[], bool]) -> None:
    """Wait for a sign."""
    for _ in range(3000):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it does not come")


def post(door: int, first: int, count: int) -> None:
    with smtplib.SMTP("127.0.0.1", door, timeout=60) as server:
        for number in range(first, first + count):
            raw = f"From: c{number}@shop.test\r\nSubject: Down\r\nMessage-ID: <{number}@shop.test>\r\n\r\n{BROKEN}\r\n"
            server.sendmail(f"c{number}@shop.test", ["desk@team.test"], raw)


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_under_load_no_message_is_lost_and_each_is_judged_by_one_definition_whole(tmp_path: Path) -> None:
    sink = free_port()
    took = await open_sink(sink, lambda *_: None)
    (tmp_path / "definition.toml").write_text(SHIPPED_WORDS, "utf-8")
    child = await Child.start(tmp_path, CONFIG.replace("SINK", str(sink)))
    try:
        sending = [asyncio.create_task(asyncio.to_thread(post, child.door, n * MAILS, MAILS)) for n in range(2)]
        for turn in range(1, 9):
            (tmp_path / "definition.toml").write_text((SHIPPED_WORDS, DEAF)[turn % 2], "utf-8")
            child.process.send_signal(signal.SIGHUP)
            await until(lambda turn=turn: (tmp_path / "log").read_text("utf-8").count("event=reloaded") == turn)
            await asyncio.to_thread(post, child.door, (2 + turn) * MAILS, EACH)
        await asyncio.gather(*sending)
        with Reader(f"sqlite:///{tmp_path}/triaged.db") as reader:
            await until(lambda: reader.status(0).received == 2 * MAILS + 8 * EACH)
            judged = {one.verdict.definition: set[Tag]() for one in reader.judged() if one.verdict}
            for one in reader.judged():
                assert one.verdict is not None
                judged[one.verdict.definition].add(one.verdict.tag)
            assert reader.count_tickets() == 2 * MAILS + 8 * EACH
        assert judged == {hash_of(SHIPPED_WORDS): {Tag.EMERGENCY}, hash_of(DEAF): {Tag.PROBLEM}}
    finally:
        child.stop()
        took.close()


async def test_what_is_at_fault_is_told_with_its_lines_and_changes_nothing(tmp_path: Path) -> None:
    sink = free_port()
    mails: list[bytes] = []
    took = await open_sink(sink, lambda _, __, raw: mails.append(raw))
    child = await Child.start(tmp_path, CONFIG.replace("SINK", str(sink)))
    try:
        path = tmp_path / "triaged.toml"
        right = path.read_text("utf-8")
        path.write_text(right.replace('"op@team.test"', '"nobody"') + "\n[duty]\npeople = ['ann']\n", "utf-8")
        for turn in (1, 2):
            child.process.send_signal(signal.SIGHUP)
            await until(lambda turn=turn: (tmp_path / "log").read_text("utf-8").count("duty.people[0]") == turn)
            await until(lambda: b"settings are at fault and not in force" in b"".join(mails))
        said = (tmp_path / "log").read_text("utf-8")
        line = right.splitlines().index('operator = "op@team.test"') + 1
        assert f'event="not reloaded" fault="{path}:{line}: desk.operator: must be a mail address' in said
        assert "duty.people[0]" in said
        assert "event=reloaded" not in said
        assert ":4: desk.operator: must be a mail address" in parse(mails[0]).text.replace("\n", " ")
        path.write_text(right, "utf-8")
        child.process.send_signal(signal.SIGHUP)
        await until(lambda: "event=reloaded" in (tmp_path / "log").read_text("utf-8"))
        post(child.door, 0, 1)
        assert child.process.poll() is None
    finally:
        child.stop()
        took.close()
    assert sum(b"settings are at fault" in mail for mail in mails) == 1  # the same faults, once a day


def anew(at: DeskUnderTest, /, **sections: object) -> Callable[[], Declared]:
    settings = Settings.model_validate(at.settings.model_dump() | sections)
    return lambda: Declared(settings, at.running.house.definition)


async def card_of(desk: DeskUnderTest, sender: str) -> list[Delivered]:
    raw = f"From: {sender}\r\nSubject: Down\r\nMessage-ID: <{sender}>\r\n\r\n{BROKEN}\r\n".encode()
    return [mail for mail in await desk.send(raw, sender, "support@hd.test") if mail.kind == "card"]


async def test_a_new_rota_counts_from_the_next_message_on(tmp_path: Path) -> None:
    async with desk_at(tmp_path) as desk:
        assert [card.to for card in await card_of(desk, "a@shop.test")] == ["bob@team.test"]
        assert await renew(desk.running.standing, anew(desk, duty={"people": ["ann"]}))
        assert [card.to for card in await card_of(desk, "b@shop.test")] == ["ann@team.test"]


async def test_what_needs_a_restart_stays_as_it_was_and_the_rest_changes(tmp_path: Path) -> None:
    async with desk_at(tmp_path) as desk:
        more = {"relay": {"url": "smtp://192.0.2.1:25"}, "people": [ANN], "duty": {"people": ["ann"]}}
        assert await renew(desk.running.standing, anew(desk, **more))
        assert desk.running.house.settings.relay == desk.settings.relay
        assert [card.to for card in await card_of(desk, "a@shop.test")] == ["ann@team.test"]


async def test_old_and_new_together_must_agree(tmp_path: Path) -> None:
    async with desk_at(tmp_path) as desk:
        moved = desk.settings.desk.model_dump() | {"address": "new@hd.test", "aliases": ()}
        own = {"id": "ann", "name": "Ann", "address": "support@hd.test"}  # the desk's address until it is started anew
        before = desk.running.house
        assert not await renew(desk.running.standing, anew(desk, desk=moved, people=[own], duty={"people": ["ann"]}))
        assert desk.running.house is before


@pytest.mark.parametrize(
    ("section", "value", "waits"),
    [
        ("relay", {"url": "maildir:elsewhere"}, ("relay",)),
        ("smtp", {"listen": "127.0.0.1:2525"}, ("smtp",)),
        ("desk", {"address": "a@b.test", "host": "c.test", "name": "New"}, ("desk.host",)),
        ("desk", {"address": "a@b.test", "hold_seconds": 5}, ()),
        ("digest", {"daily": "10:00"}, ()),
        ("scan", {"clamd": "unix:/run/clamd.ctl"}, ()),
    ],
)
def test_each_setting_changes_at_once_or_waits_by_name(section: str, value: object, waits: tuple[str, ...]) -> None:
    base: dict[str, object] = {"desk": {"address": "a@b.test"}, "pipeline": {"address": "p@b.test"}}
    old, new = Settings.model_validate(base), Settings.model_validate(base | {section: value})
    settings, waiting = renewed(old, new)
    assert waiting == waits
    assert (settings == new) is not bool(waits)
    assert settings.desk.name == new.desk.name
