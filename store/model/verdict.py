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


@dataclass(frozen=True, slots=True)
class Evidence:
    """Exact words of a message that a rule of the definition speaks about: text == new_text[start:end]."""

    text: str
    start: int
    end: int
    rule: str
    weight: float


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of the definition, answered: True, False, or None where it is open."""

    name: str
    holds: bool | None
    evidence: tuple[Evidence, ...]


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
