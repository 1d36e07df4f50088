"""What the team's corrections add to the written rules: a bounded offset that can name the tickets behind it.

The rules stay as written. Corrections are kept as given, and the offset is fitted to all of them from nothing,
in the order of their tickets: the same corrections give the same offset in every process, and without any it is 0.

The model is kernel logistic regression: a mail is moved by the corrections it resembles, as much as it resembles them.
Likeness is the share of words and pairs of neighbouring words that two mails have in common (numbers count as one word,
so that all mails of one template are alike), and each correction pulls as far as the rules were wrong about it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp, sqrt

from daemon.core.triage.tokens import tokens_of
from store.model.verdict import Lesson

FARTHEST = 3.0  # log odds that corrections may add or take
_PULL = 14.0  # how far one correction may move its like: with 1 it takes many to move one, with 100 one decides
_ROUNDS = 12  # passes over the corrections; they settle within far fewer
_MOST = 2000  # corrections that count, the latest; older ones have long become rules
_COMMON = 0.12  # likeness of two mails that have nothing but a language in common
_SHOWN = 3  # tickets named
_READ = 1500  # characters of a mail that are compared
_SHARED = 24  # corrections that one feature leads to, the latest
_WORD = 4  # letters from which a word alone is a feature; shorter ones count in pairs


@dataclass(frozen=True, slots=True)
class Correction:
    """One verdict overruled, or confirmed, by a member of the team."""

    ticket: int
    subject: str
    text: str
    score: float  # what the rules said, in log odds
    emergency: bool  # what the team said


@dataclass(frozen=True, slots=True)
class Learned:
    """Corrections fitted: each with its features and its pull."""

    tickets: tuple[int, ...] = ()
    pulls: tuple[float, ...] = ()
    sizes: tuple[float, ...] = ()
    places: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # feature -> the corrections that have it


NOTHING = Learned()


def features_of(subject: str, text: str) -> frozenset[str]:
    """Return the words and pairs of neighbouring words of a mail, numbers all alike."""
    words = [_plain(word) for part in (subject, text) for word in (*tokens_of(part[:_READ]).words, "")]
    pairs = {f"{one} {other}" for one, other in pairwise(words) if one and other}
    return frozenset(pairs | {word for word in words if len(word) >= _WORD})


def _plain(word: str) -> str:
    return "0" if any(map(str.isdigit, word)) else word


def refit(corrections: Iterable[Correction]) -> Learned:
    """Fit the offset to all corrections, by coordinate ascent in the order of their tickets; the last word counts."""
    latest = {correction.ticket: correction for correction in corrections}
    kept = [latest[ticket] for ticket in sorted(latest)][-_MOST:]
    features = [features_of(correction.subject, correction.text) for correction in kept]
    places: dict[str, list[int]] = {}
    for place, own in enumerate(features):
        for feature in sorted(own):
            places.setdefault(feature, []).append(place)
    learned = Learned(
        tuple(correction.ticket for correction in kept),
        (0.0,) * len(kept),
        tuple(sqrt(len(own)) for own in features),
        {feature: tuple(at[-_SHARED:]) for feature, at in places.items()},
    )
    likes = [_likeness(learned, own) for own in features]
    pulls = _fit(kept, likes)
    return Learned(learned.tickets, tuple(pulls), learned.sizes, learned.places)


def _fit(kept: Sequence[Correction], likes: Sequence[Mapping[int, float]]) -> list[float]:
    pulls = [0.0] * len(kept)
    for _ in range(_ROUNDS):
        for place, correction in enumerate(kept):
            others = sum(pulls[at] * like for at, like in likes[place].items() if at != place)
            pulls[place] = _settle(correction.score + others, likes[place].get(place, 0.0), correction.emergency)
    return pulls


def _settle(score: float, own: float, emergency: bool) -> float:
    """Return the pull of one correction at which its error and its pull agree, the others standing still."""
    wanted = 1.0 if emergency else 0.0
    low, high = (0.0, _PULL) if emergency else (-_PULL, 0.0)
    for _ in range(30):
        middle = (low + high) / 2
        if _PULL * (wanted - _odds(score + own * middle)) > middle:
            low = middle
        else:
            high = middle
    return round((low + high) / 2, 6)


def _odds(score: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, score))))


def _likeness(learned: Learned, features: frozenset[str]) -> dict[int, float]:
    """Return how like each correction is, from 0 to 1, those that are no more like than any two mails left out."""
    shared: dict[int, int] = {}
    for feature in sorted(features):
        for place in learned.places.get(feature, ()):
            shared[place] = shared.get(place, 0) + 1
    size = sqrt(len(features)) or 1.0
    cosines = ((place, count / (size * learned.sizes[place])) for place, count in shared.items())
    return {place: (cosine - _COMMON) / (1 - _COMMON) for place, cosine in cosines if cosine > _COMMON}


def lesson(learned: Learned, subject: str, text: str) -> Lesson | None:
    """Return what the corrections say about a mail, or None where they say nothing."""
    if not learned.tickets:
        return None
    likes = _likeness(learned, features_of(subject, text))
    shares = {place: learned.pulls[place] * like for place, like in likes.items()}
    offset = round(max(-FARTHEST, min(FARTHEST, sum(shares[place] for place in sorted(shares)))), 4)
    moved = sorted(shares, key=lambda place: (-shares[place] * (1 if offset > 0 else -1), place))
    tickets = tuple(learned.tickets[place] for place in moved[:_SHOWN] if shares[place] * offset > 0)
    return Lesson(offset, tickets) if tickets and offset else None
