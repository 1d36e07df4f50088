"""The way out, against servers that answer in every way a server can."""

import asyncio
import ssl
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest
import trustme

from daemon.core.settings import Relay as RelaySettings
from daemon.edge.relay import BeforeDot, Relay, Waits, open_relay
from store.model.outbox import Answer, Delivery, Mail, MailKind
from tests.edge.scripted import CLOSE, EHLO, HANG, RESET, Script, serving

SHORT = Waits(connect=2.0, command=1.0, dot=0.5, idle=60.0, quit=0.5)
RAW = b"From: a@desk.example\r\nSubject: x\r\n\r\nhello\r\n.\r\n..two\r\nend\r\n"


def a_mail(
    number: int = 1, raw: bytes = RAW, to: str = "ada@customer.example", mail_from: str = "d@desk.example"
) -> Mail:
    return Mail(number, MailKind.ACK, 1, mail_from, to, raw, 0, 0.0, 1)


async def always() -> bool:
    return True


def relay_to(script: Script, waits: Waits = SHORT, tls: ssl.SSLContext | None = None, **settings: object) -> Relay:
    scheme = settings.pop("scheme", "smtp")
    host = settings.pop("host", "127.0.0.1")
    given = RelaySettings.model_validate({"url": f"{scheme}://{host}:{script.port}", **settings})
    return open_relay(given, Path("/nowhere"), host="desk.example", waits=waits, tls=tls)


async def sent(script: Script, mail: Mail | None = None, before_dot: BeforeDot = always, **settings: object) -> Answer:
    async with serving(script):
        relay = relay_to(script, **settings)  # type: ignore[arg-type]
        answer = await relay.send(mail or a_mail(), before_dot)
        await relay.close()
        return answer


async def test_a_mail_is_accepted_by_the_servers_250() -> None:
    script = Script()
    assert await sent(script) == Answer(Delivery.ACCEPTED, "250 2.0.0 kept")
    assert script.commands == [
        "EHLO desk.example",
        f"MAIL FROM:<d@desk.example> SIZE={len(RAW)}",
        "RCPT TO:<ada@customer.example>",
        "DATA",
        "QUIT",
    ]


async def test_dots_that_begin_a_line_are_doubled_on_the_wire() -> None:
    script = Script()
    await sent(script, a_mail(raw=b".first\r\n" + RAW))
    assert script.contents == [b"..first\r\n" + RAW.replace(b"\r\n.", b"\r\n..")]


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        pytest.param({".": "451 4.3.0 later"}, Delivery.DEFERRED, id="4yz to the dot"),
        pytest.param({".": "421 4.3.2 going down"}, Delivery.DEFERRED, id="421 to the dot"),
        pytest.param({".": "554 5.6.0 spam"}, Delivery.REFUSED, id="5yz to the dot"),
        pytest.param({".": CLOSE}, Delivery.UNCLEAR, id="closed after the dot"),
        pytest.param({".": RESET}, Delivery.UNCLEAR, id="reset after the dot"),
        pytest.param({".": HANG}, Delivery.UNCLEAR, id="no answer to the dot"),
        pytest.param({".": "grmbl"}, Delivery.UNCLEAR, id="garbage to the dot"),
        pytest.param({".": "354 what?"}, Delivery.UNCLEAR, id="a reply to the dot that is none"),
        pytest.param({"RCPT": "550 5.1.1 no such user"}, Delivery.REFUSED, id="no such user"),
        pytest.param({"RCPT": "450 4.2.0 greylisted"}, Delivery.DEFERRED, id="greylisted"),
        pytest.param({"RCPT": "421 too many"}, Delivery.DEFERRED, id="421 in the dialog"),
        pytest.param({"RCPT": CLOSE}, Delivery.DEFERRED, id="closed in the dialog"),
        pytest.param({"RCPT": HANG}, Delivery.DEFERRED, id="silent in the dialog"),
        pytest.param({"RCPT": "no way"}, Delivery.DEFERRED, id="garbage in the dialog"),
        pytest.param({"RCPT": "554 5.7.1 <a@b>: Relay access denied"}, Delivery.UNREADY, id="relaying is denied"),
        pytest.param({"RCPT": "530 5.7.0 log in first"}, Delivery.UNREADY, id="login wanted at RCPT"),
        pytest.param({"MAIL": "530 5.7.0 log in first"}, Delivery.UNREADY, id="login wanted"),
        pytest.param({"MAIL": "553 5.7.1 not your address"}, Delivery.UNREADY, id="our sender is refused"),
        pytest.param({"MAIL": "552 5.3.4 too big"}, Delivery.REFUSED, id="too large"),
        pytest.param({"MAIL": "452 4.3.1 disk full"}, Delivery.DEFERRED, id="server out of space"),
        pytest.param({"DATA": "451 not now"}, Delivery.DEFERRED, id="4yz to DATA"),
        pytest.param({"DATA": "554 no"}, Delivery.REFUSED, id="5yz to DATA"),
        pytest.param({"DATA": "250 what?"}, Delivery.DEFERRED, id="a reply to DATA that is none"),
        pytest.param({"CONNECT": "421 busy"}, Delivery.DEFERRED, id="busy"),
        pytest.param({"CONNECT": "554 go away"}, Delivery.UNREADY, id="banned"),
        pytest.param({"CONNECT": CLOSE}, Delivery.DEFERRED, id="closed at once"),
        pytest.param({"EHLO": "550 no", "HELO": "550 no"}, Delivery.UNREADY, id="EHLO and HELO refused"),
    ],
)
async def test_every_way_to_answer_is_a_value(replies: dict[str, str], expected: Delivery) -> None:
    answer = await sent(Script(dict(replies)))
    assert answer.delivery is expected, answer
    assert answer.text


