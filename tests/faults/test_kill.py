"""A daemon that is killed under load loses nothing that it accepted, and does nothing twice without saying why."""

from pathlib import Path

import pytest

from tests.faults.assault import Assault
from tests.faults.nursery import Nursery
from tests.faults.points import ON_THE_WAY, told

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

MIXED = tuple(harm for point in ON_THE_WAY for harm in ("", f"{point}:kill@{{n}}"))


async def test_what_was_accepted_outlives_every_kill(nursery: Nursery, tmp_path: Path) -> None:
    assault = Assault(tmp_path, nursery, messages=1000, kills=20, harms=MIXED)
    counters = await assault.run()
    assert counters.faults == {}, counters
    assert counters.doubled <= counters.unknown, counters
    assert assault.killed + assault.died >= 20
    assert assault.killed >= 5
    assert assault.died >= 5


async def test_a_kill_at_each_place_on_the_way_of_a_mail_is_outlived(nursery: Nursery, tmp_path: Path) -> None:
    harms = tuple(f"{point}:kill@{number % 5 + 2}" for number, point in enumerate(ON_THE_WAY))
    assault = Assault(tmp_path, nursery, messages=250, kills=len(harms), harms=harms)
    counters = await assault.run()
    assert counters.faults == {}, counters
    assert sorted(told(assault.log)) == sorted(ON_THE_WAY), "each place has to be reached"
