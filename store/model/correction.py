"""What the team taught: a verdict that a member overruled or confirmed."""

from dataclasses import dataclass

from store.model.verdict import Tag


@dataclass(frozen=True, slots=True)
class Correction:
    """What a member said a request is, with all that is needed to learn from it; nothing in it is ever changed."""

    ticket: int
    said: Tag | None  # None: only that it is no emergency
    who: str  # a person's id
    at: float
    definition: str  # hash of the definition whose score this is
    score: float  # what the written rules alone said, in log odds
    subject: str
    text: str  # the beginning of the request's new text
    undoes: int | None = None  # the row of the correction that this one takes back: neither teaches

    @property
    def emergency(self) -> bool:
        """Whether the team calls it an emergency."""
        return self.said is Tag.EMERGENCY
