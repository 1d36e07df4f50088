"""Logins at mail providers: tokens are got, renewed once, kept before they are used, and never told to anybody."""

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from stat import S_IMODE
from urllib.parse import parse_qs, urlsplit

import pytest

from daemon.edge.oauth.kept import Damaged, Token, read, refusals, write
from daemon.edge.oauth.login import Prompt, _word, by_client, by_code, by_device
from daemon.edge.oauth.requests import Granted, Refused
from daemon.edge.oauth.tokens import Tokens
from tests.edge.provider import SILENCE, Provider, grant, provider, refuse

NOW = 1_795_000_000.0


@pytest.fixture
async def google() -> AsyncIterator[Provider]:
    async with provider() as here:
        yield here


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "triaged.tokens"


def tokens(google: Provider, path: Path, clock: Clock, **more: object) -> Tokens:
    return Tokens({"support": google.account(**more)}, path, clock, seconds=2.0)


def kept(path: Path, *, ends_in: float = 3600.0, refresh: str = "canary-refresh") -> None:
    write(path, "support", Token("canary-access", refresh, NOW - 100, NOW + ends_in))


# --- renewing --------------------------------------------------------------------------------------------------------


async def test_a_token_that_is_good_is_given_without_asking(google: Provider, path: Path, clock: Clock) -> None:
    kept(path)
    assert await tokens(google, path, clock).token("support") == "canary-access"
    assert google.asked == []


async def test_it_is_renewed_before_it_ends_and_the_new_one_kept_first(
    google: Provider, path: Path, clock: Clock
) -> None:
    kept(path, ends_in=20)
    google.says(grant("next", refresh="rotated"))
    assert await tokens(google, path, clock).token("support") == "next"
    ((where, form),) = google.asked
    assert (where, form["grant_type"], form["refresh_token"]) == ("/token", "refresh_token", "canary-refresh")
    after = read(path)["support"]
    assert (after.access, after.refresh, after.ends_at) == ("next", "rotated", NOW + 3600)


async def test_a_refresh_token_that_is_not_renewed_stays(google: Provider, path: Path, clock: Clock) -> None:
    kept(path, ends_in=-1)
    google.says(grant("next"))
    await tokens(google, path, clock).token("support")
    assert read(path)["support"].refresh == "canary-refresh"


async def test_many_who_ask_at_once_are_one_question(google: Provider, path: Path, clock: Clock) -> None:
    kept(path, ends_in=-1)
    some, others = tokens(google, path, clock), tokens(google, path, clock)  # as two processes of one desk
    given = await asyncio.gather(*(one.token("support") for one in (some, others) for _ in range(10)))
    assert len(set(given)) == 1
    assert len(google.asked) == 1


async def test_a_token_that_the_mailbox_refuses_is_renewed(google: Provider, path: Path, clock: Clock) -> None:
    kept(path)
    google.says(grant("next"))
    assert await tokens(google, path, clock).token("support", unlike="canary-access") == "next"


@pytest.mark.parametrize("off", [-7200.0, 7200.0])
async def test_a_clock_that_was_set_is_no_reason_to_trust_an_old_token(
    google: Provider, path: Path, clock: Clock, off: float
) -> None:
    kept(path)
    clock.now += off
    google.says(grant("next"))
    assert await tokens(google, path, clock).token("support") == "next"


async def test_a_refusal_is_told_once_and_not_tried_again(google: Provider, path: Path, clock: Clock) -> None:
    kept(path, ends_in=-1)
    google.says(refuse("invalid_grant"))
    here = tokens(google, path, clock)
    answer = await here.token("support")
    assert isinstance(answer, Refused)
    assert answer.for_good
    assert answer.words == (
        "Google no longer accepts the login of support@acme.example (invalid_grant): run `triaged login support`"
    )
    assert await here.token("support") == Refused(answer.words, for_good=True)
    assert len(google.asked) == 1
    ((name, told),) = refusals(path)
    assert (name, told.refused, told.refused_at) == ("support", answer.words, NOW)


