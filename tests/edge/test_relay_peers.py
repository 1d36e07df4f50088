"""The way out: what a server can and cannot take, encryption, login, and the maildir."""

import asyncio
import contextlib
import os
import shutil
import ssl
import tempfile
from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes
from pathlib import Path

import pytest
import trustme

from daemon.core.mail.letter import Letter
from daemon.core.settings import Relay as RelaySettings
from daemon.edge.relay import Waits, open_relay
from store.model.outbox import Delivery, MailKind
from tests.core.composing import LETTER, composed
from tests.edge.relaying import RAW, SHORT, a_mail, always, relay_to, sent
from tests.edge.scripted import EHLO, Script, serving
from tests.ports import free_port

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


async def test_for_a_server_without_8bitmime_the_original_becomes_a_file() -> None:
    original = b"Subject: \xe4\r\n\r\n.\r\nhello \xe4\r\n"
    forward = composed(Letter("Grüße", "ä\n", "<p>ä</p>"), MailKind.FORWARD, original=original)
    old, modern = Script(ehlo=("250 old",)), Script()
    assert (await sent(old, a_mail(raw=forward.raw))).delivery is Delivery.ACCEPTED
    assert (await sent(modern, a_mail(raw=forward.raw))).delivery is Delivery.ACCEPTED
    arrived = old.contents[0].replace(b"\r\n..", b"\r\n.")
    assert arrived.isascii()
    assert message_from_bytes(arrived).get_payload(1).get_payload(decode=True) == original
    assert modern.contents[0].replace(b"\r\n..", b"\r\n.") == forward.raw


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


async def test_a_refused_login_is_not_repeated_for_every_mail(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    script = Script({"AUTH": ["535 5.7.8 wrong", "535 5.7.8 wrong", "235 welcome"]}, ehlo=OFFERS_TLS, tls=server_tls)
    async with serving(script):
        waits = Waits(shut=0.2)
        relay = relay_to(script, waits, host="localhost", tls=client_tls, user="u", password="p", connections=1)
        answers = await asyncio.gather(*(relay.send(a_mail(n), always) for n in range(20)))
        assert {answer.delivery for answer in answers} == {Delivery.UNREADY}
        assert script.connections == 1
        await asyncio.sleep(0.25)
        assert (await relay.send(a_mail(), always)).delivery is Delivery.ACCEPTED
        await relay.close()


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


# --- a server that no one here wrote ---------------------------------------------------------------------------------

SINK = shutil.which("smtp-sink", path="/usr/sbin:/usr/local/sbin:/usr/bin")


@pytest.fixture
async def postfix_sink() -> AsyncIterator[tuple[int, Path]]:
    """Postfix's own test server, which gives up its rights and writes what it takes into files."""
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        user = ("-u", "nobody") if os.geteuid() == 0 else ()
        command = (str(SINK), *user, "-d", f"{folder}/mail-", f"127.0.0.1:{port}", "20")
        server = await asyncio.create_subprocess_exec(*command)
        for _ in range(100):
            with contextlib.suppress(OSError):
                (await asyncio.open_connection("127.0.0.1", port))[1].close()
                break
            await asyncio.sleep(0.02)
        yield port, folder
        server.terminate()
        await server.wait()


@pytest.mark.needs("postfix")
@pytest.mark.skipif(SINK is None, reason="smtp-sink is not on this machine; on Debian: apt-get install postfix")
async def test_postfix_takes_our_mail_octet_by_octet(postfix_sink: tuple[int, Path]) -> None:
    port, folder = postfix_sink
    original = b"Subject: \xe4\r\n\r\n.\r\n..x\r\nhello \xe4\r\n"
    forward = composed(LETTER, MailKind.FORWARD, original=original)
    relay = open_relay(RelaySettings(url=f"smtp://127.0.0.1:{port}"), folder, waits=SHORT)
    answers = await asyncio.gather(*(relay.send(a_mail(n, raw=forward.raw), always) for n in range(20)))
    await relay.close()
    assert {answer.delivery for answer in answers} == {Delivery.ACCEPTED}
    taken = b"".join(file.read_bytes() for file in folder.glob("mail-*")).replace(b"\r\n", b"\n")
    assert taken.count(forward.raw.replace(b"\r\n", b"\n")) == 20
