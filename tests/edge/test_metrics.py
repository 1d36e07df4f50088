"""The figures for Prometheus: all of `status`, documented name by name, on the one address and nothing but that."""

import asyncio
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from daemon.edge import metrics as door
from daemon.edge.metrics import HEAD_OCTETS, Metrics, open_metrics
from store.model.outbox import MailState
from store.model.ticket import State
from store.model.views import FirstResponse, Status
from tests.desk import desk_at
from tests.ports import free_port

STATUS = Status(
    9, 1, 2, 4, 1, 1, (("bounce", 1), ("list", 1)), 1, ((State.PAGED, 3),), ((MailState.SENT, 7),),
    FirstResponse(0.5, 2.0, None), 1,
)  # fmt: skip


async def get(port: int, request: bytes = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n") -> tuple[bytes, str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return head.partition(b"\r\n")[0], body.decode()


def values(page: str) -> dict[tuple[str, ...], float]:
    return {
        (one.name, *one.labels.values()): one.value
        for family in text_string_to_metric_families(page)
        for one in family.samples
    }


def test_every_metric_is_documented_and_nothing_else_is() -> None:
    measured = Metrics()
    measured.show(STATUS, 1.0)
    page = text_string_to_metric_families(measured.written().decode())
    names = {family.name + ("_total" if family.type == "counter" else "") for family in page}
    told = set(re.findall(r"^    (triaged_\w+)", door.__doc__ or "", re.MULTILINE))
    assert told == names


def test_the_figures_are_those_of_status_and_balance() -> None:
    measured = Metrics()
    measured.show(STATUS, 1.0)
    found = values(measured.written().decode())
    assert found["triaged_received",] == sum(many for name, many in found.items() if name[0] == "triaged_became")
    assert found["triaged_silenced", "list"] == 1
    assert found["triaged_open_tickets", "paged"] == 3
    assert found["triaged_outbox", "sent"] == 7
    assert found["triaged_first_response_seconds", "automatic", "0.99"] == 2.0
    assert ("triaged_first_response_seconds", "human", "0.5") not in found
    assert found["triaged_interruptions_off_duty",] == 1


def test_a_stage_is_timed_and_a_broken_one_counted() -> None:
    measured = Metrics()
    with measured.timed("process"):
        pass
    with pytest.raises(ValueError, match="boom"), measured.timed("process"):
        raise ValueError("boom")
    found = values(measured.written().decode())
    assert found["triaged_stage_seconds_count", "process"] == 2
    assert found["triaged_stage_failures_total", "process"] == 1


async def test_figures_are_counted_once_for_all_who_ask_at_a_time() -> None:
    asked = 0

    async def look() -> tuple[Status, float]:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return STATUS, 1.0

    port = free_port()
    server = await open_metrics(f"127.0.0.1:{port}", Metrics(), look)
    async with server:
        assert [sock.getsockname() for sock in server.sockets] == [("127.0.0.1", port)]
        answers = await asyncio.gather(*(get(port) for _ in range(20)))
        assert {head for head, _ in answers} == {b"HTTP/1.1 200 OK"}
    assert asked == 1


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"404"),
        (b"POST /metrics HTTP/1.1\r\n\r\n", b"405"),
        (b"GET /metrics?x=1 HTTP/1.0\r\n\r\n", b"200"),
        (b"\x16\x03\x01\x00\r\n\r\n", b"405"),
        (b"GET /metrics" + b"x" * 2 * HEAD_OCTETS + b"\r\n\r\n", b"400"),
    ],
)
async def test_whatever_is_asked_gets_an_answer_and_an_end(request_: bytes, status: bytes) -> None:
    async def look() -> tuple[Status, float]:
        return STATUS, 1.0

    port = free_port()
    async with await open_metrics(f"127.0.0.1:{port}", Metrics(), look):
        head, _ = await get(port, request_)
        assert head.split()[1] == status


async def test_a_store_that_is_away_is_a_failed_scrape_without_a_word_of_why() -> None:
    async def look() -> tuple[Status, float]:
        raise OSError("secret path")

    port = free_port()
    async with await open_metrics(f"127.0.0.1:{port}", Metrics(), look):
        assert await get(port) == (b"HTTP/1.1 503 Service Unavailable", "")


async def test_a_running_desk_tells_what_it_did(tmp_path: Path) -> None:
    port = free_port()
    async with desk_at(tmp_path, metrics={"listen": f"127.0.0.1:{port}"}) as desk:
        letter = b"From: ann@c.test\r\nSubject: Hello\r\nMessage-ID: <1@c.test>\r\n\r\nHow do I sort the list?\r\n"
        await desk.send(letter, "ann@c.test", "support@hd.test")
        _, page = await get(port)
        found = values(page)
    assert found["triaged_received",] == 1
    assert found["triaged_became", "ticket"] == 1
    assert found["triaged_stage_seconds_count", "receive"] == 1
    assert found["triaged_stage_seconds_count", "process"] == 1
    assert "c.test" not in page