async def test_a_new_login_ends_the_refusal(google: Provider, path: Path, clock: Clock) -> None:
    kept(path, ends_in=-1)
    google.says(refuse("invalid_grant"))
    here = tokens(google, path, clock)
    await here.token("support")
    await here.keep(google.account(), Granted("anew", "canary", 3600.0))
    assert (await here.token("support"), refusals(path)) == ("anew", ())


GARBAGE = [
    (200, b"<html>busy</html>"),
    (200, b""),
    (200, b"[" * 5000),
    (200, b"x" * 100_000),
    (200, {"access_token": 7}),
    (200, {"access_token": "two\r\nlines"}),
    (200, {"access_token": ""}),
    (200, ["access_token"]),
    (302, b""),
    (503, {"error": "temporarily_unavailable"}),
    (500, {"error": "invalid_grant"}),
    (400, {"error": {"code": 1}}),
    SILENCE,
]


@pytest.mark.parametrize("answer", GARBAGE, ids=str)
async def test_an_answer_that_is_none_is_tried_again_later(
    google: Provider, path: Path, clock: Clock, answer: tuple[int, object]
) -> None:
    kept(path, ends_in=20)
    before = path.read_bytes()
    google.says(answer, answer)
    here = tokens(google, path, clock)
    assert await here.token("support") == "canary-access"  # good for a moment yet
    clock.now += 60
    refused = await here.token("support")
    assert isinstance(refused, Refused)
    assert not refused.for_good
    assert path.read_bytes() == before


async def test_nobody_there(path: Path, clock: Clock) -> None:
    kept(path, ends_in=-1)
    refused = await tokens(Provider(port=9), path, clock).token("support")
    assert refused == Refused("Google cannot be reached; it is tried again", for_good=False)


@pytest.mark.parametrize("seconds", [None, "3600", -5, 1e300, "soon", [], True])
async def test_odd_lives_are_bounded(google: Provider, path: Path, clock: Clock, seconds: object) -> None:
    google.says(grant("next", seconds=seconds))
    kept(path, ends_in=-1)
    assert await tokens(google, path, clock).token("support") == "next"
    assert NOW + 60 <= read(path)["support"].ends_at <= NOW + 86400


async def test_who_never_logged_in_is_told_how(google: Provider, path: Path, clock: Clock) -> None:
    answer = await tokens(google, path, clock).token("support")
    assert isinstance(answer, Refused)
    assert "run `triaged login support`" in answer.words
    assert isinstance(await tokens(google, path, clock).token("other"), Refused)


async def test_a_program_that_logs_in_for_itself_needs_no_person(google: Provider, path: Path, clock: Clock) -> None:
    assert isinstance(await by_client(google.account(flow="client")), Granted)
    assert await tokens(google, path, clock, flow="client").token("support") == "canary-2"
    assert google.asked[1][1]["grant_type"] == "client_credentials"


# --- the file --------------------------------------------------------------------------------------------------------


def test_the_file_is_its_owners_alone(path: Path) -> None:
    os.umask(0)
    kept(path)
    kept(path)
    assert S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    path.chmod(0o640)
    with pytest.raises(Damaged, match="chmod 600"):
        read(path)


@pytest.mark.parametrize("content", ["", "canary", "[1]", '{"support": 1}', '{"support": {"access": "canary"}}', "\0"])
async def test_a_damaged_file_is_told_without_a_word_of_it(
    google: Provider, path: Path, clock: Clock, content: str
) -> None:
    path.touch(0o600)
    path.write_text(content)
    answer = await tokens(google, path, clock).token("support")
    assert isinstance(answer, Refused)
    assert "canary" not in answer.words
    assert "triaged login" in answer.words
    assert path.read_text() == content


def test_one_login_leaves_the_others(path: Path) -> None:
    kept(path)
    write(path, "sales", Token("a", "b", 1.0, 2.0))
    assert set(read(path)) == {"support", "sales"}


# --- logging in ------------------------------------------------------------------------------------------------------


