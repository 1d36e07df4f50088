"""The operator's alarms: how the desk fares is looked at once a minute, and what is news becomes a mail."""

import asyncio
from dataclasses import dataclass

from daemon.calendar import Brought
from daemon.core.desk.alarm import News, World, news, view
from daemon.core.desk.clock.moment import Moment
from daemon.core.mail.address import fold, mark_from
from daemon.core.mail.compose import compose
from daemon.house import House
from store.model.message import Address
from store.model.occasion import Occasion
from store.model.outbox import MailKind, NewMail

LOOK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Alert:
    """News for the operator, to be written."""

    news: News

    async def keep(self, moment: Moment, house: House) -> Brought:
        """Return the mail, and what is to be remembered of it."""
        one = self.news.raised
        if self.news.passed:
            return Brought(Occasion(self.news.key, passed=(one,)), (_mail(self.news, moment, house),))
        return Brought(
            Occasion(self.news.key, raised=(one,) if self.news.stands else ()), (_mail(self.news, moment, house),)
        )


async def alerts(moment: Moment, house: House) -> tuple[Alert, ...]:
    """Return what the operator is to hear now; nothing where there is no operator, or it was just looked."""
    memory = house.memory
    if not house.settings.desk.operator or abs(moment.now - memory.looked_at) < LOOK_SECONDS:
        return ()
    memory.looked_at = moment.now
    health, disk = await house.store.health(), await asyncio.to_thread(house.disk_percent)
    serving = [fold(person.address) for person in moment.roster.serving(moment.now)]
    unreached = await house.store.failing(serving, moment.now)
    return tuple(Alert(one) for one in news(World(health, disk, moment.now, unreached), house.settings))


def _mail(news: News, moment: Moment, house: House) -> NewMail:
    settings = house.settings
    return compose(
        house.letters.write("alarm", settings.desk.language, view(news, settings)),
        kind=MailKind.NOTICE,
        ticket=None,
        to=Address("", settings.desk.operator or ""),
        desk=settings.desk,
        own=house.own,
        mark=mark_from(house.random(10)),
        now=moment.now,
        due=moment.now,
    )
