"""The mailboxes of a house: who logs in with what, and where their mail goes."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from daemon.core.mail.delivered import recipient
from daemon.core.settings import Imap, Settings, Smtp
from daemon.edge.imap import (
    BearerToken,
    Credentials,
    Mailboxes,
    NoCredentials,
    Password,
    Room,
    open_mailboxes,
)
from daemon.edge.oauth.account import account_of
from daemon.edge.oauth.requests import Refused
from daemon.edge.oauth.tokens import Tokens
from daemon.house import House
from daemon.journey import receive
from store.model.message import Envelope, Receipt

HEAVY_AT_ONCE = 1  # messages of more than two megabytes in memory, over all mailboxes


def open_mailroom(
    house: House, boxes: Mapping[Imap, Credentials], timed: Callable[[], AbstractContextManager[None]]
) -> Mailboxes:
    """Begin to read mailboxes; each message that is received is `timed`."""
    return open_mailboxes(boxes, _room(house, timed), lambda: house.random(1)[0] / 255)


def logins(settings: Settings, tokens: Path) -> dict[Imap, Credentials]:
    """Return all mailboxes, each with what gives its credentials; `tokens` is the file of `triaged login`."""
    keeper = Tokens({one.name: account_of(one) for one in settings.oauth}, tokens, time.time)
    return {box: _by_token(box, box.oauth, keeper) if box.oauth else _by_password(box) for box in settings.imap}


def _by_password(box: Imap) -> Credentials:
    async def given(refused: bool) -> Password:  # noqa: ARG001 - there is no other one
        return Password(box.user, box.password or "")

    return given


def _by_token(box: Imap, name: str, keeper: Tokens) -> Credentials:
    last = ""

    async def given(refused: bool) -> BearerToken:
        nonlocal last
        answer = await keeper.token(name, unlike=last if refused else "")
        if isinstance(answer, Refused):
            raise NoCredentials(answer.words)
        last = answer
        return BearerToken(box.user, answer)

    return given


def _room(house: House, timed: Callable[[], AbstractContextManager[None]]) -> Room:
    store = house.store

    async def received(raw: bytes, envelope: Envelope, aside: str) -> Receipt:
        with timed():
            return await receive(raw, envelope, house, aside)

    async def tell(account: str, folder: str, error: str, refused: bool) -> None:
        await store.tell_mailbox(account, folder, error, house.clock(), refused)

    who = house.random(12).hex()

    async def hold(account: str, folder: str, seconds: float) -> bool:
        return await store.hold_mailbox(account, folder, who, house.clock(), house.clock() + seconds)

    return Room(
        receive=received,
        place=store.place,
        keep=store.keep_place,
        tell=tell,
        hold=hold,
        leave=lambda: store.leave_mailboxes(who),
        recipient=lambda box, raw: recipient(raw, box.recipient_header, house.own),
        max_bytes=(house.settings.smtp or Smtp()).max_bytes,
        stopping=asyncio.Event(),
        heavy=asyncio.Semaphore(HEAVY_AT_ONCE),
    )
