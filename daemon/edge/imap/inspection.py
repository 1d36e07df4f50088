"""Looking at a mailbox without changing anything in it: whether it can be read, and what it holds."""

import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date

from daemon.core.settings import Imap
from daemon.edge.imap.client import Client, LoginRefused, NoSuchFolder, Patience, Refused
from daemon.edge.imap.login import Credentials, NoCredentials
from daemon.edge.imap.mailboxes import explained, open_client
from daemon.edge.imap.session import SIZED_AT_ONCE, batches, beginning

BRIEF = Patience(connect=10.0, command=15.0, logout=2.0)
LITTLE = 1 << 20  # octets of an answer
MANY = 20  # messages in a folder
KEYS: tuple[tuple[type[BaseException], str], ...] = (  # which setting an error is about
    (NoSuchFolder, "folder"),
    (ssl.SSLError, "tls"),
    (OSError, "host"),
)


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was seen."""

    level: str  # ok, note or fault
    key: str  # of the setting in [[imap]] that it is about, "" for none
    words: str


@dataclass(frozen=True, slots=True)
class Held:
    """Messages that a folder holds."""

    validity: int
    moves: bool  # what is stored is moved out of the folder
    letters: tuple[tuple[int, bytes], ...]  # UID and octets; of one over the limit, as many as are kept of it


async def look(box: Imap, credentials: Credentials) -> tuple[Look, ...]:
    """Log in, open each folder, and see what the server can do."""
    try:
        client = await open_client(box, credentials, LITTLE, BRIEF)
    except Exception as error:
        return (Look("fault", _key(error, box), explained(error, box)),)
    try:
        return tuple([one async for one in _seen(client, box)])
    except Exception as error:
        return (Look("fault", _key(error, box), explained(error, box)),)
    finally:
        await client.logout()


async def _seen(client: Client, box: Imap) -> AsyncIterator[Look]:
    for folder in box.folder:
        try:
            await client.select(folder)
        except NoSuchFolder as error:
            yield Look("fault", "folder", f"{folder!r}: {explained(error, box)}")
        else:
            waiting = len(await client.uids())
            yield Look("ok", "", f"{box.account} {folder}: {waiting or 'no'} message{'s'[: waiting != 1]}")
            if waiting >= MANY and box.done_folder:  # more than a running desk leaves lying
                words = f"they are answered as new mail, unless `triaged import --mailbox {folder}` files them first"
                yield Look("note", "folder", words)
    for seen in (_wakes(client, box), _names(box)):
        for one in seen:
            yield one
    async for one in _puts_away(client, box):
        yield one


def _wakes(client: Client, box: Imap) -> Iterator[Look]:
    if "IDLE" not in client.capabilities:
        yield Look("note", "poll_seconds", f"the server cannot tell of new mail: looked at each {box.poll_seconds:g} s")


def _names(box: Imap) -> Iterator[Look]:
    if box.recipient_header is None:
        words = "is not set: secret reply addresses are not seen, and commands by mail need them"
        yield Look("note", "recipient_header", words)


async def _puts_away(client: Client, box: Imap) -> AsyncIterator[Look]:
    if not box.done_folder:
        return
    if not client.may_move:
        yield Look("note", "done_folder", "the server can move no single message (no MOVE, no UIDPLUS): mail stays")
    elif not await client.exists(box.done_folder):
        yield Look("note", "done_folder", f"{box.done_folder!r} is not there yet: it is made with the first mail")


async def contents(
    box: Imap, credentials: Credentials, folder: str, most: int, since: date | None = None
) -> AsyncIterator[Held]:
    """Yield all that a folder holds, some at a time; nothing where there is no such folder. Changes nothing.

    With `since`, what came to the server before that day is left out, except where it should have been moved away.

    Raises:
        LoginRefused, NoCredentials, OSError, TimeoutError: the mailbox cannot be read.

    """
    client = await open_client(box, credentials, most, Patience())
    try:
        try:
            validity = await client.select(folder)
        except NoSuchFolder:
            return
        moves = bool(box.done_folder) and client.may_move
        uids = await client.uids(since=None if moves and folder != box.done_folder else since)
        for start in range(0, len(uids), SIZED_AT_ONCE):
            sizes = await client.sizes(uids[start : start + SIZED_AT_ONCE])
            for batch in batches(sizes):
                found = await client.fetch(batch, beginning(sizes[batch[0]], most))
                yield Held(validity, moves, tuple((uid, found[uid].octets) for uid in batch if uid in found))
    finally:
        await client.logout()


def _key(error: Exception, box: Imap) -> str:
    if isinstance(error, LoginRefused | NoCredentials):
        return "oauth" if box.oauth else "password"
    if isinstance(error, ssl.SSLError) and box.ca_file:
        return "ca_file"
    return next((key for kind, key in KEYS if isinstance(error, kind)), "host")


Unreadable = (LoginRefused, NoCredentials, OSError, TimeoutError, Refused)
"""What `contents` may raise."""
