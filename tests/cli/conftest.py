"""A desk that has lived: `triaged run` on a real port took a few messages, one was set aside, and it was stopped."""

import asyncio
import os
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from daemon.cli import app
from store.model.message import Envelope
from store.store import Store
from tests.ports import free_port

Triaged = Callable[..., Result]

CUSTOMER = "maria@shop.example"
BROKEN = b"""From: maria@shop.example\r
To: help@acme.example\r
Subject: The export is broken since this morning\r
Message-ID: <one@shop.example>\r
Date: Sat, 21 Nov 2026 09:00:00 +0000\r
\r
Since this morning the export does not work, we cannot send our bills.\r
"""
WISH = b"""From: Jonas <jonas@werk.example>\r
To: help@acme.example\r
Subject: Idea\r
Message-ID: <two@werk.example>\r
Date: Sat, 21 Nov 2026 09:01:00 +0000\r
\r
It would be nice if the list could be sorted by name.\r
"""
AWAY = b"""From: lena@studio.example\r
To: help@acme.example\r
Subject: Out of office\r
Auto-Submitted: auto-replied\r
In-Reply-To: <nothing@acme.example>\r
Message-ID: <three@studio.example>\r
Date: Sat, 21 Nov 2026 09:02:00 +0000\r
\r
I am away.\r
"""
POISON = b"""From: \x1b[31mred@evil.example\r
Subject: poison \x1b]0;title\x07\r
Message-ID: <four@evil.example>\r
\r
text \x1b[2J\r
"""
CONFIG = """
[desk]
address = "help@acme.example"
[smtp]
listen = "127.0.0.1:{port}"
[pipeline]
address = "product@acme.example"
"""


def command(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "daemon", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def triaged() -> Triaged:
    """The command line within this process; options such as `cwd` are the runner's."""

    def run(*arguments: object, **more: object) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], **more)  # type: ignore[arg-type]

    return run


@pytest.fixture
def new_desk(tmp_path: Path, triaged: Triaged) -> Path:
    """The configuration of a desk as `triaged init` writes it."""
    assert triaged("init", tmp_path).exit_code == 0
    return tmp_path / "triaged.toml"


@pytest.fixture(scope="session")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of a desk that has taken three messages and set a fourth aside; not to be changed."""
    folder = tmp_path_factory.mktemp("desk")
    assert CliRunner().invoke(app, ["init", str(folder)]).exit_code == 0
    config, port = folder / "triaged.toml", free_port()
    config.write_text(CONFIG.format(port=port), "utf-8")
    for daemon in _running(config):
        _send(daemon, port)
        _wait_until_worked(config)
    asyncio.run(_set_aside(f"sqlite:///{folder}/triaged.db"))
    return config


def _running(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-m", "daemon", "run", "-c", str(config)]) as daemon:
        try:
            yield daemon
        finally:
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(30) == 0


def _send(daemon: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(800):  # a busy machine takes its time to start a daemon
        assert daemon.poll() is None, "the daemon ended"
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
                for raw, sender in ((BROKEN, CUSTOMER), (WISH, "jonas@werk.example"), (AWAY, "lena@studio.example")):
                    server.sendmail(sender, ["help@acme.example"], raw)
                return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise AssertionError("the daemon opened no door")


def _wait_until_worked(config: Path) -> None:
    for _ in range(200):
        figures = CliRunner().invoke(app, ["status", "--json", "-c", str(config)]).stdout
        waiting = CliRunner().invoke(app, ["outbox", "--waiting", "--json", "-c", str(config)])
        if '"received": 3' in figures and waiting.exit_code == 0 and not waiting.stdout:
            return
        time.sleep(0.05)
    raise AssertionError(figures + waiting.output)


async def _set_aside(url: str) -> None:
    store = Store.open(url)
    try:
        now = time.time()
        await store.keep(POISON, Envelope("red@evil.example", ("help@acme.example",)), now)
        (work,) = await store.lease_messages(now + 1, 1, 60)
        assert await store.set_aside(work, "ValueError: no way \x1b[31m through", now + 1)
    finally:
        await store.close()
