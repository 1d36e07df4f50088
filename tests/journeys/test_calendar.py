"""What the calendar brings about is done once, late where the desk was down, and never anew."""

import asyncio
import time
from pathlib import Path

import pytest

from daemon import calendar
from daemon.calendar import Brought, Entry
from daemon.core.desk.clock.calendar import Appointment
from daemon.core.desk.clock.moment import Moment
from daemon.house import House
from daemon.wording import write_occasion
from store.model.changes import Draft, Said
from store.model.message import Address
from store.model.occasion import Occasion
from store.model.outbox import MailKind
from tests.desk import desk_at


class Bells:
    """An entry of the calendar that writes to the team at certain moments."""

    def __init__(self, *moments: float) -> None:
        self.moments = moments

    def due(self, _: Moment) -> tuple[Appointment, ...]:
        return tuple(Appointment(f"bell/{at}", at) for at in self.moments)

    async def bring(self, appointment: Appointment, moment: Moment, house: House) -> Brought:
        said = (Said("noted", None, text=appointment.key),)
        draft = Draft(MailKind.DIGEST, "result", Address("", "team@team.test"), "en", said=said)
        occasion = Occasion(appointment.key, drafts=(draft,))
        return Brought(occasion, write_occasion(occasion, {}, house, moment.now))


async def test_an_appointment_is_kept_once_also_when_the_desk_was_down_at_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daemon.run.SWEEP_SECONDS", 0.2)
    bells = Bells(time.time() - 60)  # what was before the desk first ran is not made up for
    monkeypatch.setattr(calendar, "CALENDAR", (Entry(bells.due, bells.bring),))
    async with desk_at(tmp_path) as desk:
        await asyncio.sleep(1)  # the first sweep is over by then
        bells.moments += (time.time() + 1.5,)
        assert [(mail.kind, mail.to) for mail in await desk.wait(4)] == [("digest", "team@team.test")]
    bells.moments += (time.time() + 0.2,)
    await asyncio.sleep(0.4)
    async with desk_at(tmp_path) as desk:
        assert [(mail.kind, mail.to) for mail in await desk.wait(3)] == [("digest", "team@team.test")]
