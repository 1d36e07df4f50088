"""The way out: one mail to the next server by SMTP, or into a maildir, and what became of it as a value.

The caller's `before_dot` is awaited when everything of the mail is on its way but the final dot: it records the
attempt, and says False where the lease is lost; then the connection is dropped without the dot, and the server delivers
nothing (RFC 5321 section 4.1.1.4). What goes wrong before the dot is DEFERRED, whatever the cause; after the dot only
an answer of the server decides, and without one the outcome is UNCLEAR (RFC 1047).
"""

import asyncio
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast
from urllib.parse import urlsplit

from aiosmtplib import SMTP, SMTPException, SMTPResponseException
from aiosmtplib.errors import SMTPConnectError, SMTPHeloError, SMTPServerDisconnected, SMTPTimeoutError

from daemon.core.mail.clean import clip, one_line
from daemon.core.mail.compose import seven_bit, wire_fault
from daemon.core.mail.header_line import ascii_domain, is_mailbox
from daemon.core.settings import Relay as RelaySettings
from daemon.edge.dialog import Dialog, Lost, Reply
from daemon.edge.maildir import BeforeDot, Maildir
from store.model.outbox import Answer, Delivery, Mail

MAILS_A_CONNECTION = 100  # then a new one is opened, so that a balancer in front of the server can do its work
SMALL = 64 << 10  # octets of a content that is held back for its dot, since it leaves in one piece anyway
_NO_REPLY = 0  # in place of a reply code: the connection is gone, or what came was no reply


@dataclass(frozen=True, slots=True)
class Waits:
    """How long the other side may take, in seconds (RFC 5321 section 4.5.3.2)."""

    connect: float = 30.0
    command: float = 300.0
    dot: float = 600.0  # a server may deliver before it answers; impatience here makes doubles
    idle: float = 60.0  # a connection unused for longer is not used again
    quit: float = 2.0
    shut: float = 20.0  # after a connection could not be opened, until the next one is tried


class Relay(Protocol):
    """Whatever mail leaves by."""

    async def send(self, mail: Mail, before_dot: BeforeDot) -> Answer:
        """Hand over one mail; the outcome is the answer, never an exception of the network."""

    async def close(self) -> None:
        """Say goodbye; no `send` may be under way or follow."""


def open_relay(
    settings: RelaySettings,
    base: Path,
    *,
    host: str = "localhost",
    waits: Waits = Waits(),
    tls: ssl.SSLContext | None = None,
) -> Relay:
    """Return the relay that the settings name; nothing is connected yet.

    `base` is the folder that a relative maildir is in, `host` the name said in EHLO, `tls` replaces the system's
    trust. Raises ValueError for a URL without a host or with a port that is none.
    """
    if settings.url.startswith("maildir:"):
        return Maildir(base / settings.url.removeprefix("maildir:"))
    return Smarthost(settings, host, waits, tls or ssl.create_default_context())


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
            line.dialog.close()
            raise
        line.mails, line.used_at = line.mails + 1, time.monotonic()
        if line.dialog.is_open and line.mails < MAILS_A_CONNECTION:
            self._idle.append(line)
        elif line.dialog.is_open:
            await self._quit(line.dialog)
        return answer

    async def _transact(self, line: _Line, mail: Mail, before_dot: BeforeDot) -> Answer | None:
        request = _request(mail, line.client)
        if isinstance(request, Answer):
            return request
        refusal = await self._announce(line, request)
        if refusal is None:
            return await self._content(line.dialog, request.content, before_dot)
        step, reply = refusal
        if step == "MAIL" and line.mails and reply.code in {_NO_REPLY, 421}:
            line.dialog.close()
            return None
        return meaning(step if mail.mail_from or step != "MAIL" else "MAIL<>", reply)

    async def _announce(self, line: _Line, request: "_Request") -> tuple[str, Reply] | None:
        """Say MAIL, RCPT and DATA, at once where the server offers that; gives what was refused first, and how."""
        together, refusal, reply = line.client.supports_extension("pipelining"), None, Reply(_NO_REPLY, "")
        if together:
            with suppress(Lost):  # the first reply is missing, then
                line.dialog.say(b"".join(words for _, words in request.steps), replies=len(request.steps))
        for step, words in request.steps:
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
                dialog.close()
                return Answer(Delivery.DEFERRED, "abandoned before the final dot: somebody else has this mail")
            dialog.say(b".\r\n" if large else content + b".\r\n")
        except Lost:
            return Answer(Delivery.DEFERRED, "the connection was lost before the final dot")
        try:
            reply = await dialog.reply(seconds=self._waits.dot)
        except Lost as why:
            return Answer(Delivery.UNCLEAR, _text(f"no answer to the final dot: {why}"))
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


async def _greet(client: SMTP) -> None:
    try:
        await client.ehlo()
    except SMTPHeloError:
        await client.helo()


