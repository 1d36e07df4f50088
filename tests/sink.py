"""A small real SMTP server that takes everything, for the far end of a desk's way out."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Sink(asyncio.Protocol):
    """One connection; hands every mail to `deliver(mail_from, rcpt_to, raw)` before it says 250."""

    deliver: Callable[[str, str, bytes], None]
    _buffer: bytearray = field(default_factory=bytearray)
    _sender: str = ""
    _recipient: str = ""
    _in_data: bool = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._say("220 sink.test ESMTP")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._data() if self._in_data else self._command():
            pass

    def _say(self, line: str) -> None:
        self._transport.write(f"{line}\r\n".encode())  # type: ignore[attr-defined]

    def _data(self) -> bool:
        whole = b"\r\n" + self._buffer
        end = whole.find(b"\r\n.\r\n")
        if end < 0:
            return False
        del self._buffer[: end + 3]
        self._in_data = False
        self.deliver(self._sender, self._recipient, bytes(whole[: end + 2].replace(b"\r\n.", b"\r\n")[2:]))
        self._say("250 2.0.0 taken")
        return True

    def _command(self) -> bool:
        end = self._buffer.find(b"\r\n")
        if end < 0:
            return False
        line = bytes(self._buffer[:end]).decode("utf-8", "replace")
        del self._buffer[: end + 2]
        verb = line[:4].upper()
        if verb == "EHLO":
            self._say("250-sink.test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING")
        elif verb == "DATA":
            self._in_data = True
            self._say("354 go on")
        elif verb == "QUIT":
            self._say("221 2.0.0 bye")
            self._transport.close()
        else:
            path = line[line.find("<") + 1 : line.find(">")]
            self._sender = path if verb == "MAIL" else self._sender
            self._recipient = path if verb == "RCPT" else self._recipient
            self._say("250 2.0.0 ok")
        return True


async def open_sink(port: int, deliver: Callable[[str, str, bytes], None]) -> asyncio.Server:
    """Listen on a port of 127.0.0.1."""
    return await asyncio.get_running_loop().create_server(lambda: Sink(deliver), "127.0.0.1", port)
