"""How well the shipped definition judges the mails written for this project, by share, language and kind of product.

The share `dev` may be read while the definition is written; the share `held` may not, so its figures are those to
believe. `python -m tests.benchmarks.own_mails misses` shows what was paged, asked or filed wrongly in `dev`, and `tags`
what was filed under another tag; neither ever shows a mail of `held`.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from daemon.core.triage.judge import judge
from store.model.verdict import Tag, Verdict
from tests.benchmarks.judging import definition, harmonic, share
from tests.core.judge.mails import Mail, Share, part

HEAD = f"{'n':>5}{'em':>5}{'P':>8}{'R':>8}{'F1':>8}{'missed':>8}{'f/100':>8}{'asked':>8}{'tags':>8}"
CLAUSES = ("technical", "existing", "stopping")


@dataclass(frozen=True, slots=True)
class Read:
    """One labelled mail and what became of it."""

    mail: Mail
    verdict: Verdict

    @property
    def emergency(self) -> bool:
        return self.mail.tag is Tag.EMERGENCY

    @property
    def paged(self) -> bool:
        return self.verdict.tag is Tag.EMERGENCY

    @property
    def fate(self) -> str:
        """Return page, ask, or the tag of what is filed."""
        return "page" if self.paged else "ask" if self.verdict.unsure else str(self.verdict.tag)


def read_all(which: Share) -> list[Read]:
    """Judge one share."""
    return [Read(mail, judge(definition(), mail.subject, mail.text)) for mail in part(which)]


def row(name: str, found: Sequence[Read]) -> str:
    """Return one line: precision, recall and F1 of pages, the missed, false pages per 100, the asked, right tags."""
    paged = [each for each in found if each.paged]
    wanted = [each for each in found if each.emergency]
    asked = sum(each.fate == "ask" for each in found)
    right = sum(each.emergency for each in paged)
    missed = sum(each.fate not in {"page", "ask"} for each in wanted)
    tagged = sum(each.verdict.tag is each.mail.tag for each in found)
    precision, recall = share(right, len(paged)), share(right, len(wanted))
    false = 100 * share(len(paged) - right, len(found) - len(wanted))
    return (
        f"{name:34}{len(found):5}{len(wanted):5}{precision:8.3f}{recall:8.3f}{harmonic(precision, recall):8.3f}"
        f"{share(missed, len(wanted)):8.3f}{false:8.1f}{share(asked, len(found)):8.2f}{share(tagged, len(found)):8.2f}"
    )


def by(name: str, of: Callable[[Mail], str], found: Sequence[Read]) -> None:
    """Print a line for each value of a property of the mails."""
    print(f"{'by ' + name:34}{HEAD}")
    for value in sorted({of(each.mail) for each in found}):
        print(row(f"  {value}", [each for each in found if of(each.mail) == value]))


def clauses(found: Sequence[Read]) -> None:
    """Print how often each clause is answered as labelled, left open or wrong, where a reader answers it."""
    for at, name in enumerate(CLAUSES):
        pairs = [(each.mail.clauses[at], each.verdict.clauses[at].holds) for each in found]
        known = [(wanted, got) for wanted, got in pairs if wanted is not None]
        right = share(sum(wanted == got for wanted, got in known), len(known))
        left_open = share(sum(got is None for _, got in known), len(known))
        print(f"  {name:12} right {right:.2f}  open {left_open:.2f}  wrong {1 - right - left_open:.2f}")


def tags(found: Sequence[Read]) -> None:
    """Print what became of the mails of each tag."""
    fates = ("page", "ask", "problem", "feature", "question", "other")
    print(f"{'labelled':12}" + "".join(f"{fate:>10}" for fate in fates))
    for tag in Tag:
        counts = [sum(each.mail.tag is tag and each.fate == fate for each in found) for fate in fates]
        print(f"  {tag:10}" + "".join(f"{count:10}" for count in counts))


def misplaced(each: Read) -> bool:
    """Say whether a mail was paged or filed wrongly, or asked about although it is clear."""
    return (each.fate == "page") != each.emergency or (each.fate == "ask" and not each.mail.ambiguous)


def mistagged(each: Read) -> bool:
    """Say whether a mail was rightly filed, but under another tag."""
    return not misplaced(each) and each.verdict.tag is not each.mail.tag


def show(wrong: Callable[[Read], bool]) -> None:
    """Print the mails of `dev` that something is wrong with, and how each clause was answered."""
    for each in filter(wrong, read_all(Share.DEV)):
        answers = ", ".join(f"{clause.name} {clause.holds}" for clause in each.verdict.clauses)
        print(f"\n{each.mail.tag} -> {each.fate} ({each.mail.language}, {each.mail.product}; {answers})")
        print(f"  {each.mail.subject}\n  " + each.mail.text.replace("\n", "\n  "))
        for clause in each.verdict.clauses:
            print(f"    {clause.name}: " + "; ".join(f"'{e.text}' {e.weight:+.1f}" for e in clause.evidence))


def measure() -> None:
    """Print the report."""
    for which in Share:
        found = read_all(which)
        print(f"{'own mails, ' + which:34}{HEAD}")
        print(row("all", found))
        print(row("  where the text is clear", [each for each in found if not each.mail.ambiguous]))
        by("language", lambda mail: mail.language, found)
        by("kind of product", lambda mail: mail.kind, found)
        clauses(found)
        tags(found)
        print()


if __name__ == "__main__":
    if "misses" in sys.argv:
        show(misplaced)
    elif "tags" in sys.argv:
        show(mistagged)
    else:
        measure()
