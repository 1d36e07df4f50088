"""A correction, once kept, moves the next request that resembles it; the history names the ticket behind it."""

from pathlib import Path

from daemon.core.desk.teaching import correction
from daemon.core.mail.parse import parse
from daemon.journey import remember
from store.model.verdict import Tag, Verdict
from store.model.views import Story
from tests.desk import DeskUnderTest, desk_at, shipped_definition

SENDER = "cron@customer.test"


def alarm(number: int) -> bytes:
    return (
        f"From: Night Watch <{SENDER}>\r\nTo: support@hd.test\r\nSubject: Job {number} failed\r\n"
        f"Message-ID: <alarm-{number}@customer.test>\r\n\r\n"
        f"Nightly job {number} failed with error 500 on host web-{number}. Nobody can log in, all users are down.\r\n"
        "See the monitoring page of the night watch for more.\r\n"
    ).encode()


async def opened(desk: DeskUnderTest, number: int) -> Story:
    await desk.send(alarm(number), SENDER, "support@hd.test")
    tickets = await desk.running.house.store.tickets(True)
    story = await desk.running.house.store.ticket(tickets[-1].number)
    assert story is not None
    return story


def verdict_of(story: Story) -> Verdict:
    assert story.verdict is not None
    return story.verdict


async def taught_by(desk: DeskUnderTest, number: int, said: Tag | None) -> None:
    """Do what a member's word will do."""
    store = desk.running.house.store
    original = await store.original(number)
    assert original is not None
    await store.correct(correction(number, parse(original.raw), said, "bob", shipped_definition(), 0.0))


async def test_a_correction_moves_its_like_and_is_named_as_the_reason(tmp_path: Path) -> None:
    async with desk_at(tmp_path) as desk:
        first = await opened(desk, 101)
        assert verdict_of(first).learned is None
        await taught_by(desk, first.ticket.number, None)
        await remember(desk.running.house)
        second = await opened(desk, 202)
        learned = verdict_of(second).learned
        assert learned is not None
        assert (learned.offset < 0, learned.tickets) == (True, (first.ticket.number,))
        assert verdict_of(second).score < verdict_of(first).score
        assert f"learned from #{first.ticket.number}" in " ".join(event.what for event in second.events)


async def test_what_was_taught_is_known_again_after_a_restart(tmp_path: Path) -> None:
    async with desk_at(tmp_path) as desk:
        first = await opened(desk, 101)
        await taught_by(desk, first.ticket.number, None)
    async with desk_at(tmp_path) as desk:
        assert verdict_of(await opened(desk, 303)).learned is not None


async def test_without_a_correction_the_same_mail_is_judged_the_same_for_ever(tmp_path: Path) -> None:
    async with desk_at(tmp_path) as desk:
        stories = [await opened(desk, number) for number in (101, 202)]
    assert {verdict_of(story).learned for story in stories} == {None}
    assert len({verdict_of(story).score for story in stories}) == 1
