"""Verdicts as rows, and rows as verdicts."""

from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from store.model.verdict import Clause, Evidence, Lesson, Part, Verdict
from store.model.views import Judged
from store.schema import ticket, verdict

_earlier = verdict.alias()
_OPENING = select(func.min(_earlier.c.id)).where(_earlier.c.ticket == verdict.c.ticket).scalar_subquery()
_FIRST = (
    select(verdict, ticket.c.subject)
    .join(ticket)
    .where(verdict.c.ticket > bindparam("after"), verdict.c.id == _OPENING)
    .order_by(verdict.c.ticket)
    .limit(bindparam("most"))
)


def row_of(ticket: int, judged: Verdict, at: float) -> dict[str, object]:
    """Return the row that says what a ticket was found to be at a moment."""
    return {
        "ticket": ticket,
        "at": at,
        "tag": judged.tag,
        "unsure": judged.unsure,
        "score": judged.score,
        "area": judged.area,
        "definition": judged.definition,
        "clauses": [_clause_row(clause) for clause in judged.clauses],
        "missing": judged.missing,
        "learned": _lesson_row(judged.learned) if judged.learned else None,
    }


def verdict_of(row: Any) -> Verdict:
    """Return the verdict that a row of its table holds."""
    return Verdict(
        row.tag,
        row.unsure,
        row.score,
        row.area,
        tuple(_clause(clause) for clause in row.clauses),
        row.definition,
        tuple(row.missing),
        Lesson(row.learned["offset"], tuple(row.learned["tickets"])) if row.learned else None,
    )


def _clause_row(clause: Clause) -> dict[str, object]:
    evidence = [
        {"text": e.text, "start": e.start, "end": e.end, "rule": e.rule, "weight": e.weight, "part": e.part}
        for e in clause.evidence
    ]
    return {"name": clause.name, "holds": clause.holds, "evidence": evidence}


def _clause(kept: dict[str, Any]) -> Clause:
    evidence = tuple(Evidence(**{**e, "part": Part(e["part"])}) for e in kept["evidence"])
    return Clause(kept["name"], kept["holds"], evidence)


def _lesson_row(lesson: Lesson) -> dict[str, object]:
    return {"offset": lesson.offset, "tickets": lesson.tickets}


def first(connection: Connection, after: int, limit: int) -> tuple[Judged, ...]:
    """Return what the tickets after this number were found to be when they were opened, in their order."""
    rows = connection.execute(_FIRST, {"after": after, "most": limit})
    return tuple(Judged(row.ticket, row.subject, verdict_of(row)) for row in rows)
