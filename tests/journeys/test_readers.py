"""Whatever customers and members write in whatever order: nobody reads what is not meant for them."""

import random
from pathlib import Path

import pytest

from tests.desk import Delivered, DeskUnderTest, desk_at

TEAM = ("bob@team.test", "ann@team.test")
CUSTOMERS = ("cust@customer.test", "dora@client.test", "eve@third.test")
SILENT = (  # words with which nothing of the text below them may leave
    "mine", "yes", "no", "emergency", "not emergency", "feature", "question", "problem", "bug p1", "limitation",
    "config", "dup 1", "dup 2", "inject", "schedule next", "reopen", "p0", "p2", "give ann", "give bob", "snooze 3d",
    "note:", "undo", "status", "why", "list", "help", "bugg", "#close", "I think so.", "mine\np1",
)  # fmt: skip
SPEAKING = ("reply:", "ask:", "done:", "limitation:", "config:")
REPORTS = (
    "Nobody can log in since today, we cannot work.", "Please add a dark mode.", "How do I export a list?",
    "There is an error when I print.", "Hello.",
)  # fmt: skip


def mail(number: int, sender: str, text: str) -> bytes:
    domain = sender.rpartition("@")[2]
    lines = (
        f"Authentication-Results: mx.hd.test; dkim=pass header.d={domain}; dmarc=pass header.from={domain}",
        f"From: <{sender}>",
        "To: support@hd.test",
        f"Subject: Subject {number} of {sender.partition('@')[0]}",
        f"Message-ID: <r{number}@{domain}>",
        "",
        text.replace("\n", "\r\n"),
        "",
    )
    return "\r\n".join(lines).encode()


def words_of(one: Delivered) -> str:
    return f"{one.message.subject}\n{one.message.text}\n{one.raw.decode('utf-8', 'replace')}"


class History:
    """Mails in a random order, each with a word that nobody but its readers may see."""

    def __init__(self, desk: DeskUnderTest, seed: int) -> None:
        self.desk, self.random = desk, random.Random(seed)
        self.secret: dict[str, set[str]] = {}  # a word, and the customers who may read it

    async def go_on(self, number: int) -> None:
        got = [one for one in self.desk.post.mails if one.to in (*TEAM, *CUSTOMERS)]
        if got and self.random.random() < 0.75:
            answered = self.random.choice(got)
            await self._say(number, answered)
        else:
            await self._write(number, self.random.choice(CUSTOMERS), "support@hd.test")

    async def _say(self, number: int, answered: Delivered) -> None:
        if answered.to not in TEAM:
            await self._write(number, answered.to, answered.reply_to)
            return
        speaking = self.random.random() < 0.3
        word = self.random.choice(SPEAKING if speaking else SILENT)
        secret = f"xq{number}xq"
        if not speaking:
            self.secret[secret] = set()
        text = f"{word} {secret}" if speaking or word == "note:" else f"{word}\n\n{secret}"
        await self.desk.send(mail(number, answered.to, text), answered.to, answered.reply_to)

    async def _write(self, number: int, sender: str, to: str) -> None:
        self.secret[f"xq{number}xq"] = {sender}
        text = f"{self.random.choice(REPORTS)}\n\nxq{number}xq"
        await self.desk.send(mail(number, sender, text), sender, to)


@pytest.mark.parametrize("seed", range(6))
async def test_no_customer_reads_a_note_or_another_customers_words(seed: int, tmp_path: Path) -> None:
    desk_section = {"name": "Helpdesk", "address": "support@hd.test", "hold_seconds": 0}
    async with desk_at(tmp_path, desk=desk_section) as desk:
        history = History(desk, seed)
        for number in range(40):
            await history.go_on(number)
        status = await desk.quiet()
        assert not status.set_aside
        assert status.received == 40
        assert status.commands
        outside = [one for one in desk.post.mails if one.to in CUSTOMERS]
        assert {one.kind for one in outside} > {"ack"}
        for one in outside:
            read = words_of(one)
            seen = {secret for secret, readers in history.secret.items() if secret in read and one.to not in readers}
            assert not seen, (one.kind, one.to, read)
