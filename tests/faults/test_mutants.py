"""What looks for loss and doubles finds them in daemons that have one fault each."""

from pathlib import Path

import pytest

from tests.faults.assault import Assault
from tests.faults.mutants import MUTANTS
from tests.faults.nursery import Fate, Nursery
from tests.faults.points import POINTS, seam, told

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TELLING = {  # where a kill brings a fault to light, and which counter shows it
    "early": ("K06:kill@5", "lost"),
    "keyless": ("K05:kill@5", "duplicated"),
    "sent_early": ("K12:kill@5", "vanished"),
    "unrecorded": ("K14:kill@5", "unexplained"),
}
KILLS = 2


@pytest.mark.parametrize("mutant", MUTANTS)
async def test_each_fault_is_found(mutant: str, nursery: Nursery, tmp_path: Path) -> None:
    harm, counter = TELLING[mutant]
    assault = Assault(tmp_path, nursery, messages=60, kills=KILLS, harms=(harm,), fate=Fate(mutant=mutant))
    counters = await assault.run()
    assert counters.faults.get(counter), counters
    assert len(told(assault.log)) == KILLS


async def test_the_daemon_without_a_fault_passes_the_same(nursery: Nursery, tmp_path: Path) -> None:
    harms = tuple(harm for harm, _ in TELLING.values())
    assault = Assault(tmp_path, nursery, messages=60, kills=len(harms), harms=harms)
    counters = await assault.run()
    assert counters.faults == {}, counters
    assert len(told(assault.log)) == len(harms)


def test_all_places_are_there() -> None:
    assert len({point.name for point in POINTS}) == 22
    for point in POINTS:
        seam(point)
