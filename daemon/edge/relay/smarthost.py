"""The next server, by SMTP: connections that are opened, kept alive and left, and one mail after the other on them."""

import asyncio
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from aiosmtplib import SMTP, SMTPException, SMTPResponseException
from aiosmtplib.errors import SMTPConnectError, SMTPHeloError, SMTPServerDisconnected, SMTPTimeoutError

from daemon.core.settings import Relay as RelaySettings
from daemon.edge.relay.dialog import Dialog, Lost, Reply
from daemon.edge.relay.meaning import meaning, told
from daemon.edge.relay.request import Request, request
from daemon.edge.relay.way import BeforeDot, Waits
from store.model.outbox import Answer, Delivery, Mail

MAILS_A_CONNECTION = 100  # then a new one is opened, so that a balancer in front of the server can do its work
ASKED_SECONDS = 60  # of silence: many a NAT forgets a line within minutes, though not for two hours (RFC 5382, REQ-5)
SMALL = 64 << 10  # octets of a content that is held back for its dot, since it leaves in one piece anyway
_NO_REPLY = 0  # in place of a reply code: the connection is gone, or what came was no reply


@dataclass(slots=True)
class _Line:
    """A connection that has greeted and, where it must, encrypted and logged in."""

    client: SMTP  # knows what the server offers
    dialog: Dialog
    mails: int = 0
    used_at: float = 0.0


