"""The figures for Prometheus, on an address of their own: what `triaged status` shows, and how long the stages take.

    triaged_received                        messages worked or set aside, ever
    triaged_waiting                         messages that wait to be worked
    triaged_duplicates                      further copies of messages that were received
    triaged_became{outcome}                 received messages by what became of them; they add up to triaged_received
    triaged_silenced{reason}                messages kept without an answer
    triaged_open_tickets{state}             tickets by state
    triaged_outbox{state}                   outgoing mails by state
    triaged_first_response_seconds{by,quantile}  first answers to the latest tickets, automatic and human
    triaged_interruptions_off_duty          cards that called somebody who was not on duty
    triaged_figures_at_seconds              when these were counted, in epoch seconds
    triaged_stage_seconds{stage}            histogram: how long receive, process and deliver took
    triaged_stage_failures_total{stage}     how often a stage broke
    triaged_stage_seconds_created           when this process began to measure, in epoch seconds
    triaged_stage_failures_created          the same

Figures are counted when they are asked for, in a thread of the store, and at most once in some seconds. No label holds
a word that a stranger wrote: reasons and states are words of the house.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, perf_counter

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from store.model.changes import Outcome
from store.model.views import Status

FRESH_SECONDS = 5.0
REQUEST_SECONDS = 5.0  # for which a client may take to ask
HEAD_OCTETS = 8192
AT_ONCE = 8  # connections
STAGES = ("receive", "process", "deliver")
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0, 300.0)

log = structlog.get_logger()

Row = tuple[dict[str, str], float | None]


def _by(label: str, counts: Iterable[tuple[str, int]]) -> list[Row]:
    return [({label: str(word)}, count) for word, count in counts]


def _became(status: Status) -> list[Row]:
    silenced = sum(count for _, count in status.silenced)
    counts = (status.tickets, status.follow_ups, status.commands, silenced, status.set_aside)
    return [({"outcome": str(outcome)}, count) for outcome, count in zip(Outcome, counts, strict=True)]


def _first_response(status: Status) -> list[Row]:
    first = status.first_response
    return [
        ({"by": "automatic", "quantile": "0.5"}, first.automatic_p50),
        ({"by": "automatic", "quantile": "0.99"}, first.automatic_p99),
        ({"by": "human", "quantile": "0.5"}, first.human_p50),
    ]


GAUGES: tuple[tuple[str, str, tuple[str, ...], Callable[[Status], Iterable[Row]]], ...] = (
    ("received", "messages worked or set aside", (), lambda s: [({}, s.received)]),
    ("waiting", "messages that wait to be worked", (), lambda s: [({}, s.waiting)]),
    ("duplicates", "further copies of messages that were received", (), lambda s: [({}, s.duplicates)]),
    ("became", "received messages by what became of them", ("outcome",), _became),
    ("silenced", "messages kept without an answer", ("reason",), lambda s: _by("reason", s.silenced)),
    ("open_tickets", "tickets by state", ("state",), lambda s: _by("state", s.open)),
    ("outbox", "outgoing mails by state", ("state",), lambda s: _by("state", s.outbox)),
    (
        "first_response_seconds",
        "first answers to the latest tickets",
        ("by", "quantile"),
        _first_response,
    ),
    (
        "interruptions_off_duty",
        "cards that called somebody who was not on duty",
        (),
        lambda s: [({}, s.interruptions_off_duty)],
    ),
)


class Metrics:
    """What is measured in this process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._gauges = {
            name: Gauge(f"triaged_{name}", words, labels, registry=self.registry) for name, words, labels, _ in GAUGES
        }
        self._at = Gauge("triaged_figures_at_seconds", "when these were counted", registry=self.registry)
        seconds = Histogram(
            "triaged_stage_seconds", "how long a stage took", ("stage",), buckets=BUCKETS, registry=self.registry
        )
        failures = Counter("triaged_stage_failures", "how often a stage broke", ("stage",), registry=self.registry)
        self._seconds = {stage: seconds.labels(stage) for stage in STAGES}
        self._failures = {stage: failures.labels(stage) for stage in STAGES}

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Measure a stage, and count it where it breaks."""
        started = perf_counter()
        try:
            yield
        except Exception:
            self._failures[stage].inc()
            raise
        finally:
            self._seconds[stage].observe(perf_counter() - started)

    def show(self, status: Status, now: float) -> None:
        """Take over the figures of the desk, as they were at `now` (epoch seconds)."""
        for name, _, labels, rows in GAUGES:
            gauge = self._gauges[name]
            if labels:
                gauge.clear()
            for values, figure in rows(status):
                if figure is not None:
                    (gauge.labels(**values) if labels else gauge).set(figure)
        self._at.set(now)

    def written(self) -> bytes:
        """Return all of it as Prometheus reads it."""
        return generate_latest(self.registry)


@dataclass(slots=True)
class _Figures:
    """The figures of the desk, counted anew when they are no longer fresh; those who ask at once wait for one count."""

    metrics: Metrics
    look: Callable[[], Awaitable[tuple[Status, float]]]
    lock: asyncio.Lock
    counted: float = float("-inf")

    async def page(self) -> bytes:
        async with self.lock:
            if monotonic() - self.counted > FRESH_SECONDS:
                self.metrics.show(*await self.look())
                self.counted = monotonic()
        return self.metrics.written()


async def open_metrics(
    listen: str, metrics: Metrics, look: Callable[[], Awaitable[tuple[Status, float]]]
) -> asyncio.Server:
    """Serve the figures at `http://ADDRESS/metrics` on this address and no other, until the server is closed.

    `look` counts the figures of the desk and says when it did.

    Raises:
        OSError: the address cannot be listened on.

    """
    host, _, port = listen.rpartition(":")
    figures = _Figures(metrics, look, asyncio.Lock())
    free = asyncio.Semaphore(AT_ONCE)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_SECONDS), free:
                asked = await _asked(reader)
                writer.write(await _answer(asked, figures))
                await writer.drain()
        except (OSError, TimeoutError):
            pass  # whoever asked has gone
        finally:
            writer.close()

    return await asyncio.start_server(answer, host.strip("[]"), int(port), limit=HEAD_OCTETS)


async def _asked(reader: asyncio.StreamReader) -> bytes:
    """Return the first line of a request, b"" where it is none (RFC 9112 section 3)."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return b""
    return head.partition(b"\r\n")[0]


async def _answer(asked: bytes, figures: _Figures) -> bytes:
    method, _, rest = asked.partition(b" ")
    path = rest.partition(b" ")[0].partition(b"?")[0]
    if method not in (b"GET", b"HEAD"):
        return _response("405 Method Not Allowed" if method else "400 Bad Request", b"")
    if path != b"/metrics":
        return _response("404 Not Found", b"the figures are at /metrics\n")
    try:
        page = await figures.page()
    except Exception:  # the store is away: Prometheus is to see a failed scrape, and nothing of why
        log.exception("metrics failed")
        return _response("503 Service Unavailable", b"")
    return _response("200 OK", page, with_body=method == b"GET")


def _response(status: str, body: bytes, *, with_body: bool = True) -> bytes:
    kind = CONTENT_TYPE_LATEST if status.startswith("200") else "text/plain"
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + (body if with_body else b"")
