"""A private Postfix before the desk's door, where one is installed."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.ports import free_port

POSTFIX, SOURCE = shutil.which("postfix", path="/usr/sbin:/usr/bin"), shutil.which("smtp-source", path="/usr/sbin")
DAEMONS = Path("/usr/lib/postfix/sbin")
NEEDS_POSTFIX = [
    pytest.mark.slow,
    pytest.mark.needs("postfix"),
    pytest.mark.skipif(
        not (POSTFIX and SOURCE and DAEMONS.is_dir()), reason="postfix is not here; on Debian: apt-get install postfix"
    ),
    pytest.mark.skipif(os.geteuid() != 0, reason="a private Postfix can only be started by root"),
]
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
async def postfix(door: int, more: str = "") -> AsyncIterator[tuple[int, Path]]:
    """A private Postfix that hands mail for hd.test to the door; its port and its log. `more` are lines of main.cf."""
    front = free_port()
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for part in ("etc", "queue", "data"):
            (folder / part).mkdir()
        shutil.chown(folder / "data", "postfix")
        (folder / "etc/main.cf").write_text(MAIN.format(folder=folder, daemons=DAEMONS, door=door) + more)
        (folder / "etc/master.cf").write_text(MASTER.format(front=front))
        await run(str(POSTFIX), "-c", f"{folder}/etc", "start")
        try:
            yield front, folder / "log"
        finally:
            await run(str(POSTFIX), "-c", f"{folder}/etc", "stop")
