"""What lies in the desk's hosted mailboxes, copied into a folder of files so that it can be brought along."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from daemon.cli.mailboxes import NO_LIBRARY, is_readable
from daemon.cli.paper import fail
from daemon.core.settings import Imap, Settings, Smtp


def fetched(settings: Settings, tokens: Path, folders: Sequence[str], into: Path, step: Callable[[int], None]) -> int:
    """Copy every message of these folders of all mailboxes into files, octet for octet; returns how many there were.

    The mailboxes stay as they are. What cannot be read ends the command with one line.
    """
    if not settings.imap:
        fail("imap: there is no mailbox in triaged.toml to bring along")
    if not is_readable():
        fail(NO_LIBRARY)
    return sum(asyncio.run(_copied(box, settings, tokens, folders, into, step)) for box in settings.imap)


async def _copied(
    box: Imap, settings: Settings, tokens: Path, folders: Sequence[str], into: Path, step: Callable[[int], None]
) -> int:
    from daemon.edge.imap.inspection import Unreadable, contents  # noqa: PLC0415 - its library is an extra
    from daemon.edge.imap.mailboxes import explained  # noqa: PLC0415 - the same
    from daemon.mailroom import logins  # noqa: PLC0415 - the same

    credentials, most = logins(settings, tokens)[box], (settings.smtp or Smtp()).max_bytes
    many = 0
    for number, folder in enumerate(folders):
        found = 0
        try:
            async for held in contents(box, credentials, folder, most):
                for uid, raw in held.letters:
                    (into / f"{settings.imap.index(box)}-{number}-{uid:010}.eml").write_bytes(raw)
                found += len(held.letters)
                step(len(held.letters))
        except Unreadable as error:
            fail(f"{box.account} {folder}: {explained(error, box)}")
        many += found
    return many
