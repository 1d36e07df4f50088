"""A daemon that is killed under load loses nothing that it accepted, and does nothing twice without saying why."""

from pathlib import Path

import pytest

from tests.faults.assault import Assault

pytestmark = pytest.mark.slow


async def test_what_was_accepted_outlives_every_kill(tmp_path: Path) -> None:
    counters = await Assault(tmp_path, messages=1000, kills=10, seed=1).run()
    assert counters.lost == 0, counters
    assert counters.unexpected == 0, counters
    assert counters.duplicated == 0, counters
    assert counters.unfinished == 0, counters
    assert counters.unacknowledged == 0, counters
    assert counters.unexplained == 0, counters
    assert counters.doubled <= 10 * 16, counters


async def test_a_door_that_promises_too_early_is_found_out(tmp_path: Path) -> None:
    counters = await Assault(tmp_path, messages=200, kills=3, seed=2, module="tests.faults.early").run()
    assert counters.lost > 0, counters
