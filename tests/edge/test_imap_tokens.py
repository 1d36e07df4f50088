"""A mailbox on a real Dovecot that takes bearer tokens: got, renewed and refused by a provider on this machine."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from daemon.edge.oauth.kept import NAME, Token, write
from store.model.mailbox import MailboxLine
from store.reader import Reader
from tests.edge.dovecot import Dovecot, dovecot
from tests.edge.mailroom import QUICK, box, letter, needs_dovecot, until
from tests.edge.provider import Provider, grant, provider, refuse
from tests.journeys.clocked import Clocked, Hour, clocked

pytestmark = needs_dovecot
MECHANISMS = ("xoauth2", "oauthbearer")


@pytest.fixture
async def google() -> AsyncIterator[Provider]:
    async with provider() as here:
        yield here


@pytest.fixture(params=MECHANISMS)
def server(request: pytest.FixtureRequest, google: Provider) -> Iterator[Dovecot]:
    url = f"http://127.0.0.1:{google.port}/introspect"
    with dovecot(mechanism=request.param, introspection=url) as started:
        started.deliver("desk", letter(1))
        yield started


@asynccontextmanager
async def desk_by_token(
    folder: Path, server: Dovecot, google: Provider, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Clocked]:
    """A desk whose mailbox is read with the tokens that lie in a folder."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr("daemon.edge.imap.mailboxes.Pauses", lambda: QUICK)
    hour = Hour()
    hour.now = time.time()
    account = google.account()
    login = {
        "name": "support",
        "provider": "google",
        "client_id": account.client_id,
        "client_secret": account.client_secret,
        "user": account.whose,
        "token_url": account.token_url,
    }
    table = {name: value for name, value in box(server, oauth="support").items() if name != "password"}
    desk = {"name": "Helpdesk", "address": "support@hd.test", "operator": "op@team.test"}
    async with clocked(folder, monkeypatch, hour, imap=[table], oauth=[login], desk=desk) as running:
        yield running


def kept(folder: Path, access: str, ends_in: float = 3600.0) -> None:
    now = time.time()
    write(folder / NAME, "support", Token(access, "canary-refresh", now - 100, now + ends_in))


def line(folder: Path) -> MailboxLine:
    with Reader(f"sqlite:///{folder}/triaged.db") as reader:
        return next(iter(reader.mailboxes()), MailboxLine("", "", 0, 0, None, "", None))


async def read(server: Dovecot) -> None:
    await until(lambda: server.count("desk") == 0, 30)


async def test_the_mailbox_is_read_with_a_token(
    tmp_path: Path, server: Dovecot, google: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    google.alive["good"] = "desk"
    kept(tmp_path, "good")
    async with desk_by_token(tmp_path, server, google, monkeypatch):
        await read(server)
    assert google.asked == []


async def test_a_token_that_has_ended_is_renewed(
    tmp_path: Path, server: Dovecot, google: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    google.alive["fresh"] = "desk"
    google.says(grant("fresh"))
    kept(tmp_path, "ended", ends_in=-10)
    async with desk_by_token(tmp_path, server, google, monkeypatch):
        await read(server)
    assert [form["grant_type"] for _, form in google.asked] == ["refresh_token"]


async def test_a_token_that_the_server_takes_no_more_is_renewed(
    tmp_path: Path, server: Dovecot, google: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    google.alive["fresh"] = "desk"
    google.says(grant("fresh"))
    kept(tmp_path, "revoked")
    async with desk_by_token(tmp_path, server, google, monkeypatch):
        await read(server)
    assert len(google.asked) == 1
    assert line(tmp_path).error == ""


async def test_a_refused_login_is_told_to_the_operator_and_a_new_one_mends_it(
    tmp_path: Path, server: Dovecot, google: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    google.says(refuse("invalid_grant"))
    kept(tmp_path, "ended", ends_in=-10)
    async with desk_by_token(tmp_path, server, google, monkeypatch) as desk:
        await until(lambda: line(tmp_path).refused)
        assert "no longer accepts the login of support@acme.example" in line(tmp_path).error
        (alarm,) = [mail for mail in await desk.later(180.0) if mail.to == "op@team.test"]
        assert "triaged login support" in " ".join(alarm.message.text.split())
        assert "canary" not in alarm.message.text, "nothing secret is told"
        assert server.count("desk") == 1
        google.alive["new"] = "desk"
        kept(tmp_path, "new")
        await read(server)
        await until(lambda: line(tmp_path).error == "")
        assert "op@team.test" in [mail.to for mail in await desk.later(180.0)], "and that it is over"
    assert len(google.asked) == 1, "a login that is refused for good is not asked for again"
