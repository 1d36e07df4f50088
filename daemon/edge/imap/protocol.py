"""aioimaplib's protocol, made to hold: nothing it waits for is left waiting, and nothing a server sends hurts it.

From aioimaplib come the commands, their tags and the states in which they may be sent. Upstream recurses once a line,
leaves commands waiting when the connection is lost or the server says BYE, takes an answer to one command for one to
another, never answers the challenge of a refused token, and writes every octet to its debug log, tokens included.
"""

import asyncio
from collections import deque

from aioimaplib import aioimaplib as upstream

from daemon.edge.imap.framing import Flood, Framer, Response

FIRST = 0


class Lost(ConnectionError):  # noqa: N818 - it reads as what is the case
    """The connection has ended."""


class Wire(upstream.IMAP4ClientProtocol):
    """One connection; one command at a time."""

    transport: asyncio.Transport | None  # type: ignore[assignment]  # upstream's own hints know only its first value
    pending_sync_command: upstream.Command | None  # type: ignore[assignment]  # the same

    def __init__(self, loop: asyncio.AbstractEventLoop, keep: int) -> None:
        """Keep so many octets of one literal at most."""
        super().__init__(loop)
        self._framer = Framer(keep)
        self.greeting: asyncio.Future[bytes] = loop.create_future()
        self.replies: deque[str] = deque()  # to the server's challenges
        self.heard_at = loop.time()
        self.grown = False  # the folder may hold something that was not there before
        self.lost: Exception | None = None

    # --- what the loop tells

    def data_received(self, d: bytes) -> None:
        """Take in octets."""
        self.heard_at = self._loop_time()
        try:
            for response in self._framer.feed(d):
                self._hear(response)
        except (Flood, upstream.AioImapException, UnicodeDecodeError) as fault:
            self._end(fault)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake whoever waits for an answer."""
        self._end(exc)

    def cleared(self) -> None:
        """Forget what came before encryption."""
        self._framer.forget()

    # --- what upstream calls

    def send(self, line: str, scrub: str | None = None) -> None:  # noqa: ARG002 - nothing is logged
        """Send a line; of words that belong to a lost connection nothing is left to send."""
        if self.lost or self.transport is None:
            raise self.lost or Lost("not connected")
        self.transport.write(line.encode() + upstream.CRLF)

    # --- one response

    def _hear(self, response: Response) -> None:
        first = response[FIRST]
        if not isinstance(first, bytes):
            return
        if self.state == upstream.STARTED or not self.greeting.done():
            self._greeted(first)
        elif first.startswith(b"+"):
            self._challenged()
        elif first.startswith(b"* "):
            self._told(response, first[2:])
        elif first:
            self._response_done(first)

    def _greeted(self, line: bytes) -> None:
        words = line[2:].upper()
        if words.startswith((b"OK", b"PREAUTH")):
            self.state = upstream.AUTH if words.startswith(b"PREAUTH") else upstream.NONAUTH
            self.greeting.set_result(line)
        else:
            self._end(Lost(f"the server turns us away: {line[2:202].decode('ascii', 'replace')}"))

    def _told(self, response: Response, text: bytes) -> None:
        """Take note of something untagged, and add it to what the pending command is told."""
        words = text[:40].upper()
        if words.startswith(b"BYE"):
            self._parted(text[4:204].decode("ascii", "replace"))
        if words.endswith((b" EXISTS", b" RECENT")):
            self.grown = True
        command = self._pending()
        if isinstance(command, upstream.IdleCommand):
            self.idle_queue.put_nowait(text)
        elif command is not None:
            command.append_to_resp((text, *response[1:]))  # type: ignore[arg-type]  # upstream keeps what it is given

    def _parted(self, words: str) -> None:
        """Hang up where the server does, at once: some say BYE and then leave the connection open."""
        command = self._pending()
        if command is None or command.name != "LOGOUT":
            self._end(Lost(f"the server says goodbye: {words}"))

    def _challenged(self) -> None:
        command = self.pending_sync_command
        if isinstance(command, upstream.IdleCommand):
            self._idle_event.set()
        elif command is not None and command.name == "AUTHENTICATE":
            self.send(self.replies.popleft() if self.replies else "*")  # * cancels (RFC 3501 section 6.2.2)

    def _pending(self) -> upstream.Command | None:
        return self.pending_sync_command or next(iter(self.pending_async_commands.values()), None)

    def _end(self, fault: Exception | None) -> None:
        """End everything: the connection is gone, or is of no use any more."""
        if self.lost:
            return
        self.lost = fault if isinstance(fault, Lost | Flood) else Lost(str(fault or "the connection was closed"))
        self.state = upstream.LOGOUT
        if not self.greeting.done():
            self.greeting.set_exception(self.lost)
        for command in filter(None, (self.pending_sync_command, *self.pending_async_commands.values())):
            command._exception = self.lost  # noqa: SLF001 - upstream has no other way to fail a command
            command.close(b"", "KO")
        self.pending_sync_command = None
        self.pending_async_commands.clear()
        if self.transport is not None:
            self.transport.abort()

    def _loop_time(self) -> float:
        return asyncio.get_running_loop().time()
