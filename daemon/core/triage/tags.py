"""Which tag a request is filed under, once it is no emergency: the likeliest by what was found."""

from collections.abc import Mapping

from daemon.core.triage.scoring import Balance
from daemon.core.triage.spans import Findings
from store.model.verdict import Tag

CLEAR = 0.7  # strength from which words name a tag at all

# The axes that speak for each tag.
SPEAKING: Mapping[Tag, tuple[str, ...]] = {
    Tag.PROBLEM: ("technical",),
    Tag.FEATURE: ("feature",),
    Tag.QUESTION: ("question", "favour"),
    Tag.OTHER: ("other",),
}

Facts = tuple[float, float, float, float, float]

# What each fact adds to the log odds of a tag: fitted to the open texts by `python -m tests.benchmarks.tags`.
ODDS: Mapping[Tag, Facts] = {
    #              said   ahead   most      ?  always
    Tag.PROBLEM: (-0.24, 0.70, 1.20, -1.38, 0.05),
    Tag.FEATURE: (0.91, 0.06, 1.68, 0.30, -2.51),
    Tag.QUESTION: (-1.00, 1.40, 0.36, 3.21, -1.56),
    Tag.OTHER: (0.94, 0.45, 2.00, 0.23, -3.72),
}


def named(balance: Mapping[str, Balance], *, asks: bool) -> Tag | None:
    """Return the tag that the words give what is filed; None: they name none."""
    said = strengths(balance)
    return likeliest(ODDS, said, asks=asks) if max(said.values()) >= CLEAR else None


def strengths(balance: Mapping[str, Balance]) -> dict[Tag, float]:
    """Return how strongly the words speak for each tag, what speaks against it taken off."""
    return {tag: max(balance[axis].net for axis in axes) for tag, axes in SPEAKING.items()}


def likeliest(table: Mapping[Tag, Facts], said: Mapping[Tag, float], *, asks: bool) -> Tag:
    """Return the tag of the highest odds; an earlier one wins a draw."""
    odds = {
        tag: sum(weight * fact for weight, fact in zip(table[tag], facts(tag, said, asks=asks), strict=True))
        for tag in said
    }
    return max(odds, key=odds.__getitem__)


def facts(tag: Tag, said: Mapping[Tag, float], *, asks: bool) -> Facts:
    """Return what bears on a tag: how strongly it is spoken for, how far ahead of the next, whether most; a "?"; 1."""
    next_to_it = max(strength for other, strength in said.items() if other is not tag)
    most = max(said, key=said.__getitem__) is tag
    return max(said[tag], 0.0), said[tag] - next_to_it, float(most), float(asks), 1.0


def by_form(findings: Findings) -> Tag:
    """Return the tag of what the words do not name: a question asks, and a plain statement tells of a thing amiss."""
    if findings.asks:
        return Tag.QUESTION
    return Tag.PROBLEM if findings.tells else Tag.OTHER
