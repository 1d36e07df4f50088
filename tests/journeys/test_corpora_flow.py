"""Real mail in numbers through a whole desk: all of it is kept and worked, and no list or machine is answered."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import aiosmtplib
import pytest

from tests.corpora import CORPORA
from tests.desk import desk_at

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(CORPORA is None, reason="shared/corpora is not beside the checkout"),
]

EVERY = 3  # of the files; the others differ little
SENDERS = 4
MACHINE = re.compile(
    rb"^(?:List-(?:Id|Post|Help|Unsubscribe)|Mailing-List)[ \t]*:|^Precedence[ \t]*:[ \t]*(?:bulk|junk|list)\b",
    re.IGNORECASE | re.MULTILINE,
)
NO_LIMITS = {
    "desk_per_hour": 0, "per_sender": 0, "per_domain": 0, "unproven_per_sender": 0, "unproven_per_domain": 0,
}  # fmt: skip


def mails() -> Iterator[tuple[str, bytes]]:
    """Yield an envelope sender of its own for each file, so that an answer tells which mail it answers."""
    assert CORPORA is not None
    files = sorted(path for path in CORPORA.rglob("*") if path.is_file() and path.suffix in {".eml", ".txt", ".msg"})
    files += sorted(path for path in (CORPORA / "robustness" / "spamassassin-corpus").rglob("*") if path.is_file())
    for number, path in enumerate(files[::EVERY]):
        yield f"sender{number}@corpus{number}.test", path.read_bytes()


async def test_everything_is_kept_and_worked_and_no_machine_is_answered(tmp_path: Path) -> None:
    todo = dict(mails())
    waiting = iter(todo.items())
    async with desk_at(tmp_path, acknowledge=NO_LIMITS) as desk:

        async def send() -> None:
            client = aiosmtplib.SMTP(hostname="127.0.0.1", port=desk.port, start_tls=False, local_hostname="c.test")
            async with client:
                for sender, raw in waiting:
                    await client.sendmail(sender, ["support@hd.test"], raw)

        await asyncio.gather(*(send() for _ in range(SENDERS)))
        status = await desk.quiet(120)
        assert status.set_aside == 0
        assert status.received + status.duplicates == len(todo)
        silenced = sum(count for _, count in status.silenced)
        assert status.received == status.tickets + status.follow_ups + status.commands + silenced
        for mail in desk.post.mails:
            assert mail.raw.count(b"\n") == mail.raw.count(b"\r\n") == mail.raw.count(b"\r")
            assert max(map(len, mail.raw.split(b"\r\n"))) <= 998
            if mail.kind == "ack" and mail.to in todo:
                header = re.split(rb"\r?\n\r?\n", todo[mail.to], maxsplit=1)[0]
                assert not MACHINE.search(header), mail.to
