"""Mailboxes seen from the command line: whether they can be read, and whether all that they hold is ours."""

import asyncio
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from daemon.cli.desk import reader_of
from daemon.cli.paper import FAULT, clean, complain, fail, hanging, say, say_json
from daemon.core.settings import Imap, Settings, Smtp
from store.model.mailbox import Difference, Letter
from store.privacy.hashes import Erased
from store.reader import Reader

if TYPE_CHECKING:
    from daemon.comparing import Tally

NO_LIBRARY = "imap: its library is not installed: pip install 'triaged[imap]'"
WORDS = {  # what a difference means
    Difference.WAITING: "is not stored yet: the daemon has not come to it, or could not store it",
    Difference.LOST: "was read and is not stored",
    Difference.NOT_MOVED: "is stored, and was not moved",
    Difference.MOVED_NOT_STORED: "was moved, and is not stored",
}


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


def reconcile(settings: Settings, tokens: Path, secrets: Sequence[bytes], *, as_json: bool) -> None:
    """Compare what the mailboxes hold with what is stored; name each difference, and exit with 1 if there is one."""
    if not settings.imap:
        fail("imap: there is no mailbox to compare")
    if not is_readable():
        fail(NO_LIBRARY)
    unread, different = False, False
    with reader_of(settings) as reader:
        erased = Erased(secrets)
        reader.ask(erased.refresh)
        for n, box in enumerate(settings.imap):
            tally, words = asyncio.run(_compared(box, reader, erased, settings, tokens))
            if words:
                complain(f"imap[{n}]: {words}")
            _tell(tally, as_json=as_json)
            unread, different = unread or bool(words), different or bool(tally.differences)
    if unread or different:
        raise typer.Exit(FAULT)


async def _compared(box: Imap, reader: Reader, erased: Erased, settings: Settings, tokens: Path) -> tuple["Tally", str]:
    """Return what a mailbox comes to, and why it could not be read to its end, "" if it could."""
    from daemon.comparing import Known, Tally, compare  # noqa: PLC0415 - its library is an extra
    from daemon.mailroom import logins  # noqa: PLC0415 - the same

    places = {line.folder: line for line in reader.mailboxes() if line.account == box.account}

    async def letters(raws: Sequence[bytes]) -> list[Letter]:
        return reader.letters(raws, erased)

    async def read_to(folder: str, validity: int) -> int:
        place = places.get(folder)
        return place.uid if place is not None and place.validity == validity else 0

    tally, most = Tally(box.account), (settings.smtp or Smtp()).max_bytes
    credentials = logins(settings, tokens)[box]
    return tally, await compare(box, credentials, Known(letters, read_to), most, tally, None)


def _tell(tally: "Tally", *, as_json: bool) -> None:
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
