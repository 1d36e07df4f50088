"""A real Postfix before the LMTP door: every mail arrives once, each recipient has its answer, none is sent again."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from daemon.core.settings import Desk
from tests.edge.doorstep import open_house
from tests.ports import free_port

POSTFIX, SOURCE = shutil.which("postfix", path="/usr/sbin:/usr/bin"), shutil.which("smtp-source", path="/usr/sbin")
DAEMONS = Path("/usr/lib/postfix/sbin")
MAILS = 60
SENT = "status=sent (250 2.0.0 Kept as a1b2c3)"
DESK = Desk(address="sales@hd.test", aliases=("2sales@hd.test",))
MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
myhostname = mx.test
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
relay_domains = hd.test
transport_maps = inline:{{{{hd.test = lmtp:inet:127.0.0.1:{door}}}}}
smtpd_relay_restrictions = permit_mynetworks, reject
maillog_file = {folder}/log
maillog_file_prefixes = /tmp
alias_maps =
alias_database =
"""
MASTER = """
127.0.0.1:{front} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
lmtp unix - - n - - lmtp
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


async def run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    assert await process.wait() == 0, command


@asynccontextmanager
async def postfix(door: int) -> AsyncIterator[tuple[int, Path]]:
    """A private Postfix that hands mail for hd.test to the door; its port and its log."""
    front = free_port()
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in ("etc", "queue", "data"):
            (folder / part).mkdir()
        shutil.chown(folder / "data", "postfix")
        (folder / "etc/main.cf").write_text(MAIN.format(folder=folder, daemons=DAEMONS, door=door))
        (folder / "etc/master.cf").write_text(MASTER.format(front=front))
        await run(str(POSTFIX), "-c", f"{folder}/etc", "start")
        try:
            yield front, folder / "log"
        finally:
            await run(str(POSTFIX), "-c", f"{folder}/etc", "stop")


@pytest.mark.slow
@pytest.mark.needs("postfix")
@pytest.mark.skipif(
    not (POSTFIX and SOURCE and DAEMONS.is_dir()), reason="postfix is not here; on Debian: apt-get install postfix"
)
@pytest.mark.skipif(os.geteuid() != 0, reason="a private Postfix can only be started by root")
async def test_mails_to_three_recipients_arrive_once_and_are_answered_for_each() -> None:
    async with (
        open_house(protocol="lmtp", desk=DESK, before=lambda: asyncio.sleep(0.002)) as house,
        postfix(house.listener.port) as (front, log),
    ):
        # smtp-source writes a number before all but the first recipient: sales, 2sales, 3sales
        sender = ("-f", "cust@customer.test", "-t", "sales@hd.test", f"127.0.0.1:{front}")
        async with asyncio.timeout(20):
            while not log.exists() or "daemon started" not in log.read_text("utf-8"):
                await asyncio.sleep(0.05)
        await run(str(SOURCE), "-s", "5", "-m", str(MAILS), "-r", "3", "-l", "3000", *sender)
        async with asyncio.timeout(40):
            while log.read_text("utf-8").count(SENT) < 2 * MAILS or len(house.kept) < MAILS:
                await asyncio.sleep(0.1)
        said = log.read_text("utf-8")
    assert len(house.kept) == MAILS
    assert said.count(SENT) == 2 * MAILS
    assert said.count("(host 127.0.0.1[127.0.0.1] said: 550 5.1.1 No such mailbox here") == MAILS
    assert "may be sent more than once" not in said
