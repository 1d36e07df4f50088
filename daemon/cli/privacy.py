"""What the desk has of one person, handed out or erased: `export` and `erase`."""

import os
import sys
import time
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from daemon import config
from daemon.cli.desk import Option, settings_of, store_troubles
from daemon.cli.dossier import write_dossier
from daemon.cli.paper import USAGE, complain, fail, fail_for, flat, say
from daemon.core.fault import Faults
from daemon.core.mail.address import fold
from daemon.core.mail.parse import parse
from daemon.core.settings import Settings
from store.model.privacy import Traces
from store.privacy.erasing import Eraser, Remains
from store.privacy.handing import Dossier

LEAST_LETTERS = 20  # of a line that is looked for in what others wrote; shorter ones are anybody's
MOST_LINES = 5000

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="the whole e-mail address")]
File = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="else export-ADDRESS.zip")]


def export(address: Address, output: File = None, option: Option = None) -> None:
    """Write all that the desk has of an address into a zip: messages, tickets with their history, mails to it."""
    _, settings = settings_of(option)
    who = _checked(address)
    path = output or Path(f"export-{_safe(who)}.zip")
    with store_troubles(settings):
        dossier = Dossier(settings.store.url)
        try:
            found = dossier.find(who, _Author(who).wrote)
            if not found:
                fail(f"nothing of {who} is here")
            try:
                with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    write_dossier(file, dossier, found, who, settings, time.time())
            except FileExistsError:
                fail(f"{path} is there already: nothing is overwritten")
        finally:
            dossier.close()
    say(f"{flat(str(path))}: {_counted(found)}")


def erase(
    address: Address,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    option: Option = None,
) -> None:
    """Erase all that the desk has of an address; tickets and figures stay, without a word of it."""
    path, settings = settings_of(option)
    who = _checked(address)
    _refuse_ours(who, settings)
    keys = config.desk_keys(path)
    if isinstance(keys, Faults):
        fail_for(keys)
    author = _Author(who)
    with store_troubles(settings):
        eraser = Eraser(settings.store.url, [key.secret for key in keys])
        try:
            found = eraser.find(who, author.wrote)
            if not found:
                say(f"nothing of {who} is here")
                return
            _make_sure(who, found, yes)
            author.learn(eraser, found)
            _tell(who, eraser.erase(who, author.wrote, author.quoted_in, time.time()))
        finally:
            eraser.close()


class _Author:
    """Somebody, known by the address and later by the lines that they wrote."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._octets = address.encode()
        self._lines: set[str] = set()

    def wrote(self, raw: bytes) -> bool:
        """Say whether a message names them as its author."""
        if self._octets not in raw.lower():
            return False
        sender = parse(raw).sender
        return sender is not None and fold(sender.address) == self._address

    def learn(self, eraser: Eraser, found: Traces) -> None:
        """Remember the lines of their messages."""
        for raw in eraser.raws(found.messages):
            lines = {line.strip() for line in parse(raw).new_text.splitlines()}
            self._lines |= {line for line in lines if len(line) >= LEAST_LETTERS}
            if len(self._lines) > MOST_LINES:
                return

    def quoted_in(self, raw: bytes) -> bool:
        """Say whether somebody else's message has their address, or a line of theirs, in it."""
        text = parse(raw).text
        if self._octets in raw.lower() or self._address in text.casefold():
            return True
        return any(line.lstrip("> ").strip() in self._lines for line in text.splitlines())


def _checked(address: str) -> str:
    who = fold(address)
    local, _, domain = who.rpartition("@")
    if not local or not domain or any(sign.isspace() for sign in who):
        _misused(f"{address!r} is no e-mail address")
    return who


def _refuse_ours(who: str, settings: Settings) -> None:
    if who in {fold(one) for one in settings.desk.addresses}:
        fail(f"{who} is the desk itself")
    if who in {fold(person.address) for person in settings.people}:
        fail(f"{who} is a member: take them out of [[people]] first")


def _make_sure(who: str, found: Traces, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        _misused("nobody is there to be asked: say --yes")
    say(f"{who}: {_counted(found)}", "what is erased cannot be brought back")
    if not typer.confirm("erase all of it?"):
        fail("nothing was erased")


def _tell(who: str, remains: Remains) -> None:
    say(f"{who} is erased: {_counted(remains.erased)}")
    if remains.quoting:
        numbers = ", ".join(f"#{number}" for number in remains.quoting)
        say(f"messages of others still have the address, or words of theirs, in them: {numbers}")
    say("backups, and mail that has left, are not reached from here")


def _counted(found: Traces) -> str:
    counts = ((len(found.messages), "messages"), (len(found.reported), "tickets"), (len(found.mails), "outgoing mails"))
    return ", ".join(f"{count} {name[:-1] if count == 1 else name}" for count, name in counts)


def _safe(who: str) -> str:
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "@.-_") else "_" for sign in who)[:100]


def _misused(words: str) -> NoReturn:
    complain(words)
    raise typer.Exit(USAGE)
