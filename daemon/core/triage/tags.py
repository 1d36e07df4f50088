"""Which tag a request is filed under, once it is no emergency: the likeliest by what was found."""

from collections.abc import Mapping
from operator import mul

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
    Tag.PROBLEM: (-0.19, 0.73, 0.90, -1.39, 0.09),
    Tag.FEATURE: (0.90, 0.07, 1.59, 0.29, -2.48),
    Tag.QUESTION: (-1.05, 1.42, 0.29, 3.32, -1.46),
    Tag.OTHER: (0.57, 1.03, 0.42, -0.13, -2.24),
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
    odds = {tag: sum(map(mul, table[tag], its)) for tag, its in facts(said, asks=asks).items()}
    return max(odds, key=odds.__getitem__)


def facts(said: Mapping[Tag, float], *, asks: bool) -> dict[Tag, Facts]:
    """Return what bears on each tag: how strongly it is spoken for, how far ahead of the next, whether most; "?"; 1."""
    most = max(said, key=said.__getitem__)
    first, second, *_ = sorted(said.values(), reverse=True)
    return {
        tag: (max(strength, 0.0), strength - (second if tag is most else first), float(tag is most), float(asks), 1.0)
        for tag, strength in said.items()
    }


def by_form(findings: Findings) -> Tag:
    """Return the tag of what the words do not name: a question asks, and a plain statement tells of a thing amiss."""
    if findings.asks:
        return Tag.QUESTION
    return Tag.PROBLEM if findings.tells else Tag.OTHER
