"""How well and how fast the shipped definition judges: labelled texts that no one here wrote, and the clock.

Every source is cut in two by a hash of its ids. The definition was written with the open part in view and never the
part held back, so the figures of the part held back are those to believe. `python -m tests.benchmarks.judging open`
shows the other. Where a source is left out, the score from which to page is chosen on all the others.
"""

import gc
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from daemon.core.triage.definition import Definition, read
from daemon.core.triage.judge import judge
from store.model.verdict import Verdict
from tests.corpora import CORPORA

SHIPPED = Path(__file__).parents[2] / "templates" / "definition.toml"
EMERGENCIES = ("emergency_hand", "emergency_forum")
KINDS = ("type_pan", "type_gplay", "type_maalej", "type_nlbse24", "type_mltickets")
PROBLEM, FEATURE = frozenset({"problem", "emergency"}), frozenset({"feature"})
SIZE = 2000  # characters of the texts that the clock is held against


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled text and what became of it."""

    source: str
    family: str
    label: str
    clear: bool
    verdict: Verdict

    @property
    def emergency(self) -> bool:
        return self.label == "emergency"

    @property
    def paged(self) -> bool:
        return self.verdict.tag == "emergency"


@cache
def definition() -> Definition:
    """Read the definition that ships."""
    found = read(SHIPPED.read_text("utf-8"))
    assert isinstance(found, Definition), found
    return found


def held_back(identifier: str) -> bool:
    """Say whether a text belongs to the two fifths that nobody looks at while the definition is written."""
    return int(sha256(identifier.encode()).hexdigest(), 16) % 5 < 2


def texts(source: str) -> Iterator[dict[str, Any]]:
    """Yield the records of one source."""
    assert CORPORA is not None
    with (CORPORA / "classify" / f"{source}.dev.jsonl").open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def judged(source: str, part: str = "held back") -> list[Judged]:
    """Judge one source, or a part of it: `open`, `held back` or `all`."""
    chosen = [text for text in texts(source) if part == "all" or held_back(text["id"]) == (part == "held back")]
    return [
        Judged(
            source,
            text.get("source_family") or text.get("source", source),
            text["label"],
            not text.get("ambiguous", False),
            judge(definition(), text["subject"], text["body"]),
        )
        for text in chosen
    ]


def share(part: float, whole: float) -> float:
    """Return a share, 0 of nothing."""
    return part / whole if whole else 0.0


def harmonic(one: float, other: float) -> float:
    """Return the harmonic mean, which is F1 for precision and recall."""
    return share(2 * one * other, one + other)


def row(name: str, found: Sequence[Judged]) -> str:
    """Return one line of the table of emergencies."""
    paged = [text for text in found if text.paged]
    asked = [text for text in found if text.verdict.unsure]
    wanted = [text for text in found if text.emergency]
    right = sum(text.emergency for text in paged)
    missed = sum(not text.paged and not text.verdict.unsure for text in wanted)
    precision, recall = share(right, len(paged)), share(right, len(wanted))
    false = 100 * share(len(paged) - right, len(found) - len(wanted))
    return (
        f"{name:34}{len(found):5}{len(wanted):5}{precision:8.3f}{recall:8.3f}{harmonic(precision, recall):8.3f}"
        f"{share(len(asked), len(found)):8.2f}{share(missed, len(wanted)):8.3f}{false:8.1f}"
    )


def emergencies(part: str) -> None:
    """Print how well emergencies are told from the rest, by source and family."""
    print(f"{'emergencies, ' + part:34}{'n':>5}{'em':>5}{'P':>8}{'R':>8}{'F1':>8}{'asked':>8}{'missed':>8}{'f/100':>8}")
    everything: list[Judged] = []
    for source in EMERGENCIES:
        found = judged(source, part)
        everything += found
        print(row(source, found))
        print(row("  where the text is clear", [text for text in found if text.clear]))
    print(row("both", everything))
    print(row("  where the text is clear", [text for text in everything if text.clear]))
    left_out(everything)


def left_out(everything: Sequence[Judged]) -> None:
    """Print each family judged with the paging score that suits all the others best."""
    print("\nleft out: the score from which to page is chosen on the other families")
    families = sorted({family_of(text) for text in everything})
    for family in families:
        rest = [text for text in everything if family_of(text) != family]
        found = [text for text in everything if family_of(text) == family]
        if len(found) < 8:
            continue
        page = max((n / 4 for n in range(2, 15)), key=lambda score: f1_at(rest, score))
        print(f"  {family:32}{len(found):5}  page at {page:.2f}  F1 {f1_at(found, page):.3f}")


def family_of(text: Judged) -> str:
    """Return where a text comes from, as short as it names itself."""
    return text.family.partition(":")[0].partition(" ")[0]


def f1_at(found: Iterable[Judged], page: float) -> float:
    """Return F1 if all whose clauses hold were paged from this score."""
    cases = [
        (all(clause.holds for clause in t.verdict.clauses) and t.verdict.score >= page, t.emergency) for t in found
    ]
    right = sum(paged and wanted for paged, wanted in cases)
    return harmonic(share(right, sum(paged for paged, _ in cases)), share(right, sum(wanted for _, wanted in cases)))


def kinds(part: str) -> None:
    """Print how well bugs are told from wishes, without training; whatever is neither counts as missed."""
    print(f"\n{'bug against feature, ' + part:34}{'n':>5}{'bug F1':>9}{'feat. F1':>9}{'mean':>8}{'forced':>8}")
    for source in KINDS:
        found = [text for text in judged(source, part) if text.label in {"bug", "feature"}]
        bug, feature = f1_of(found, "bug", PROBLEM, FEATURE), f1_of(found, "feature", FEATURE, PROBLEM)
        print(f"{source:34}{len(found):5}{bug:9.3f}{feature:9.3f}{(bug + feature) / 2:8.3f}{forced(found):8.3f}")


def f1_of(found: Sequence[Judged], label: str, own: frozenset[str], other: frozenset[str]) -> float:
    """Return F1 of one label against the other."""
    right = sum(text.label == label and text.verdict.tag in own for text in found)
    wrong = sum(text.label != label and text.verdict.tag in own for text in found)
    missed = sum(text.label == label for text in found) - right
    assert own.isdisjoint(other)
    return share(2 * right, 2 * right + wrong + missed)


def forced(found: Sequence[Judged]) -> float:
    """Return the mean F1 where only two answers are allowed: a wish that is tagged as one, and all else a bug."""
    scores = []
    for label, is_own in (("bug", False), ("feature", True)):
        right = sum(text.label == label and (text.verdict.tag in FEATURE) == is_own for text in found)
        own = sum((text.verdict.tag in FEATURE) == is_own for text in found)
        scores.append(harmonic(share(right, own), share(right, sum(text.label == label for text in found))))
    return sum(scores) / len(scores)


def milliseconds(work: Callable[[str], object], pieces: Sequence[str]) -> list[float]:
    """Return the processor time of each piece, the least of three, in ascending order."""
    times = []
    for piece in pieces:
        spent = []
        for _ in range(3):
            start = time.process_time_ns()
            work(piece)
            spent.append(time.process_time_ns() - start)
        times.append(min(spent) / 1e6)
    return sorted(times)


def speed() -> None:
    """Print the processor time of judging texts of 2,000 characters, with the garbage collector on."""
    assert gc.isenabled()
    whole = " ".join(f"{text['subject']}\n{text['body']}" for source in EMERGENCIES for text in texts(source))
    pieces = [whole[at : at + SIZE] for at in range(0, len(whole) - SIZE, SIZE)]
    times = milliseconds(lambda piece: judge(definition(), "", piece), pieces)
    mean, last = sum(times) / len(times), times[int(len(times) * 0.99)]
    print(f"\nCPU ms at {SIZE:,} characters: mean {mean:.2f}  p99 {last:.2f}  ({len(pieces)} texts)")


def measure(part: str = "held back") -> None:
    """Print the report."""
    if CORPORA is None:
        print("judging: shared/corpora is absent")
        return
    emergencies(part)
    kinds(part)
    speed()


if __name__ == "__main__":
    measure(sys.argv[1] if len(sys.argv) > 1 else "held back")
