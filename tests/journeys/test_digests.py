"""The digests of a running desk: late where it was down, once whatever happens, and each reader's copy their own."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from daemon.core.desk.clock.calendar import DAY
from daemon.core.mail.address import Purpose, mark_of_reply_address
from store.migrate import migrate
from store.model.facts import Clues, SentMail
from store.model.occasion import Occasion
from store.model.ticket import Kind, State
from store.store import Store
from tests.desk import Delivered, DeskUnderTest, desk_at
from tests.journeys.clocked import HOUR, MINUTE, clocked

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def request(number: int, subject: str) -> bytes:
    head = (
        f"From: ada@customer.test\r\nTo: support@hd.test\r\nSubject: {subject}\r\nMessage-ID: <{number}@customer.test>"
    )
    return f"{head}\r\n\r\nThe export shows an error message since the update, part {number}.\r\n".encode()


async def ran_before(url: str) -> None:
    """Let the desk have run for the first time two days ago."""
    migrate(url)
    store = Store.open(url)
    try:
        assert await store.happen(Occasion("first-run"), (), time.time() - 2 * DAY)
    finally:
        await store.close()


def due_at(now: float) -> dict[str, object]:
    """Digests that were due a moment ago, in a zone in which that was no other day."""
    hour = datetime.fromtimestamp(now, UTC).hour
    zone = "UTC" if 1 <= hour < 23 else "Asia/Kolkata"
    local = datetime.fromtimestamp(now - 60, ZoneInfo(zone))
    return {
        "desk": {"name": "Helpdesk", "address": "support@hd.test", "timezone": zone},
        "digest": {
            "daily": f"{local:%H:%M}",
            "weekly": f"{WEEKDAYS[local.weekday()]} {local:%H:%M}",
            "team": ["bob@team.test", "team@list.test", "BOB@team.test"],
            "stakeholders": ["boss@corp.test"],
        },
    }


async def arrived(desk: DeskUnderTest, number: int) -> list[Delivered]:
    """Wait until so many digests have arrived, and a sweep more."""
    deadline = time.monotonic() + 60
    while sum(mail.kind == "digest" for mail in desk.post.mails) < number:
        assert time.monotonic() < deadline, [mail.kind for mail in desk.post.mails]
        await asyncio.sleep(0.02)
    await desk.quiet()
    return [mail for mail in desk.post.mails if mail.kind == "digest"]


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    await ran_before(f"sqlite:///{tmp_path / 'triaged.db'}")
    return tmp_path


async def test_a_digest_that_was_due_while_the_desk_was_down_comes_late_and_once(folder: Path) -> None:
    sections = due_at(time.time())
    async with desk_at(folder, **sections) as desk:
        await desk.send(request(1, "Export fails"), "ada@customer.test", "support@hd.test")
        mails = await arrived(desk, 3)
        assert sorted(mail.to for mail in mails) == ["bob@team.test", "boss@corp.test", "team@list.test"]
        assert all(mail.message.header("auto-submitted") == "auto-generated" for mail in mails)
    async with desk_at(folder, **sections) as desk:
        assert [mail.kind for mail in await desk.wait(2.5)] == []


async def test_the_digest_lists_what_is_open_and_the_store_knows_which_line_is_which(folder: Path) -> None:
    async with desk_at(folder) as desk:
        for number, subject in enumerate(("Export shows an error", "Import shows an error"), 1):
            await desk.send(request(number, subject), "ada@customer.test", "support@hd.test")
        tickets = await desk.running.house.store.tickets(ended=False)
    listed = [one.number for one in tickets if one.state in (State.TO_INVESTIGATE, State.PAGED)]
    assert listed
    async with desk_at(folder, **due_at(time.time())) as desk:
        mails = {mail.to: mail for mail in await arrived(desk, 3)}
        known = {to: await sent(desk, mail) for to, mail in mails.items()}
        assert sorted(known["bob@team.test"].lines) == listed
        assert known["team@list.test"].lines == known["boss@corp.test"].lines == ()
        text = mails["bob@team.test"].message.text
        for place, number in enumerate(known["bob@team.test"].lines, 1):
            (ticket,) = (one for one in tickets if one.number == number)
            assert f"{place:3}  {ticket.subject}\n     #{number}, " in text


DIGEST = {"daily": "10:30", "team": ["bob@team.test", "team@list.test"]}


async def test_a_member_works_the_digest_that_the_desk_sent_and_a_list_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clocked(tmp_path, monkeypatch, digest=DIGEST) as desk:
        for words in ("export of invoices", "import of addresses"):
            await desk.write(f"The {words} shows an error message since the update.")
        await desk.later(MINUTE)  # the desk notes that it runs
        mails = {mail.to: mail for mail in await desk.later(HOUR) if mail.kind == "digest"}
        assert set(mails) == {"bob@team.test", "team@list.test"}
        answered = await desk.say("1 bug p1\r\n2 mine", mails["bob@team.test"])
        assert [mail.kind for mail in answered] == ["result"]
        assert await desk.field(1, "resolution") == "bug"
        assert await desk.field(2, "owner") == "bob"
        (bug,) = [one for one in await desk.desk.running.house.store.tickets(ended=False) if one.kind is Kind.BUG]
        assert bug.priority == "p1"
        (refusal,) = await desk.say("2 done", mails["team@list.test"])
        assert "that was the copy for a list" in refusal.message.subject
        assert await desk.field(2, "state") is State.INVESTIGATING
        assert not [mail for mail in await desk.later(HOUR) if mail.kind == "digest"]


@pytest.mark.parametrize("requests", [0, 1])
async def test_a_desk_with_nothing_or_one_thing_to_do_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, requests: int
) -> None:
    async with clocked(tmp_path, monkeypatch, digest=DIGEST | {"stakeholders": ["boss@corp.test"]}) as desk:
        for _ in range(requests):
            await desk.write()
        await desk.later(MINUTE)
        mails = {mail.to: mail for mail in await desk.later(HOUR) if mail.kind == "digest"}
        for to in ("bob@team.test", "team@list.test"):
            assert ("1 emergency" if requests else "nothing to do") in mails[to].message.subject
            assert ("1  Login 1" in mails[to].message.text) == bool(requests)
        weekly = [mail for mail in await desk.later(7 * DAY) if mail.to == "boss@corp.test"]
        assert [mail.kind for mail in weekly] == ["digest"]
        if requests:
            said = (await desk.say("1 done", mails["bob@team.test"]))[0].message.subject
            assert "#1" in said


async def sent(desk: DeskUnderTest, mail: Delivered) -> SentMail:
    """Return what the store knows of a mail when somebody answers it."""
    found = mark_of_reply_address(desk.running.house.own, mail.reply_to)
    assert found
    clues = Clues(None, "", "", (found[1],), (), (), None, None, "")
    (known,) = (await desk.running.house.store.facts(clues, time.time())).sent
    return known


async def test_only_a_members_own_copy_can_be_answered_and_the_others_say_so(folder: Path) -> None:
    async with desk_at(folder, **due_at(time.time())) as desk:
        mails = {mail.to: mail for mail in await arrived(desk, 3)}
        own = desk.running.house.own
        purposes = {to: (mark_of_reply_address(own, mail.reply_to) or ("none", ""))[0] for to, mail in mails.items()}
        assert purposes == {
            "bob@team.test": Purpose.COMMAND,
            "team@list.test": Purpose.TALK,
            "boss@corp.test": Purpose.TALK,
        }
        assert len({mail.reply_to for mail in mails.values()}) == 3
