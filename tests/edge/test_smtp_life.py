"""Whoever leaves early, breaks the line or fails inside: what was answered 250 is kept, the rest is the sender's."""

import asyncio
import errno
import logging
import smtplib
import ssl

import pytest
import trustme

from daemon.core.settings import Smtp
from daemon.edge.smtp import tls_context
from tests.edge.doorstep import BEGIN, HEAD, on_both_loops, open_house

MESSAGE = BEGIN + b"DATA\r\n" + HEAD + b"x\r\n.\r\n"


@on_both_loops
async def test_a_client_that_closes_its_half_after_the_dot_still_hears_250() -> None:
    async with open_house(before=lambda: asyncio.sleep(0.05)) as house:
        for _ in range(50):
            caller = await house.call()
            assert (await caller.pour(MESSAGE, end=True))[-1].startswith("250 2.0.0 Kept")
    assert len(house.kept) == 50


@on_both_loops
async def test_a_reset_after_the_dot_cannot_stop_the_commit() -> None:
    async with open_house(before=lambda: asyncio.sleep(0.02)) as house:
        for _ in range(50):
            caller = await house.call()
            await caller.say(*BEGIN.rstrip().split(b"\r\n"), b"DATA")
            caller.writer.write(HEAD + b"x\r\n.\r\n")
            async with asyncio.timeout(2):
                while not house.listener._house.commits:
                    await asyncio.sleep(0)
            caller.reset()
        await house.stored(50)
        honest = await house.call()
        await honest.say(b"EHLO c")
        assert (await honest.send(HEAD)).startswith("250")
        await honest.hang_up()
    assert not house.listener._house.commits
    assert not house.listener._hall.connections
    assert house.listener._hall.crowd._all == 0


