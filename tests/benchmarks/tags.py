"""Fits the table by which what is filed gets its tag to the texts that may be read, beside the one that ships.

Each source counts alike, however many texts it has, and the mails written for this project twice: they alone are what
a desk receives. The parts held back play no role. Below the table stands how well bugs are told from wishes in each
source by a table that has seen none of it. Run it by `python -m tests.benchmarks.tags`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from daemon.core.triage.judge import judge
from daemon.core.triage.scoring import balances
from daemon.core.triage.spans import findings_of
from daemon.core.triage.tags import CLEAR, ODDS, Facts, facts, likeliest, strengths
from store.model.verdict import Tag
from tests.benchmarks.judging import KINDS, definition, harmonic, held_back, share, texts
from tests.benchmarks.weights import fitted
from tests.core.judge.mails import Share, part
from tests.corpora import CORPORA

FACTS = ("said", "ahead", "most", "?", "always")
TAGS = {"bug": Tag.PROBLEM, "feature": Tag.FEATURE, "question": Tag.QUESTION, "emergency": Tag.PROBLEM}
OWN = "own mails"
# The labels of each source that mean what the desk's tags mean: what app reviews call "other" is praise and blame, and
# what a tracker calls a question is mostly a fault that turned out to be the reporter's own.
TAUGHT = {
    OWN: (*ODDS,),
    "type_pan": (Tag.PROBLEM, Tag.FEATURE, Tag.QUESTION),
    "type_gplay": (Tag.PROBLEM, Tag.FEATURE),
    "type_maalej": (Tag.PROBLEM, Tag.FEATURE),
    "type_nlbse24": (Tag.PROBLEM, Tag.FEATURE),
}
COUNTS = (400.0, 800.0)  # what the texts of one source count together, and the own mails

Table = Mapping[Tag, Facts]


@dataclass(frozen=True, slots=True)
class Known:
    """One labelled text and what is found in it."""

    tag: Tag  # as labelled; an emergency is a problem here
    judged: Tag
    said: Mapping[Tag, float]
    asks: bool

    @property
    def named(self) -> bool:
        """Say whether its words name a tag at all."""
        return max(self.said.values()) >= CLEAR


def labelled(source: str) -> Iterator[tuple[str, str, str]]:
    """Yield subject, text and label of every open text of a source."""
    if source == OWN:
        yield from ((mail.subject, mail.text, str(mail.tag)) for mail in part(Share.DEV))
    else:
        found = (text for text in texts(source) if not held_back(text["id"]))
        yield from ((text["subject"], text["body"], text["label"]) for text in found)


def known(source: str) -> list[Known]:
    """Read one source."""
    found = []
    for subject, text, label in labelled(source):
        findings = findings_of(definition(), subject, text)
        balance = balances(findings.spans, subject, text)
        judged = judge(definition(), subject, text).tag
        found.append(Known(TAGS.get(label) or Tag(label), judged, strengths(balance), findings.asks))
    return found


def taught(read: Mapping[str, Sequence[Known]], without: str = "") -> Table:
    """Return the table fitted to every source but one."""
    chosen = [
        (text, COUNTS[source == OWN] / len(read[source]))
        for source, tags in TAUGHT.items()
        for text in read[source]
        if source != without and text.tag in tags and text.named
    ]
    return {tag: _row(tag, chosen) for tag in ODDS}


def _row(tag: Tag, chosen: Sequence[tuple[Known, float]]) -> Facts:
    rows = [(facts(text.said, asks=text.asks)[tag], text.tag is tag, counts) for text, counts in chosen]
    said, ahead, most, asks, always = (round(weight, 2) for weight in fitted(rows))
    return said, ahead, most, asks, always


def filed(table: Table, text: Known) -> Tag:
    """Return the tag by a table; what is paged is a problem here, and what is not named is as judged."""
    if text.judged is Tag.EMERGENCY:
        return Tag.PROBLEM
    return likeliest(table, text.said, asks=text.asks) if text.named else text.judged


def right(table: Table, found: Sequence[Known]) -> float:
    """Return the mean F1 of bug and feature by a table."""
    pairs = [(filed(table, text), text.tag) for text in found if text.tag in {Tag.PROBLEM, Tag.FEATURE}]
    scores = []
    for tag in (Tag.PROBLEM, Tag.FEATURE):
        both = pairs.count((tag, tag))
        got, wanted = sum(got is tag for got, _ in pairs), sum(its is tag for _, its in pairs)
        scores.append(harmonic(share(both, got), share(both, wanted)))
    return sum(scores) / 2


def measure() -> None:
    """Print each row as fitted and as it ships, and each source by the others."""
    if CORPORA is None:
        print("tags: shared/corpora is absent")
        return
    read = {source: known(source) for source in (OWN, *KINDS)}
    table = taught(read)
    print(f"{'':20}" + "".join(f"{fact:>9}" for fact in FACTS))
    for tag, ships in ODDS.items():
        print(f"{tag + ', fitted':20}" + "".join(f"{weight:9.2f}" for weight in table[tag]))
        print(f"{tag + ', ships':20}" + "".join(f"{weight:9.2f}" for weight in ships))
    print(f"\n{'bug against feature':20}{'unseen':>9}{'ships':>9}")
    for source in KINDS:
        print(f"{source:20}{right(taught(read, source), read[source]):9.3f}{right(ODDS, read[source]):9.3f}")


if __name__ == "__main__":
    measure()
