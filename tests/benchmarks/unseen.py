"""How the judge fares in words that none of its phrases was written for, and how much the length of a mail gives away.

Our own mails came in lots, each labelled before any of it was judged. A lot as first met is judged here by the phrases
that stood in the commit before it came, under the weights and thresholds of today: no phrase of theirs knew its words,
so both shares count, and what is printed are totals. The first of all lots, which came with the phrases, is left out.

Whoever writes mails to be labelled tells an emergency at greater length than a wish, and people at large do not. So
whatever sees how long a mail is, a trained model above all, does well on our own mails and no better on others'. The
last table says how likely an emergency is the longer, and how likely the higher judged, of it and another mail.
Run it by `python -m tests.benchmarks.unseen` in a clone that has the history.
"""

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from daemon.core.triage.definition import Definition, read
from daemon.core.triage.judge import judge
from daemon.core.triage.tokens import tokens_of
from tests.benchmarks.judging import EMERGENCIES, SHIPPED, definition, share, texts
from tests.benchmarks.own_mails import HEAD, Read, read_all, row
from tests.core.judge.mails import FOLDER, Share, mails
from tests.corpora import CORPORA

ROOT = Path(__file__).parents[2]
NOWHERE = "unreadable-today"  # stands in for a phrase that is no longer one

Told = tuple[int, float, bool]  # words of a text, the score it is given, whether it is an emergency


def git(*words: str) -> str:
    """Ask the history."""
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def lots() -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each commit that brought files of mails, the oldest first, with the kinds of product it brought."""
    log = git("log", "--reverse", "--no-merges", "--diff-filter=A", "--format=:%h", "--name-only", "--", str(FOLDER))
    for entry in log.split(":")[1:]:
        commit, *files = entry.split()
        yield commit, frozenset(Path(file).stem for file in files)


def phrases_before(commit: str) -> Definition:
    """Read the definition that stood before a commit, under the thresholds of today."""
    text = git("show", f"{commit}^:{SHIPPED.relative_to(ROOT)}")
    found = read(text)
    if not isinstance(found, Definition):
        lines = text.split("\n")
        for fault in found:
            lines[fault.line - 1] = lines[fault.line - 1].replace(fault.key.partition(": ")[2], NOWHERE)
        found = read("\n".join(lines))
    assert isinstance(found, Definition), found
    return replace(found, thresholds=definition().thresholds)


def as_first_met() -> Iterator[tuple[str, list[Read]]]:
    """Yield each lot but the first, judged by the phrases before it; a file that came twice is of the earlier lot."""
    (_, met), *later = lots()
    for commit, brought in later:
        before = phrases_before(commit)
        chosen = [mail for mail in mails() if mail.kind in brought - met]
        yield commit, [Read(mail, judge(before, mail.subject, mail.text)) for mail in chosen]
        met |= brought


def ahead(pairs: Sequence[tuple[float, bool]]) -> float:
    """Return how likely an emergency stands above another text (the area under the curve); equals count half."""
    ranks: dict[float, float] = {}
    ordered = sorted(value for value, _ in pairs)
    starts = [0, *(at + 1 for at, (one, other) in enumerate(pairwise(ordered)) if one != other), len(ordered)]
    for start, end in pairwise(starts):
        ranks[ordered[start]] = (start + end + 1) / 2
    wanted = sum(emergency for _, emergency in pairs)
    above = sum(ranks[value] for value, emergency in pairs if emergency) - wanted * (wanted + 1) / 2
    return share(above, wanted * (len(pairs) - wanted))


def length(subject: str, text: str) -> int:
    """Count the words of a request."""
    return len(tokens_of(subject).words) + len(tokens_of(text).words)


def given_away(name: str, found: Sequence[Told]) -> None:
    """Print one line of the table of lengths."""
    by_length = ahead([(words, emergency) for words, _, emergency in found])
    by_judge = ahead([(score, emergency) for _, score, emergency in found])
    print(f"{name:34}{len(found):5}{by_length:10.3f}{by_judge:10.3f}")


def told(found: Sequence[Read]) -> list[Told]:
    """Return what the table of lengths needs of our own mails."""
    return [(length(each.mail.subject, each.mail.text), each.verdict.score, each.emergency) for each in found]


def measure() -> None:
    """Print both tables."""
    met: list[Read] = []
    print(f"{'a lot as first met':34}{HEAD}")
    for commit, found in as_first_met():
        if found:
            print(row(f"  {commit}, {', '.join(sorted({each.mail.language for each in found}))}", found))
            met += found
    print(row("all", met))
    print(f"\n{'emergencies above others, by':34}{'n':>5}{'length':>10}{'judge':>10}")
    given_away("own mails as first met", told(met))
    given_away("own mails, held", told(read_all(Share.HELD)))
    for source in EMERGENCIES if CORPORA else ():
        found = [(text["subject"], text["body"], text["label"] == "emergency") for text in texts(source)]
        given_away(source, [(length(s, b), judge(definition(), s, b).score, wanted) for s, b, wanted in found])


if __name__ == "__main__":
    measure()
