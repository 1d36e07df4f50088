"""Logging in once, by a person: at a page that leads back to this machine, or with a code typed on another one."""

import asyncio
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

from daemon.edge.oauth.account import Account
from daemon.edge.oauth.requests import SECONDS, Granted, Refused, ask, ask_token
from daemon.edge.oauth.tokens import identity

PATIENCE_SECONDS = 900.0  # for a person to log in
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
LONGEST_REQUEST = 16384
PAGE = "<!doctype html><title>triaged</title><p style='font:1.2em sans-serif'>{}</p>"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a person is asked to do."""

    url: str
    code: str = ""  # to be typed there


Show = Callable[[Prompt], None]


async def by_client(account: Account, *, seconds: float = SECONDS) -> Granted | Refused:
    """Log in as a program of its own right (RFC 6749 section 4.4)."""
    form = {"grant_type": "client_credentials", "scope": account.scope, **identity(account)}
    return await ask_token(account.token_url, form, seconds=seconds)


async def by_code(
    account: Account,
    show: Show,
    random: Callable[[int], bytes],
    *,
    port: int = 0,
    patience: float = PATIENCE_SECONDS,
    seconds: float = SECONDS,
) -> Granted | Refused:
    """Log in at the provider's page, which leads back to a port of this machine (RFC 8252, PKCE by RFC 7636)."""
    state, verifier = _word(random(24)), _word(random(48))
    come: asyncio.Future[str | Refused] = asyncio.get_running_loop().create_future()

    async def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _visited(reader, writer, state, come)

    servers = [await asyncio.start_server(visited, "127.0.0.1", port)]
    try:
        here = servers[0].sockets[0].getsockname()[1]
        with suppress(OSError):  # `localhost` may mean either address, and not every machine has both
            servers.append(await asyncio.start_server(visited, "::1", here))
        back = f"http://localhost:{here}/"
        show(Prompt(f"{account.authorize_url}?{urlencode(_question(account, back, state, verifier))}"))
        code = await asyncio.wait_for(come, patience)
    except TimeoutError:
        return Refused("nobody logged in", for_good=False)
    finally:
        for server in servers:
            server.close()
    if isinstance(code, Refused):
        return code
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    return await ask_token(account.token_url, form | identity(account), seconds=seconds)


async def by_device(
    account: Account,
    show: Show,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    *,
    seconds: float = SECONDS,
) -> Granted | Refused:
    """Log in with a code that is typed at the provider's page on any machine (RFC 8628)."""
    said = await ask(account.device_url, {"scope": account.scope, **identity(account)}, seconds=seconds)
    if isinstance(said, Refused):
        return said
    device, typed = said.get("device_code"), said.get("user_code")
    page = said.get("verification_uri") or said.get("verification_url")  # Google's older word
    if not (isinstance(device, str) and isinstance(typed, str) and isinstance(page, str)):
        return Refused("answers without a code to type", for_good=False)
    show(Prompt(_plain(page), _plain(typed)))
    form = {"grant_type": DEVICE_GRANT, "device_code": device, **identity(account)}
    every, left = _seconds(said.get("interval"), 5.0), _seconds(said.get("expires_in"), PATIENCE_SECONDS)
    while left > 0:
        await sleep(every)
        left -= every
        answer = await ask_token(account.token_url, form, seconds=seconds)
        if isinstance(answer, Granted) or (answer.code != "authorization_pending" and answer.code not in SLOWER):
            return _told(answer)
        every += 5.0 if answer.code in SLOWER else 0.0
    return Refused(DEVICE_WORDS["expired_token"], for_good=False, code="expired_token")


SLOWER = frozenset({"slow_down", ""})  # RFC 8628 section 3.5; "" is an answer that got lost
DEVICE_WORDS = {
    "expired_token": "nobody typed the code in time",
    "access_denied": "the login was declined at the page",
}


def _told(answer: Granted | Refused) -> Granted | Refused:
    if isinstance(answer, Granted) or answer.code not in DEVICE_WORDS:
        return answer
    return Refused(DEVICE_WORDS[answer.code], answer.for_good, answer.code)


def _question(account: Account, back: str, state: str, verifier: str) -> dict[str, str]:
    hint = {"login_hint": account.user} if account.user else {}
    return {
        "response_type": "code",
        "client_id": account.client_id,
        "redirect_uri": back,
        "scope": account.scope,
        "state": state,
        "code_challenge": _word(sha256(verifier.encode()).digest()),
        "code_challenge_method": "S256",
        **hint,
        **dict(account.extra),
    }


async def _visited(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, state: str, come: "asyncio.Future[str | Refused]"
) -> None:
    """Take the browser back; whoever comes without our state is somebody else, and changes nothing."""
    try:
        request = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        found = _answered(request[:LONGEST_REQUEST], state)
        words = "This page is not for you." if found is None else "Done: you may close this page."
        if isinstance(found, Refused):
            words = "The login was not granted; the terminal says more."
        page = PAGE.format(words).encode()
        head = f"HTTP/1.1 {200 if found is not None else 404} {'OK' if found is not None else 'Not Found'}\r\n"
        fields = f"Content-Type: text/html; charset=utf-8\r\nContent-Length: {len(page)}\r\nConnection: close\r\n\r\n"
        writer.write((head + fields).encode() + page)
        await writer.drain()
        if found is not None and not come.done():
            come.set_result(found)
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
        pass
    finally:
        writer.close()


def _answered(request: bytes, state: str) -> str | Refused | None:
    line = request.partition(b"\r\n")[0].decode("latin-1").split(" ")
    said = parse_qs(urlsplit(line[1]).query, max_num_fields=20) if len(line) == 3 and line[0] == "GET" else {}
    if not hmac.compare_digest(said.get("state", [""])[0].encode(), state.encode()):
        return None
    code = said.get("code", [""])[0]
    return code or Refused(DEVICE_WORDS["access_denied"], for_good=False, code="access_denied")


def _word(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def _plain(text: str) -> str:
    return "".join(letter for letter in text[:300] if letter.isascii() and letter.isprintable())


def _seconds(given: object, usual: float) -> float:
    fine = isinstance(given, int | float) and not isinstance(given, bool) and 0 < given <= PATIENCE_SECONDS * 4
    return float(given) if fine and isinstance(given, int | float) else usual
