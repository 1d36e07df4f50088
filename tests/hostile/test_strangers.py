"""What strangers get to read: nothing that is not theirs, and nothing that tells whether it is there."""

import re
from email.message import EmailMessage
from pathlib import Path

from tests.desk import Delivered, desk_at

MARIA = "maria@customer.test"
SPY = "spy@evil.test"
CANARY = "the-secret-of-maria"
CHANGING = re.compile(
    rb"(?im)^(date|message-id|in-reply-to|references|reply-to|to|content-type):.*(\r\n[ \t].*)*|--[=\w.-]+"
)


def letter(sender: str, text: str, subject: str = "Login", **more: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "support@hd.test", subject
    for name, value in more.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes().replace(b"\n", b"\r\n")


def heard_by(mails: list[Delivered], address: str) -> list[Delivered]:
    return [mail for mail in mails if mail.to == address]


async def test_a_copy_makes_nobody_a_reader(tmp_path: Path) -> None:
    async with desk_at(tmp_path) as desk:
        raw = letter(MARIA, f"The login is broken: {CANARY}", Cc=SPY, Message_ID="<1@customer.test>")
        left = await desk.send(raw, MARIA, "support@hd.test")
        ack = next(mail for mail in left if mail.kind == "ack")
        more = letter(MARIA, "And the export, too.", Cc=SPY, Message_ID="<2@customer.test>")
        await desk.send(more, MARIA, ack.reply_to)
        assert heard_by(desk.post.mails, MARIA)
        assert not heard_by(desk.post.mails, SPY)


async def test_what_somebody_else_sends_to_the_desk_is_quoted_to_no_customer(tmp_path: Path) -> None:
    async with desk_at(tmp_path) as desk:
        left = await desk.send(letter(MARIA, "The login is broken."), MARIA, "support@hd.test")
        ack = next(mail for mail in left if mail.kind == "ack")
        third = letter("noreply@service.test", f"Your code is {CANARY}", "Verify your address")
        await desk.send(third, "noreply@service.test", ack.reply_to)
        await desk.send(third, "noreply@service.test", "support@hd.test")
        outside = [mail for mail in desk.post.mails if not mail.to.endswith("@team.test")]
        assert outside
        assert all(CANARY not in mail.message.text + mail.message.subject for mail in outside)


async def test_a_stranger_learns_from_no_answer_which_tickets_there_are(tmp_path: Path) -> None:
    answers = []
    async with desk_at(tmp_path) as desk:
        await desk.send(letter(MARIA, f"The login is broken: {CANARY}"), MARIA, "support@hd.test")
        for place, number in enumerate((1, 77)):
            sender = f"spy{place}@evil{place}.test"
            left = await desk.send(letter(sender, "Hello, news?", f"Re: [#{number}] Login"), sender, "support@hd.test")
            (heard,) = heard_by(left, sender)
            words = CHANGING.sub(b"", heard.raw)
            answers.append(re.sub(rb"#?\b[0-9]+\b", b"N", words))
            assert CANARY.encode() not in heard.raw
    assert answers[0] == answers[1]
