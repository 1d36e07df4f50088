"""A mailbox is read: what is in it becomes ours, whole and once, and is put away; real Dovecot, over TLS."""

from pathlib import Path

from tests.edge.dovecot import Dovecot
from tests.edge.mailroom import box, desk_with, letter, needs_dovecot, server, stored, until

pytestmark = needs_dovecot
__all__ = ["server"]


async def test_what_is_there_and_what_comes_later_becomes_ours_and_is_put_away(tmp_path: Path, server: Dovecot) -> None:
    server.deliver("desk", *(letter(n) for n in range(60)))
    async with desk_with(tmp_path, box(server)) as desk:
        await until(lambda: stored(desk) == 60)
        server.deliver("desk", letter(60))
        await until(lambda: server.count("desk", "Archive") == 61)
        status = await desk.quiet()
    assert (status.tickets, status.duplicates) == (61, 0)
    assert server.count("desk") == 0
