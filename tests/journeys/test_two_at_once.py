"""Two members say the same at the same moment: one has it, and both are told."""

import asyncio
from pathlib import Path

import aiosmtplib

from tests.desk import DeskUnderTest, desk_at

CUSTOMER, BOB, ANN = "cust@customer.test", "bob@team.test", "ann@team.test"
BROKEN = (
    b"From: Cust Omer <cust@customer.test>\r\nTo: support@hd.test\r\nSubject: Login\r\nMessage-ID: <o1@customer.test>"
    b"\r\n\r\nThe login shows an error since today, nobody can log in and we cannot work.\r\n"
)


def says(sender: str, word: str, name: str) -> bytes:
    return (
        "Authentication-Results: mx.hd.test; dkim=pass header.d=team.test; dmarc=pass header.from=team.test\r\n"
        f"From: <{sender}>\r\nTo: support@hd.test\r\nSubject: Re: Login\r\nMessage-ID: <{name}@team.test>\r\n\r\n"
        f"{word}\r\n"
    ).encode()


async def both_hold_a_card(desk: DeskUnderTest) -> tuple[str, str]:
    """Bob gives it to Ann and takes that back: nobody has it, and both can say so."""
    opened = await desk.send(BROKEN, CUSTOMER, "support@hd.test")
    bobs = next(mail.reply_to for mail in opened if mail.to == BOB)
    given = await desk.send(says(BOB, "give ann", "g1"), BOB, bobs)
    await desk.send(says(BOB, "undo", "g2"), BOB, bobs)
    return bobs, next(mail.reply_to for mail in given if mail.to == ANN)


async def send(desk: DeskUnderTest, raw: bytes, sender: str, to: str) -> None:
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=desk.port, start_tls=False, local_hostname="c.test")
    async with client:
        await client.sendmail(sender, [to], raw)


async def test_of_two_who_take_it_at_once_one_has_it_and_the_other_is_told(tmp_path: Path) -> None:
    async with desk_at(tmp_path) as desk:
        bobs, anns = await both_hold_a_card(desk)
        before = len(desk.post.mails)
        await asyncio.gather(
            send(desk, says(BOB, "mine", "b1"), BOB, bobs), send(desk, says(ANN, "mine", "a1"), ANN, anns)
        )
        await desk.quiet()
        answers = {mail.to: mail.message.subject for mail in desk.post.mails[before:]}
        assert sorted(answers) == [ANN, BOB]
        owner = (await desk.running.house.store.ticket(1)).ticket.owner
        winner, loser = (BOB, ANN) if owner == "bob" else (ANN, BOB)
        assert answers[winner] == "#1 is yours"
        assert answers[loser].endswith("already")


async def test_a_command_that_is_delivered_twenty_times_acts_once(tmp_path: Path) -> None:
    async with desk_at(tmp_path) as desk:
        opened = await desk.send(BROKEN, CUSTOMER, "support@hd.test")
        card = next(mail.reply_to for mail in opened if mail.to == BOB)
        before = len(desk.post.mails)
        await asyncio.gather(*(send(desk, says(BOB, "mine", "b1"), BOB, card) for _ in range(20)))
        status = await desk.quiet()
        assert [mail.message.subject for mail in desk.post.mails[before:]] == ["#1 is yours"]
        assert (status.commands, status.duplicates) == (1, 19)
