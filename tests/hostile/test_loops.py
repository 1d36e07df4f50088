"""Loops and floods: a desk that is talked to by another desk, or in the name of many, falls silent in time."""

import asyncio
import os
import re
from contextlib import AsyncExitStack
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from tests.desk import DeskUnderTest, desk_at

FORGED = int(os.environ.get("FORGED", "600"))  # 5,000 by hand
ALARMING = "Nobody can log in since this morning, error 500, and we cannot work at all."
CARDS = 12  # at most to the person on duty: three at once, then lists of what came within five minutes
AT_ONCE = 4
LIMIT = 20
CANARY = "buy-cheap-pills"
KEPT = re.compile(rb"(?i)^(from|to|subject|content-type|mime-version|content-transfer-encoding):")


def stripped(raw: bytes, number: int) -> bytes:
    """Take all marks off a mail, as the worst of servers between would, and give it an identity of its own."""
    header, _, body = raw.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", header)
    kept = [field for field in fields if KEPT.match(field)]
    return b"\r\n".join((*kept, b"Message-ID: <%d@between.test>" % number)) + b"\r\n\r\n" + body + b"%d\r\n" % number


async def pass_on(desks: list[DeskUnderTest], rounds: int) -> list[int]:
    """Carry what each desk writes to the other one, over and over; return how many mails each round took."""
    seen, many, number = [0, 0], [], 0
    for _ in range(rounds):
        moved = 0
        for place, desk in enumerate(desks):
            other = desks[1 - place]
            ours = [mail for mail in desk.post.mails[seen[place] :] if mail.kind == "ack"]
            seen[place] = len(desk.post.mails)
            for mail in ours:
                number, moved = number + 1, moved + 1
                await other.send(stripped(mail.raw, number), desk.settings.desk.address, other.settings.desk.address)
        many.append(moved)
    return many


def desk_of(name: str) -> dict[str, object]:
    return {"desk": {"name": name, "address": f"support@{name}.test"}}


async def test_two_desks_that_cannot_know_each_other_go_quiet(tmp_path: Path) -> None:
    async with AsyncExitStack() as both:
        desks = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            desks.append(await both.enter_async_context(desk_at(tmp_path / name, **desk_of(name))))
        spark = b"From: support@two.test\r\nTo: support@one.test\r\nSubject: Hello\r\n\r\nHello.\r\n"
        await desks[0].send(spark, "support@two.test", "support@one.test")
        many = await pass_on(desks, 10)
        assert many[0] > 0  # they do answer each other at first
        assert many[-3:] == [0, 0, 0]
        budget = desks[0].settings.acknowledge.per_sender.hour
        assert sum(many) <= 2 * budget


async def test_forged_senders_get_no_more_answers_than_the_limit_and_every_ticket_is_kept(tmp_path: Path) -> None:
    async with desk_at(tmp_path, acknowledge={"desk_per_hour": LIMIT}) as desk:
        await asyncio.gather(*(flood(desk, range(part, FORGED, AT_ONCE)) for part in range(AT_ONCE)))
        status = await desk.quiet(100)
        acks = [mail for mail in desk.post.mails if mail.kind == "ack"]
        assert status.tickets == status.received == FORGED
        assert 0 < len(acks) <= LIMIT
        assert all(CANARY.encode() not in mail.raw for mail in acks)
        assert {mail.mail_from for mail in acks} == {""}


@pytest.mark.slow
async def test_forged_alarms_are_all_kept_and_reach_the_person_on_duty_in_a_few_lists(tmp_path: Path) -> None:
    async with desk_at(tmp_path, acknowledge={"desk_per_hour": LIMIT}) as desk:
        await asyncio.gather(*(flood(desk, range(part, FORGED, AT_ONCE), ALARMING) for part in range(AT_ONCE)))
        status = await desk.quiet(100)
        acks = [mail for mail in desk.post.mails if mail.kind == "ack"]
        cards = [mail for mail in desk.post.mails if mail.kind == "card"]
        assert status.tickets == status.received == FORGED
        assert 0 < len(acks) <= LIMIT
        assert {mail.to for mail in cards} == {"bob@team.test"}
        assert len(cards) <= CARDS
        assert all(CANARY.encode() not in mail.raw for mail in acks)


async def flood(desk: DeskUnderTest, numbers: range, text: str = "A question") -> None:
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=desk.port, start_tls=False, local_hostname="c.test")
    async with client:
        for number in numbers:
            mail = EmailMessage()
            mail["From"], mail["To"] = f"{CANARY} <v{number}@d{number}.test>", "support@hd.test"
            mail["Subject"] = f"{CANARY} {number}"
            mail.set_content(f"{text} It is about {CANARY}, number {number}")
            await client.sendmail(f"v{number}@d{number}.test", ["support@hd.test"], mail.as_bytes())


async def test_nothing_is_ever_bounced(tmp_path: Path) -> None:
    """What cannot be taken is refused at RCPT; what was taken is never given back, to anybody."""
    async with desk_at(tmp_path) as desk:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=desk.port, start_tls=False, local_hostname="c.test")
        async with client:
            raw = b"From: victim@victim.test\r\nTo: nobody@hd.test\r\nSubject: x\r\n\r\nNo header is right.\r\n"
            refused, _ = await client.sendmail(
                "victim@victim.test", ["support@hd.test", "nobody@hd.test", "a@b.test"], raw
            )
        assert sorted(refused) == ["a@b.test", "nobody@hd.test"]
        status = await desk.quiet()
        assert status.received == 1
        assert {mail.kind for mail in desk.post.mails} <= {"ack", "forward", "card"}
        to_victim = [mail for mail in desk.post.mails if mail.to == "victim@victim.test"]
        assert len(to_victim) <= 1
        assert all("rfc822" not in str(mail.message.attachments) for mail in to_victim)
