"""Which tag a request is filed under, once it is no emergency: the likeliest by what was found."""

from collections.abc import Mapping, Sequence

from daemon.core.triage.scoring import CEILING, Balance
from daemon.core.triage.spans import Findings
from store.model.verdict import Tag

CLEAR = 0.7  # strength from which an axis speaks of a tag at all

# What each fact adds to the log odds of each tag: fitted to the open texts by `python -m tests.benchmarks.tags`, then
# rounded. The facts, in their order: how strongly the words tell of a malfunction and of none, of a wish and of
# something to be mended, of a question, of a favour asked, of a letter that asks for nothing; a question mark; always.
ODDS: Mapping[Tag, tuple[float, ...]] = {
    Tag.PROBLEM: (0.87, 0.09, -0.81, 0.16, -0.31, -0.83, -0.72, -1.33, 0.07),
    Tag.FEATURE: (-0.41, -0.60, 1.18, -0.16, 0.17, -0.25, -0.49, -0.27, -1.66),
    Tag.QUESTION: (-1.10, 0.30, -1.20, -1.37, 0.17, 1.21, -1.99, 3.15, -1.83),
    Tag.OTHER: (-0.98, 0.67, -0.95, -1.91, 0.26, -0.52, 2.32, 0.78, -4.08),
}


def named(balance: Mapping[str, Balance], *, asks: bool) -> Tag | None:
    """Return the tag that the words give what is filed; None: they name none."""
    return likeliest(ODDS, facts(balance, asks=asks)) if is_named(balance) else None


def is_named(balance: Mapping[str, Balance]) -> bool:
    """Say whether the words speak of any tag."""
    return any(balance[axis].net >= CLEAR for axis in ("technical", "feature", "question", "favour", "other"))


def likeliest(table: Mapping[Tag, Sequence[float]], found: Sequence[float]) -> Tag:
    """Return the tag of the highest odds; an earlier one wins a draw."""
    return max(table, key=lambda tag: sum(weight * fact for weight, fact in zip(table[tag], found, strict=True)))


def facts(balance: Mapping[str, Balance], *, asks: bool) -> tuple[float, ...]:
    """Return what bears on the tag, in the order of the table."""
    said = [
        min(side.strength, CEILING)
        for axis in ("technical", "feature")
        for side in (balance[axis].speaks_for, balance[axis].against)
    ]
    said += [max(balance[axis].net, 0.0) for axis in ("question", "favour", "other")]
    return (*said, float(asks), 1.0)


def by_form(findings: Findings) -> Tag:
    """Return the tag of what the words do not name: a question asks, and a plain statement tells of a thing amiss."""
    if findings.asks:
        return Tag.QUESTION
    return Tag.PROBLEM if findings.tells else Tag.OTHER
