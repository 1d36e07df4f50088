"""Mailboxes seen from the command line: whether they can be read, and whether all that they hold is ours."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from daemon.cli.desk import reader_of
from daemon.cli.paper import FAULT, clean, complain, fail, hanging, say, say_json
from daemon.core.settings import Imap, Settings, Smtp
from store.identity import identify
from store.model.mailbox import MailboxLine
from store.reader import Reader

if TYPE_CHECKING:
    from daemon.edge.imap.inspection import Held

NO_LIBRARY = "imap: its library is not installed: pip install 'triaged[imap]'"
WORDS = {  # what a difference means
    "waiting": "is not stored yet: the daemon has not come to it, or could not store it",
    "lost": "was read and is not stored",
    "not-moved": "is stored, and was not moved",
    "moved-not-stored": "was moved, and is not stored",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A message about which mailbox and store do not agree."""

    account: str
    folder: str
    uid: int
    message_id: str
    subject: str
    what: str  # a key of WORDS


@dataclass(slots=True)
class Tally:
    """What one mailbox came to."""

    account: str
    messages: int = 0
    stored: int = 0
    differences: list[Difference] = field(default_factory=list)


def is_readable() -> bool:
    """Say whether the library that reads mailboxes is there; it is an extra."""
    return find_spec("aioimaplib") is not None


def mailboxes_seen(settings: Settings, tokens: Path) -> Iterator[tuple[str, str]]:
    """Yield what is right and wrong with the mailboxes."""
    if settings.imap and not is_readable():
        yield "fault", NO_LIBRARY
        return
    for n, box in enumerate(settings.imap):
        from daemon.edge.imap.inspection import look  # noqa: PLC0415 - its library is an extra
        from daemon.mailroom import logins  # noqa: PLC0415 - the same

        for seen in asyncio.run(look(box, logins(settings, tokens)[box])):
            yield seen.level, f"imap[{n}].{seen.key}: {seen.words}" if seen.key else seen.words


def reconcile(settings: Settings, tokens: Path, *, as_json: bool) -> None:
    """Compare what the mailboxes hold with what is stored; name each difference, and exit with 1 if there is one."""
    if not settings.imap:
        fail("imap: there is no mailbox to compare")
    if not is_readable():
        fail(NO_LIBRARY)
    unread = False
    tallies: list[Tally] = []
    with reader_of(settings) as reader:
        for n, box in enumerate(settings.imap):
            tally = Tally(box.account)
            if words := asyncio.run(_compare(box, tally, reader, settings, tokens)):
                complain(f"imap[{n}]: {words}")
                unread = True
            _tell(tally, as_json=as_json)
            tallies.append(tally)
    if unread or any(tally.differences for tally in tallies):
        raise typer.Exit(FAULT)


async def _compare(box: Imap, tally: Tally, reader: Reader, settings: Settings, tokens: Path) -> str:
    """Fill in a tally; return why the mailbox could not be read to its end, "" if it could."""
    from daemon.edge.imap.inspection import Unreadable, contents  # noqa: PLC0415 - its library is an extra
    from daemon.edge.imap.mailboxes import explained  # noqa: PLC0415 - the same
    from daemon.mailroom import logins  # noqa: PLC0415 - the same

    most = (settings.smtp or Smtp()).max_bytes
    places = {line.folder: line for line in reader.mailboxes() if line.account == box.account}
    try:
        for folder in (*box.folder, *filter(None, [box.done_folder])):
            async for held in contents(box, logins(settings, tokens)[box], folder, most):
                read_to = _read_to(places.get(folder), held.validity)
                _compare_some(box, tally, reader, folder, held, read_to)
    except Unreadable as error:
        return explained(error, box)
    return ""


def _read_to(place: MailboxLine | None, validity: int) -> int:
    return place.uid if place is not None and place.validity == validity else 0


def _compare_some(box: Imap, tally: Tally, reader: Reader, folder: str, held: "Held", read_to: int) -> None:
    found = [identify(raw) for _, raw in held.letters]
    for (uid, _), identity, ours in zip(held.letters, found, reader.stored(found), strict=True):
        tally.messages += 1
        tally.stored += ours
        if what := _what(ours=ours, done=folder == box.done_folder, read=uid <= read_to, moves=held.moves):
            one = Difference(box.account, folder, uid, identity.message_id, identity.subject, what)
            tally.differences.append(one)


def _what(*, ours: bool, done: bool, read: bool, moves: bool) -> str:
    """Say what is wrong with a message, "" for nothing."""
    if ours:
        return "not-moved" if moves and not done else ""
    if done:
        return "moved-not-stored"
    return "lost" if read else "waiting"


def _tell(tally: Tally, *, as_json: bool) -> None:
    for one in tally.differences:
        if as_json:
            say_json(
                {
                    "account": one.account,
                    "folder": one.folder,
                    "uid": one.uid,
                    "message_id": one.message_id,
                    "subject": one.subject,
                    "difference": one.what,
                }
            )
        else:
            words = f"{one.folder} {one.uid} {clean(one.message_id) or '(no Message-ID)'} {WORDS[one.what]}"
            hanging(Text(f"{one.what:<17}", "bold red"), words)
    many = len(tally.differences)
    if as_json:
        counts = {"messages": tally.messages, "stored": tally.stored, "differences": many}
        say_json({"account": tally.account, **counts})
    else:
        say(f"{tally.account}: {tally.messages} messages, {tally.stored} stored, {many} differences")
