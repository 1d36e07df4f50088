"""What is due, and what follows: the rules of the clock as one table."""

from collections.abc import Callable
from dataclasses import dataclass

from daemon.core.desk.clock.calling import called_until, escalated
from daemon.core.desk.clock.gathering import gathered_until, listed
from daemon.core.desk.clock.hearing import added, heard_until
from daemon.core.desk.clock.moment import Moment
from daemon.core.desk.clock.question import asked_until, lapsed
from daemon.core.desk.clock.waiting import closed, reminded, unanswered_until, unasked_until, unreminded_until
from daemon.core.desk.clock.waking import snoozed_until, woken
from store.model.occasion import Clock, Due, Occasion

AT_ONCE = 1000  # tickets of one rule that are looked at before the next are looked for


@dataclass(frozen=True, slots=True)
class Rule:
    """A clock of tickets, how long it runs, and what happens then."""

    clock: Clock
    until: Callable[[Moment], float | None]  # it has run out where it stands then or before; None: never
    occasions: Callable[[tuple[Due, ...], Moment], tuple[Occasion, ...]]


RULES: tuple[Rule, ...] = (
    Rule(Clock.ASKED, asked_until, lapsed),
    Rule(Clock.GATHERED, gathered_until, listed),
    Rule(Clock.HEARD, heard_until, added),
    Rule(Clock.CALLED, called_until, escalated),
    Rule(Clock.SNOOZED, snoozed_until, woken),
    Rule(Clock.WAITING, unreminded_until, reminded),
    Rule(Clock.REMINDED, unanswered_until, closed),
    Rule(Clock.WAITING, unasked_until, closed),
)


def clocks(moment: Moment) -> tuple[tuple[Clock, float, int], ...]:
    """Return what the store has to be asked for: a clock, a moment (epoch seconds), and how many tickets at most."""
    return tuple((rule.clock, until, AT_ONCE) for rule, until in _running(moment))


def occasions(found: tuple[tuple[Due, ...], ...], moment: Moment) -> tuple[Occasion, ...]:
    """Return what is due; `found` is what the store answered to `clocks` of the same moment."""
    rules = (rule for rule, _ in _running(moment))
    return tuple(one for rule, due in zip(rules, found, strict=True) for one in rule.occasions(due, moment))


def _running(moment: Moment) -> tuple[tuple[Rule, float], ...]:
    return tuple((rule, until) for rule in RULES if (until := rule.until(moment)) is not None)