def _not_opened(error: Exception) -> Answer:
    """What a failure before the first MAIL means: refusals are for all mails, the rest may pass by itself."""
    causes = (error, error.__cause__, error.__context__)
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return Answer(Delivery.UNREADY, _text(f"TLS failed: {error}"))
    if isinstance(error, SMTPResponseException):
        refused = error.code >= 500 or error.code < 400
        return Answer(Delivery.UNREADY if refused else Delivery.DEFERRED, _text(f"{error.code} {error.message}"))
    passing = (SMTPConnectError, SMTPServerDisconnected, SMTPTimeoutError, OSError)
    return Answer(Delivery.DEFERRED if isinstance(error, passing) else Delivery.UNREADY, _text(str(error)))


@dataclass(frozen=True, slots=True)
class _Request:
    """The words of one transaction, as this server can take them."""

    steps: tuple[tuple[str, bytes], ...]  # what is said before the content
    content: bytes  # dot-stuffed, the final dot excluded


def _request(mail: Mail, client: SMTP) -> _Request | Answer:
    """Fit a mail to the server's extensions: SIZE, 8BITMIME, SMTPUTF8; REFUSED where it cannot be."""
    sender, recipient = ascii_domain(mail.mail_from), ascii_domain(mail.to)
    if not is_mailbox(recipient) or (sender and not is_mailbox(sender)):
        return Answer(Delivery.REFUSED, f"this address cannot be said in SMTP: {_text(ascii(recipient))}")
    international = not (sender.isascii() and recipient.isascii())
    if international and not client.supports_extension("smtputf8"):
        return Answer(Delivery.REFUSED, f"the next server takes no address beyond ASCII (SMTPUTF8): {recipient}")
    eight_bit = client.supports_extension("8bitmime")
    raw = mail.raw if eight_bit or international or mail.raw.isascii() else seven_bit(mail.raw)
    fault = wire_fault(raw)
    limit = client.esmtp_extensions.get("size", "")
    if limit.isascii() and limit.isdigit() and 0 < int(limit[:18]) < len(raw):
        fault = f"the next server takes {limit} octets at most, and this mail has {len(raw)}"
    if fault:
        return Answer(Delivery.REFUSED, f"not sent: {fault}")
    options = [f"MAIL FROM:<{sender}>"]
    options += [f"SIZE={len(raw)}"] if client.supports_extension("size") else []
    options += ["BODY=8BITMIME"] if eight_bit and not raw.isascii() else []
    options += ["SMTPUTF8"] if international else []
    steps = (("MAIL", " ".join(options)), ("RCPT", f"RCPT TO:<{recipient}>"), ("DATA", "DATA"))
    return _Request(tuple((step, f"{words}\r\n".encode()) for step, words in steps), _stuffed(raw))


def _stuffed(raw: bytes) -> bytes:
    """Double the dots that begin a line (RFC 5321 section 4.5.2), and end the last line."""
    stuffed = raw.replace(b"\r\n.", b"\r\n..")
    stuffed = b"." + stuffed if stuffed.startswith(b".") else stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


@dataclass(frozen=True, slots=True)
class _Rule:
    """A row: at these steps, a reply with one of these codes (or beginnings) and these words means this."""

    steps: tuple[str, ...]
    codes: tuple[str, ...]
    meaning: Delivery
    words: tuple[str, ...] = ("",)


_BEFORE_DOT = ("MAIL", "MAIL<>", "RCPT", "DATA")
_ANY = (*_BEFORE_DOT, "DOT")
RULES = (  # the first row that fits decides
    _Rule(("DOT",), ("2",), Delivery.ACCEPTED),
    _Rule(_ANY, ("4",), Delivery.DEFERRED),
    _Rule(_BEFORE_DOT, ("530", "534", "535", "538"), Delivery.UNREADY),  # RFC 4954 section 6: log in first
    _Rule(
        ("RCPT",), ("5",), Delivery.UNREADY, ("relay access denied", "relaying denied", "unable to relay", "not relay")
    ),
    _Rule(("MAIL",), ("552", "554 5.3.4"), Delivery.REFUSED),  # RFC 1870 section 6: this mail is too large
    _Rule(("MAIL",), ("5",), Delivery.UNREADY),  # our own address is refused: so will every other mail be
    _Rule(_ANY, ("5",), Delivery.REFUSED),
    _Rule(_BEFORE_DOT, ("",), Delivery.DEFERRED),  # no reply, or one that this step does not have
    _Rule(("DOT",), ("",), Delivery.UNCLEAR),
)


def meaning(step: str, reply: Reply) -> Answer:
    """Return what a reply means at a step: MAIL (`MAIL<>` for the null sender), RCPT, DATA or DOT."""
    text = _text(f"{reply.code} {reply.message}" if reply.code else reply.message)
    line, small = f"{reply.code:03d} {reply.message}", text.casefold()
    rule = next(
        row
        for row in RULES
        if step in row.steps and line.startswith(row.codes) and any(words in small for words in row.words)
    )
    return Answer(rule.meaning, text)


def _text(words: str) -> str:
    return clip(one_line(words), 500)
