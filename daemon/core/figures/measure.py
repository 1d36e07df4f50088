"""From moments to percentiles: first answers and classes, in all hours and in those in which somebody works."""

from collections.abc import Callable, Iterable, Sequence

from daemon.core.figures.hours import Worked, hours_of, worked
from daemon.core.figures.response import FirstResponse, Spread
from daemon.core.settings import Settings
from store.model.figures import Classified, Clock, nearest_rank

Working = Callable[[float, float, str | None], float]


def spread(values: Iterable[float]) -> Spread:
    """Return the percentiles of times in seconds."""
    ordered = sorted(values)
    return Spread(len(ordered), *(nearest_rank(ordered, percent) for percent in (50, 90, 99)))


def first_response(clocks: Sequence[Clock], settings: Settings) -> FirstResponse:
    """Return how long the first answers to tickets took, those of the desk itself and those of people."""
    answered = [(one.opened_at, one.human_at, one.team) for one in clocks if one.human_at is not None]
    working = working_time(answered, settings)
    return FirstResponse(
        len(clocks),
        spread(max(0.0, one.automatic_at - one.opened_at) for one in clocks if one.automatic_at is not None),
        spread(max(0.0, until - since) for since, until, _ in answered),
        spread(working(since, until, team) for since, until, team in answered),
    )


def classifying(found: Sequence[Classified], settings: Settings) -> tuple[Spread, Spread]:
    """Return how long it took until problem reports had their class: in all hours, and in working hours."""
    working = working_time(found, settings)
    return (
        spread(max(0.0, one.ended_at - one.opened_at) for one in found),
        spread(working(one.opened_at, one.ended_at, one.team) for one in found),
    )


def working_time(stretches: Sequence[tuple[float, float, str | None]], settings: Settings) -> Working:
    """Return the function that says how much of a stretch of time was worked, for stretches within these."""
    if not stretches:
        return lambda _since, _until, _team: 0.0
    since, until = min(one[0] for one in stretches), max(one[1] for one in stretches)
    summed: dict[str | None, Worked] = {}

    def working(start: float, end: float, team: str | None) -> float:
        if team not in summed:
            summed[team] = worked(hours_of(settings, team), since, until)
        return summed[team].between(start, end)

    return working
