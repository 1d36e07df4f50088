"""The dialog with the relay: as far as the sender's address, and nothing is sent."""

import asyncio
import ssl

import pytest
import trustme

from daemon.cli.doctor import dialog
from daemon.cli.doctor.dialog import Talk, talk
from daemon.core.settings import Relay
from tests.edge.scripted import CLOSE, Script, serving

SENDER = "help@team.test"


async def spoken(script: Script, **settings: object) -> Talk:
    async with serving(script):
        relay = Relay.model_validate({"url": f"smtp://localhost:{script.port}", "starttls": "never"} | settings)
        return await asyncio.to_thread(talk, relay, SENDER)


async def test_a_relay_that_takes_our_mail_is_right_and_gets_none() -> None:
    script = Script()
    told = await spoken(script)
    assert [level for level, _ in told.found] == ["ok"]
    assert "no TLS, no login, takes mail from help@team.test" in told.found[0][1]
    assert [line.split()[0].upper() for line in script.commands] == ["EHLO", "MAIL", "RSET", "QUIT"]
    assert script.contents == []


@pytest.mark.parametrize(
    ("replies", "words"),
    [
        ({"CONNECT": "554 go away"}, "does not answer: 554 go away"),
        ({"CONNECT": CLOSE}, "does not answer"),
        ({"EHLO": "500 no", "HELO": "500 no"}, "breaks off: 500 no"),
        ({"MAIL": "550 not from here"}, "takes no mail from help@team.test: 550 not from here"),
        ({"MAIL": CLOSE}, "breaks off"),
    ],
)
async def test_what_the_relay_refuses_is_told_in_its_own_words(replies: dict[str, str], words: str) -> None:
    told = await spoken(Script(dict(replies)))
    assert ("fault", True) in [(level, words in text) for level, text in told.found]


async def test_a_login_is_tried_under_tls_and_its_refusal_told(monkeypatch: pytest.MonkeyPatch) -> None:
    authority, server = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    monkeypatch.setattr(dialog.ssl, "create_default_context", lambda: trusted)
    login = {"user": "desk", "password": "secret-word", "starttls": "always"}
    offers = ("250-scripted", "250-STARTTLS", "250-8BITMIME", "250 AUTH PLAIN")
    told = await spoken(Script(ehlo=offers, tls=server), **login)
    assert "TLS, in as desk, takes mail" in told.found[0][1]
    told = await spoken(Script({"AUTH": "535 5.7.8 wrong"}, ehlo=offers, tls=server), **login)
    ((level, words),) = told.found
    assert (level, "relay.password" in words, "535 5.7.8 wrong" in words) == ("fault", True, True)
    assert "secret-word" not in words


async def test_a_certificate_that_nobody_vouches_for_is_told() -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(server)
    told = await spoken(Script(ehlo=("250-scripted", "250 STARTTLS"), tls=server), starttls="always")
    ((level, words),) = told.found
    assert (level, "cannot be spoken to under TLS" in words) == ("fault", True)


async def test_a_login_is_never_said_in_the_clear() -> None:
    script = Script()
    told = await spoken(script, user="desk", password="secret-word")
    assert told.found[0] == ("fault", told.found[0][1])
    assert not any("AUTH" in line for line in script.commands)


async def test_what_the_relay_cannot_carry_is_noted() -> None:
    told = await spoken(Script(ehlo=("250-scripted", "250 SIZE")))
    assert [level for level, _ in told.found] == ["note", "ok"]


async def test_the_time_in_a_greeting_is_read() -> None:
    told = await spoken(Script({"CONNECT": "220 mx.test ESMTP Exim 4.98 Sat, 21 Nov 2026 09:00:00 +0100"}))
    assert told.date is not None
    assert told.date.isoformat() == "2026-11-21T09:00:00+01:00"
    assert (await spoken(Script({"CONNECT": "220 mx.test 99 Foo 2026 99:00:00 +0100"}))).date is None
