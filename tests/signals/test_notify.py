"""The person on duty is told of an emergency by other ways as well, through the real library and a real server."""

from pathlib import Path

import pytest

from daemon.core.mail.retry import after
from daemon.core.settings import Settings
from daemon.edge.notify import Pager, is_understood
from store.model.outbox import Answer, Delivery, Mail, MailKind, MailState
from tests.desk import Delivered, DeskUnderTest, desk_at
from tests.ports import free_port
from tests.signals.hook import Hook, open_hook

BROKEN = "Since this morning nobody can log in, the server answers error 500. We cannot work at all."
WISH = "It would be nice if the list could be sorted by name."


def way(hook: Hook, person: str = "bob", **more: object) -> dict[str, object]:
    return {"person": person, "url": f"json://127.0.0.1:{hook.port}/{person}"} | more


async def write(desk: DeskUnderTest, number: int, text: str) -> list[Delivered]:
    sender = f"c{number}@shop.test"
    head = f"From: Cora <{sender}>\r\nTo: support@hd.test\r\nSubject: Topic {number}\r\nMessage-ID: <{number}@c.test>"
    return await desk.send(f"{head}\r\n\r\n{text}\r\n".encode(), sender, "support@hd.test")


async def test_an_emergency_is_told_beside_its_card_in_words_of_the_desks_own(tmp_path: Path) -> None:
    async with open_hook() as hook, desk_at(tmp_path, notify=[way(hook)]) as desk:
        mails = await write(desk, 1, BROKEN)
        await hook.until(1)
    assert [mail.to for mail in mails if mail.kind == "card"] == ["bob@team.test"]
    (told,) = hook.told
    assert (told.path, told.said["title"]) == ("/bob", "Helpdesk: emergency #1")
    for word in ("Cora", "shop.test", "Topic", "error 500"):
        assert word not in told.body.decode()


async def test_the_subject_goes_along_where_that_is_set(tmp_path: Path) -> None:
    async with open_hook() as hook, desk_at(tmp_path, notify=[way(hook, words=True)]) as desk:
        await write(desk, 1, BROKEN)
        await hook.until(1)
    assert hook.told[0].said["title"] == "Helpdesk: emergency #1: Topic 1"


async def test_only_who_is_called_is_told_and_only_of_emergencies(tmp_path: Path) -> None:
    async with open_hook() as hook, desk_at(tmp_path, notify=[way(hook, "ann"), way(hook), way(hook)]) as desk:
        await write(desk, 1, WISH)
        await write(desk, 2, BROKEN)
        await hook.until(2)
        lines = [line for line in await desk.running.house.store.outbox(everything=True) if line.kind == "notify"]
    assert [told.path for told in hook.told] == ["/bob", "/bob"]
    assert sorted(line.to for line in lines) == ["notify:bob/1", "notify:bob/2"]  # no address: it is a secret


async def test_who_is_called_next_is_told_as_well(tmp_path: Path) -> None:
    duty = {"people": ["bob", "ann"], "answer_minutes": 0.02, "pair_shifts": 0}
    async with open_hook() as hook, desk_at(tmp_path, notify=[way(hook), way(hook, "ann")], duty=duty) as desk:
        await write(desk, 1, BROKEN)
        await hook.until(2)
    assert sorted(told.path for told in hook.told) == ["/ann", "/bob"]


async def test_a_way_that_fails_is_tried_again_and_holds_up_no_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.core.mail.retry.QUICK_WAITS", (0.2,))
    async with open_hook(500, 500, 200) as hook, desk_at(tmp_path, notify=[way(hook)]) as desk:
        mails = await write(desk, 1, BROKEN)
        await hook.until(3)
        await desk.quiet()
        lines = await desk.running.house.store.outbox(everything=True)
    assert "card" in [mail.kind for mail in mails]
    assert [(line.state, line.attempts) for line in lines if line.kind == "notify"] == [(MailState.SENT, 3)]


async def told(url: str) -> Answer:
    base: dict[str, object] = {"desk": {"address": "a@b.test"}, "pipeline": {"address": "p@b.test"}}
    settings = Settings.model_validate(base | {"notify": [{"person": "bob", "url": url}]})

    async def always() -> bool:
        return True

    return await Pager().send(a_page(0.0), settings, always)


def a_page(created_at: float, attempts: int = 0) -> Mail:
    return Mail(1, MailKind.NOTIFY, 1, "", "notify:bob/1", b"title\n\ntext", attempts, created_at, 1)


async def test_a_server_that_is_away_is_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    answer = await told(f"json://user:secret-word@127.0.0.1:{free_port()}/")
    assert answer.delivery is Delivery.DEFERRED
    assert "secret-word" not in answer.text + caplog.text


def test_a_page_that_comes_an_hour_late_does_not_come() -> None:
    failed = Answer(Delivery.DEFERRED, "not taken")
    soon = after(failed, a_page(0.0), 5.0, 0.5, "resend")
    assert (soon.state, soon.due) == (MailState.QUEUED, 15.0)
    assert after(failed, a_page(0.0, 20), 3590.0, 0.5, "resend").state is MailState.FAILED


@pytest.mark.parametrize(("url", "known"), [("json://127.0.0.1/", True), ("nonsense://x", False), ("hello", False)])
def test_an_address_that_nobody_knows_is_seen_before_it_is_needed(url: str, known: bool) -> None:
    assert is_understood(url) is known


async def test_nobody_is_told_where_nothing_is_declared(tmp_path: Path) -> None:
    async with desk_at(tmp_path) as desk:
        await write(desk, 1, BROKEN)
        kinds = {line.kind for line in await desk.running.house.store.outbox(everything=True)}
        assert not desk.running.house.beside._tasks
    assert kinds == {MailKind.ACK, MailKind.CARD}
