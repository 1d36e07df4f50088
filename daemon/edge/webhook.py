"""The way out to programs: a signed request as Standard Webhooks describes it (standardwebhooks.com, version 1).

A request is sent again with the same identifier until it is taken, so whoever hears it twice knows it. Nothing but a
2xx takes it; redirects are not followed, since they would lead a signed request to where nobody declared.
"""

import asyncio
import hashlib
import hmac
import json
import time
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from daemon.core.desk.signals import hook_name
from daemon.core.settings import Settings
from daemon.core.signalling import Webhook
from store.model.outbox import Answer, Delivery, Mail

if TYPE_CHECKING:
    import httpx

SECONDS = 15.0  # for a whole request (Standard Webhooks: 15 to 30)
FOR_GOOD = frozenset({400, 410, 413, 422})  # what it is told is refused, or nobody wants to hear any more
MISSING = "webhooks: their library is not installed: pip install 'triaged[webhooks]'"


def has_httpx() -> bool:
    """Say whether the library is there; it is an extra."""
    return find_spec("httpx") is not None


def signature(secret: str, identifier: str, timestamp: int, body: bytes) -> str:
    """Return the value of `webhook-signature`."""
    key = b64decode(secret.removeprefix("whsec_") + "==")
    said = b".".join((identifier.encode(), str(timestamp).encode(), body))
    return "v1," + b64encode(hmac.digest(key, said, hashlib.sha256)).decode()


class Hooks:
    """Tells programs; its connections are opened as they are needed."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._client: httpx.AsyncClient | None = None

    async def send(self, mail: Mail, settings: Settings, before: Callable[[], Awaitable[bool]]) -> Answer:
        """Tell one program of one request; the outcome is the answer, never an exception of the network."""
        hook = next((one for one in settings.webhooks if hook_name(one) == mail.to), None)
        if hook is None or not mail.raw:
            return Answer(Delivery.REFUSED, f"there is no {mail.to} in the settings" if mail.raw else "it was erased")
        if not await before():
            return Answer(Delivery.DEFERRED, "abandoned: somebody else has this")
        try:
            async with asyncio.timeout(self._seconds):
                return _meaning(await self._ask(hook, mail.raw))
        except TimeoutError:
            return Answer(Delivery.DEFERRED, f"no answer within {self._seconds:g} s")

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    async def _ask(self, hook: Webhook, body: bytes) -> "int | str":
        import httpx  # noqa: PLC0415 - an extra, for whom it serves

        client = self._client = self._client or httpx.AsyncClient(
            timeout=self._seconds, follow_redirects=False, trust_env=False
        )
        identifier, now = str(json.loads(body)["id"]), int(time.time())
        headers = {
            "content-type": "application/json",
            "user-agent": "triaged",
            "webhook-id": identifier,
            "webhook-timestamp": str(now),
            "webhook-signature": signature(hook.secret, identifier, now, body),
        }
        try:
            async with client.stream("POST", hook.url, content=body, headers=headers) as answer:
                return answer.status_code
        except httpx.TimeoutException:
            return "no answer in time"
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return f"cannot be reached ({type(error).__name__})"


def _meaning(status: int | str) -> Answer:
    if isinstance(status, str):
        return Answer(Delivery.DEFERRED, status)
    if 200 <= status < 300:
        return Answer(Delivery.ACCEPTED, str(status))
    if 300 <= status < 400:
        return Answer(Delivery.DEFERRED, f"{status}: redirects are not followed; give the address that it leads to")
    return Answer(Delivery.REFUSED if status in FOR_GOOD else Delivery.DEFERRED, str(status))