async def test_a_refused_null_sender_stops_only_that_mail() -> None:
    answer = await sent(Script({"MAIL": "550 no null sender here"}), a_mail(mail_from=""))
    assert answer.delivery is Delivery.REFUSED


async def test_nobody_listening_is_deferred() -> None:
    script = Script()
    async with serving(script):
        relay = relay_to(script)
    assert (await relay.send(a_mail(), always)).delivery is Delivery.DEFERRED


async def test_an_old_server_that_knows_only_helo_is_served() -> None:
    script = Script({"EHLO": "502 what?"})
    assert (await sent(script)).delivery is Delivery.ACCEPTED
    assert "MAIL FROM:<d@desk.example>" in script.commands


# --- the final dot ---------------------------------------------------------------------------------------------------


async def test_the_attempt_is_recorded_after_354_and_before_the_dot() -> None:
    script = Script()
    seen: list[tuple[str, int]] = []

    async def record() -> bool:
        await asyncio.sleep(0.05)
        seen.append((script.commands[-1], len(script.contents)))
        return True

    assert (await sent(script, before_dot=record)).delivery is Delivery.ACCEPTED
    assert seen == [("DATA", 0)]


async def test_a_lost_lease_abandons_the_mail_without_its_dot() -> None:
    script = Script()

    async def lost() -> bool:
        return False

    answer = await sent(script, before_dot=lost)
    await asyncio.sleep(0.05)
    assert answer.delivery is Delivery.DEFERRED
    assert script.contents == []
    assert script.unfinished


async def test_a_refused_recipient_is_never_recorded_as_an_attempt() -> None:
    async def never() -> bool:
        raise AssertionError("asked before there was anything to record")

    assert (await sent(Script({"RCPT": "550 no"}), before_dot=never)).delivery is Delivery.REFUSED


async def test_a_connection_lost_while_the_attempt_is_recorded_is_no_unclear_end() -> None:
    script = Script()
    async with serving(script):
        relay = relay_to(script)

        async def slow() -> bool:
            relay_line = script_writers.pop()
            relay_line.transport.abort()
            await asyncio.sleep(0.1)
            return True

        script_writers: list[asyncio.StreamWriter] = []
        talk = script._talk

        async def remember(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            script_writers.append(writer)
            await talk(reader, writer)

        script._talk = remember  # type: ignore[method-assign]
        answer = await relay.send(a_mail(), slow)
        await relay.close()
    assert answer.delivery is Delivery.DEFERRED


async def test_a_failing_record_closes_the_connection_and_is_heard() -> None:
    script = Script()

    async def failing() -> bool:
        raise RuntimeError("the store is gone")

    async with serving(script):
        relay = relay_to(script, connections=1)
        with pytest.raises(RuntimeError, match="store is gone"):
            await relay.send(a_mail(), failing)
        assert (await relay.send(a_mail(), always)).delivery is Delivery.ACCEPTED
        await relay.close()
    assert script.connections == 2


async def test_cancelling_closes_the_connection_and_frees_its_place() -> None:
    script = Script({".": [HANG, "250 fine"]})
    async with serving(script):
        relay = relay_to(script, Waits(dot=60.0), connections=1)
        task = asyncio.create_task(relay.send(a_mail(), always))
        while not script.contents:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await relay.send(a_mail(), always)).delivery is Delivery.ACCEPTED
        await relay.close()


# --- connections -----------------------------------------------------------------------------------------------------


