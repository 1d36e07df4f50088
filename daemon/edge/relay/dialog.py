"""The dialog with a server that has greeted us: commands go out, replies come in, several of either at once (RFC 2920).

It takes over a connection from the library that opened it, which reads one reply a command and loses the others.
Whatever is no reply to something that was said ends the dialog: nobody could tell any more which reply is to what.
"""

import asyncio
from collections import deque
from typing import NamedTuple

LONGEST = 32 << 10  # octets of replies that are not complete yet; RFC 5321 section 4.5.3.1.5 knows lines of 512


class Reply(NamedTuple):
    """What a server says to one command."""

    code: int
    message: str


class Lost(Exception):  # noqa: N818 - it reads as what is the case
    """No reply will come: the connection is gone, the server was silent for too long, or said what is no reply."""


class Dialog(asyncio.Protocol):
    """One connection, from the first mail on it to QUIT."""

    def __init__(self, transport: asyncio.WriteTransport) -> None:
        self._transport = transport
        self._buffer = bytearray()
        self._replies: deque[Reply] = deque()
        self._due = 0  # replies that are to come
        self._waiter: asyncio.Future[None] | None = None
        self._fault = "the connection was closed" if transport.is_closing() else ""
        transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        """Whether anything can be said."""
        return not self._fault

    def say(self, words: bytes, replies: int = 1) -> None:
        """Send words to which so many replies belong. Raises Lost."""
        if self._fault:
            raise Lost(self._fault)
        self._due += replies
        self._transport.write(words)

    async def reply(self, *, seconds: float) -> Reply:
        """Return the next reply, in the order of what was said. Raises Lost, at the latest after so many seconds."""
        if not self._replies and not self._fault:
            loop = asyncio.get_running_loop()
            self._waiter, clock = loop.create_future(), loop.call_later(seconds, self.abort, "no reply in time")
            try:
                await self._waiter
            finally:
                self._waiter = None
                clock.cancel()
        if not self._replies:
            raise Lost(self._fault)
        return self._replies.popleft()

    def close(self, why: str = "closed by us") -> None:
        """Drop the connection; what was said still leaves, as far as the other side reads it."""
        self._fault = self._fault or why
        self._transport.close()
        self._wake()

    def abort(self, why: str = "given up by us") -> None:
        """Drop the connection with all that has not left yet, which nobody may read for hours, or only then."""
        self._fault = self._fault or why
        self._transport.abort()
        self._wake()

    def data_received(self, data: bytes) -> None:
        """Take replies apart; the loop calls this."""
        self._buffer += data
        try:
            while self._buffer and (reply := _taken(self._buffer)):
                self._hear(reply)
        except ValueError:
            self.close(f"no reply of SMTP: {bytes(self._buffer[:200]).decode('utf-8', 'replace')}")
        if len(self._buffer) > LONGEST:
            self.close("a reply without an end")
        if self._replies:
            self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        """Note the end; the loop calls this."""
        self.close(f"the connection was lost: {error}" if error else "the connection was closed")

    def _hear(self, reply: Reply) -> None:
        if not self._due:
            self.close(f"the server spoke unasked: {reply.code} {reply.message}")
            return
        self._due -= 1
        self._replies.append(reply)

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)


def _taken(buffer: bytearray) -> Reply | None:
    """Take the first reply out of what came, all its lines (RFC 5321 section 4.2.1); None if it is not complete.

    Raises:
        ValueError: it is none.

    """
    start, lines = 0, []
    while (end := buffer.find(b"\n", start)) >= 0:
        line = bytes(buffer[start:end])
        code = line[:3]
        if not (len(code) == 3 and code.isdigit()):
            raise ValueError(line)
        lines.append(line[4:].strip())
        start = end + 1
        if line[3:4] != b"-":
            del buffer[:start]
            return Reply(int(code), b"\n".join(lines).decode("utf-8", "surrogateescape"))
    return None
