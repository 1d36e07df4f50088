"""What time alone brings about: a question that nobody answered is settled by what the message itself says."""

from dataclasses import replace

from daemon.core.desk.routing import Request, way
from daemon.core.settings import Settings
from store.model.changes import Lapse
from store.model.facts import OpenQuestion
from store.model.ticket import Event
from store.model.verdict import Tag, Verdict

GROUNDS = frozenset({"technical", "stopping"})  # clauses that, where all of them hold, make silence an emergency


def asked_until(settings: Settings, now: float) -> float:
    """Return the moment (epoch seconds): what was asked then or before should have been answered by `now`."""
    return now - settings.duty.answer_minutes * 60


def overdue(question: OpenQuestion, settings: Settings, now: float) -> Lapse:
    """Settle a question whose time is over: an emergency on good grounds, else what the verdict says if it is none."""
    verdict = settled(question.verdict)
    emergency = verdict.tag is Tag.EMERGENCY
    taken = way(Request(settings, now, verdict.tag, question.ticket.team, emergency))
    treated = f"treated as {'an emergency' if emergency else verdict.tag}"
    what = f"nobody answered within {settings.duty.answer_minutes:g} minutes: {treated}; {taken.words}"
    return Lapse(
        question.ticket.number,
        verdict,
        taken.kind,
        taken.state,
        (Event(now, "triaged", what),),
        taken.drafts,
    )


def settled(verdict: Verdict) -> Verdict:
    """Return the verdict that silence makes of an open one; nothing is an emergency without words that say so."""
    holding = {clause.name for clause in verdict.clauses if clause.holds and any(e.weight > 0 for e in clause.evidence)}
    tag = Tag.EMERGENCY if holding >= GROUNDS else verdict.tag
    return replace(verdict, tag=tag, unsure=False)
