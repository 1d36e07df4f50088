"""From what was found to an answer for each clause, and one score."""

from collections.abc import Iterable
from dataclasses import dataclass

from daemon.core.triage.definition import AXES, CLAUSES, Thresholds
from daemon.core.triage.spans import Span
from store.model.verdict import Clause, Evidence, Part

MOST_EVIDENCE = 4  # spans that count for one side of a clause, each half as much as the one before
SUBJECT_BONUS = 1.1  # what stands in the subject is what the mail is about
WISHED = 1.5  # strength from which "existing" is refused

# What each fact adds to the log odds: fitted to the open texts by `python -m tests.benchmarks.weights`, then rounded.
SAID = 0.84  # each strength of what speaks for "technical" and for "stopping"
STOPPED = 1.12  # "stopping" holds
DENIED = -2.35  # each strength of what speaks against "stopping", up to two
MOST_DENIED = 2.0
UNBUILT = -3.95  # "existing" is refused: it is a wish
ASKS = -3.85  # each strength of a question: who asks how to do a thing may not be stopped
ERRAND = -2.05  # so may who asks a favour
BIAS = -3.87
IN_PASSING = 0.5  # share of a stop told: a question, or a favour asked, that is no stronger casts no doubt on it

_Weighed = tuple[float, Span]


@dataclass(frozen=True, slots=True)
class Side:
    """What speaks for, or against, one axis."""

    strength: float
    evidence: tuple[Evidence, ...]


NOTHING_SAID = Side(0.0, ())


@dataclass(frozen=True, slots=True)
class Balance:
    """Both sides of one axis."""

    speaks_for: Side
    against: Side

    @property
    def net(self) -> float:
        """What is left when both sides are weighed, positive for."""
        return self.speaks_for.strength - self.against.strength


def balances(spans: Iterable[Span], subject: str, text: str) -> dict[str, Balance]:
    """Weigh the evidence for and against each axis."""
    sides: tuple[tuple[list[_Weighed], list[_Weighed]], ...] = tuple([([], []) for _ in AXES])
    for span in sorted(spans, key=_place):  # of two that weigh the same the earlier, then the longer, comes first
        bonus = SUBJECT_BONUS if span.part is Part.SUBJECT else 1.0
        for side, weight in zip(sides, span.rule.group.weights, strict=True):
            if weight:
                side[weight < 0].append((weight * bonus, span))
    return {
        axis: Balance(_side(axis, speaks_for, subject, text), _side(axis, against, subject, text))
        for axis, (speaks_for, against) in zip(AXES, sides, strict=True)
    }


def _place(span: Span) -> tuple[Part, int, int]:
    return span.part, span.start, -span.end


def _side(axis: str, weighed: list[_Weighed], subject: str, text: str) -> Side:
    """Take the strongest spans that do not overlap, each counting half of the one before; a clause quotes them."""
    if not weighed:
        return NOTHING_SAID
    taken: list[_Weighed] = []
    strength = 0.0
    for weight, span in sorted(weighed, key=lambda item: -abs(item[0])):
        for _, other in taken:
            if _overlap(span, other):
                break
        else:
            strength += abs(weight) / 2 ** len(taken)
            taken.append((weight, span))
            if len(taken) == MOST_EVIDENCE:
                break
    quoted = taken if axis in CLAUSES else ()
    return Side(round(strength, 4), tuple([_evidence(weight, span, subject, text) for weight, span in quoted]))


def _overlap(one: Span, other: Span) -> bool:
    return one.part is other.part and one.start < other.end and other.start < one.end


def _evidence(weight: float, span: Span, subject: str, text: str) -> Evidence:
    source = subject if span.part is Part.SUBJECT else text
    words = source[span.start : span.end]
    return Evidence(words, span.start, span.end, span.rule.name, round(weight, 2), span.part)


def clauses(balance: dict[str, Balance], thresholds: Thresholds) -> tuple[Clause, ...]:
    """Answer each clause: yes, no, or open."""
    technical = _answer(balance["technical"], thresholds.technical)
    stopping = _answer(balance["stopping"], thresholds.stopping)
    answers = (technical, _existing(balance["existing"], technical), stopping)
    return tuple(
        Clause(name, holds, balance[name].speaks_for.evidence + balance[name].against.evidence)
        for name, holds in zip(CLAUSES, answers, strict=True)
    )


def _answer(balance: Balance, need: float) -> bool | None:
    if balance.speaks_for.strength >= need and balance.net >= need:
        return True
    return None if balance.net > 0 else False


def _existing(balance: Balance, technical: bool | None) -> bool | None:
    """Something that broke was there before, unless the words speak of what is not there yet."""
    if balance.net <= -WISHED:
        return False
    return True if balance.speaks_for.evidence or technical else None


def score_of(balance: dict[str, Balance], answers: tuple[Clause, ...]) -> float:
    """Return the log odds, by the written rules alone, that the definition is met."""
    return round(BIAS + sum(weight * fact for weight, fact in weighed(balance, answers)), 4)


def weighed(balance: dict[str, Balance], answers: tuple[Clause, ...]) -> tuple[tuple[float, float], ...]:
    """Return the facts that bear on the whole, each with its weight."""
    _, existing, stopping = answers
    said = sum(balance[clause].speaks_for.strength for clause in ("technical", "stopping"))
    in_passing = IN_PASSING * balance["stopping"].speaks_for.strength
    return (
        (SAID, said),
        (STOPPED, float(stopping.holds is True)),
        (DENIED, min(balance["stopping"].against.strength, MOST_DENIED)),
        (UNBUILT, float(existing.holds is False)),
        (ASKS, max(balance["question"].net - in_passing, 0.0)),
        (ERRAND, max(balance["favour"].net - in_passing, 0.0)),
    )
