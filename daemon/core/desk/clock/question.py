"""A question that nobody answered in time is settled by what the message itself says."""

from dataclasses import replace

from daemon.core.desk.clock.moment import Moment
from daemon.core.desk.clock.turn import key, turn
from daemon.core.desk.opening import start_of, way
from daemon.core.settings import Person
from store.model.occasion import Due, Occasion
from store.model.verdict import Tag, Verdict

GROUNDS = frozenset({"technical", "stopping"})  # clauses that, where all of them hold, make silence an emergency


def asked_until(moment: Moment) -> float:
    """Return the moment (epoch seconds): what was asked then or before should have been answered by now."""
    return moment.now - moment.settings.duty.answer_minutes * 60


def lapsed(found: tuple[Due, ...], moment: Moment) -> tuple[Occasion, ...]:
    """Settle the questions whose time is over, each for itself."""
    return tuple(lapse(one, one.verdict, moment) for one in found if one.verdict)


def lapse(due: Due, asked: Verdict, moment: Moment) -> Occasion:
    """Settle a question whose time is over: an emergency on good grounds, else what the verdict says if it is none."""
    settings, now = moment.settings, moment.now
    verdict = settled(asked)
    duty = moment.roster.on_duty(now, due.ticket.team) if verdict.tag is Tag.EMERGENCY else None
    kind, state = start_of(verdict.tag, duty)
    what = f"nobody answered within {settings.duty.answer_minutes:g} minutes: {_became(verdict, duty)}"
    move = turn(
        due.ticket,
        now,
        what,
        kind=kind,
        state=state,
        verdict=verdict.tag,
        unsure=False,
        asked_at=None,
        called=(duty.id,) if duty else due.ticket.called,
        called_at=now if duty else None,
    )
    drafts = tuple(
        replace(draft, about=due.ticket.number, original=True, tag=verdict.tag)
        for draft in way(verdict, duty, settings)
    )
    return Occasion(key("lapse", due.ticket), (move,), drafts, verdict, duty.id if duty else None, (due,))


def settled(verdict: Verdict) -> Verdict:
    """Return the verdict that silence makes of an open one; nothing is an emergency without words that say so."""
    holding = {clause.name for clause in verdict.clauses if clause.holds and any(e.weight > 0 for e in clause.evidence)}
    tag = Tag.EMERGENCY if holding >= GROUNDS else verdict.tag
    return replace(verdict, tag=tag, unsure=False)


def _became(verdict: Verdict, duty: Person | None) -> str:
    treated = f"treated as {'an emergency' if verdict.tag is Tag.EMERGENCY else verdict.tag}"
    return f"{treated}; card to {duty.id}" if duty else f"{treated}; forwarded"
