"""What a provider is asked, and what its answer means; nothing secret stands in any word that comes of it."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

SECONDS = 30.0  # for a whole answer
LONGEST = 1 << 16  # octets of an answer
USUAL_LIFE = 3600.0  # seconds, where the provider does not say
SHORTEST_LIFE, LONGEST_LIFE = 60.0, 86400.0
FOR_GOOD = frozenset({"invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope", "access_denied"})

_CODE = re.compile(r"[a-z_]{1,40}\Z")
_MICROSOFT_CODE = re.compile(r"AADSTS[0-9]{3,8}\b")
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}\Z")


@dataclass(frozen=True, slots=True)
class Granted:
    """A provider lets us in."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)  # "" where the one before stays good
    seconds: float


@dataclass(frozen=True, slots=True)
class Refused:
    """No token, and why, in plain words; for good until somebody logs in anew, or only for now."""

    words: str
    for_good: bool
    code: str = ""  # RFC 6749 section 5.2, RFC 8628 section 3.5


async def ask(url: str, form: Mapping[str, str], *, seconds: float = SECONDS) -> dict[str, Any] | Refused:
    """Put a form to an endpoint of a provider; its answer as an object, or why there is none."""
    try:
        async with asyncio.timeout(seconds), httpx.AsyncClient(timeout=seconds, trust_env=True) as client:
            sent = client.stream("POST", url, data=dict(form), headers={"Accept": "application/json"})
            async with sent as answer:
                octets = await _some(answer)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError) as error:
        late = isinstance(error, TimeoutError | httpx.TimeoutException)
        return Refused("does not answer in time" if late else "cannot be reached", for_good=False)
    return _said(answer.status_code, octets)


async def ask_token(url: str, form: Mapping[str, str], *, seconds: float = SECONDS) -> Granted | Refused:
    """Ask for a token (RFC 6749 section 5)."""
    said = await ask(url, form, seconds=seconds)
    if isinstance(said, Refused):
        return said
    access, refresh = said.get("access_token"), said.get("refresh_token", "")
    if not isinstance(access, str) or not _TOKEN.match(access) or not isinstance(refresh, str):
        return Refused("answers without a token", for_good=False)
    if refresh and not _TOKEN.match(refresh):
        return Refused("answers with a token that cannot be used", for_good=False)
    return Granted(access, refresh, _life(said.get("expires_in")))


async def _some(answer: httpx.Response) -> bytes:
    octets = b""
    async for some in answer.aiter_bytes():
        octets += some
        if len(octets) > LONGEST:
            return b""
    return octets


def _said(status: int, octets: bytes) -> dict[str, Any] | Refused:
    try:
        said = json.loads(octets)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        return Refused(f"answers with something else than was asked for (HTTP {status})", for_good=False)
    error = said.get("error")
    if error is None and status < 400:
        return said
    code = error if isinstance(error, str) and _CODE.match(error) else ""
    described = _MICROSOFT_CODE.search(str(said.get("error_description", ""))[:2000])
    words = " ".join(filter(None, (code or f"HTTP {status}", described and f"({described[0]})")))
    return Refused(f"refuses: {words}", for_good=code in FOR_GOOD and status < 500, code=code)


def _life(given: object) -> float:
    try:
        seconds = float(given) if isinstance(given, int | float | str) else USUAL_LIFE
    except ValueError:
        seconds = USUAL_LIFE
    return min(max(seconds, SHORTEST_LIFE), LONGEST_LIFE) if seconds == seconds else USUAL_LIFE  # noqa: PLR0124 - NaN
