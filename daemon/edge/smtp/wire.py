"""The octets of one connection: command lines and messages in, answers out."""

import asyncio
from io import BytesIO
from typing import Final

from daemon.edge.smtp.answers import CRLF, Reply
from daemon.edge.smtp.limits import MAX_LINE, Load

READ: Final = 1 << 16  # octets taken at once; also the window that holds a fast sender back
END: Final = b"\r\n.\r\n"
FLOOD: Final = 1 << 20  # octets of one command line, or ...
DRAIN: Final = 10  # ... sizes of the largest message that are read and thrown away before the line is cut


class Box:
    """One message on its way in, counted into the load until it is released; too much of it is thrown away."""

    def __init__(self, limit: int, load: Load) -> None:
        self._limit, self._load = limit, load
        self._kept = BytesIO()
        self._held = 0
        self.refusal: Reply | None = None
        self.octets = 0

    def add(self, piece: bytes) -> None:
        """Take in a piece; one too many makes the message a refused one."""
        self.octets += len(piece)
        if self.octets > self._limit:
            self._refuse(Reply.TOO_BIG)
        elif not self.refusal and not self._load.has_room(len(piece)):
            self._refuse(Reply.NO_ROOM)
        if not self.refusal:
            self._kept.write(piece)
            self._held += len(piece)
            self._load.octets += len(piece)

    @property
    def is_flooded(self) -> bool:
        """Say whether so much has come that it is not worth waiting for the end."""
        return self.octets > self._limit * DRAIN

    def content(self) -> bytes | Reply:
        """Return the message, or why it was thrown away."""
        return self.refusal or self._kept.getvalue()

    def release(self) -> None:
        """Take it off the load."""
        self._load.octets -= self._held
        self._held = 0
        self._kept = BytesIO()

    def _refuse(self, reply: Reply) -> None:
        self.refusal = reply
        self.release()


class Wire:
    """Reads and writes through a buffer of its own, so that nothing that came early is ever lost or believed twice.

    Answers are gathered and leave when the door next waits for the client: a pipelined group of commands
    (RFC 2920) is answered with one write. EOFError means that the client has closed, ConnectionError that it broke.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._reader, self._writer, self._loop = reader, writer, loop
        self._buffer = bytearray()
        self._answers: list[bytes] = []
        self.heard_at = loop.time()
        self.data_since: float | None = None
        self.data_octets = 0

    def say(self, answer: Reply | bytes) -> None:
        """Answer, at the latest when the next octets are waited for."""
        self._answers.append(answer if isinstance(answer, bytes) else answer.line)

    async def flush(self) -> None:
        """Send what was said."""
        if self._answers:
            self._writer.write(CRLF.join([*self._answers, b""]))
            self._answers.clear()
            await self._writer.drain()

    def heard(self) -> None:
        """Take it that the client is there now."""
        self.heard_at = self._loop.time()

    def forget(self) -> None:
        """Throw away what came before encryption: anybody could have written it (RFC 3207 section 4.2)."""
        self._buffer.clear()

    async def line(self) -> bytes:
        """Return the next command with its line end; one that is too long comes cut, longer than MAX_LINE."""
        start = dropped = 0
        while (end := self._buffer.find(b"\n", start)) < 0:
            if len(self._buffer) > MAX_LINE:
                dropped += len(self._buffer) - MAX_LINE
                del self._buffer[MAX_LINE:]
                if dropped > FLOOD:
                    raise ConnectionAbortedError
            start = len(self._buffer)
            await self._fill()
        line = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        return bytes(MAX_LINE + 1) if dropped else line

    async def message(self, box: Box) -> None:
        """Read a message up to its lone dot into a box, without the dots that were added (RFC 5321 section 4.5.2).

        Only CRLF.CRLF ends it; a bare CR or LF and NUL are text like any other and stay where they are, so what
        another server might take for an end is stored as one message.
        """
        self.data_since, self.data_octets = self._loop.time(), 0
        self._buffer[:0] = CRLF  # as if a line had just ended: the dot of an empty message stands alone too
        first, start = True, 0
        while (end := self._buffer.find(END, start)) < 0:
            if len(self._buffer) >= READ:
                self._move(self._safe_cut(), box, first=first)
                first = False
            start = max(0, len(self._buffer) - len(END) + 1)
            await self._fill()
        self._move(end + len(CRLF), box, first=first)
        del self._buffer[: len(END) - len(CRLF)]
        self.data_since = None

    def _move(self, cut: int, box: Box, *, first: bool) -> None:
        piece = bytes(self._buffer[:cut]).replace(b"\r\n.", CRLF)
        del self._buffer[:cut]
        box.add(piece[len(CRLF) :] if first else piece)
        self.data_octets = box.octets
        if box.is_flooded:
            raise ConnectionAbortedError

    def _safe_cut(self) -> int:
        """Return where the buffer may be cut: neither inside an end nor between a line end and a dot after it."""
        cut = len(self._buffer) - len(END) + 1
        if self._buffer[cut - 1 : cut] == b"\r":
            return cut - 1
        return cut - 2 if self._buffer[cut - 2 : cut] == CRLF else cut

    async def _fill(self) -> None:
        await self.flush()
        octets = await self._reader.read(READ)
        if not octets:
            raise EOFError
        self.heard()
        self._buffer += octets
