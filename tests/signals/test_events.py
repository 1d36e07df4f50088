"""What happens to a ticket is told to the programs that want to hear of it, signed as a request is, and once."""

from pathlib import Path
from typing import get_args

import pytest

from daemon.core.desk.events import EVENTS, OPENED
from daemon.core.signalling import Webhook
from daemon.edge.webhook import signature
from tests.journeys.clocked import CUSTOMER, DAY, HOUR, Clocked, clocked
from tests.signals.hook import Hook, open_hook
from tests.signals.test_webhook import SECRET, declared

ALL = [OPENED, *(name for name, _ in EVENTS)]


def told(hook: Hook) -> list[tuple[str, int, str]]:
    return [(one.said["type"], one.said["data"]["number"], one.said["data"]["state"]) for one in hook.told]


def test_a_program_can_ask_for_all_that_there_is() -> None:
    (literal, _) = get_args(Webhook.model_fields["events"].annotation)
    assert list(get_args(literal)) == ALL


async def test_a_ticket_is_followed_from_its_opening_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_hook() as hook, clocked(tmp_path, monkeypatch, **declared(hook.url, events=ALL)) as desk:
        mails = await desk.write()
        card = next(mail for mail in mails if mail.kind == "card")
        who = card.to.partition("@")[0]
        for word in ("mine", "note: nothing changes", "config: set it so", "reopen", "bug p1"):
            await desk.say(word, card, who)
            desk.hour.now += HOUR
        await hook.until(6)
        assert told(hook) == [
            ("ticket.opened", 1, "paged"),
            ("ticket.taken", 1, "investigating"),
            ("ticket.closed", 1, "closed"),
            ("ticket.reopened", 1, "to-investigate"),
            ("ticket.opened", 2, "to-schedule"),
            ("ticket.closed", 1, "closed"),
        ]
        closed = hook.told[2]
        assert closed.said["data"]["class"] == "config"
        assert closed.said["data"]["owner"] == who
        at, name = int(closed.headers["webhook-timestamp"]), closed.headers["webhook-id"]
        assert closed.headers["webhook-signature"] == signature(SECRET, name, at, closed.body)
        assert not any("set it so" in one.body.decode() or CUSTOMER in one.body.decode() for one in hook.told)


async def test_who_asked_for_requests_alone_hears_of_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_hook() as hook, clocked(tmp_path, monkeypatch, **declared(hook.url)) as desk:
        card = next(mail for mail in await desk.write() if mail.kind == "card")
        await desk.say("mine", card, card.to.partition("@")[0])
        assert told(hook) == [("ticket.opened", 1, "paged")]


async def test_what_a_member_writes_is_no_word_of_a_ticket_that_they_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more: dict[str, object] = {"words": True, "events": ALL}
    async with open_hook() as hook, clocked(tmp_path, monkeypatch, **declared(hook.url, **more)) as desk:
        card = next(mail for mail in await desk.write() if mail.kind == "card")
        await desk.say("bug p1\r\n\r\nThey are always late with their payments.", card, card.to.partition("@")[0])
        await hook.until(3)
        assert all("payments" not in one.body.decode() for one in hook.told)
        assert [one.said["data"]["reporter"] for one in hook.told] == [CUSTOMER] * 3


async def test_a_request_that_turns_into_an_emergency_is_told_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more: dict[str, object] = {"events": ["ticket.emergency"]}
    async with open_hook() as hook, clocked(tmp_path, monkeypatch, **declared(hook.url, **more)) as desk:
        card = next(mail for mail in await desk.write() if mail.kind == "card")
        for word in ("not emergency", "emergency"):
            await desk.say(word, card, card.to.partition("@")[0])
        await hook.until(1)
        assert told(hook) == [("ticket.emergency", 1, "paged")]


async def test_what_time_closes_is_told_too_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    more: dict[str, object] = {"events": ["ticket.closed", "ticket.reopened"]}
    async with open_hook() as hook, clocked(tmp_path, monkeypatch, **declared(hook.url, **more)) as desk:
        card = next(mail for mail in await desk.write() if mail.kind == "card")
        who = card.to.partition("@")[0]
        await desk.say("mine", card, who)
        await desk.say("ask", card, who)
        for _ in range(40):
            await desk.later(DAY)
        await hook.until(1)
        assert told(hook) == [("ticket.closed", 1, "closed")]
        await answered(desk)
        await hook.until(2)
        assert told(hook)[1:] == [("ticket.reopened", 1, "to-investigate")]


async def answered(desk: Clocked) -> None:
    question = next(mail for mail in desk.desk.post.mails if mail.kind == "ask")
    await desk.answer(question, "It is version 3, since yesterday.")
