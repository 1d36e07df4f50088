"""Two verdicts on one request: whether they differ, and the clause and words that made the difference."""

from collections.abc import Iterable
from dataclasses import dataclass

from daemon.core.triage.definition import CLAUSES
from store.model.verdict import Clause, Evidence, Part, Tag, Verdict

QUOTES = 2  # that a difference names, the heaviest
_Place = tuple[Part, int, int]
_RANK = {False: 0, None: 1, True: 2}


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that count for more, or for less, than they did (0: as before); those that count no more stand here too."""

    evidence: Evidence
    change: float


@dataclass(frozen=True, slots=True)
class Difference:
    """What made one verdict another."""

    clause: str | None  # None where no clause has moved: thresholds, or what tells a wish from a question
    then: bool | None
    now: bool | None
    quotes: tuple[Quote, ...]


def difference(then: Verdict, now: Verdict) -> Difference | None:
    """Return what made the difference, None where both verdicts come to the same.

    Where what was learned moved the one and the definition is the same, the definition made no difference.
    """
    if (then.tag, then.unsure) == (now.tag, now.unsure) or (then.learned and then.definition == now.definition):
        return None
    moved = [_difference(name, _clause(then, name), _clause(now, name)) for name in CLAUSES]
    largest = max(moved, key=_size)
    return largest if sum(_size(largest)) else Difference(None, None, None, ())


def as_said(verdict: Verdict, said: Tag | None) -> bool:
    """Say whether a verdict is what a member of the team said; None is that it is no emergency."""
    if said is None:
        return verdict.tag is not Tag.EMERGENCY and not verdict.unsure
    return verdict.tag is said and not verdict.unsure


def _clause(verdict: Verdict, name: str) -> Clause:
    return next((clause for clause in verdict.clauses if clause.name == name), Clause(name, None, ()))


def _difference(name: str, then: Clause, now: Clause) -> Difference:
    changes = _changes(then.evidence, now.evidence)
    way = float(_RANK[now.holds] - _RANK[then.holds]) or sum(quote.change for quote in changes)
    quotes = sorted((quote for quote in changes if quote.change * way > 0), key=lambda quote: -abs(quote.change))
    if not quotes:  # the words are the same, and a threshold is not
        quotes = [Quote(e, 0.0) for e in sorted(now.evidence, key=lambda e: -abs(e.weight))]
    return Difference(name, then.holds, now.holds, tuple(quotes[:QUOTES]))


def _changes(then: Iterable[Evidence], now: Iterable[Evidence]) -> list[Quote]:
    """Return every quote of either verdict whose weight is another, in the order of the text."""
    before, after = ({(e.part, e.start, e.end): e for e in evidence} for evidence in (then, now))
    weights = {place: (_weight(before, place), _weight(after, place)) for place in sorted(before | after)}
    return [
        Quote(after.get(place) or before[place], round(new - old, 2))
        for place, (old, new) in weights.items()
        if new != old
    ]


def _weight(found: dict[_Place, Evidence], place: _Place) -> float:
    return found[place].weight if place in found else 0.0


def _size(one: Difference) -> tuple[float, float]:
    return float(one.then is not one.now), sum(abs(quote.change) for quote in one.quotes)
