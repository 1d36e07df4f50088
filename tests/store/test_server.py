"""A PostgreSQL that is behind a dead line holds nobody for ever, and a dead one of ours keeps no place there."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy import Connection, make_url, text

from store import server
from store.batches import Batches
from store.database import reading, writing
from store.store import Store
from tests.edge.cutting import Way, way_to
from tests.store.specimens import ENVELOPE, NOW, raw


@asynccontextmanager
async def behind(url: str, **query: str) -> AsyncIterator[tuple[Way, str]]:
    """Give a way to a server, and the URL of the database behind it."""
    async with way_to(urlsplit(url).port or 5432) as way:
        yield way, make_url(url).set(port=way.port, query=query).render_as_string(hide_password=False)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "ANSWER_SECONDS", 0.3)


@pytest.mark.parametrize("opened", [writing, reading])
def test_both_ends_notice_that_the_other_is_gone(opened: type, postgres_url: str) -> None:
    engine = opened(postgres_url)
    with engine.connect() as connection:
        there = {name: connection.scalar(text(f"SHOW {name}")) for name in ("tcp_keepalives_idle", "tcp_user_timeout")}
        assert there == {"tcp_keepalives_idle": "15", "tcp_user_timeout": "30000"}
        assert connection.scalar(text("SHOW client_connection_check_interval")) == "10s"
        assert connection.scalar(text("SHOW application_name")) == "triaged"
        driver = connection.connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        with socket.socket(fileno=driver.fileno()) as here:
            assert here.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert here.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 15
            assert here.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
            here.detach()
    engine.dispose()


def test_what_the_url_says_of_the_line_is_stronger(postgres_url: str) -> None:
    engine = writing(f"{postgres_url}?keepalives_idle=99")
    with engine.connect() as connection, socket.socket(fileno=_file(connection)) as here:
        assert here.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 99
        here.detach()
    engine.dispose()


def _file(connection: Connection) -> int:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver.fileno()


@pytest.mark.usefixtures("impatient")
async def test_a_line_that_goes_dead_is_told_to_all_who_wait_and_the_next_one_is_used(postgres_url: str) -> None:
    async with behind(postgres_url, connect_timeout="2") as (way, url):
        engine = writing(url)
        batches = Batches(engine, "test")
        assert await batches.do(_echo, 1) == 1
        way.die()
        begun = time.monotonic()
        told = await asyncio.gather(*(batches.do(_echo, n) for n in range(50)), return_exceptions=True)
        assert all(isinstance(fault, Exception) for fault in told), told
        assert time.monotonic() - begun < 10, "one wait for the answer, and one for a new connection"
        way.revive()
        assert await batches.do(_echo, 2) == 2
        await asyncio.to_thread(batches.close)
        engine.dispose()


def _echo(connection: Connection, items: Sequence[int]) -> list[int]:
    return [int(connection.scalar(text("SELECT CAST(:n AS integer)"), {"n": item})) for item in items]


@pytest.mark.usefixtures("impatient")
async def test_a_store_behind_a_dead_line_says_so_and_goes_on_when_it_is_mended(postgres_url: str) -> None:
    async with behind(postgres_url, connect_timeout="2") as (way, url):
        store = await asyncio.to_thread(Store.open, url)
        await store.keep(raw("a"), ENVELOPE, NOW)
        way.die()
        async with asyncio.timeout(20):
            for deed in (lambda: store.keep(raw("b"), ENVELOPE, NOW), store.step, lambda: store.readers(1)):
                with pytest.raises(Exception, match=r"answer|time"):
                    await deed()
            way.revive()
            assert not (await store.keep(raw("b"), ENVELOPE, NOW)).duplicate
            assert await store.step() == "0001"
            assert await store.readers(1) == ()
        await store.close()
