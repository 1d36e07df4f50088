"""What is said on one connection: the commands in their order (RFC 5321 section 4.1.4) and the table of them."""

import asyncio
import errno
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Final

from daemon.core.settings import Smtp
from daemon.edge.smtp.answers import CRLF, Reply, lines
from daemon.edge.smtp.limits import MAX_LINE, MAX_RECIPIENTS, Load, Patience
from daemon.edge.smtp.paths import Mailboxes, Sender, read_sender
from daemon.edge.smtp.wire import Box, Wire
from store.model.message import Door, Envelope, Receipt

Receive = Callable[[bytes, Envelope], Awaitable[Receipt]]
Said = Reply | bytes | None  # None: the command has answered by itself

_log = logging.getLogger("triaged.smtp")
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_FAREWELLS: Final = frozenset({Reply.BYE, Reply.NO_CHUNKS})


@dataclass(frozen=True, slots=True)
class House:
    """What all conversations of one listener share."""

    settings: Smtp
    host: str  # our name in the greeting
    mailboxes: Mailboxes
    receive: Receive
    load: Load
    commits: "set[asyncio.Future[Receipt]]" = field(default_factory=set)

    @property
    def door(self) -> Door:
        """The door by which these messages come in."""
        return Door(self.settings.protocol)


class Conversation:
    """The state of one client's conversation, from the greeting to the farewell."""

    def __init__(self, house: House, wire: Wire, peer: str, secure: Callable[[], Awaitable[None]] | None) -> None:
        self._house, self._wire, self._peer = house, wire, peer
        self._secure = secure  # changes to TLS; None where STARTTLS is not, or no more, offered
        self._patience = Patience()
        self._greeted = self._extended = False
        self._sender: Sender | None = None
        self._recipients: list[str] = []
        self.working = False  # the client waits for us
        self.leaving = False  # the house is closing

    @property
    def is_busy(self) -> bool:
        """Say whether a message is being read or kept."""
        return self.working or self._wire.data_since is not None

    async def run(self) -> Reply:
        """Answer command after command; return the farewell."""
        self._wire.say(lines(220, (f"{self._house.host} {'LMTP' if self._is_lmtp else 'ESMTP'} triaged",)))
        while not self.leaving:
            said = await self._obey(await self._wire.line())
            if isinstance(said, Reply):
                if said in _FAREWELLS:
                    return said
                self._patience.errors += said.is_error
            if self._patience.is_gone:
                return Reply.ENOUGH
            if said is not None:
                self._wire.say(said)
        return Reply.CLOSING

    @property
    def _is_lmtp(self) -> bool:
        return self._house.door is Door.LMTP

    async def _obey(self, line: bytes) -> Said:
        if len(line) > MAX_LINE:
            return Reply.LINE_TOO_LONG
        try:
            text = line.removesuffix(CRLF).decode("utf-8")
        except UnicodeDecodeError:
            return Reply.NOT_A_LINE
        if not line.endswith(CRLF) or not text.isprintable():
            return Reply.NOT_A_LINE
        verb, _, argument = text.partition(" ")
        command = self._COMMANDS.get(verb.upper())
        return await command(self, argument.strip(" ")) if command else Reply.NO_SUCH_COMMAND

    # --- greetings

    async def _ehlo(self, name: str) -> Said:
        return Reply.NO_SUCH_COMMAND if self._is_lmtp else self._greet(name, extended=True)

    async def _lhlo(self, name: str) -> Said:
        return self._greet(name, extended=True) if self._is_lmtp else Reply.NO_SUCH_COMMAND

    async def _helo(self, name: str) -> Said:
        return Reply.NO_SUCH_COMMAND if self._is_lmtp else self._greet(name, extended=False)

    def _greet(self, name: str, *, extended: bool) -> Said:
        if not name:
            return Reply.BAD_ARGUMENT
        self._patience.idle_commands += self._greeted
        self._greeted, self._extended = True, extended
        self._forget_transaction()
        return lines(250, (self._house.host, *(self._extensions() if extended else ())))

    def _extensions(self) -> tuple[str, ...]:
        offered = ("PIPELINING", f"SIZE {self._house.settings.max_bytes}", "8BITMIME", "SMTPUTF8")
        starttls = ("STARTTLS",) if self._secure else ()
        return (*offered, "ENHANCEDSTATUSCODES", f"LIMITS RCPTMAX={MAX_RECIPIENTS}", *starttls, "HELP")

    async def _starttls(self, argument: str) -> Said:
        if argument:
            return Reply.BAD_ARGUMENT
        if not self._secure:
            return Reply.NOT_OFFERED
        self._wire.say(Reply.READY_FOR_TLS)
        await self._wire.flush()
        await self._secure()
        self._wire.forget()
        self._secure, self._greeted = None, False
        self._forget_transaction()
        return None

    # --- the mail transaction

    async def _mail(self, argument: str) -> Said:
        if not self._greeted:
            return Reply.GREET_FIRST
        if self._sender:
            return Reply.OUT_OF_ORDER
        sender = read_sender(argument, extended=self._extended)
        if isinstance(sender, Reply):
            return sender
        if sender.size > self._house.settings.max_bytes:
            return Reply.TOO_BIG
        if not self._house.load.has_room(sender.size):
            return Reply.NO_ROOM
        self._sender = sender
        return Reply.SENDER_OK

    async def _rcpt(self, argument: str) -> Said:
        if not self._sender:
            return Reply.OUT_OF_ORDER
        recipient = self._house.mailboxes.read(argument)
        if isinstance(recipient, Reply):
            return recipient
        if len(self._recipients) >= MAX_RECIPIENTS:
            self._patience.idle_commands += 1
            return Reply.TOO_MANY_RECIPIENTS
        self._recipients.append(recipient)
        return Reply.RECIPIENT_OK

    async def _data(self, argument: str) -> Said:
        if argument:
            return Reply.BAD_ARGUMENT
        if not self._sender:
            return Reply.OUT_OF_ORDER
        if not self._recipients:
            return Reply.NO_RECIPIENT
        sender, recipients = self._sender.address, self._recipients
        self._forget_transaction()
        self._wire.say(Reply.GO_AHEAD)
        said = await self._take(Envelope(sender, tuple(dict.fromkeys(recipients)), self._peer, self._house.door))
        # RFC 2033 section 4.2: LMTP has one answer for each recipient that was accepted
        return CRLF.join([said] * len(recipients)) if self._is_lmtp else said

    async def _take(self, envelope: Envelope) -> bytes:
        box = Box(self._house.settings.max_bytes, self._house.load)
        try:
            await self._wire.message(box)
            content = box.content()
            return content.line if isinstance(content, Reply) else await self._keep(content, envelope)
        finally:
            box.release()

    async def _keep(self, raw: bytes, envelope: Envelope) -> bytes:
        """Have the message made durable, and only then say so (RFC 5321 section 6.1).

        No Received line is added (RFC 5321 section 4.4 wants one): the stored octets stay those that were sent, so
        that signatures hold and copies compare; what the line would say is in the envelope and the time of receipt.
        The commit is a task of its own that neither the client nor the end of this conversation can cancel.
        """
        commit = asyncio.ensure_future(self._house.receive(raw, envelope))
        self._house.commits.add(commit)
        commit.add_done_callback(self._house.commits.discard)
        commit.add_done_callback(_notice)
        self.working = True
        try:
            receipt = await asyncio.shield(commit)
        except asyncio.CancelledError:
            if not commit.cancelled():
                raise
            return Reply.TRY_LATER.line
        except Exception as error:
            _log.error("a message from %s was not kept: %s", self._peer, type(error).__name__)
            return (Reply.NO_ROOM if _is_no_room(error) else Reply.TRY_LATER).line
        finally:
            self.working = False
            self._wire.heard()
        self._patience.restore()
        return Reply.KEPT.about(receipt.token)

    async def _rset(self, argument: str) -> Said:
        self._patience.idle_commands += 1
        if argument:
            return Reply.BAD_ARGUMENT
        self._forget_transaction()
        return Reply.OK

    def _forget_transaction(self) -> None:
        self._sender, self._recipients = None, []

    # --- the rest

    async def _noop(self, _: str) -> Said:
        self._patience.idle_commands += 1
        return Reply.OK

    async def _help(self, _: str) -> Said:
        self._patience.idle_commands += 1
        return Reply.HELP

    async def _vrfy(self, argument: str) -> Said:
        self._patience.idle_commands += 1
        return Reply.NOT_VERIFIED if argument else Reply.BAD_ARGUMENT  # the same for all (RFC 5321 section 7.3)

    async def _not_offered(self, _: str) -> Said:
        return Reply.NOT_OFFERED

    async def _bdat(self, _: str) -> Said:
        return Reply.NO_CHUNKS  # and hang up: the chunk that follows would be read as commands

    async def _quit(self, argument: str) -> Said:
        return Reply.BAD_ARGUMENT if argument else Reply.BYE

    _COMMANDS: ClassVar[Mapping[str, Callable[["Conversation", str], Awaitable[Said]]]] = MappingProxyType(
        {
            "EHLO": _ehlo,
            "LHLO": _lhlo,
            "HELO": _helo,
            "STARTTLS": _starttls,
            "MAIL": _mail,
            "RCPT": _rcpt,
            "DATA": _data,
            "RSET": _rset,
            "NOOP": _noop,
            "HELP": _help,
            "VRFY": _vrfy,
            "EXPN": _not_offered,
            "AUTH": _not_offered,
            "BDAT": _bdat,
            "QUIT": _quit,
        }
    )


def _notice(commit: "asyncio.Future[Receipt]") -> None:
    """Take note of how a commit ended, also where its conversation no longer does."""
    if not commit.cancelled():
        commit.exception()


def _is_no_room(error: BaseException | None) -> bool:
    """Say whether a full disk is behind an error, or behind the one that caused it, five deep."""
    for _ in range(5):
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            return True
        error = error.__cause__ if error else None
    return False
