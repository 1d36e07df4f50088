"""What the written definition makes of a request."""

from dataclasses import dataclass
from enum import StrEnum


class Tag(StrEnum):
    """What a request is."""

    EMERGENCY = "emergency"
    PROBLEM = "problem"
    FEATURE = "feature"
    QUESTION = "question"
    OTHER = "other"


class Part(StrEnum):
    """Which part of a message words stand in."""

    SUBJECT = "subject"
    TEXT = "text"  # the new text: without quotes and signature


@dataclass(frozen=True, slots=True)
class Evidence:
    """Exact words of a message that a rule of the definition speaks about.

    `text == new_text[start:end]`, or `subject[start:end]` where part says so.
    """

    text: str
    start: int
    end: int
    rule: str
    weight: float
    part: Part = Part.TEXT


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of the definition, answered: True, False, or None where it is open."""

    name: str
    holds: bool | None
    evidence: tuple[Evidence, ...]

    @property
    def quotes(self) -> tuple[Evidence, ...]:
        """The words that its answer rests on; of an open clause those that speak for it."""
        sign = -1 if self.holds is False else 1
        return tuple([one for one in self.evidence if sign * one.weight > 0])


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the team's corrections add to one score, in log odds, and the tickets that moved it most."""

    offset: float
    tickets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the team's written definition makes of a request, with the words that led to it."""

    tag: Tag
    unsure: bool
    score: float
    area: str | None
    clauses: tuple[Clause, ...]  # technical, existing, stopping
    definition: str  # hash of the definition that decided
    missing: tuple[str, ...] = ()  # facts that this kind of problem needs and the text does not give
    learned: Lesson | None = None  # the part of the score that is not the written rules'
