"""Slow tests come first, examples have no deadline, and where nothing may be skipped, what is skipped fails."""

import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

from tests.faults.nursery import Nursery
from tests.ports import free_port
from tests.redis import RedisServer

MUST_RUN = bool(os.environ.get("TRIAGED_TESTS_MUST_RUN"))  # nothing may be skipped
_skipped: list[str] = []
settings.register_profile("desk", deadline=None)  # how long an example takes says most about the machine's other work
settings.load_profile("desk")
structlog.configure(  # a traceback with what every name in it holds takes minutes where a whole desk is among them
    [
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that at the end no process waits for another one's last test."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what was skipped; an expected failure is none."""
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Fail the run for what was skipped."""
    yield
    if MUST_RUN and _skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was skipped where nothing may be."""
    if MUST_RUN and _skipped:
        terminalreporter.section("skipped, where nothing may be skipped", red=True)
        for name in _skipped:
            terminalreporter.line(name)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """One process that has imported the daemon, for all tests that start many."""
    with Nursery() as forking:
        yield forking


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A Redis of one's own."""
    server = RedisServer(free_port())
    server.start()
    yield server
    server.stop()
