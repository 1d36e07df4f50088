"""A request for a program of the pipeline: signed, taken by a 2xx only, sent again as itself, in nobody's way."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from pathlib import Path

import aiosmtplib
import pytest

from daemon.core.settings import Settings
from daemon.edge.webhook import Hooks, signature
from daemon.renewal import Declared, renew
from store.model.outbox import Answer, Delivery, Mail, MailKind, MailState
from store.store import Store
from tests.desk import DeskUnderTest, desk_at
from tests.ports import free_port
from tests.signals.hook import open_hook

KEY = b"k" * 24
SECRET = "whsec_" + base64.b64encode(KEY).decode()
BROKEN = "Since this morning nobody can log in, the server answers error 500. We cannot work at all."
WISH = "It would be nice if the list could be sorted by name."


def declared(url: str, **more: object) -> dict[str, object]:
    return {"webhooks": [{"name": "pipe", "url": url, "secret": SECRET} | more]}


async def always() -> bool:
    return True


async def asked(url: str, seconds: float = 5.0, before: object = always, to: str = "webhook:pipe") -> Answer:
    base: dict[str, object] = {"desk": {"address": "a@b.test"}, "pipeline": {"address": "p@b.test"}}
    raw = json.dumps({"id": "msg_1", "type": "ticket.opened"}).encode()
    hooks = Hooks(seconds)
    try:
        mail = Mail(1, MailKind.WEBHOOK, 1, "", to, raw, 0, 0.0, 1)
        return await hooks.send(mail, Settings.model_validate(base | declared(url)), before)  # type: ignore[arg-type]
    finally:
        await hooks.close()


def test_the_signature_is_the_one_of_the_specification() -> None:
    """The example that the specification's own libraries test themselves with."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    wanted = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == wanted


async def test_a_request_bears_its_identifier_the_time_and_a_signature_over_all_of_it() -> None:
    async with open_hook() as hook:
        assert (await asked(hook.url)).delivery is Delivery.ACCEPTED
    (told,) = hook.told
    assert told.headers["webhook-id"] == "msg_1"
    assert abs(int(told.headers["webhook-timestamp"]) - time.time()) < 20
    signed = f"msg_1.{told.headers['webhook-timestamp']}.".encode() + told.body
    wanted = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert told.headers["webhook-signature"] == f"v1,{wanted}"
    assert told.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("status", "delivery"),
    [
        (200, Delivery.ACCEPTED),
        (204, Delivery.ACCEPTED),
        (400, Delivery.REFUSED),
        (401, Delivery.DEFERRED),
        (404, Delivery.DEFERRED),
        (410, Delivery.REFUSED),
        (429, Delivery.DEFERRED),
        (500, Delivery.DEFERRED),
        (503, Delivery.DEFERRED),
    ],
)
async def test_what_an_answer_means(status: int, delivery: Delivery) -> None:
    async with open_hook(status) as hook:
        assert (await asked(hook.url)).delivery is delivery


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    async with open_hook() as elsewhere, open_hook(status, headers=f"location: {elsewhere.url}\r\n") as hook:
        answer = await asked(hook.url)
    assert (answer.delivery, "not followed" in answer.text) == (Delivery.DEFERRED, True)
    assert elsewhere.told == []


async def test_who_says_nothing_or_is_not_there_is_asked_again_later() -> None:
    async with open_hook(0) as hook:
        begun = time.monotonic()
        assert (await asked(hook.url, 0.3)).delivery is Delivery.DEFERRED
        assert time.monotonic() - begun < 5
    assert (await asked(f"http://127.0.0.1:{free_port()}/")).delivery is Delivery.DEFERRED


async def test_nothing_leaves_under_a_lease_that_is_lost_or_for_a_name_that_is_gone() -> None:
    async def lost() -> bool:
        return False

    async with open_hook() as hook:
        assert (await asked(hook.url, before=lost)).delivery is Delivery.DEFERRED
        assert (await asked(hook.url, to="webhook:gone")).delivery is Delivery.REFUSED
    assert hook.told == []


