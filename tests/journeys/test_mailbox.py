"""A desk without a port of its own: customers and members write to a hosted mailbox, and all works the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.core.mail.address import fold
from store.model.ticket import State
from tests.desk import DeskUnderTest, desk_at
from tests.edge.dovecot import Dovecot, dovecot
from tests.edge.mailroom import box, letter, needs_dovecot, until

pytestmark = needs_dovecot
GOOD = "Authentication-Results: mx.box.test; dmarc=pass header.from=team.test\r\n"
HOP = "Received: from out.team.test by mx.box.test; Sat, 21 Nov 2026 10:05:00 +0000\r\n"


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot() as started:
        yield started


def said(number: int, words: str, *, delivered_to: str = "", forged: str = "", proof: str = GOOD) -> bytes:
    """Bob's answer as his mail server hands it over, and what it writes above."""
    above = f"Delivered-To: {delivered_to}\r\n" if delivered_to else ""
    below = f"Delivered-To: {forged}\r\n" if forged else ""
    return (
        f"{above}{proof}{HOP}{below}From: Bob <bob@team.test>\r\nTo: support@hd.test\r\nSubject: Re: card\r\n"
        f"Message-ID: <{number}@team.test>\r\nDate: Sat, 21 Nov 2026 10:05:00 +0000\r\n\r\n{words}\r\n"
    ).encode()


async def settled(desk: DeskUnderTest, server: Dovecot, *raws: bytes) -> list[str]:
    """Put messages into the mailbox, wait until all is quiet, and return the kinds of what left."""
    before = len(desk.post.mails)
    server.deliver("desk", *raws)
    await until(lambda: server.count("desk") == 0)
    await desk.quiet()
    return [mail.kind for mail in desk.post.mails[before:]]


def with_mailbox(server: Dovecot) -> dict[str, object]:
    return box(server, recipient_header="Delivered-To", trusted_authserv=["mx.box.test"])


BROKEN = "Since this morning the export crashes with an error, nobody here can send bills any more, we are stopped."


async def test_a_ticket_s_life_by_mailbox_alone(tmp_path: Path, server: Dovecot) -> None:
    async with desk_at(tmp_path, smtp=None, imap=[with_mailbox(server)]) as desk:
        assert desk.running.listener is None
        assert sorted(await settled(desk, server, letter(1, body=BROKEN))) == ["ack", "card"]
        card = next(mail for mail in desk.post.mails if mail.kind == "card")

        lower = said(2, "mine", delivered_to="support@hd.test", forged=card.reply_to)
        assert "result" not in await settled(desk, server, lower), "what the sender wrote below is no recipient"
        missing = said(3, "mine", forged=card.reply_to)
        assert "result" not in await settled(desk, server, missing), "nor where our server wrote none"
        others = GOOD.replace("mx.box.test", "mx.hd.test")
        unproven = said(4, "mine", delivered_to=card.reply_to, proof=others)
        assert await settled(desk, server, unproven) == ["confirm"], "only the mailbox's own server vouches"

        assert await settled(desk, server, said(5, "mine", delivered_to=card.reply_to)) == ["result"]
        story = await desk.running.house.store.ticket(1)
    assert story is not None
    assert (story.ticket.state, story.ticket.owner) == (State.INVESTIGATING, "bob")
    assert fold(story.ticket.reporter) == "customer1@c1.test"


async def test_a_desk_that_stops_logs_out(tmp_path: Path, server: Dovecot) -> None:
    async with desk_at(tmp_path, imap=[with_mailbox(server)]) as desk:
        await settled(desk, server, letter(1))

    def all_logged_out() -> bool:
        log = (server.folder / "log").read_text("utf-8")
        return log.count("Login: user=<desk>") == log.count("Disconnected: Logged out")

    await until(all_logged_out)
