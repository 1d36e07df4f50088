"""The ways to a person on duty beside mail, as Apprise knows them: SMS, push, chat."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from typing import Any

from daemon.core.desk.signals import ways
from daemon.core.settings import Settings
from store.model.outbox import Answer, Delivery, Mail

SECONDS = 30.0
MISSING = "notify: its library is not installed: pip install 'triaged[notify]'"


def has_apprise() -> bool:
    """Say whether the library is there; it is an extra."""
    return find_spec("apprise") is not None


def is_understood(url: str) -> bool:
    """Say whether Apprise knows what kind of way this is."""
    return bool(_nobody_yet().add(url))


class Pager:
    """Tells people."""

    async def send(self, mail: Mail, settings: Settings, before: Callable[[], Awaitable[bool]]) -> Answer:
        """Tell one person by one way; the outcome is the answer, never an exception of the network."""
        way = ways(settings).get(mail.to)
        if way is None or not mail.raw:
            return Answer(Delivery.REFUSED, f"there is no {mail.to} in the settings" if mail.raw else "it was erased")
        if not await before():
            return Answer(Delivery.DEFERRED, "abandoned: somebody else has this")
        title, _, text = mail.raw.decode("utf-8", "replace").partition("\n\n")
        try:
            async with asyncio.timeout(SECONDS):
                taken = await _tell(way.url, title, text.strip())
        except TimeoutError:
            return Answer(Delivery.DEFERRED, f"no answer within {SECONDS:g} s")
        return Answer(Delivery.ACCEPTED, "taken") if taken else Answer(Delivery.DEFERRED, "not taken")

    async def close(self) -> None:
        """Nothing is open."""


async def _tell(url: str, title: str, text: str) -> bool:
    told = await asyncio.to_thread(_nobody_yet)
    return bool(told.add(url)) and bool(await told.async_notify(title=title, body=text))


def _nobody_yet() -> Any:
    """Return the library's list of ways, empty; it is kept from writing addresses, which are secrets, into our log."""
    import apprise  # noqa: PLC0415 - an extra, and slow to import

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    return apprise.Apprise()
