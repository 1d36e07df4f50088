"""`triaged login`: a token is got once, kept beside the configuration, and the mailbox is read with it."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from stat import S_IMODE

import pytest

from daemon import config
from daemon.core.settings import Settings
from daemon.edge.imap import BearerToken
from daemon.edge.oauth.kept import tokens_beside
from daemon.mailroom import logins
from tests.cli.conftest import Triaged
from tests.edge.provider import Provider, grant, provider, refuse

TABLES = """
[[oauth]]
name = "support"
provider = "google"
client_id = "triaged"
client_secret = "canary-client"
flow = "client"
token_url = "http://127.0.0.1:{port}/token"
authorize_url = "http://127.0.0.1:{port}/authorize"

[[imap]]
host = "127.0.0.1"
user = "support@acme.example"
oauth = "support"
"""


@pytest.fixture
def google() -> Iterator[Provider]:
    """A provider with a loop of its own, since the command has one too."""
    here: list[Provider] = []
    ready, done = threading.Event(), threading.Event()

    async def serve() -> None:
        async with provider() as opened:
            here.append(opened)
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(20)
    yield here[0]
    done.set()
    thread.join()


@pytest.fixture
def desk(new_desk: Path, google: Provider) -> Path:
    new_desk.write_text(new_desk.read_text("utf-8") + TABLES.format(port=google.port), "utf-8")
    return new_desk


def test_a_login_is_kept_and_opens_the_mailbox(triaged: Triaged, desk: Path, google: Provider) -> None:
    google.says(grant("canary-access"))
    result = triaged("login", "support@acme.example", "-c", desk)
    assert (result.exit_code, "canary" in result.output) == (0, False)
    kept = tokens_beside(desk)
    assert S_IMODE(kept.stat().st_mode) == 0o600
    settings = config.load(desk)
    assert isinstance(settings, Settings)
    given = asyncio.run(logins(settings, kept)[settings.imap[0]](False))
    assert given == BearerToken("support@acme.example", "canary-access")
    assert len(google.asked) == 1


def test_a_refusal_is_said_and_nothing_is_kept(triaged: Triaged, desk: Path, google: Provider) -> None:
    google.says(refuse("invalid_client", 401))
    result = triaged("login", "support", "-c", desk)
    assert (result.exit_code, "does not accept" in result.stderr, "canary" in result.output) == (1, True, False)
    assert not tokens_beside(desk).exists()


def test_a_name_that_is_none(triaged: Triaged, desk: Path) -> None:
    result = triaged("login", "nobody", "-c", desk)
    assert (result.exit_code, "there are support" in result.stderr) == (1, True)
