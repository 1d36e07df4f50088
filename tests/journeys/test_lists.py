"""A mail that lists tickets is answered line by line: all of it holds or none, and only from a member's own copy."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from daemon.journey import elapse
from store.model.changes import Draft
from store.model.message import Address
from store.model.occasion import Occasion
from store.model.outbox import MailKind
from store.model.ticket import Ticket
from tests.desk import Delivered, DeskUnderTest, desk_at

BOB, TEAM = "bob@team.test", "team@team.test"
BROKEN = "The login shows an error since today, nobody can log in and we cannot work."


def mail(number: int, sender: str, text: str, *, proven: bool = True) -> bytes:
    domain = sender.rpartition("@")[2]
    vouched = f"Authentication-Results: mx.hd.test; dkim=pass header.d={domain}; dmarc=pass header.from={domain}\r\n"
    return (
        f"{vouched if proven else ''}From: <{sender}>\r\nTo: support@hd.test\r\nSubject: Login {number}\r\n"
        f"Message-ID: <l{number}@{domain}>\r\n\r\n{text}\r\n"
    ).encode()


@asynccontextmanager
async def listed(folder: Path, to: str = BOB, *, language: str = "en") -> AsyncIterator[tuple[DeskUnderTest, str]]:
    """Open three tickets of three customers, and list them in a mail."""
    desk_section = {"name": "Helpdesk", "address": "support@hd.test", "hold_seconds": 0, "language": language}
    async with desk_at(folder, desk=desk_section) as desk:
        for number in (1, 2, 3):
            customer = f"c{number}@customer{number}.test"
            await desk.send(mail(number, customer, f"{BROKEN}\r\n\r\nxq{number}xq"), customer, "support@hd.test")
        digest = Draft(MailKind.DIGEST, "result", Address("", to), "en", lines=(3, 1, 2))
        await elapse(Occasion("digest of a day", drafts=(digest,)), desk.running.house)
        await desk.quiet()
        yield desk, next(one.reply_to for one in desk.post.mails if one.kind == "digest")


async def ticket(desk: DeskUnderTest, number: int) -> Ticket:
    story = await desk.running.house.store.ticket(number)
    assert story is not None
    return story.ticket


async def said(desk: DeskUnderTest, to: str, text: str, number: int = 9, *, proven: bool = True) -> list[Delivered]:
    return await desk.send(mail(number, BOB, text, proven=proven), BOB, to)


async def test_each_line_names_a_line_of_the_list_and_one_short_mail_says_what_happened(tmp_path: Path) -> None:
    async with listed(tmp_path) as (desk, digest):
        left = await said(desk, digest, "1 bug p1\r\n2 bug p0\r\n3 dup 1")
        answer = next(one for one in left if one.kind == "result")
        assert answer.message.subject == "#3 is a bug: #4, p1; #1 is a bug: #5, p0; #2 is closed as the same as #1"
        assert "1) #3 is a bug: #4, p1." in answer.message.text
        assert "3) #2 is closed as the same as #1." in answer.message.text
        assert [(one.kind, one.to) for one in left if one is not answer] == [("reply", "c2@customer2.test")]
        four, five = await ticket(desk, 4), await ticket(desk, 5)
        assert (four.priority, four.links, five.priority, five.links) == ("p1", (3,), "p0", (1,))
        assert (await ticket(desk, 2)).resolution == "duplicate"


async def test_when_a_bug_of_the_list_is_done_all_who_reported_it_are_told_each_apart(tmp_path: Path) -> None:
    async with listed(tmp_path) as (desk, digest):
        await said(desk, digest, "1 join 1\r\n2 bug p1\r\n3 dup 1")
        left = await said(desk, digest, "2 done", 10)
        told = {one.to: one.message.subject for one in left if one.kind == "reply"}
        assert told == {f"c{n}@customer{n}.test": f"[#{n}] Login {n}" for n in (1, 2, 3)}
        for one in left:
            assert one.kind != "reply" or f"xq{'213'[int(one.to[1]) - 1]}xq" not in one.raw.decode()
        assert await said(desk, digest, "3 done", 11)
        assert len([one for one in desk.post.mails if one.kind == "reply" and one.to.startswith("c3")]) == 1


async def test_one_line_that_cannot_be_stops_them_all(tmp_path: Path) -> None:
    async with listed(tmp_path) as (desk, digest):
        (answer,) = await said(desk, digest, "1 bug p1\r\n2 done")
        assert answer.message.subject.startswith("#1: nothing changed")
        assert "Nothing of your mail was applied" in answer.message.subject
        assert {(await ticket(desk, number)).state.value for number in (1, 2, 3)} == {"paged"}
        assert await desk.running.house.store.ticket(4) is None


async def test_a_line_sees_what_the_lines_above_it_did(tmp_path: Path) -> None:
    async with listed(tmp_path) as (desk, digest):
        (answer,) = await said(desk, digest, "1 join 1\r\n2 join 3")
        assert "#3 is part of #1 already" in answer.message.subject
        assert (await ticket(desk, 3)).joined is None


async def test_a_line_that_the_list_does_not_have_and_text_without_a_line_are_told(tmp_path: Path) -> None:
    async with listed(tmp_path) as (desk, digest):
        (answer,) = await said(desk, digest, "7 done")
        assert 'I did not understand "7 done"' in answer.message.subject
        (answer,) = await said(desk, digest, "Looks good to me.", 10)
        assert answer.message.subject == "Kept, and nothing changed: no line was named"
        (answer,) = await said(desk, digest, "mine", 11)
        assert "behind a digest's number" in answer.message.subject
        (answer,) = await said(desk, digest, "1 split", 12)
        assert "holds no customer's message" in answer.message.subject


async def test_an_undo_by_line_takes_back_what_was_said_of_that_ticket(tmp_path: Path) -> None:
    async with listed(tmp_path) as (desk, digest):
        await said(desk, digest, "1 mine\r\n2 mine")
        (answer,) = await said(desk, digest, "2 undo", 10)
        assert answer.message.subject == "#1: taken back: mine"
        assert ((await ticket(desk, 3)).owner, (await ticket(desk, 1)).owner) == ("bob", None)


async def test_an_answer_to_the_answer_names_the_same_lines(tmp_path: Path) -> None:
    async with listed(tmp_path) as (desk, digest):
        (answer,) = await said(desk, digest, "1 mine")
        (answer,) = await said(desk, answer.reply_to, "3 mine", 10)
        assert answer.message.subject == "#2 is yours"


async def test_what_nobody_vouches_for_waits_for_a_yes(tmp_path: Path) -> None:
    async with listed(tmp_path) as (desk, digest):
        (asked,) = await said(desk, digest, "1 mine\r\n2 p0", proven=False)
        assert (asked.kind, asked.to) == ("confirm", BOB)
        assert "> 2 p0" in asked.message.text
        assert (await ticket(desk, 3)).owner is None
        (answer,) = await said(desk, asked.reply_to, "yes", 10, proven=False)
        assert answer.message.subject == "#3 is yours; #1 has priority p0"
        (answer,) = await said(desk, asked.reply_to, "yes", 11, proven=False)
        assert "nothing waits for your yes" in answer.message.subject


async def test_the_copy_of_a_list_is_news_and_nobody_commands_through_it(tmp_path: Path) -> None:
    async with listed(tmp_path, TEAM) as (desk, digest):
        before = (await desk.quiet()).tickets
        (answer,) = await said(desk, digest, "1 mine")
        assert answer.to == BOB
        assert "that was the copy for a list" in answer.message.subject
        assert (await ticket(desk, 3)).owner is None
        assert (await desk.quiet()).tickets == before


async def test_it_is_answered_in_german_too(tmp_path: Path) -> None:
    async with listed(tmp_path, language="de") as (desk, digest):
        (answer,) = await said(desk, digest, "1 mine\r\n2 p0")
        assert answer.message.subject == "#3 gehört dir; #1 hat Priorität p0"
