"""The token of each login, renewed before it ends: once at a time, and kept before it is used."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from daemon.edge.oauth.account import Account
from daemon.edge.oauth.kept import Damaged, Token, held, read, write
from daemon.edge.oauth.requests import SECONDS, Granted, Refused, ask_token

EARLY_SECONDS = 300.0  # before its end a token is renewed
SKEW_SECONDS = 60.0  # a token that was got later than now was got by another clock


class Tokens:
    """All logins of a desk."""

    def __init__(
        self,
        accounts: Mapping[str, Account],
        path: Path,
        clock: Callable[[], float],
        *,
        seconds: float = SECONDS,
    ) -> None:
        """Keep the tokens of these logins in a file; `seconds` is how long a provider may take to answer."""
        self._accounts = accounts
        self._path = path
        self._clock = clock
        self._seconds = seconds
        self._renewing = {name: asyncio.Lock() for name in accounts}

    async def token(self, name: str, *, unlike: str = "") -> str | Refused:
        """Return an access token that is good now, or why there is none.

        `unlike` is one that the mailbox's server has refused: another one is got. A login that its provider no longer
        accepts is not tried again until `triaged login` has been run.
        """
        account = self._accounts.get(name)
        if account is None:
            return Refused(f"there is no [[oauth]] named {name}", for_good=True)
        async with self._renewing[name]:
            try:
                kept = (await asyncio.to_thread(read, self._path)).get(name)
                if kept and self._good(kept) and kept.access != unlike:
                    return kept.access
                return await self._renewed(account, unlike)
            except Damaged as fault:
                return Refused(str(fault), for_good=True)
            except OSError as error:
                return Refused(f"the tokens cannot be kept: {(error.strerror or 'unknown reason').lower()}", False)

    async def keep(self, account: Account, granted: Granted) -> None:
        """Keep what a login was granted.

        Raises:
            Damaged: the file that is there cannot be used.
            OSError: the folder cannot be written.

        """
        with await self._held():
            await asyncio.to_thread(write, self._path, account.name, self._fresh(granted, ""))

    async def _renewed(self, account: Account, unlike: str) -> str | Refused:
        with await self._held():  # another process may have done it while we waited
            kept = (await asyncio.to_thread(read, self._path)).get(account.name)
            if kept and self._good(kept) and kept.access != unlike:
                return kept.access
            if kept and kept.refused:
                return Refused(kept.refused, for_good=True)
            form = renewal(account, kept)
            if form is None:
                return Refused(f"nobody has logged in as {account.whose} yet: {_again(account)}", True)
            answer = await ask_token(account.token_url, form, seconds=self._seconds)
            if isinstance(answer, Granted):
                fresh = self._fresh(answer, kept.refresh if kept else "")
                await asyncio.shield(asyncio.to_thread(write, self._path, account.name, fresh))
                return fresh.access
            return await self._refused(account, kept, answer, unlike)

    async def _refused(self, account: Account, kept: Token | None, answer: Refused, unlike: str) -> str | Refused:
        now = self._clock()
        if not answer.for_good:
            if kept and now < kept.ends_at and kept.access != unlike:
                return kept.access  # it was renewed early, and is good for a while yet
            return Refused(f"{account.title} {answer.words}; it is tried again", for_good=False, code=answer.code)
        why = answer.words.removeprefix("refuses: ")
        words = f"{account.title} no longer accepts the login of {account.whose} ({why}): {_again(account)}"
        marked = replace(kept or Token("", "", now, 0.0), refused=words, refused_at=now)
        await asyncio.to_thread(write, self._path, account.name, marked)
        return Refused(words, for_good=True, code=answer.code)

    def _good(self, kept: Token) -> bool:
        now = self._clock()
        early = min(EARLY_SECONDS, (kept.ends_at - kept.got_at) / 5)
        return not kept.refused and kept.got_at - SKEW_SECONDS <= now < kept.ends_at - early

    def _fresh(self, granted: Granted, before: str) -> Token:
        now = self._clock()
        return Token(granted.access, granted.refresh or before, now, now + granted.seconds)

    async def _held(self) -> ExitStack:
        stack = ExitStack()
        await asyncio.to_thread(stack.enter_context, held(self._path))
        return stack


def _again(account: Account) -> str:
    return f"run `triaged login {account.name}`"


def renewal(account: Account, kept: Token | None) -> dict[str, str] | None:
    """Return the form that asks for the next token (RFC 6749 sections 4.4 and 6), None where a person must log in."""
    if account.flow == "client":
        form = {"grant_type": "client_credentials", "scope": account.scope}
    elif kept is not None and kept.refresh:
        form = {"grant_type": "refresh_token", "refresh_token": kept.refresh, "scope": account.scope}
    else:
        return None
    return form | identity(account)


def identity(account: Account) -> dict[str, str]:
    """Return how the program names itself."""
    secret = {"client_secret": account.client_secret} if account.client_secret else {}
    return {"client_id": account.client_id, **secret}
