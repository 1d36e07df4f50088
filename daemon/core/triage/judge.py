"""Hold a request against the definition: a pure function of the definition, the words, and what the team corrected."""

from daemon.core.triage.definition import Definition, Thresholds
from daemon.core.triage.learn import NOTHING, Learned, lesson
from daemon.core.triage.scoring import Balance, balances, clauses, score_of
from daemon.core.triage.spans import Findings, findings_of
from daemon.core.triage.tags import by_form, named
from store.model.verdict import Clause, Lesson, Tag, Verdict

REFUSING = -1.0  # weight of words that say that nobody is stopped; lighter ones only make it less likely


def judge(definition: Definition, subject: str, text: str, learned: Learned = NOTHING) -> Verdict:
    """Judge a request by its subject and its new text (no quotes, no signature); linear, the same in every process.

    An emergency is only what quotes a technical and a stopping span. `unsure` means that the one open clause is to be
    asked of a person; the tag is then what the request is if the answer is no.
    """
    findings = findings_of(definition, subject, text)
    balance = balances(findings.spans, subject, text)
    answers = clauses(balance, definition.thresholds)
    by_rules, taught = score_of(balance, answers), lesson(learned, subject, text)
    score = _bounded(definition.thresholds, answers, by_rules, taught)
    emergency = score >= definition.thresholds.page and _may_page(answers, balance, taught)
    unsure = not emergency and score >= definition.thresholds.ask and may_ask(answers)
    said = Tag.EMERGENCY if emergency else named(balance, asks=findings.asks)
    tag = said or by_form(findings)
    area = _area(findings)
    missing = _missing(definition, findings, tag, area) if said else ()
    return Verdict(tag, unsure, score, area, answers, definition.hash, missing, taught)


def _bounded(thresholds: Thresholds, answers: tuple[Clause, ...], by_rules: float, taught: Lesson | None) -> float:
    """Add what was learned; what the rules alone would page stays at least a question."""
    if taught is None:
        return by_rules
    score = round(by_rules + taught.offset, 4)
    strong = by_rules >= thresholds.page and all(clause.holds for clause in answers)
    return max(score, thresholds.ask) if strong else score


def _may_page(answers: tuple[Clause, ...], balance: dict[str, Balance], taught: Lesson | None) -> bool:
    """Say whether every clause holds, or, where corrections speak for it, is quoted and not refused."""
    if all(clause.holds for clause in answers):
        return True
    quoted = balance["technical"].speaks_for.evidence and balance["stopping"].speaks_for.evidence
    refused = any(clause.holds is False for clause in answers)
    return taught is not None and taught.offset > 0 and bool(quoted) and not refused


def may_ask(answers: tuple[Clause, ...]) -> bool:
    """Say whether an answer can make it an emergency: it is no wish, and no words say that nobody is stopped."""
    technical, existing, stopping = answers
    refused = stopping.holds is False and any(evidence.weight <= REFUSING for evidence in stopping.evidence)
    open_still = technical.holds is not False or stopping.holds is not False
    return existing.holds is not False and open_still and not refused


def _area(findings: Findings) -> str | None:
    """Return the area named most often, the first named of those."""
    named = findings.areas
    return max(named, key=lambda area: (named.count(area), -named.index(area))) if named else None


def _missing(definition: Definition, findings: Findings, tag: Tag, area: str | None) -> tuple[str, ...]:
    return tuple(
        fact.name
        for fact in definition.facts
        if tag in fact.kinds and (not fact.areas or area in fact.areas) and fact.name not in findings.facts
    )
