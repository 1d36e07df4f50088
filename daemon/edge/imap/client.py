"""The commands that the door uses, each within its time: UID commands only, and none that changes a flag on reading."""

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar

from aioimaplib import aioimaplib as upstream

from daemon.core.mail.clean import clip, one_line
from daemon.core.settings import Imap
from daemon.edge.imap.framing import Literal, Part
from daemon.edge.imap.login import BearerToken, Dialog, NoWayIn, Password, dialog
from daemon.edge.imap.names import folder as named
from daemon.edge.imap.names import sets
from daemon.edge.imap.protocol import Lost, Wire

SLOWEST: Final = 20  # times its patience that a command may take in all, where something comes now and then
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UID: Final = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d{1,19})\b")
_QUOTED: Final = re.compile(rb'\bBODY\[[A-Z.]{0,32}\](?:<\d+>)? "((?:[^"\\]|\\.)*)"')
_VALIDITY: Final = re.compile(rb"\[UIDVALIDITY (\d{1,10})\]")

Answer = TypeVar("Answer")
Told = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that things may take."""

    connect: float = 20.0  # until the greeting
    command: float = 60.0  # without an octet
    logout: float = 5.0
    idle: float = 300.0  # RFC 2177 wants IDLE renewed within 29 minutes; what a server does not tell is found then


class Refused(Exception):  # noqa: N818 - it reads as what is the case
    """The server says NO or BAD to a command."""

    def __init__(self, command: str, words: str) -> None:
        super().__init__(f"{command} is refused: {words}")
        self.words = words


class LoginRefused(Exception):  # noqa: N818 - it reads as what is the case
    """The server does not let us in."""


class NoSuchFolder(Exception):  # noqa: N818 - it reads as what is the case
    """The folder cannot be opened."""


class Client:
    """A connection to one account."""

    def __init__(self, wire: Wire, patience: Patience) -> None:
        self._wire, self._patience = wire, patience
        self._turn = asyncio.Lock()  # upstream mixes up answers to commands that are sent side by side
        self.capabilities: frozenset[str] = frozenset()

    @property
    def may_move(self) -> bool:
        """Say whether single messages can be moved without touching anybody else's."""
        return bool({"MOVE", "UIDPLUS"} & self.capabilities)

    # --- the connection

    @classmethod
    async def connect(cls, box: Imap, tls: ssl.SSLContext | None, keep: int, patience: Patience) -> "Client":
        """Connect, encrypt, and learn what the server can do.

        Raises:
            OSError: nobody answers, the certificate is wrong, or the connection broke (`Lost`).
            TimeoutError: nothing comes in time.

        """
        loop = asyncio.get_running_loop()
        wire = Wire(loop, keep)
        client = cls(wire, patience)
        implicit = tls if box.tls == "implicit" else None
        host = box.host if implicit else None
        try:
            async with asyncio.timeout(patience.connect):
                await loop.create_connection(lambda: wire, box.host, box.port, ssl=implicit, server_hostname=host)
                client._keep_alive()
                await wire.greeting
            if box.tls == "starttls" and tls is not None:
                await client._starttls(box, tls)
            await client._learn()
        except BaseException:
            client.abort()
            raise
        return client

    def _keep_alive(self) -> None:
        """Have the system notice a peer that is gone without a word."""
        sock = self._wire.transport.get_extra_info("socket") if self._wire.transport else None
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            with suppress(OSError, AttributeError):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)

    async def _starttls(self, box: Imap, tls: ssl.SSLContext) -> None:
        await self._ask("STARTTLS")
        async with asyncio.timeout(self._patience.connect):
            wire = self._wire
            wire.cleared()
            if wire.transport is not None:
                loop = asyncio.get_running_loop()
                wire.transport = await loop.start_tls(wire.transport, wire, tls, server_hostname=box.host)

    async def _learn(self) -> None:
        told, _ = await self._ask("CAPABILITY")
        words = (part.decode("ascii", "replace").upper().split() for (part, *_) in told if isinstance(part, bytes))
        self.capabilities = frozenset(word for line in words if line[:1] == ["CAPABILITY"] for word in line[1:])
        self._wire.capabilities = set(self.capabilities)

    async def login(self, given: Password | BearerToken, host: str, port: int) -> None:
        """Log in.

        Raises:
            LoginRefused: the server does not let us in, and says why.
            Lost, TimeoutError: the connection is of no use any more.

        """
        try:
            said = dialog(given, self.capabilities, host, port)
            await self._introduce(said)
        except (Refused, NoWayIn) as refused:
            raise LoginRefused(refused.words if isinstance(refused, Refused) else str(refused)) from None
        self._wire.state = upstream.AUTH
        await self._learn()

    async def _introduce(self, said: Dialog) -> None:
        self._wire.replies.clear()
        self._wire.replies.extend(said.replies)
        await self._ask(said.command, *said.arguments)

    async def logout(self) -> None:
        """Say goodbye, if the other side still listens, and hang up."""
        with suppress(OSError, TimeoutError, Refused, upstream.AioImapException):
            async with asyncio.timeout(self._patience.logout):
                await self._ask("LOGOUT")
        self.abort()

    def abort(self) -> None:
        """Hang up."""
        if self._wire.transport is not None:
            self._wire.transport.abort()

    # --- a folder

    async def select(self, folder: str) -> int:
        """Open a folder and return its UIDVALIDITY.

        Raises:
            NoSuchFolder: it is not there, or is not for us.

        """
        self._wire.grown = True
        try:
            told, _ = await self._ask("SELECT", named(folder))
        except Refused as refused:
            raise NoSuchFolder(refused.words) from None
        self._wire.state = upstream.SELECTED
        found = (_VALIDITY.search(part) for (part, *_) in told if isinstance(part, bytes))
        return next((int(match[1]) for match in found if match), 0)

    async def uids(self, first: int = 1, last: int | None = None, since: date | None = None) -> list[int]:
        """Return the UIDs of a folder from one to another, ascending; of messages that are there now.

        With `since`, those alone that came to the server that day or later (RFC 3501 section 6.4.4).

        `n:*` names the last message in any case (RFC 3501 section 6.4.8), so what is below `first` is left out.
        """
        self._wire.grown = False
        told, _ = await self._ask("SEARCH", f"UID {first}:{last or '*'}{_came(since)}", prefix="UID")
        words = (part.split() for (part, *_) in told if isinstance(part, bytes))
        found = {int(word) for line in words if line[:1] == [b"SEARCH"] for word in line[1:] if word.isdigit()}
        return sorted(uid for uid in found if uid >= first and (last is None or uid <= last))

    async def sizes(self, uids: Iterable[int]) -> dict[int, int]:
        """Return the sizes of messages in octets, of those that are still there."""
        sizes: dict[int, int] = {}
        for one in sets(uids):
            told, _ = await self._ask("FETCH", one, "(UID RFC822.SIZE)", prefix="UID")
            for line in told:
                uid, size = _number(_UID, line), _number(_SIZE, line)
                if uid is not None and size is not None:
                    sizes[uid] = size
        return sizes

    async def fetch(self, uids: Iterable[int], first: int | None = None) -> dict[int, Literal]:
        """Return messages, or their first so many octets, of those that are still there; no flag is changed."""
        what = "BODY.PEEK[]" if first is None else f"BODY.PEEK[]<0.{first}>"
        found: dict[int, Literal] = {}
        for one in sets(uids):
            told, _ = await self._ask("FETCH", one, f"(UID {what})", prefix="UID")
            for line in told:
                uid, body = _number(_UID, line), _body(line)
                if uid is not None and body is not None:
                    found[uid] = body
        return found

    async def move(self, uids: Sequence[int], folder: str) -> None:
        """Move messages to another folder, which is made if it is not there (RFC 6851; else RFC 4315).

        Raises:
            Refused: the server does not do it.

        """
        for one in sets(uids):
            try:
                await self._move(one, folder)
            except Refused as refused:
                if "TRYCREATE" not in refused.words.upper():
                    raise
                await self.create(folder)
                await self._move(one, folder)

    async def _move(self, one: str, folder: str) -> None:
        if "MOVE" in self.capabilities:
            await self._ask("MOVE", one, named(folder), prefix="UID")
            return
        await self._ask("COPY", one, named(folder), prefix="UID")
        await self._ask("STORE", one, "+FLAGS.SILENT", r"(\Deleted)", prefix="UID")
        await self._ask("EXPUNGE", one, prefix="UID")  # of these only: a plain EXPUNGE would take others' along

    async def create(self, folder: str) -> None:
        """Make a folder, and have it shown to people."""
        await self._ask("CREATE", named(folder))
        with suppress(Refused):
            await self._ask("SUBSCRIBE", named(folder))

    async def exists(self, folder: str) -> bool:
        """Say whether there is a folder of this name that messages can be in."""
        told, _ = await self._ask("LIST", '""', named(folder))
        listed = [line[0].upper() for line in told if isinstance(line[0], bytes) and line[0][:4].upper() == b"LIST"]
        return any(b"\\NOSELECT" not in line and b"\\NONEXISTENT" not in line for line in listed)

    # --- waiting

    @property
    def has_news(self) -> bool:
        """Say whether the server told of new messages since they were last looked for."""
        return self._wire.grown

    async def idle(self, stopping: asyncio.Event) -> None:
        """Wait until the server tells of new mail (RFC 2177), for some minutes at most, or until we stop.

        Raises:
            Refused, Lost, TimeoutError: the server does not do it, or the connection is of no use any more.

        """
        wire = self._wire
        while not wire.idle_queue.empty():
            wire.idle_queue.get_nowait()
        async with self._turn:
            idling = asyncio.ensure_future(wire.idle())
            try:
                await self._one_of(idling, wire._idle_event.wait(), seconds=self._patience.command)  # noqa: SLF001
                if not idling.done() and not wire._idle_event.is_set():  # noqa: SLF001
                    raise TimeoutError
                if not self.has_news:
                    await self._told_of_news(idling, self._patience.idle, stopping)
                if not idling.done():
                    wire.idle_done()
                async with asyncio.timeout(self._patience.command):
                    answer = await idling
            finally:
                idling.cancel()
            _checked("IDLE", answer)

    async def _told_of_news(self, idling: "asyncio.Future[Any]", seconds: float, stopping: asyncio.Event) -> None:
        """Wait for new mail; that somebody reads or removes some is no news."""
        until = asyncio.get_running_loop().time() + seconds
        while not (idling.done() or self.has_news or stopping.is_set()):
            left = until - asyncio.get_running_loop().time()
            if left <= 0:
                return
            await self._one_of(idling, self._wire.idle_queue.get(), stopping.wait(), seconds=left)

    async def _one_of(self, idling: "asyncio.Future[Any]", *others: Awaitable[object], seconds: float) -> None:
        waits = [asyncio.ensure_future(other) for other in others]
        try:
            await asyncio.wait([idling, *waits], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    # --- one command

    async def _ask(self, name: str, *arguments: str, prefix: str = "") -> tuple[list[Told], str]:
        """Send a command; return what the server told, and the words of its OK.

        Raises:
            Refused: the server said NO or BAD.
            Lost, TimeoutError: the connection is of no use any more.

        """
        async with self._turn:
            if self._wire.lost:
                raise self._wire.lost
            command = upstream.Command(name, self._wire.new_tag(), *arguments, prefix=prefix)
            answer = await self._patiently(self._wire.execute(command))
        return _checked(name, answer)

    async def _patiently(self, work: Awaitable[Answer]) -> Answer:
        """Wait as long as something comes; out of time we hang up, since answers could no more be told apart."""
        loop = asyncio.get_running_loop()
        begun, patience = loop.time(), self._patience.command
        self._wire.heard_at = begun
        task = asyncio.ensure_future(work)
        try:
            while not task.done():
                until = min(self._wire.heard_at + patience, begun + patience * SLOWEST)
                left = until - loop.time()
                if left <= 0:
                    self.abort()
                    raise TimeoutError("the server does not answer")
                await asyncio.wait([task], timeout=left)
            return task.result()
        except upstream.AioImapException as fault:
            raise Lost(str(fault)) from None
        finally:
            task.cancel()


def _came(since: date | None) -> str:
    """Return what a search asks for besides; the months are those of RFC 3501 section 9, whatever the locale."""
    return f" SINCE {since.day}-{MONTHS[since.month - 1]}-{since.year}" if since else ""


def _checked(name: str, answer: upstream.Response) -> tuple[list[Told], str]:
    words = clip(one_line(answer.lines[-1].decode("utf-8", "replace")), 200) if answer.lines else ""
    if answer.result.upper() != "OK":
        raise Refused(name, words)
    return answer.lines[:-1], words


def _number(pattern: re.Pattern[bytes], line: Told) -> int | None:
    found = (pattern.search(part) for part in line if isinstance(part, bytes))
    return next((int(match[1]) for match in found if match), None)


def _body(line: Told) -> Literal | None:
    """Return the message of a FETCH response; a short one may come as a quoted string."""
    for part in line:
        if isinstance(part, Literal):
            return part
    match = _QUOTED.search(line[0]) if isinstance(line[0], bytes) else None
    if match is None:
        return None
    octets = re.sub(rb"\\(.)", rb"\1", match[1])
    return Literal(octets, len(octets))
