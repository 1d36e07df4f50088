"""`triaged login`: log in at a mail provider once, so that a mailbox can be read without a password."""

import asyncio
import os
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli.desk import Option, settings_of
from daemon.cli.paper import complain, fail, say
from daemon.core.settings import Settings
from daemon.edge.oauth.account import Account, account_of
from daemon.edge.oauth.kept import Damaged, Token, refusals, tokens_beside

if TYPE_CHECKING:
    from daemon.edge.oauth.login import Prompt

Name = Annotated[
    str, typer.Argument(metavar="ACCOUNT", help="the name of an [[oauth]] table, or the user of an [[imap]]")
]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="where the page leads back to; 0 is any free one")]


def login(account: Name, port: Port = 0, option: Option = None) -> None:
    """Log in at a mail provider; the token is kept beside the configuration and renewed by itself."""
    path, settings = settings_of(option)
    name = _name(account, settings)
    if find_spec("httpx") is None:
        fail("logins need a part that is not installed: pip install 'triaged[imap]'")
    asked = account_of(next(one for one in settings.oauth if one.name == name))
    try:
        asyncio.run(_log_in(asked, path, port))
    except Damaged as fault:
        fail(str(fault))
    except OSError as error:
        fail(f"the login cannot be made: {(error.strerror or str(error)).lower()}")
    say(f"{asked.title} accepts the login of {asked.whose}; the token is kept, and renewed by itself")


def _name(account: str, settings: Settings) -> str:
    names = [one.name for one in settings.oauth]
    named = {box.user: box.oauth for box in settings.imap if box.oauth}
    named |= {one.user: one.name for one in settings.oauth if one.user}
    found = account if account in names else named.get(account)
    if found is None:
        fail(f"there is no [[oauth]] named {account}" + (f"; there are {', '.join(names)}" if names else ""))
    return found


def refused_logins(config: Path) -> tuple[tuple[str, Token], ...]:
    """Return the logins that their providers no longer accept, by name; none where the tokens cannot be read."""
    try:
        return refusals(tokens_beside(config))
    except Damaged as fault:
        complain(str(fault))
        return ()


async def _log_in(asked: Account, path: Path, port: int) -> None:
    from daemon.edge.oauth import login as ways  # noqa: PLC0415 - an extra, which not every desk needs
    from daemon.edge.oauth.requests import Refused  # noqa: PLC0415
    from daemon.edge.oauth.tokens import Tokens  # noqa: PLC0415

    if asked.flow == "client":
        answer = await ways.by_client(asked)
    elif asked.flow == "device":
        answer = await ways.by_device(asked, _show)
    else:
        answer = await ways.by_code(asked, _show, os.urandom, port=port)
    if isinstance(answer, Refused):
        fail(f"{asked.title} does not accept the login of {asked.whose}: it {answer.words}")
    if not answer.refresh and asked.flow != "client":
        fail(f"{asked.title} gave no token that can be renewed; its registration must allow offline access")
    await Tokens({asked.name: asked}, tokens_beside(path), time.time).keep(asked, answer)


def _show(prompt: "Prompt") -> None:
    if prompt.code:
        say("open this page on any machine, and type the code", f"  {prompt.url}", f"  {prompt.code}")
    else:
        say("open this page in a browser on this machine, and log in", f"  {prompt.url}")