def letter(number: int, text: str) -> tuple[str, bytes]:
    sender = f"c{number}@shop.test"
    head = f"From: Cora <{sender}>\r\nTo: support@hd.test\r\nSubject: Topic {number}\r\nMessage-ID: <{number}@c.test>"
    return sender, f"{head}\r\n\r\n{text}\r\n".encode()


async def write(desk: DeskUnderTest, number: int, text: str) -> None:
    sender, raw = letter(number, text)
    await desk.send(raw, sender, "support@hd.test")


async def rows(store: Store) -> list[MailState]:
    return [line.state for line in await store.outbox(everything=True) if line.kind is MailKind.WEBHOOK]


async def test_a_request_is_told_with_its_ticket_and_verdict_and_no_word_of_the_customers(tmp_path: Path) -> None:
    async with open_hook() as hook, desk_at(tmp_path, **declared(hook.url)) as desk:
        await write(desk, 1, BROKEN)
        await hook.until(1)
    (told,) = hook.told
    said = told.said
    assert (said["type"], said["id"]) == ("ticket.opened", told.headers["webhook-id"])
    assert (said["data"]["number"], said["data"]["tag"], said["data"]["state"]) == (1, "emergency", "paged")
    assert set(said["data"]["clauses"]) == {"technical", "existing", "stopping"}
    assert said["data"]["definition"]
    for word in ("Cora", "shop.test", "Topic", "error 500", "log in"):
        assert word not in told.body.decode()


async def test_words_go_along_where_that_is_set_and_only_of_the_tags_that_are_named(tmp_path: Path) -> None:
    more: dict[str, object] = {"words": True, "tags": ["feature"]}
    async with open_hook() as hook, desk_at(tmp_path, **declared(hook.url, **more)) as desk:
        await write(desk, 1, BROKEN)
        await write(desk, 2, WISH)
        await hook.until(1)
    (told,) = hook.told
    assert (told.said["data"]["number"], told.said["data"]["tag"]) == (2, "feature")
    assert (told.said["data"]["reporter"], told.said["data"]["text"]) == ("c2@shop.test", WISH)


async def test_it_is_sent_again_as_itself_with_a_new_signature(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("daemon.core.mail.retry.WAITS", (1.2,))
    async with open_hook(500, 200) as hook, desk_at(tmp_path, **declared(hook.url)) as desk:
        await write(desk, 1, WISH)
        await hook.until(2)
        await desk.quiet()
        assert await rows(desk.running.house.store) == [MailState.SENT]
    first, second = hook.told
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


async def acknowledged(desk: DeskUnderTest, count: int) -> float:
    """Write so many messages; the seconds until all are acknowledged."""
    begun = time.monotonic()
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=desk.port, start_tls=False) as client:
        for number in range(count):
            sender, raw = letter(number, WISH)
            await client.sendmail(sender, ["support@hd.test"], raw)
    async with asyncio.timeout(60):
        while sum(mail.kind == "ack" for mail in desk.post.mails) < count:
            await asyncio.sleep(0.02)
    return time.monotonic() - begun


@pytest.mark.slow
async def test_a_program_that_never_answers_holds_up_no_mail(tmp_path: Path) -> None:
    async with open_hook(0) as hook, desk_at(tmp_path, **declared(hook.url)) as desk:
        assert await acknowledged(desk, 20) < 14  # one request alone is waited for longer
        assert len(hook.told) <= 3
        assert hook.most_open <= 3
        assert (await desk.running.house.store.health()).failing_since is None
        hook.gone.set()


async def test_a_secret_that_was_changed_counts_after_a_reload(tmp_path: Path) -> None:
    other = "whsec_" + base64.b64encode(b"o" * 24).decode()
    async with open_hook() as hook, desk_at(tmp_path, **declared(hook.url)) as desk:
        settings = Settings.model_validate(desk.settings.model_dump() | declared(hook.url, secret=other))
        assert await renew(desk.running.standing, lambda: Declared(settings, desk.running.house.definition))
        await write(desk, 1, WISH)
        await hook.until(1)
    (told,) = hook.told
    at = int(told.headers["webhook-timestamp"])
    assert told.headers["webhook-signature"] == signature(other, told.headers["webhook-id"], at, told.body)
