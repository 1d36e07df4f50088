"""A member says that a command was not theirs: it is discarded, and no older secret address of theirs commands."""

import time
from dataclasses import replace
from pathlib import Path

from daemon.journey import deliver, elapse
from store.model.changes import TicketChange
from store.model.occasion import Occasion
from store.model.ticket import Edit, Participant
from store.model.views import Story
from tests.desk import DeskUnderTest, desk_at

CUSTOMER, COLLEAGUE, BOB = "cust@customer.test", "colleague@customer.test", "bob@team.test"
BROKEN = "The login shows an error since today, nobody can log in and we cannot work."


def mail(number: int, sender: str, text: str, *, proven: bool = True) -> bytes:
    domain = sender.rpartition("@")[2]
    vouched = f"Authentication-Results: mx.hd.test; dkim=pass header.d={domain}; dmarc=pass header.from={domain}\r\n"
    return (
        f"{vouched if proven else ''}From: <{sender}>\r\nTo: support@hd.test\r\nSubject: Login\r\n"
        f"Message-ID: <n{number}@{domain}>\r\n\r\n{text}\r\n"
    ).encode()


async def story(desk: DeskUnderTest) -> Story:
    found = await desk.running.house.store.ticket(1)
    assert found is not None
    return found


async def test_not_me_discards_what_waits_and_kills_the_older_addresses(tmp_path: Path) -> None:
    async with desk_at(tmp_path) as desk:
        opened = await desk.send(mail(1, CUSTOMER, BROKEN), CUSTOMER, "support@hd.test")
        card = next(one.reply_to for one in opened if one.to == BOB)
        (asked,) = await desk.send(mail(2, BOB, "mine", proven=False), BOB, card)
        assert 'Reply with "not me"' in asked.message.text
        (answer,) = await desk.send(mail(3, BOB, "Not me!", proven=False), BOB, asked.reply_to)
        assert answer.message.subject == "Nothing was done, and your older reply addresses are dead"
        assert "Please tell whoever runs this desk." in answer.message.text
        assert "not me: what waited is discarded" in (await story(desk)).events[-1].what
        assert await desk.send(mail(4, BOB, "yes", proven=False), BOB, asked.reply_to) == []
        assert await desk.send(mail(5, BOB, "mine", proven=False), BOB, card) == []  # nobody commands by it any more
        assert (await story(desk)).ticket.owner is None
        (asked,) = await desk.send(mail(6, BOB, "mine"), BOB, card)  # the proven member is asked, in the own mailbox
        assert asked.kind == "confirm"
        (answer,) = await desk.send(mail(7, BOB, "yes"), BOB, asked.reply_to)
        assert answer.message.subject == "#1 is yours"
        assert (await story(desk)).ticket.owner == "bob"


async def test_the_operator_hears_of_it_where_there_is_one(tmp_path: Path) -> None:
    named = {"name": "Helpdesk", "address": "support@hd.test", "operator": "root@hd-ops.test"}
    async with desk_at(tmp_path, desk=named) as desk:
        opened = await desk.send(mail(1, CUSTOMER, BROKEN), CUSTOMER, "support@hd.test")
        card = next(one.reply_to for one in opened if one.to == BOB)
        (asked,) = await desk.send(mail(2, BOB, "mine\n\nLet me in.", proven=False), BOB, card)
        answer, told = await desk.send(mail(3, BOB, "not me", proven=False), BOB, asked.reply_to)
        assert "The operator is told." in answer.message.text
        assert (told.kind, told.to) == ("notice", "root@hd-ops.test")
        assert told.message.subject == "Somebody wrote in the name of Bob on #1"
        assert "> Let me in." in told.message.text
        assert "It came from 127.0.0.1." in told.message.text


async def test_not_me_is_no_command_anywhere_else(tmp_path: Path) -> None:
    async with desk_at(tmp_path) as desk:
        opened = await desk.send(mail(1, CUSTOMER, BROKEN), CUSTOMER, "support@hd.test")
        card = next(one.reply_to for one in opened if one.to == BOB)
        (answer,) = await desk.send(mail(2, BOB, "not me"), BOB, card)
        assert "nothing changed" in answer.message.subject or "kept as a note" in answer.message.subject
        (answer,) = await desk.send(mail(3, BOB, "mine"), BOB, card)
        assert answer.message.subject == "#1 is yours"


async def test_a_held_answer_does_not_leave_to_somebody_who_takes_part_no_more(tmp_path: Path) -> None:
    section = {"name": "Helpdesk", "address": "support@hd.test", "hold_seconds": 600}
    async with desk_at(tmp_path, desk=section) as desk:
        house = desk.running.house
        opened = await desk.send(mail(1, CUSTOMER, BROKEN), CUSTOMER, "support@hd.test")
        ack = next(one.reply_to for one in opened if one.kind == "ack")
        card = next(one.reply_to for one in opened if one.to == BOB)
        await desk.send(mail(2, BOB, "mine"), BOB, card)
        (told,) = await desk.send(mail(3, COLLEAGUE, "I see it too."), COLLEAGUE, ack)
        await desk.send(mail(4, BOB, "admit"), BOB, told.reply_to)
        (told,) = await desk.send(mail(5, COLLEAGUE, "And now?"), COLLEAGUE, ack)
        await desk.send(mail(6, BOB, "reply: For you alone."), BOB, told.reply_to)
        ticket = (await story(desk)).ticket
        kept = tuple(one for one in ticket.participants if one.address == CUSTOMER)
        assert ticket.participants != kept == (Participant(CUSTOMER, kept[0].role),)
        away = TicketChange(1, ticket.version, (Edit("participants", ticket.participants, kept),))
        await elapse(Occasion("gone", moves=(away,)), house)
        later = time.time() + 700
        (held,) = await house.store.lease_mails(later, 5, 60)
        before = len(desk.post.mails)
        await deliver(held, replace(house, clock=lambda: later))
        assert len(desk.post.mails) == before
        assert (await story(desk)).events[-1].what == (
            f"a mail (reply) to {COLLEAGUE} was not sent: its recipient may read it no longer"
        )
        assert not await house.store.lease_mails(later + 3600, 5, 60)