@on_both_loops
async def test_a_connection_that_ends_before_the_dot_leaves_nothing() -> None:
    async with open_house() as house:
        for octets in (b"", b"EHL", BEGIN, BEGIN + b"DATA\r\n", BEGIN + b"DATA\r\n" + HEAD + b"x\r\n."):
            caller = await house.call()
            await caller.pour(octets, end=True)
    assert not house.kept


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (RuntimeError("connect failed postgresql://helpdesk:SECRET@db/hd"), "451 4.3.0 Not kept, try again later"),
        (OSError(errno.EIO, "SECRET"), "451 4.3.0 Not kept, try again later"),
        (OSError(errno.ENOSPC, "SECRET"), "452 4.3.1 No room, try again later"),
        (OSError(errno.EDQUOT, "SECRET"), "452 4.3.1 No room, try again later"),
        (EOFError("SECRET"), "451 4.3.0 Not kept, try again later"),
        (TimeoutError("SECRET"), "451 4.3.0 Not kept, try again later"),
        (asyncio.CancelledError("SECRET"), "451 4.3.0 Not kept, try again later"),
    ],
)
async def test_what_fails_inside_is_said_in_fixed_words(
    error: BaseException, answer: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> None:
        raise error

    with caplog.at_level(logging.DEBUG):
        async with open_house(before=fail) as house:
            caller = await house.call()
            await caller.say(b"EHLO c")
            assert await caller.send(HEAD) == answer
            assert await caller.send(HEAD) == answer  # and the conversation goes on
            await caller.hang_up()
    assert "SECRET" not in caplog.text


async def test_a_full_disk_is_seen_through_the_error_it_caused() -> None:
    async def fail() -> None:
        try:
            raise OSError(errno.ENOSPC, "full")
        except OSError as full:
            raise RuntimeError("commit failed") from full

    async with open_house(before=fail) as house:
        caller = await house.call()
        await caller.say(b"EHLO c")
        assert (await caller.send(HEAD)).startswith("452 4.3.1")
        await caller.hang_up()


async def test_no_log_holds_what_was_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with open_house() as house:
            caller = await house.call()
            await caller.pour(MESSAGE + b"AUTH PLAIN CANARY\r\nQUIT\r\n")
    assert "CANARY" not in caplog.text
    assert "cust@customer.test" not in caplog.text


@on_both_loops
async def test_closing_the_door_sends_idle_clients_away_and_waits_for_messages() -> None:
    release = asyncio.Event()
    async with open_house(before=release.wait) as house:
        idle, reading, keeping = [await house.call() for _ in range(3)]
        await reading.say(*BEGIN.rstrip().split(b"\r\n"), b"DATA")
        await keeping.say(*BEGIN.rstrip().split(b"\r\n"), b"DATA")
        keeping.writer.write(HEAD + b".\r\n")
        await asyncio.sleep(0.05)
        closing = asyncio.create_task(house.listener.close(5))
        assert (await idle.hear())[-1].startswith("421 4.3.2")
        with pytest.raises(OSError):
            await house.call()
        reading.writer.write(HEAD + b".\r\n")
        await asyncio.sleep(0.05)
        assert not closing.done()
        release.set()
        for caller in (reading, keeping):
            assert (await caller.hear())[-1].startswith("250")
            assert (await caller.hear())[-1].startswith("421 4.3.2")
        for caller in (idle, reading, keeping):
            await caller.hang_up()
        await closing
    assert len(house.kept) == 2


async def test_closing_does_not_wait_longer_than_its_grace_and_cancels_no_commit() -> None:
    release = asyncio.Event()
    async with open_house(before=release.wait) as house:
        caller = await house.call()
        caller.writer.write(MESSAGE)
        await asyncio.sleep(0.05)
        await asyncio.wait_for(house.listener.close(0.1), 3)
        release.set()
        await house.stored(1)
        await caller.hang_up()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server_tls(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    folder = tmp_path_factory.mktemp("tls")
    pair = authority.issue_cert("hd.test")
    pair.private_key_pem.write_to_path(folder / "key.pem")
    pair.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    made = tls_context(Smtp(tls_certificate=str(folder / "cert.pem"), tls_key=str(folder / "key.pem")))
    assert made is not None
    return made


@pytest.fixture(scope="module")
def client_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_without_a_certificate_there_is_no_tls() -> None:
    assert tls_context(Smtp()) is None


@on_both_loops
async def test_starttls_protects_a_delivery_and_is_offered_once(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    def send(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            client._host = "hd.test"
            client.ehlo()
            assert client.has_extn("starttls")
            assert client.starttls(context=client_tls)[0] == 220
            assert client.docmd("MAIL", "FROM:<a@b.test>")[0] == 503  # all that was said before is forgotten
            client.ehlo()
            assert not client.has_extn("starttls")
            assert client.docmd("STARTTLS")[0] == 502
            client.sendmail("a@b.test", ["support@hd.test"], HEAD + b"x" * 300_000 + b"\r\n")

    async with open_house(tls=server_tls) as house:
        await asyncio.to_thread(send, house.listener.port)
    assert house.kept[0][0] == HEAD + b"x" * 300_000 + b"\r\n"


@on_both_loops
async def test_what_is_said_before_the_handshake_is_thrown_away(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    async with open_house(tls=server_tls) as house:
        caller = await house.call()
        await caller.say(b"EHLO c", b"STARTTLS\r\nEHLO c\r\nMAIL FROM:<x@evil.test>\r\nRCPT TO:<support@hd.test>")
        await caller.writer.start_tls(client_tls, server_hostname="hd.test")
        assert (await caller.say(b"DATA")).startswith("503")
        assert (await caller.say(b"EHLO c")).startswith("250")
        assert (await caller.send(HEAD)).startswith("250")
        await caller.hang_up()
    assert [envelope.mail_from for _, envelope in house.kept] == ["cust@customer.test"]


@on_both_loops
async def test_a_handshake_that_never_comes_is_given_up(server_tls: ssl.SSLContext) -> None:
    async with open_house(tls=server_tls, idle_seconds=0.3) as house:
        for octets in (b"", b"MAIL FROM:<a@b.test>\r\n" * 50):
            caller = await house.call()
            await caller.say(b"EHLO c", b"STARTTLS")
            caller.writer.write(octets)
            async with asyncio.timeout(5):
                await caller.reader.read()
            await caller.hang_up()
        async with asyncio.timeout(5):
            while house.listener._hall.connections:
                await asyncio.sleep(0.02)


@on_both_loops
async def test_tls_from_the_first_octet(server_tls: ssl.SSLContext, client_tls: ssl.SSLContext) -> None:
    async with open_house(tls=server_tls, tls_implicit=True) as house:
        caller = await house.call(client_tls)
        caller.writer.write(b"EHLO c\r\n")
        assert "250-STARTTLS" not in await caller.hear()
        assert (await caller.send(HEAD)).startswith("250")
        assert (await caller.say(b"QUIT")).startswith("221")
        await caller.hang_up()
    assert len(house.kept) == 1
