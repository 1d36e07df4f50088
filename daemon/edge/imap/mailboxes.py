"""The mailboxes that are read: each folder has a connection of its own, which comes back whenever it is lost."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import structlog

from daemon.core.mail.clean import clip, one_line
from daemon.core.settings import Imap
from daemon.edge.imap.client import Client, LoginRefused, NoSuchFolder, Patience
from daemon.edge.imap.login import Credentials, NoCredentials
from daemon.edge.imap.session import Room, Session
from store.model.mailbox import Place

log = structlog.get_logger()

WORDS: Final[tuple[tuple[type[BaseException], str], ...]] = (  # what an error means for the operator
    (LoginRefused, "the server does not let {user} in: {error}"),
    (NoSuchFolder, "the folder cannot be opened: {error}"),
    (ssl.SSLCertVerificationError, "the server's certificate does not hold: {error}"),
    (TimeoutError, "the server does not answer in time"),
    (ConnectionRefusedError, "nobody answers at {host}:{port}"),
    (ConnectionResetError, "the connection was lost"),
)


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds until a lost connection is tried again: twice as long after each failure."""

    lease: float = 40.0  # for which a folder is ours alone; renewed, and asked for by others, four times meanwhile

    first: float = 1.0
    longest: float = 300.0
    refused: float = 30.0  # at the least, after a login that was refused: too many lock an account

    def after(self, failures: int, error: BaseException, chance: float) -> float:
        """Return the pause after so many failures one after another; `chance` is from 0 to 1."""
        pause = min(self.longest, self.first * 2.0 ** min(failures - 1, 30))
        if isinstance(error, LoginRefused | NoCredentials):
            pause = max(pause, self.refused)
        return pause * (0.5 + chance / 2)


class Mailbox:
    """One folder of one account, read until the house closes."""

    def __init__(self, box: Imap, folder: str, room: Room, credentials: Credentials, patience: Patience) -> None:
        self._box, self._folder, self._room = box, folder, room
        self._credentials, self._patience = credentials, patience
        self._client: Client | None = None
        self._refused = False  # the server took no credentials the last time
        self._lasted = False  # the connection got as far as reading

    async def run(self, pauses: Pauses, chance: Callable[[], float]) -> None:
        """Read; whatever goes wrong is told, and tried again. Ends only when the house closes."""
        failures = 0
        while not self._room.stopping.is_set():
            self._lasted = False
            try:
                if await self._hold(pauses):
                    await self._while_held(pauses)
                else:
                    await self._pause(pauses.lease / 4)
                continue
            except Exception as error:
                self._refused = isinstance(error, LoginRefused)
                failures = 1 if self._lasted else failures + 1
                await self._tell(error)
                pause = pauses.after(failures, error, chance())
            await self._pause(pause)

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._room.stopping.wait()

    async def _hold(self, pauses: Pauses) -> bool:
        return await self._room.hold(self._box.account, self._folder, pauses.lease)

    async def _while_held(self, pauses: Pauses) -> None:
        """Read as long as the folder is ours; another process that thinks us dead goes on where we were."""
        reading = asyncio.create_task(self._once())
        try:
            while not (await asyncio.wait({reading}, timeout=pauses.lease / 4))[0]:
                if not await self._hold(pauses):
                    log.warning("another process reads the mailbox", account=self._box.account, folder=self._folder)
                    return
            reading.result()
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _once(self) -> None:
        client = await open_client(
            self._box, self._credentials, self._room.max_bytes, self._patience, refused=self._refused
        )
        try:
            validity = await client.select(self._folder)
            self._lasted = True
            await Session(client, self._box, self._folder, self._room, await self._place(validity)).run()
            await client.logout()
        finally:
            client.abort()

    async def _place(self, validity: int) -> Place:
        """Return where reading goes on: from the start, if the folder is not the one that it was."""
        known = await self._room.place(self._box.account, self._folder)
        if known is not None and known.validity == validity:
            return known
        if known is not None and known.validity:
            log.warning("the folder was made anew and is read from its start", account=self._box.account)
        return Place(self._box.account, self._folder, validity, 0)

    async def _tell(self, error: Exception) -> None:
        words = explained(error, self._box)
        log.error("mailbox", account=self._box.account, folder=self._folder, error=words)
        try:
            refused = isinstance(error, LoginRefused | NoCredentials)
            await self._room.tell(self._box.account, self._folder, words, refused)
        except Exception as second:
            log.error("cannot write down how a mailbox fares", error=f"{type(second).__name__}: {second}")


class Mailboxes:
    """All that are read."""

    def __init__(self, room: Room, tasks: "tuple[asyncio.Task[None], ...]") -> None:
        self._room, self._tasks = room, tasks

    async def close(self, grace_seconds: float) -> None:
        """Let what is being kept come to its end within the grace, log out everywhere, and hang up."""
        self._room.stopping.set()
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=grace_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        await self._room.leave()


def open_mailboxes(
    boxes: Mapping[Imap, Credentials],
    room: Room,
    chance: Callable[[], float],
    *,
    patience: Patience | None = None,
    pauses: Pauses | None = None,
) -> Mailboxes:
    """Begin to read mailboxes, on the running loop; `chance` gives numbers from 0 to 1."""
    tasks = tuple(
        asyncio.create_task(
            Mailbox(box, folder, room, credentials, patience or Patience()).run(pauses or Pauses(), chance)
        )
        for box, credentials in boxes.items()
        for folder in box.folder
    )
    return Mailboxes(room, tasks)


async def open_client(
    box: Imap, credentials: Credentials, keep: int, patience: Patience, *, refused: bool = False
) -> Client:
    """Connect and log in.

    Raises:
        NoCredentials: there is nothing to log in with.
        LoginRefused: the server does not let us in.
        OSError, TimeoutError: it cannot be reached.

    """
    client = await Client.connect(box, tls_context(box), keep, patience)
    try:
        await client.login(await credentials(refused), box.host, box.port)
    except BaseException:
        client.abort()
        raise
    return client


def tls_context(box: Imap) -> ssl.SSLContext | None:
    """Return how the server is to prove who it is; None where nothing is encrypted.

    Raises:
        OSError: the file of authorities cannot be read.

    """
    if box.tls == "none":
        return None
    return ssl.create_default_context(cafile=box.ca_file)


def explained(error: BaseException, box: Imap) -> str:
    """Say in the operator's words what an error is, without anything that a server could do harm with."""
    shape = next((words for kind, words in WORDS if isinstance(error, kind)), "{error}")
    said = getattr(error, "verify_message", "") or str(error) or type(error).__name__
    return clip(one_line(shape.format(user=box.user, host=box.host, port=box.port, error=said)), 300)
