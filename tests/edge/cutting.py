"""A way between client and server that cuts connections when it is told to, or goes dead without a word."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.ports import free_port


@dataclass
class Way:
    """A TCP proxy; each connection is cut after so many octets from the server, while there are numbers."""

    to: int
    cut_after: list[int] = field(default_factory=list)
    port: int = field(default_factory=free_port)
    connections: int = 0
    cuts: int = 0
    open: "set[asyncio.Task[None]]" = field(default_factory=set)
    alive: asyncio.Event = field(default_factory=asyncio.Event)

    def die(self) -> None:
        """Carry nothing any more, in either direction; what is sent is taken, and nobody is told."""
        self.alive.clear()

    def revive(self) -> None:
        """Carry what waits, and all that comes."""
        self.alive.set()

    def replace(self) -> None:
        """Carry what new connections bring; those that are open stay dead."""
        self.alive = asyncio.Event()
        self.alive.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        if task:
            self.open.add(task)
            task.add_done_callback(self.open.discard)
        limit, alive = self.cut_after.pop(0) if self.cut_after else None, self.alive
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to)
        except OSError:
            writer.close()
            return
        both = [
            asyncio.create_task(self._carry(reader, far_writer, alive)),
            asyncio.create_task(self._carry(far_reader, writer, alive, limit)),
        ]
        try:
            with contextlib.suppress(asyncio.CancelledError):  # the end of the test, which nobody has to hear of
                await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in both:
                one.cancel()
            for end in (writer, far_writer):
                end.transport.abort()

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        alive: asyncio.Event,
        limit: int | None = None,
    ) -> None:
        carried = 0
        with contextlib.suppress(OSError):
            while octets := await reader.read(65536):
                await alive.wait()
                if limit is not None and carried + len(octets) > limit:
                    writer.write(octets[: limit - carried])
                    await writer.drain()
                    self.cuts += 1
                    return
                carried += len(octets)
                writer.write(octets)
                await writer.drain()


@asynccontextmanager
async def way_to(port: int, *cut_after: int) -> AsyncIterator[Way]:
    """Open a way to a port of this machine."""
    way = Way(port, list(cut_after))
    way.revive()
    server = await asyncio.start_server(way.serve, "127.0.0.1", way.port)
    try:
        yield way
    finally:
        server.close()
        for task in tuple(way.open):
            task.cancel()
        await asyncio.gather(*way.open, return_exceptions=True)
