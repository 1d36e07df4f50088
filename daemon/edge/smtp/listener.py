"""The listening socket: opens the door, says on which port, and closes it without hurting anybody inside."""

import asyncio
import logging
import ssl
from contextlib import suppress
from typing import Any

from daemon.core.settings import Desk, Smtp
from daemon.edge.smtp.connection import Connection, Hall
from daemon.edge.smtp.conversation import House, Receive
from daemon.edge.smtp.limits import IN_FLIGHT, Crowd, Load
from daemon.edge.smtp.paths import Mailboxes

BACKLOG = 512  # connections that wait to be accepted
TLS_SECONDS = 30.0  # for a handshake
TLS_GOODBYE_SECONDS = 2.0


class Listener:
    """An open door."""

    def __init__(self, server: asyncio.Server, house: House, hall: Hall) -> None:
        self._server, self._house, self._hall = server, house, hall
        self.port: int = server.sockets[0].getsockname()[1]

    async def close(self, grace_seconds: float) -> None:
        """Accept nobody more, let messages on their way in come in within the grace, then close what is left.

        A commit that has begun is waited for, too; one that outlasts the grace is left to itself, not cancelled.
        """
        self._server.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace_seconds):
                await self._settle()
        for connection in tuple(self._hall.connections):
            connection.abort()
        await asyncio.sleep(0)

    async def _settle(self) -> None:
        """Wait until everybody has left and everything is kept; who was just being let in is sent away, too."""
        await asyncio.sleep(0)
        while self._hall.connections or self._house.commits:
            for connection in tuple(self._hall.connections):
                connection.leave()
            under_way: set[asyncio.Future[Any]] = {connection.talk for connection in self._hall.connections}
            await asyncio.wait(under_way | self._house.commits)
            await asyncio.sleep(0)


async def open_door(settings: Smtp, desk: Desk, receive: Receive, *, tls: ssl.SSLContext | None = None) -> Listener:
    """Open the door on the running loop.

    `receive` is handed the octets of a message exactly as they were sent (dots taken off) and its envelope; once it
    returns, the message is durable and the client hears 250. OSError ENOSPC or EDQUOT, also as the cause of another
    error, becomes 452; every other error 451. Raises OSError where the address cannot be listened on.
    """
    logging.getLogger("mail.log").disabled = True  # aiosmtpd's own: it writes down addresses and commands
    loop = asyncio.get_running_loop()
    house = House(settings, desk.id_host, Mailboxes(desk), receive, Load(settings.max_bytes * IN_FLIGHT))
    hall = Hall(Crowd(settings), None if settings.tls_implicit else tls)
    host, _, port = settings.listen.rpartition(":")
    implicit: dict[str, Any] = {}
    if tls and settings.tls_implicit:
        implicit = {"ssl": tls, "ssl_handshake_timeout": TLS_SECONDS, "ssl_shutdown_timeout": TLS_GOODBYE_SECONDS}
    server = await loop.create_server(
        lambda: Connection(house, hall, loop),
        host.strip("[]"),
        int(port),
        backlog=BACKLOG,
        reuse_port=settings.share_port or None,
        **implicit,
    )
    return Listener(server, house, hall)


def tls_context(settings: Smtp) -> ssl.SSLContext | None:
    """Read certificate and key; None where no certificate is set.

    TLS 1.2 at the least, no certificate asked of clients. Raises OSError or ssl.SSLError for files that do not fit.
    """
    if settings.tls_certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    return context
