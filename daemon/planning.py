"""The turns are planned anew when somebody said something of them, when one has ended, and once a day."""

import asyncio

from daemon.core.roster.roster import build
from daemon.house import House

PLANNED_ANEW_SECONDS = 86400.0  # a roster sees months ahead


async def plan_turns(house: House) -> None:
    """Build the roster anew if anybody changed it or a turn has ended, and once a day."""
    latest, now = await house.store.latest_of_roster(), house.clock()
    if latest != house.memory.rota or now > house.memory.roster.built + PLANNED_ANEW_SECONDS:
        overrides, served = await house.store.overrides(), await house.store.turns_served()
        house.memory.roster = await asyncio.to_thread(build, house.settings, now, overrides, served)
        house.memory.rota = latest