async def test_a_connection_is_kept_alive_and_used_again() -> None:
    script = Script({"RCPT": ["250 ok", "550 no", "250 ok"]})
    async with serving(script):
        relay = relay_to(script)
        answers = [await relay.send(a_mail(n), always) for n in range(3)]
        await relay.close()
    assert [a.delivery for a in answers] == [Delivery.ACCEPTED, Delivery.REFUSED, Delivery.ACCEPTED]
    assert script.connections == 1
    assert "RSET" in script.commands


async def test_no_more_connections_than_allowed() -> None:
    script = Script()
    async with serving(script):
        relay = relay_to(script, connections=3)
        answers = await asyncio.gather(*(relay.send(a_mail(n), always) for n in range(40)))
        await relay.close()
    assert {a.delivery for a in answers} == {Delivery.ACCEPTED}
    assert len(script.contents) == 40
    assert script.most_open <= 3


@pytest.mark.parametrize("stale", [CLOSE, "421 idle too long"])
async def test_a_kept_connection_that_went_stale_costs_no_attempt(stale: str) -> None:
    script = Script({"MAIL": ["250 ok", stale, "250 ok"]})
    async with serving(script):
        relay = relay_to(script)
        answers = [await relay.send(a_mail(n), always) for n in range(2)]
        await relay.close()
    assert [a.delivery for a in answers] == [Delivery.ACCEPTED, Delivery.ACCEPTED]
    assert script.connections == 2


async def test_a_connection_is_not_used_again_after_lying_idle() -> None:
    script = Script()
    async with serving(script):
        relay = relay_to(script, Waits(idle=0.0))
        for n in range(2):
            await relay.send(a_mail(n), always)
        await relay.close()
    assert script.connections == 2


async def test_a_connection_is_changed_after_a_hundred_mails() -> None:
    script = Script()
    async with serving(script):
        relay = relay_to(script)
        for n in range(101):
            await relay.send(a_mail(n), always)
        await relay.close()
    assert script.connections == 2


# --- extensions ------------------------------------------------------------------------------------------------------


async def test_an_address_beyond_ascii_needs_smtputf8() -> None:
    script = Script(ehlo=("250-old", "250 8BITMIME"))
    answer = await sent(script, a_mail(to="jörg@käse.example"))
    assert answer.delivery is Delivery.REFUSED
    assert "SMTPUTF8" in answer.text
    modern = Script()
    assert (await sent(modern, a_mail(to="jörg@käse.example"))).delivery is Delivery.ACCEPTED
    assert modern.commands[1].endswith(" SMTPUTF8")


async def test_a_domain_beyond_ascii_travels_in_a_labels() -> None:
    script = Script(ehlo=("250 old",))
    assert (await sent(script, a_mail(to="joerg@käse.example"))).delivery is Delivery.ACCEPTED
    assert "RCPT TO:<joerg@xn--kse-qla.example>" in script.commands


@pytest.mark.parametrize("to", ["a@b.example>\r\nRCPT TO:<c@d.example", "a b@c.example", "", "<>", "x"])
async def test_an_address_that_would_be_a_command_never_reaches_the_wire(to: str) -> None:
    script = Script()
    assert (await sent(script, a_mail(to=to))).delivery is Delivery.REFUSED
    assert not any(command.startswith(("MAIL", "RCPT")) for command in script.commands)


async def test_eight_bit_octets_are_declared() -> None:
    script = Script()
    await sent(script, a_mail(raw=b"Subject: x\r\n\r\n\xe4\r\n"))
    assert script.commands[1].endswith(" BODY=8BITMIME")


async def test_a_mail_larger_than_the_server_takes_is_refused_unsent() -> None:
    script = Script(ehlo=("250-small", "250 SIZE 20"))
    answer = await sent(script)
    assert answer.delivery is Delivery.REFUSED
    assert "20 octets" in answer.text


@pytest.mark.parametrize("raw", [b"a\nb\r\n", b"a\rb\r\n", b"x" * 999 + b"\r\n", b"a\0b\r\n"])
async def test_octets_unfit_for_the_wire_are_not_sent(raw: bytes) -> None:
    script = Script()
    assert (await sent(script, a_mail(raw=raw))).delivery is Delivery.REFUSED
    assert script.contents == []


# --- TLS and login ---------------------------------------------------------------------------------------------------

OFFERS_TLS = (*EHLO[:-1], "250-STARTTLS", "250-AUTH PLAIN LOGIN", EHLO[-1])


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture(scope="module")
def client_tls(authority: trustme.CA) -> Iterator[ssl.SSLContext]:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def test_starttls_is_used_where_it_is_offered(server_tls: ssl.SSLContext, client_tls: ssl.SSLContext) -> None:
    script = Script(ehlo=OFFERS_TLS, tls=server_tls)
    answer = await sent(script, host="localhost", tls=client_tls, user="u", password="p")
    assert answer.delivery is Delivery.ACCEPTED, answer
    assert [c.split()[0] for c in script.commands[:4]] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]


