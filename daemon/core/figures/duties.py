"""Who was called, who had the duty, and who passed private requests on."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from daemon.core.figures.weekly import Capacity, DutyLoad, Interruptions, ShadowRequest
from daemon.core.mail.address import fold
from daemon.core.roster.load import shares
from daemon.core.roster.roster import Roster
from daemon.core.roster.rotas import MANAGER
from daemon.core.settings import Person, Settings
from store.model.figures import Card

DAY = 86400.0


def interruptions(cards: Iterable[Card], roster: Roster) -> Interruptions:
    """Count the cards that called somebody; the shadow's copies are for learning and call nobody."""
    calls = sorted(_calls(cards, roster))
    first: dict[int, str] = {}
    for card in calls:
        first.setdefault(card.ticket, fold(card.to))
    return Interruptions(
        len(calls),
        sum(card.off_duty for card in calls),
        sum(fold(card.to) != first[card.ticket] for card in calls),
    )


def duty_load(
    cards: Iterable[Card],
    solved: Sequence[tuple[str, int]],
    roster: Roster,
    settings: Settings,
    since: float,
    until: float,
) -> tuple[DutyLoad, ...]:
    """Return what the duty cost each person who had it, was called, or ended tickets; by id."""
    served = _days_on_duty(roster, since, until)
    called = Counter(person_of(card.to, settings) for card in _calls(cards, roster))
    ended = dict(solved)
    names = sorted({*served, *called, *ended})
    return tuple(DutyLoad(name, round(served.get(name, 0.0), 2), called[name], ended.get(name, 0)) for name in names)


def capacity(roster: Roster, monday: date) -> Capacity:
    """Return what the duty leaves of those who do planned work, in the week that begins on this day."""
    each = [one for one in shares(roster, monday) if roster.people[one.person].level == "L2"]
    return Capacity(
        monday,
        float(sum(one.working for one in each)),
        sum(one.on_duty for one in each),
        sum(one.away for one in each),
    )


def shadow_requests(found: Iterable[tuple[str, int]], settings: Settings) -> tuple[ShadowRequest, ...]:
    """Return the private requests by the member who passed them on, most first."""
    requests = (ShadowRequest(person_of(address, settings), many) for address, many in found)
    return tuple(sorted(requests, key=lambda one: (-one.count, one.person)))


def person_of(address: str, settings: Settings) -> str:
    """Return the id of the person who has an address; an address that is nobody's is returned itself."""
    return next((one.id for one in settings.people if fold(one.address) == fold(address)), address)


def _calls(cards: Iterable[Card], roster: Roster) -> list[Card]:
    return [card for card in cards if not _learns(card, roster)]


def _learns(card: Card, roster: Roster) -> bool:
    duty = roster.on_duty(card.at, card.team)
    return not _is(card.to, duty) and _is(card.to, roster.shadow(card.at, card.team))


def _is(address: str, person: Person | None) -> bool:
    return person is not None and fold(person.address) == fold(address)


def _days_on_duty(roster: Roster, since: float, until: float) -> dict[str, float]:
    """Return for how many days of 24 hours each person had a duty, in any rota but that of the release managers."""
    days: dict[str, float] = {}
    for name, line in roster.lines.items():
        if name == line.rota.name and name != MANAGER:
            for turn in line.turns:
                seconds = max(0.0, min(turn.end, until) - max(turn.start, since))
                days[turn.person] = days.get(turn.person, 0.0) + seconds / DAY
    return {name: many for name, many in days.items() if many}
