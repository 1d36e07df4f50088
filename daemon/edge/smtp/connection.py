"""The life of one connection, on aiosmtpd's protocol: it is made, changes to TLS, falls silent, breaks, ends."""

import asyncio
import logging
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from aiosmtpd.smtp import SMTP, TLSSetupException

from daemon.edge.smtp.answers import CRLF, Reply
from daemon.edge.smtp.conversation import Conversation, House
from daemon.edge.smtp.limits import Clock, Crowd, Progress, plain_address
from daemon.edge.smtp.wire import READ, Wire

LINGER: Final = 2.0  # seconds in which a client that is sent away may read why

_BRIEF: Final = frozenset({Reply.BYE, Reply.BUSY})  # nothing of the client's is left unread, or it is not our guest

_log = logging.getLogger("triaged.smtp")


@dataclass(frozen=True, slots=True)
class Hall:
    """Who is connected, and how a connection changes to TLS where STARTTLS is offered."""

    crowd: Crowd
    starttls: ssl.SSLContext | None
    connections: "set[Connection]" = field(default_factory=set)


class NoHandler:
    """Stands where aiosmtpd wants a handler; it has no names, and so no hooks, to look through."""

    def __dir__(self) -> tuple[str, ...]:
        return ()


class Connection(SMTP):
    """A client's connection.

    From aiosmtpd come the protocol, its streams and the change to TLS. The conversation is ours: upstream's is
    cancelled by a client that closes early, tells the peer what an exception said, ends a slow message by the clock
    of its command, and answers LMTP once for all recipients.
    """

    line_length_limit = READ  # aiosmtpd's name for the window of its StreamReader

    def __init__(self, house: House, hall: Hall, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(NoHandler(), hostname=house.host, tls_context=hall.starttls, loop=loop)
        self._house, self._hall = house, hall
        self._peer, self._admitted = "", False
        self._parted = False  # the farewell has been said
        self._clock: Clock | None = None
        self._wire: Wire
        self._conversation: Conversation
        self.talk: asyncio.Task[None]  # the conversation, which ends when nothing of it is under way any more

    def __dir__(self) -> tuple[str, ...]:
        """Hide our names from aiosmtpd, which would look through all of them for each connection (140 us)."""
        return ()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; after STARTTLS, go on with the encrypted transport."""
        super().connection_made(transport)
        if self._clock is not None or self._handler_coroutine is None:
            return
        self.talk = self._handler_coroutine
        peername = transport.get_extra_info("peername")
        self._peer = plain_address(peername[0]) if isinstance(peername, tuple) else ""
        self._admitted = self._hall.crowd.admits(self._peer)
        self._hall.connections.add(self)
        self._wire = Wire(self._reader, self._writer, self.loop)
        secure = self._start_tls if self._hall.starttls else None
        self._conversation = Conversation(self._house, self._wire, self._peer, secure)
        self._clock = Clock(self.loop, self._house.settings.idle_seconds, self._progress, self._cut)
        self.talk.add_done_callback(self._gone)

    def connection_lost(self, error: Exception | None) -> None:
        """Let the conversation find out by itself: whoever closes early must not stop a commit."""
        if self._clock:
            self._clock.stop()
        if self._original_transport is not None:
            self._original_transport.close()
        super(SMTP, self).connection_lost(error)

    def eof_received(self) -> bool | None:
        """Keep our half open, so that a client that has said all still hears the answer; TLS has no halves."""
        super(SMTP, self).eof_received()
        return self._writer.get_extra_info("sslcontext") is None

    async def _handle_client(self) -> None:
        try:
            farewell = await self._conversation.run() if self._admitted else Reply.BUSY
            self._parted = True
            self._wire.say(farewell)
            await self._wire.flush()
            if farewell not in _BRIEF:
                await self._linger()
        except (OSError, EOFError, TLSSetupException):
            pass  # the client has left: nothing is owed to it
        except Exception as error:
            _log.error("the conversation with %s failed: %s", self._peer, type(error).__name__)
            self._cut(Reply.TRY_LATER)
        finally:
            self._hang_up()

    async def push(self, status: str | bytes) -> None:
        """Say nothing of what aiosmtpd would say: the conversation has its own words."""

    async def _start_tls(self) -> None:
        await self.smtp_STARTTLS("")
        if self.session is None or self.session.ssl is None:  # the line was lost during the handshake, without a word
            raise ConnectionAbortedError

    async def _linger(self) -> None:
        """Read on for a moment: closing on unread octets would reset the line and lose our last words."""
        if self._writer.can_write_eof():
            self._writer.write_eof()
            with suppress(TimeoutError):
                async with asyncio.timeout(LINGER):
                    while await self._reader.read(READ):
                        pass

    def leave(self) -> None:
        """End now, or after the message that is being read or kept; may be said again."""
        self._conversation.leaving = True
        if not self._conversation.is_busy:
            self._cut(Reply.CLOSING)

    def abort(self) -> None:
        """End at once; a commit that has begun goes on by itself."""
        self._writer.transport.abort()
        self.talk.cancel()

    def _cut(self, reply: Reply) -> None:
        """Say why and hang up, whatever the client is doing."""
        if not (self._parted or self._writer.is_closing()):
            self._parted = True
            self._writer.write(reply.line + CRLF)
        self._hang_up()

    def _hang_up(self) -> None:
        transport = self._writer.transport
        if transport.is_closing():  # one with TLS that is closed twice knows nothing any more of what is to be written
            return
        transport.close()
        if transport.get_write_buffer_size():
            self.loop.call_later(LINGER, transport.abort)

    def _progress(self) -> Progress:
        wire = self._wire
        return Progress(wire.heard_at, self._conversation.working, wire.data_since, wire.data_octets)

    def _gone(self, _: object) -> None:
        if self._clock:
            self._clock.stop()
        if self._admitted:
            self._hall.crowd.leaves(self._peer)
        self._hall.connections.discard(self)

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Leave all timing to our clock."""