async def test_tls_from_the_first_octet(server_tls: ssl.SSLContext, client_tls: ssl.SSLContext) -> None:
    script = Script(ehlo=(*EHLO[:-1], "250 AUTH PLAIN"))
    async with serving(script, server_tls):
        relay = relay_to(script, scheme="smtps", host="localhost", tls=client_tls, user="u", password="p")
        assert (await relay.send(a_mail(), always)).delivery is Delivery.ACCEPTED
        await relay.close()


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_certificate_that_nobody_vouches_for_holds_all_mail(server_tls: ssl.SSLContext, scheme: str) -> None:
    script = Script(ehlo=OFFERS_TLS, tls=server_tls)
    async with serving(script, server_tls if scheme == "smtps" else None):
        relay = relay_to(script, scheme=scheme, host="localhost")
        answer = await relay.send(a_mail(), always)
    assert answer.delivery is Delivery.UNREADY
    assert "certificate" in answer.text.lower()


async def test_a_certificate_for_another_name_holds_all_mail(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    answer = await sent(Script(ehlo=OFFERS_TLS, tls=server_tls), host="127.0.0.1", tls=client_tls)
    assert answer.delivery is Delivery.UNREADY


async def test_where_tls_must_be_and_is_not_offered_all_mail_is_held() -> None:
    script = Script()
    assert (await sent(script, starttls="always")).delivery is Delivery.UNREADY
    assert not any(command.startswith("MAIL") for command in script.commands)


async def test_starttls_never_means_never(server_tls: ssl.SSLContext) -> None:
    script = Script(ehlo=OFFERS_TLS, tls=server_tls)
    assert (await sent(script, starttls="never")).delivery is Delivery.ACCEPTED
    assert "STARTTLS" not in script.commands


async def test_a_login_is_never_sent_in_the_clear() -> None:
    script = Script(ehlo=(*EHLO[:-1], "250 AUTH PLAIN LOGIN CRAM-MD5"))
    answer = await sent(script, user="u", password="topsecret")
    assert answer.delivery is Delivery.UNREADY
    assert not any(command.startswith("AUTH") for command in script.commands)
    assert "topsecret" not in answer.text


@pytest.mark.parametrize(
    ("reply", "expected"), [("535 5.7.8 wrong", Delivery.UNREADY), ("454 4.7.0 later", Delivery.DEFERRED)]
)
async def test_a_refused_login_holds_all_mail(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext, reply: str, expected: Delivery
) -> None:
    script = Script({"AUTH": reply}, ehlo=OFFERS_TLS, tls=server_tls)
    answer = await sent(script, host="localhost", tls=client_tls, user="u", password="p")
    assert answer.delivery is expected


# --- maildir ---------------------------------------------------------------------------------------------------------


async def test_a_maildir_keeps_the_exact_octets_in_new(tmp_path: Path) -> None:
    relay = open_relay(RelaySettings(url="maildir:out/going"), tmp_path)
    answers = await asyncio.gather(*(relay.send(a_mail(n), always) for n in range(20)))
    await relay.close()
    files = sorted((tmp_path / "out/going/new").iterdir())
    assert {a.delivery for a in answers} == {Delivery.ACCEPTED}
    assert [file.read_bytes() for file in files] == [RAW] * 20
    assert not list((tmp_path / "out/going/tmp").iterdir())
    assert message_from_bytes(files[0].read_bytes())["Subject"] == "x"


async def test_a_maildir_mail_without_a_lease_is_not_kept(tmp_path: Path) -> None:
    async def lost() -> bool:
        return False

    relay = open_relay(RelaySettings(url="maildir:out"), tmp_path)
    assert (await relay.send(a_mail(), lost)).delivery is Delivery.DEFERRED
    assert not [file for part in ("tmp", "new", "cur") for file in (tmp_path / "out" / part).iterdir()]


async def test_a_maildir_that_cannot_be_written_defers(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file is in the way")
    relay = open_relay(RelaySettings(url="maildir:out"), tmp_path)
    assert (await relay.send(a_mail(), always)).delivery is Delivery.DEFERRED


@pytest.mark.parametrize("url", ["smtp://", "smtp:///x", "smtp://host:99999"])
def test_a_url_that_names_no_server_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError):
        open_relay(RelaySettings.model_construct(url=url, connections=1), Path())