async def visit(url: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
    there = urlsplit(url)
    writer.write(f"GET {there.path or '/'}?{there.query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    page = await reader.read()
    writer.close()
    return page


async def logged_in(google: Provider, back: str) -> tuple[Granted | Refused, dict[str, str]]:
    """Log in by the page; `back` is what the provider adds to the address that leads back."""
    shown: asyncio.Future[Prompt] = asyncio.get_running_loop().create_future()
    login = asyncio.create_task(by_code(google.account(), shown.set_result, os.urandom, patience=5.0))
    asked = {k: v[0] for k, v in parse_qs(urlsplit((await shown).url).query).items()}
    where = asked["redirect_uri"]
    assert b"404" in await visit(f"{where}?code=stolen&state=guessed")
    assert b"404" in await visit(f"{where}favicon.ico")
    await visit(f"{where}?{back}&state={asked['state']}")
    return await login, asked


async def test_a_page_that_leads_back_here(google: Provider) -> None:
    google.says(grant("first", refresh="canary"))
    granted, asked = await logged_in(google, "code=canary-code")
    assert granted == Granted("first", "canary", 3600.0)
    ((_, form),) = google.asked
    assert form["code"] == "canary-code"
    assert form["redirect_uri"] == asked["redirect_uri"]
    assert _word(sha256(form["code_verifier"].encode()).digest()) == asked["code_challenge"]
    assert asked["code_challenge_method"] == "S256"
    assert (asked["login_hint"], asked["access_type"]) == ("support@acme.example", "offline")


async def test_a_person_who_declines(google: Provider) -> None:
    refused, _ = await logged_in(google, "error=access_denied")
    assert isinstance(refused, Refused)
    assert "declined" in refused.words
    assert google.asked == []


async def test_nobody_comes_back(google: Provider) -> None:
    answer = await by_code(google.account(), lambda _: None, os.urandom, patience=0.05)
    assert answer == Refused("nobody logged in", for_good=False)


DEVICE = {"device_code": "canary-device", "user_code": "WDJB-MJHT", "verification_uri": "https://x.test/\x1b[31mgo"}


async def by_typing(google: Provider, *answers: tuple[int, object]) -> tuple[Granted | Refused, list[float], Prompt]:
    waited: list[float] = []
    shown: list[Prompt] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    google.says((200, DEVICE | {"interval": 5, "expires_in": 100}), *answers)
    return await by_device(google.account(), shown.append, sleep, seconds=1.0), waited, shown[0]


async def test_a_code_that_is_typed_elsewhere(google: Provider) -> None:
    pending, slower = refuse("authorization_pending"), refuse("slow_down")
    granted, waited, shown = await by_typing(google, pending, slower, (200, b"?"), grant("first", "canary"))
    assert granted == Granted("first", "canary", 3600.0)
    assert waited == [5.0, 5.0, 10.0, 15.0]
    assert (shown.url, shown.code) == ("https://x.test/[31mgo", "WDJB-MJHT")
    assert google.asked[-1][1]["device_code"] == "canary-device"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([refuse("access_denied")], "the login was declined at the page"),
        ([refuse("expired_token")], "nobody typed the code in time"),
        ([refuse("authorization_pending")] * 20, "nobody typed the code in time"),
        ([refuse("invalid_client", 401)], "refuses: invalid_client"),
    ],
)
async def test_a_code_that_leads_nowhere(google: Provider, answers: list[tuple[int, object]], words: str) -> None:
    refused, _, _ = await by_typing(google, *answers)
    assert isinstance(refused, Refused)
    assert refused.words == words


# --- secrets ---------------------------------------------------------------------------------------------------------


async def test_nothing_secret_is_told(
    google: Provider, path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = json.dumps({"canary": "canary"})
    said: list[object] = []
    for answer in (refuse("invalid_grant", description=echo), refuse("canary-code"), *GARBAGE, grant("canary-new")):
        kept(path, ends_in=-1)
        google.says(answer)
        said.append(await tokens(google, path, clock).token("support"))
    told = " ".join(repr(one) for one in said if isinstance(one, Refused)) + caplog.text
    told += repr(google.account()) + repr(read(path)) + repr(Granted("canary", "canary", 1.0))
    assert "canary" not in told
