"""The mailboxes of a house: who logs in with what, and where their mail goes."""

import asyncio
from collections.abc import Awaitable, Callable

from daemon.core.mail.delivered import recipient
from daemon.core.settings import Imap, Smtp
from daemon.edge.imap import BearerToken, Credentials, Mailboxes, Password, Room, open_mailboxes
from daemon.house import House
from daemon.journey import receive
from store.model.message import Envelope, Receipt

HEAVY_AT_ONCE = 1  # messages of more than two megabytes in memory, over all mailboxes

Token = Callable[[str], Awaitable[str]]
"""Gives the access token of a name that `triaged login` keeps, fresh enough to be used now."""


async def no_token(name: str) -> str:
    """Stand where nobody keeps tokens."""
    raise LookupError(f"there is no token {name!r}")


def open_mailroom(house: House, token: Token) -> Mailboxes:
    """Begin to read the mailboxes of the settings."""
    boxes = {box: credentials(box, token) for box in house.settings.imap}
    return open_mailboxes(boxes, _room(house), lambda: house.random(1)[0] / 255)


def credentials(box: Imap, token: Token) -> Credentials:
    """Return what gives the credentials of a mailbox whenever it is connected."""

    async def given() -> Password | BearerToken:
        if box.oauth:
            return BearerToken(box.user, await token(box.oauth))
        return Password(box.user, box.password or "")

    return given


def _room(house: House) -> Room:
    store = house.store

    async def received(raw: bytes, envelope: Envelope, aside: str) -> Receipt:
        return await receive(raw, envelope, house, aside)

    async def tell(account: str, folder: str, error: str) -> None:
        await store.tell_mailbox(account, folder, error, house.clock())

    return Room(
        receive=received,
        place=store.place,
        keep=store.keep_place,
        tell=tell,
        recipient=lambda box, raw: recipient(raw, box.recipient_header, house.own),
        max_bytes=(house.settings.smtp or Smtp()).max_bytes,
        stopping=asyncio.Event(),
        heavy=asyncio.Semaphore(HEAVY_AT_ONCE),
    )
