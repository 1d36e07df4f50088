"""Fits the weights of the score to the texts that may be read, beside those that ship.

Logistic regression with a weak pull towards nothing, by Newton's method, in the order of the texts: the same texts
give the same weights. The parts held back play no role here. Run it by `python -m tests.benchmarks.weights`.
"""

from collections.abc import Iterator, Sequence
from math import exp

from daemon.core.triage import scoring
from daemon.core.triage.scoring import balances, clauses, weighed
from daemon.core.triage.spans import findings_of
from tests.benchmarks.judging import EMERGENCIES, definition, held_back, texts
from tests.core.judge.mails import Share, part
from tests.core.judge.test_pairs import PAIRS
from tests.corpora import CORPORA

NAMES = ("SAID", "STOPPED", "DENIED", "UNBUILT", "ASKS", "ERRAND", "BIAS")
PULL = 0.1  # towards nothing, so that what is rare is not believed too much
STEPS = 12  # of Newton's method: it settles within eight

Row = tuple[
    Sequence[float], bool, float
]  # what is known of a text, whether it is what is looked for, how much it counts


def labelled() -> Iterator[tuple[str, str, bool]]:
    """Yield subject and text of every open mail, and whether it is an emergency."""
    pairs = (pair for found in PAIRS.values() for pair in found)
    yield from (("", pair[fate], fate == "page") for pair in pairs for fate in ("page", "file"))
    yield from ((mail.subject, mail.text, mail.tag == "emergency") for mail in part(Share.DEV))
    for source in EMERGENCIES if CORPORA else ():
        found = (text for text in texts(source) if not held_back(text["id"]))
        yield from ((text["subject"], text["body"], text["label"] == "emergency") for text in found)


def facts(subject: str, text: str) -> list[float]:
    """Return what bears on the whole, in the order of the names, and 1 for the bias."""
    balance = balances(findings_of(definition(), subject, text).spans, subject, text)
    answers = clauses(balance, definition().thresholds)
    return [fact for _, fact in weighed(balance, answers)] + [1.0]


def fitted(rows: Sequence[Row]) -> list[float]:
    """Return the weights that make the labels likeliest."""
    weights = [0.0] * len(rows[0][0])
    for _ in range(STEPS):
        slope = [-PULL * weight for weight in weights]
        bend = [[PULL * (one == other) for other in range(len(weights))] for one in range(len(weights))]
        for values, wanted, counts in rows:
            odds = 1 / (1 + exp(-sum(w * v for w, v in zip(weights, values, strict=True))))
            for one, value in enumerate(values):
                slope[one] += counts * (wanted - odds) * value
                for other, second in enumerate(values):
                    bend[one][other] += counts * odds * (1 - odds) * value * second
        weights = [weight + step for weight, step in zip(weights, _solved(bend, slope), strict=True)]
    return weights


def _solved(matrix: list[list[float]], wanted: list[float]) -> list[float]:
    """Solve a small system of positive definite equations by elimination."""
    rows = [[*row, value] for row, value in zip(matrix, wanted, strict=True)]
    for place, pivot in enumerate(rows):
        for other in rows[place + 1 :]:
            share = other[place] / pivot[place]
            other[:] = [value - share * above for value, above in zip(other, pivot, strict=True)]
    found = [0.0] * len(rows)
    for place in reversed(range(len(rows))):
        rest = sum(rows[place][after] * found[after] for after in range(place + 1, len(rows)))
        found[place] = (rows[place][-1] - rest) / rows[place][place]
    return found


def measure() -> None:
    """Print each weight as fitted and as it ships."""
    rows = [(facts(subject, text), wanted, 1.0) for subject, text, wanted in labelled()]
    print(f"{len(rows)} texts, {sum(wanted for _, wanted, _ in rows)} emergencies")
    print(f"{'':10}{'fitted':>8}{'ships':>8}")
    for name, weight in zip(NAMES, fitted(rows), strict=True):
        print(f"{name:10}{weight:8.2f}{getattr(scoring, name):8.2f}")


if __name__ == "__main__":
    measure()
