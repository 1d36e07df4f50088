"""The log tells a journey: `grep` of one number is the story, and nothing that anybody wrote stands in it."""

import asyncio
import os
import pty
import re
import smtplib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.child import Child
from tests.ports import free_port
from tests.sink import open_sink

CONFIG = """
[desk]
address = "desk@team.test"
[smtp]
listen = "127.0.0.1:{door}"
[relay]
url = "smtp://127.0.0.1:SINK"
[pipeline]
address = "pipeline@team.test"
[[people]]
id = "ann"
name = "Ann"
address = "ann@team.test"
[duty]
people = ["ann"]
answer_minutes = 0.02
fallback = "ann"
"""
RAW = (
    "From: Maria Secretary <maria@shop.test>\r\nTo: desk@team.test\r\n"
    "Subject: Confidential outage\r\nMessage-ID: <one@shop.test>\r\n\r\n"
    "Since this morning nobody can log in, the server answers error 500. We cannot work at all. Password hunter2.\r\n"
)
FACT = re.compile(r'(\w+)=("[^"]*"|\S+)')


def story(log: str, number: str) -> list[dict[str, str]]:
    """What `grep` of a number finds, read as key=value."""
    return [dict(FACT.findall(line)) for line in log.splitlines() if re.search(rf"\b{number}\b", line)]


async def journey(folder: Path, more: str = "") -> str:
    sink = free_port()
    got: list[bytes] = []
    took = await open_sink(sink, lambda _, __, raw: got.append(raw))
    child = await Child.start(folder, CONFIG.replace("SINK", str(sink)) + more)
    try:
        with smtplib.SMTP("127.0.0.1", child.door, timeout=20) as server:
            for _ in range(2):
                await asyncio.to_thread(server.sendmail, "maria@shop.test", ["desk@team.test"], RAW)
        async with asyncio.timeout(30):
            while len(got) < 2:
                await asyncio.sleep(0.02)
    finally:
        child.stop()
        took.close()
    return (folder / "log").read_text("utf-8")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a desk wrote of one message that came twice."""
    return asyncio.run(journey(tmp_path_factory.mktemp("desk")))


def test_the_number_of_a_message_tells_its_story_in_order(log: str) -> None:
    told = story(log, "message=1")
    assert [line["event"] for line in told[:4]] == ["received", "read", "judged", "decided"]
    assert {line["event"] for line in told[4:]} == {"sent"}
    assert sorted(line["kind"] for line in told[4:]) == ["ack", "card"]
    received, read, judged, decided, *sent = told
    assert (received["door"], received["octets"]) == ("smtp", str(len(RAW)))
    assert (read["automatic"], read["proven"]) == ("none", "no")
    assert (judged["tag"], judged["ticket"]) == ("emergency", "1")
    assert (decided["outcome"], decided["ticket"], decided["mails"]) == ("ticket", "1", "ack+card")
    assert {line["ticket"] for line in sent} == {"1"}
    assert [line["timestamp"] for line in told] == sorted(line["timestamp"] for line in told)


def test_the_number_of_a_ticket_finds_what_was_done_about_it(log: str) -> None:
    told = story(log, "ticket=1")
    assert {"judged", "decided", "sent"} <= {line["event"] for line in told}


def test_a_repeat_is_received_and_nothing_more(log: str) -> None:
    (first, again) = [line for line in log.splitlines() if "event=received" in line]
    assert "message=1" in first
    assert "message=" not in again
    assert re.search(r"token=(\w+)", first)[1] == re.search(r"token=(\w+)", again)[1]  # type: ignore[index]


def test_no_word_of_anybodys_and_no_address_is_in_the_log(log: str) -> None:
    stations = [line for line in log.splitlines() if "message=" in line or "ticket=" in line]
    assert len(stations) >= 6
    for word in ("maria", "Maria", "Confidential", "hunter2", "shop.test", "@"):
        assert word not in "\n".join(stations)


async def test_a_desk_may_do_without(tmp_path: Path) -> None:
    assert "event=received" not in await journey(tmp_path, "[log]\nstations = false\n")


def test_whoever_looks_on_sees_stations_and_all_else_in_one_form(tmp_path: Path) -> None:
    say = (
        "import asyncio, structlog\n"
        "from daemon.edge.log import start_log, stations\n"
        "async def both():\n"
        "    start_log(of_stations=True)\n"
        "    structlog.get_logger().info('ready', port=25)\n"
        "    stations('received', message=1)\n"
        "    stations.flush()\n"
        "asyncio.run(both())\n"
    )
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", say]
    subprocess.run(command, cwd=Path(__file__).parent.parent, stderr=theirs, timeout=60, check=True)
    os.close(theirs)
    told = re.sub(r"\x1b\[[0-9;]*m", "", os.read(ours, 10_000).decode()).splitlines()
    os.close(ours)
    form = re.compile(r"\d\d:\d\d:\d\d \[info     \] (\w+) +(\w+=\d+)")
    assert [found.groups() for line in told if (found := form.fullmatch(line))] == [
        ("ready", "port=25"),
        ("received", "message=1"),
    ]
