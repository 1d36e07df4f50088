"""The door to a virus scanner: what clamd and a program answer, and that neither can hold anybody up."""

import asyncio
import time
from pathlib import Path

import pytest

from daemon.core.settings import Scanning
from daemon.edge.scan import Scanner, open_scanner
from store.model.message import Safety, Scan
from tests.edge.scanning import EICAR, MOST, clamd_at, program_at

CLEAN = Scan(Safety.CLEAN)
FOUND = Scan(Safety.INFECTED, "Eicar-Test-Signature")


def scanner(**given: object) -> Scanner:
    opened = open_scanner(Scanning.model_validate(given))
    assert opened
    return opened


def test_nothing_named_is_no_scanner() -> None:
    assert open_scanner(Scanning()) is None


async def test_clamd_sees_every_octet_and_is_believed(tmp_path: Path) -> None:
    raw = bytes(range(256)) * 1000
    async with clamd_at(tmp_path / "c") as clamd:
        ask = scanner(clamd=f"unix:{tmp_path / 'c'}")
        assert await ask.scan(raw) == CLEAN
        assert await ask.scan(raw + EICAR) == FOUND
        assert await ask.scan(b"") == CLEAN
    assert clamd.seen == [raw, raw + EICAR, b""]


async def test_clamd_over_tcp(tmp_path: Path) -> None:
    async with clamd_at(tmp_path / "c") as clamd:
        server = await asyncio.start_server(clamd.talk, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        assert await scanner(clamd=f"tcp:127.0.0.1:{port}").scan(EICAR) == FOUND
        server.close()


async def test_what_is_too_large_for_clamd_is_not_scanned_and_the_next_is(tmp_path: Path) -> None:
    async with clamd_at(tmp_path / "c"):
        ask = scanner(clamd=f"unix:{tmp_path / 'c'}")
        assert await ask.scan(bytes(4 * MOST)) == Scan(Safety.UNSCANNED, "INSTREAM size limit exceeded. ERROR")
        assert await ask.scan(b"x") == CLEAN


async def test_a_scanner_that_is_away_is_left_alone_for_a_while(tmp_path: Path) -> None:
    ask = scanner(clamd=f"unix:{tmp_path / 'c'}")
    assert (await ask.scan(b"x")).safety is Safety.UNSCANNED
    async with clamd_at(tmp_path / "c") as clamd:
        assert (await ask.scan(b"x")).safety is Safety.UNSCANNED
        assert clamd.seen == []


async def test_of_many_messages_before_a_silent_scanner_only_the_first_few_wait(tmp_path: Path) -> None:
    async with clamd_at(tmp_path / "c", silent=True) as clamd:
        ask, began = scanner(clamd=f"unix:{tmp_path / 'c'}", seconds=1.0), time.monotonic()
        found = await asyncio.gather(*(ask.scan(b"x") for _ in range(40)))
        assert {one.safety for one in found} == {Safety.UNSCANNED}
        assert found[0].words == "the scanner took longer than 1 seconds"
        assert len(clamd.seen) <= 4
        assert time.monotonic() - began < 8  # one after the other they would wait for ten


async def test_a_program_is_asked_by_its_exit_status(tmp_path: Path) -> None:
    ask = scanner(command=program_at(tmp_path / "scan"))
    assert await ask.scan(b"x" * 300_000) == CLEAN
    assert await ask.scan(b"y\n" + EICAR + b"\n" * 300_000) == FOUND


@pytest.mark.parametrize(
    ("script", "safety"),
    [("exit 0", "clean"), ("exit 1", "infected"), ("exit 2", "unscanned"), ("kill -9 $$", "unscanned")],
)
async def test_a_program_need_not_read_what_it_is_given(tmp_path: Path, script: str, safety: str) -> None:
    assert (await scanner(command=program_at(tmp_path / "scan", script)).scan(bytes(1 << 20))).safety == safety


async def test_a_program_that_is_not_there_is_a_failure() -> None:
    found = await scanner(command=["/nowhere/scan"]).scan(b"x")
    assert found == Scan(Safety.UNSCANNED, "the scanner is away: No such file or directory")


async def test_a_program_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    script = f"sleep 3600 & echo $! > {tmp_path / 'pid'}; wait"
    found = await scanner(command=program_at(tmp_path / "scan", script), seconds=1).scan(b"x")
    assert found.safety is Safety.UNSCANNED
    pid = int((tmp_path / "pid").read_text())
    async with asyncio.timeout(10):
        while alive(pid):
            await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_what_a_scanner_says_is_one_short_clean_line(tmp_path: Path) -> None:
    script = "printf 'a\\033[31m\\342\\200\\256b%0500d\\nsecond line' 0; exit 1"
    found = await scanner(command=program_at(tmp_path / "scan", script)).scan(b"x")
    assert found.words.isprintable()
    assert len(found.words) <= 120
    assert "second" not in found.words


async def test_of_two_scanners_each_may_find_something(tmp_path: Path) -> None:
    async with clamd_at(tmp_path / "c"):
        both = {
            "clamd": f"unix:{tmp_path / 'c'}",
            "command": program_at(tmp_path / "scan", "grep -q worm && exit 1; exit 0"),
        }
        ask = scanner(**both)
        assert await ask.scan(b"x") == CLEAN
        assert await ask.scan(EICAR) == FOUND
        assert (await ask.scan(b"worm")).safety is Safety.INFECTED
    assert (await ask.scan(b"worm")).safety is Safety.INFECTED
    assert (await ask.scan(b"x")).safety is Safety.UNSCANNED