class Smarthost:
    """The next server, by SMTP over a few connections that are kept alive."""

    def __init__(self, settings: RelaySettings, host: str, waits: Waits, tls: ssl.SSLContext) -> None:
        """Raise ValueError for a URL without a host or with a port that is none."""
        url = urlsplit(settings.url)
        if not url.hostname:
            raise ValueError(f"relay.url names no host: {settings.url!r}")
        self._implicit_tls = url.scheme == "smtps"
        self._server = (url.hostname, url.port or (465 if self._implicit_tls else 25))
        self._settings, self._host, self._waits, self._tls = settings, host, waits, tls
        self._slots = asyncio.Semaphore(settings.connections)
        self._idle: list[_Line] = []
        self._shut: tuple[float, Answer] | None = None  # until when, and why

    async def send(self, mail: Mail, before_dot: BeforeDot) -> Answer:
        """Hand one mail to the server; waits for a free connection."""
        async with self._slots:
            line = self._take()
            answer = await self._use(line, mail, before_dot) if line else None
            if answer:
                return answer
            fresh = await self._open()
            if isinstance(fresh, Answer):
                return fresh
            answer = await self._use(fresh, mail, before_dot)
            return answer or Answer(Delivery.DEFERRED, "the server closed the connection")

    async def close(self) -> None:
        """QUIT on every idle connection."""
        lines, self._idle = self._idle, []
        await asyncio.gather(*(self._quit(line.dialog) for line in lines))

    def _take(self) -> _Line | None:
        """The connection used last, so that the others grow old and are dropped."""
        while self._idle:
            line = self._idle.pop()
            if line.dialog.is_open and time.monotonic() - line.used_at < self._waits.idle:
                return line
            line.dialog.close()
        return None

    async def _use(self, line: _Line, mail: Mail, before_dot: BeforeDot) -> Answer | None:
        """One transaction; None where a kept connection turned out to be closed before anything was asked of it."""
        try:
            answer = await self._transact(line, mail, before_dot)
        except BaseException:  # cancelled, or `before_dot` failed: no dot was sent, or nobody will read its answer
            line.dialog.abort()
            raise
        line.mails, line.used_at = line.mails + 1, time.monotonic()
        if line.dialog.is_open and line.mails < MAILS_A_CONNECTION:
            self._idle.append(line)
        elif line.dialog.is_open:
            await self._quit(line.dialog)
        return answer

    async def _transact(self, line: _Line, mail: Mail, before_dot: BeforeDot) -> Answer | None:
        asked = request(mail, line.client.esmtp_extensions)
        if isinstance(asked, Answer):
            return asked
        refusal = await self._announce(line, asked)
        if refusal is None:
            return await self._content(line.dialog, asked.content, before_dot)
        step, reply = refusal
        if step == "MAIL" and line.mails and reply.code in {_NO_REPLY, 421}:
            line.dialog.close()
            return None
        return meaning(step if mail.mail_from or step != "MAIL" else "MAIL<>", reply)

    async def _announce(self, line: _Line, asked: Request) -> tuple[str, Reply] | None:
        """Say MAIL, RCPT and DATA, at once where the server offers that; gives what was refused first, and how."""
        together, refusal, reply = "pipelining" in line.client.esmtp_extensions, None, Reply(_NO_REPLY, "")
        if together:
            with suppress(Lost):  # the first reply is missing, then
                line.dialog.say(b"".join(words for _, words in asked.steps), replies=len(asked.steps))
        for step, words in asked.steps:
            reply = await self._ask(line.dialog, b"" if together else words)
            refused = reply.code != 354 if step == "DATA" else not 200 <= reply.code < 300
            refusal = refusal or ((step, reply) if refused else None)
            if refusal and not together:
                break
        if refusal:
            await self._reset(line.dialog, reply)
        return refusal

    async def _ask(self, dialog: Dialog, words: bytes) -> Reply:
        """Say something, if it is not said yet, and hear the reply; none counts as _NO_REPLY."""
        try:
            if words:
                dialog.say(words)
            return await dialog.reply(seconds=self._waits.command)
        except Lost as why:
            return Reply(_NO_REPLY, str(why))

    async def _reset(self, dialog: Dialog, last: Reply) -> None:
        """Make ready for another mail; a server that waits for content all the same is left (RFC 2920 section 3.1)."""
        if last.code == 354 or (dialog.is_open and (await self._ask(dialog, b"RSET\r\n")).code != 250):
            dialog.close()

    async def _content(self, dialog: Dialog, content: bytes, before_dot: BeforeDot) -> Answer:
        """Everything after 354: the content, the caller's word, the dot, and the long wait."""
        large = len(content) > SMALL
        try:
            if large:
                dialog.say(content, replies=0)
            if not await before_dot():
                dialog.abort()
                return Answer(Delivery.DEFERRED, "abandoned before the final dot: somebody else has this mail")
            dialog.say(b".\r\n" if large else content + b".\r\n")
        except Lost:
            return Answer(Delivery.DEFERRED, "the connection was lost before the final dot")
        try:
            reply = await dialog.reply(seconds=self._waits.dot)
        except Lost as why:
            return Answer(Delivery.UNCLEAR, told(f"no answer to the final dot: {why}"))
        if reply.code == 421:
            dialog.close()
        return meaning("DOT", reply)

    async def _quit(self, dialog: Dialog) -> None:
        with suppress(Lost):
            dialog.say(b"QUIT\r\n")
            await dialog.reply(seconds=self._waits.quit)
        dialog.close()

    async def _open(self) -> _Line | Answer:
        """Connect, but not for every mail of a full queue while the server is down or refuses our login."""
        if self._shut and time.monotonic() < self._shut[0]:
            return self._shut[1]
        line = await self._connect()
        self._shut = (time.monotonic() + self._waits.shut, line) if isinstance(line, Answer) else None
        return line

    async def _connect(self) -> _Line | Answer:
        name, port = self._server
        client = SMTP(
            hostname=name,
            port=port,
            use_tls=self._implicit_tls,
            start_tls=False,
            tls_context=self._tls,
            local_hostname=self._host,
            timeout=self._waits.command,
        )
        try:
            await client.connect(timeout=self._waits.connect)
            await _greet(client)
            await self._encrypt(client)
            await self._login(client)
        except (SMTPException, OSError, ValueError) as error:
            client.close()
            return _not_opened(error)
        except BaseException:
            client.close()
            raise
        if client.transport is None:
            return Answer(Delivery.DEFERRED, "the server closed the connection")
        _keep_alive(client)
        return _Line(client, Dialog(cast("asyncio.WriteTransport", client.transport)))

    async def _encrypt(self, client: SMTP) -> None:
        wanted = self._settings.starttls
        if self._implicit_tls or wanted == "never":
            return
        if wanted == "always" or client.supports_extension("starttls"):
            await client.starttls(timeout=self._waits.connect)
            await _greet(client)

    async def _login(self, client: SMTP) -> None:
        if self._settings.user is None:
            return
        if client.get_transport_info("sslcontext") is None:
            raise SMTPException("the connection is not encrypted, and a login is never sent in the clear")
        await client.login(self._settings.user, self._settings.password or "")


def _keep_alive(client: SMTP) -> None:
    """Ask in silence whether the server is there, so that nothing on the way forgets a line that waits for minutes."""
    sock = client.get_transport_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        with suppress(OSError, AttributeError):  # not every system knows it
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, ASKED_SECONDS)


async def _greet(client: SMTP) -> None:
    try:
        await client.ehlo()
    except SMTPHeloError:
        await client.helo()


def _not_opened(error: Exception) -> Answer:
    """What a failure before the first MAIL means: refusals are for all mails, the rest may pass by itself."""
    causes = (error, error.__cause__, error.__context__)
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return Answer(Delivery.UNREADY, told(f"TLS failed: {error}"))
    if isinstance(error, SMTPResponseException):
        refused = error.code >= 500 or error.code < 400
        return Answer(Delivery.UNREADY if refused else Delivery.DEFERRED, told(f"{error.code} {error.message}"))
    passing = (SMTPConnectError, SMTPServerDisconnected, SMTPTimeoutError, OSError)
    return Answer(Delivery.DEFERRED if isinstance(error, passing) else Delivery.UNREADY, told(str(error)))
