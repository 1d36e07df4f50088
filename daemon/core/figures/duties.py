"""Who was called, who had the duty, and what the duty leaves of a team: what a roster says of a stretch of time."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from typing import Protocol

from daemon.core.figures.calendar import moment, monday_of
from daemon.core.figures.hours import hours_of
from daemon.core.figures.weekly import Capacity, DutyLoad, Interruptions, ShadowRequest
from daemon.core.mail.address import fold
from daemon.core.settings import Person, Settings
from store.model.figures import Card

QUARTER = 900.0  # seconds; turns change at full quarters of an hour
DAY = 86400.0
MAIL = "mail"  # by which a private request reached the member who passed it on


class Duties(Protocol):
    """What has to be known of a roster."""

    def on_duty(self, now: float, team: str | None = None) -> Person | None:
        """Return the one person who may be interrupted."""

    def shadow(self, now: float, team: str | None = None) -> Person | None:
        """Return who learns beside them."""

    def managing(self, now: float) -> Person | None:
        """Return the release manager."""

    def is_away(self, person: str, now: float) -> bool:
        """Say whether a person (by id) is away."""


def interruptions(cards: Iterable[Card], duties: Duties) -> Interruptions:
    """Count the cards that called somebody; the shadow's copies are for learning and call nobody."""
    calls = _calls(cards, duties)
    first: dict[int, str] = {}
    for card in calls:
        first.setdefault(card.ticket, fold(card.to))
    return Interruptions(
        len(calls),
        sum(not _is(card.to, duties.on_duty(card.at, card.team)) for card in calls),
        sum(fold(card.to) != first[card.ticket] for card in calls),
    )


def duty_load(
    cards: Iterable[Card],
    solved: Sequence[tuple[str, int]],
    duties: Duties,
    settings: Settings,
    since: float,
    until: float,
) -> tuple[DutyLoad, ...]:
    """Return what the duty cost each person who had it, was called, or ended tickets; by id."""
    served = _days_on_duty(duties, settings, since, until)
    called = Counter(person_of(card.to, settings) for card in _calls(cards, duties))
    ended = dict(solved)
    names = sorted({*served, *called, *ended})
    return tuple(DutyLoad(name, round(served.get(name, 0.0), 2), called[name], ended.get(name, 0)) for name in names)


def capacity(monday: date, weeks: int, duties: Duties, settings: Settings) -> tuple[Capacity, ...]:
    """Return what the duty leaves of the team for planned work in so many weeks from the one of `monday`."""
    return tuple(_capacity(monday_of(monday) + timedelta(7 * n), duties, settings) for n in range(weeks))


def shadow_requests(found: Iterable[tuple[str, int]], settings: Settings) -> tuple[ShadowRequest, ...]:
    """Return the private requests by the member who passed them on, most first."""
    requests = (ShadowRequest(person_of(address, settings), MAIL, many) for address, many in found)
    return tuple(sorted(requests, key=lambda one: (-one.count, one.person)))


def person_of(address: str, settings: Settings) -> str:
    """Return the id of the person who has an address; an address that is nobody's is returned itself."""
    return next((one.id for one in settings.people if fold(one.address) == fold(address)), address)


def _calls(cards: Iterable[Card], duties: Duties) -> list[Card]:
    return [card for card in cards if not _learns(card, duties)]


def _learns(card: Card, duties: Duties) -> bool:
    duty = duties.on_duty(card.at, card.team)
    return not _is(card.to, duty) and _is(card.to, duties.shadow(card.at, card.team))


def _is(address: str, person: Person | None) -> bool:
    return person is not None and fold(person.address) == fold(address)


def _days_on_duty(duties: Duties, settings: Settings, since: float, until: float) -> dict[str, float]:
    """Look at every quarter of an hour who has a duty; a person with two at once has it once."""
    rotas = (None, *(team.id for team in settings.teams if team.duty))
    days: Counter[str] = Counter()
    quarters = int((until - since) // QUARTER)
    for n in range(quarters):
        there = {one.id for rota in rotas if (one := duties.on_duty(since + n * QUARTER, rota))}
        days.update(there)
    return {name: many * QUARTER / DAY for name, many in days.items()}


def _capacity(monday: date, duties: Duties, settings: Settings) -> Capacity:
    """Count a working day as that of whoever has the duty at noon."""
    hours = hours_of(settings)
    rotas = (None, *(team.id for team in settings.teams if team.duty))
    people = [one.id for one in settings.people if one.level == "L2"]
    noons = [
        moment(day, time(12), settings.desk.timezone)
        for day in (monday + timedelta(n) for n in range(7))
        if hours.works_on(day)
    ]
    busy = [{one.id for rota in rotas if (one := duties.on_duty(noon, rota))} & set(people) for noon in noons]
    away = [
        {one for one in people if duties.is_away(one, noon)} - on_duty
        for noon, on_duty in zip(noons, busy, strict=True)
    ]
    return Capacity(monday, float(len(people) * len(noons)), float(sum(map(len, busy))), float(sum(map(len, away))))
