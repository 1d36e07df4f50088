"""A member whose mail no server of ours vouches for is known by the signature that the mail itself bears."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

import pytest

from daemon.edge.dns import Dns
from tests.core.signing import NAME, rsa
from tests.desk import Delivered, DeskUnderTest, desk_at
from tests.names import Names, open_names

CALL = (
    b"From: cust@customer.test\r\nTo: support@hd.test\r\nSubject: Login\r\nMessage-ID: <1@customer.test>\r\n\r\n"
    b"The login is broken, nobody can log in since today.\r\n"
)
FAILED = b"Authentication-Results: mx.hd.test; dmarc=fail header.from=team.test\r\n"


@dataclass
class Scene:
    """A desk with one ticket, a card to Bob, and the DNS it asks."""

    desk: DeskUnderTest
    names: Names
    card: Delivered

    def reply(self, author: str = "bob@team.test", words: str = "I am looking at it now") -> bytes:
        lines = [
            f"From: Bob <{author}>",
            f"To: {self.card.reply_to}",
            "Subject: Re: Login",
            f"Date: {formatdate()}",
            "Message-ID: <2@team.test>",
        ]
        return "\r\n".join([*lines, "", words, ""]).encode()

    async def history(self, raw: bytes, author: str = "bob@team.test") -> str:
        """Send a reply to the card, and return the last line of the ticket's history."""
        await self.desk.send(raw, author, self.card.reply_to)
        return (await self.desk.running.house.store.ticket(1)).events[-1].what


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_names() as names:
        names.records[NAME] = (rsa().record.text,)
        async with desk_at(tmp_path, dns=Dns((("127.0.0.1", names.port),), 0.5)) as desk:
            left = await desk.send(CALL, "cust@customer.test", "support@hd.test")
            yield Scene(desk, names, next(mail for mail in left if mail.kind == "card"))


async def test_a_signature_that_holds_proves_the_member(scene: Scene) -> None:
    assert await scene.history(rsa().sign(scene.reply())) == "note: I am looking at it now"
    assert scene.names.asked == [NAME]


async def test_an_altered_mail_is_not_proven(scene: Scene) -> None:
    altered = rsa().sign(scene.reply()).replace(b"looking", b"cooking")
    assert await scene.history(altered) == "unverified note: I am cooking at it now"


async def test_a_key_that_is_not_in_the_dns_proves_nothing(scene: Scene) -> None:
    scene.names.records.clear()
    assert (await scene.history(rsa().sign(scene.reply()))).startswith("unverified note")


async def test_a_dns_that_does_not_answer_holds_up_nobody_and_proves_nothing(scene: Scene) -> None:
    scene.names.silent = True
    assert (await scene.history(rsa().sign(scene.reply()))).startswith("unverified note")


async def test_where_our_own_server_says_that_it_is_forged_the_signature_is_not_asked(scene: Scene) -> None:
    assert (await scene.history(FAILED + rsa().sign(scene.reply()))).startswith("unverified note")
    assert scene.names.asked == []


async def test_nobody_else_makes_the_desk_ask_the_dns(scene: Scene) -> None:
    await scene.history(rsa().sign(scene.reply("eve@team.test")), "eve@team.test")
    await scene.desk.send(rsa().sign(scene.reply()), "bob@team.test", "support@hd.test")
    await scene.history(scene.reply(words="unsigned"))
    assert scene.names.asked == []
