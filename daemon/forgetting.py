"""Forget what is old, a little in each round, so that nobody's mail waits for it."""

from daemon.house import House
from store.model.privacy import Aged, Ageing

DAY = 86400.0
STEPS = 10  # in one round, each a transaction of its own
PASS_SECONDS = 3600.0  # from the end of one pass until the next begins

_BEGINNING = Aged(0, 0, 0, ended=False)


async def forget_old(house: House) -> int:
    """Go on with the present pass, or begin one if it is time; returns how many messages and mails were forgotten."""
    memory, now, days = house.memory, house.clock(), house.settings.store.keep_days
    if not days or now < memory.next_pass:
        return 0
    many, at = 0, memory.aged or _BEGINNING
    for _ in range(STEPS):
        at = await house.store.forget(Ageing(now - days * DAY, now, at.message, at.mail))
        many += at.many
        if at.ended:
            memory.aged, memory.next_pass = None, now + PASS_SECONDS
            return many
    memory.aged = at
    return many
