"""What other thresholds would cost on the texts that may be read: pages, questions and misses, and the price of each.

A false page costs five times, and a missed emergency twenty times, what a question costs. The figures of the parts
held back play no role here. Run it by `python -m tests.benchmarks.thresholds`.
"""

from collections.abc import Iterator

from daemon.core.triage.judge import may_ask
from store.model.verdict import Verdict
from tests.benchmarks.judging import EMERGENCIES, definition, judged, share
from tests.benchmarks.own_mails import read_all
from tests.core.judge.mails import Share
from tests.corpora import CORPORA

FALSE_PAGE, QUESTION, MISS = 5, 1, 20
PAGES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
ASKS = (-3.2, -2.8, -2.4, -2.0, -1.6, -1.3, -0.95, -0.7, -0.4)

Case = tuple[Verdict, bool]


def cases() -> Iterator[Case]:
    """Yield every verdict on an open text and whether it is an emergency."""
    yield from ((each.verdict, each.emergency) for each in read_all(Share.DEV))
    for source in EMERGENCIES if CORPORA else ():
        yield from ((text.verdict, text.emergency) for text in judged(source, "open"))


def fate(verdict: Verdict, page: float, ask: float) -> str:
    """Return what would become of a request."""
    if verdict.score >= page and all(clause.holds for clause in verdict.clauses):
        return "page"
    return "ask" if verdict.score >= ask and may_ask(verdict.clauses) else "file"


def row(found: list[Case], page: float, ask: float) -> str:
    """Return one line: page precision, recall, missed, asked, and the cost of a mail in questions."""
    fates = [(fate(verdict, page, ask), wanted) for verdict, wanted in found]
    paged, asked = (sum(its == name for its, _ in fates) for name in ("page", "ask"))
    right, missed = fates.count(("page", True)), fates.count(("file", True))
    cost = FALSE_PAGE * (paged - right) + QUESTION * asked + MISS * missed
    wanted = sum(each for _, each in fates)
    return (
        f"{page:6.2f}{ask:7.2f}{share(right, paged):8.3f}{share(right, wanted):8.3f}{share(missed, wanted):8.3f}"
        f"{share(asked, len(fates)):8.2f}{cost / len(fates):8.2f}"
    )


def measure() -> None:
    """Print the curve of each threshold with the other as it ships."""
    found, shipped = list(cases()), definition().thresholds
    print(f"{'page':>6}{'ask':>7}{'P':>8}{'R':>8}{'missed':>8}{'asked':>8}{'cost':>8}")
    for page in PAGES:
        print(row(found, page, shipped.ask))
    for ask in ASKS:
        print(row(found, shipped.page, ask))


if __name__ == "__main__":
    measure()
