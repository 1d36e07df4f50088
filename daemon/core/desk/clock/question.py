"""A question that nobody answered in time is settled by what the message itself says."""

from dataclasses import replace

from daemon.core.desk.clock.changed import changed, key
from daemon.core.desk.clock.moment import Moment
from daemon.core.desk.routing import Request, way
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
    emergency = verdict.tag is Tag.EMERGENCY
    taken = way(Request(settings, moment.roster, now, verdict.tag, due.ticket.team, emergency))
    treated = f"treated as {'an emergency' if emergency else verdict.tag}"
    what = f"nobody answered within {settings.duty.answer_minutes:g} minutes: {treated}; {taken.words}"
    move = changed(
        due.ticket,
        now,
        what,
        kind=taken.kind,
        state=taken.state,
        verdict=verdict.tag,
        unsure=False,
        asked_at=None,
        called=(taken.calls,) if taken.calls else due.ticket.called,
        called_at=now if taken.calls else None,
    )
    drafts = tuple(replace(draft, about=due.ticket.number, original=True, tag=verdict.tag) for draft in taken.drafts)
    return Occasion(key("lapse", due.ticket), (move,), drafts, verdict, taken.calls, (due,))


def settled(verdict: Verdict) -> Verdict:
    """Return the verdict that silence makes of an open one."""
    return replace(verdict, tag=silent_tag(verdict), unsure=False)


def silent_tag(verdict: Verdict) -> Tag:
    """Return the tag that silence makes of an open one; nothing is an emergency without words that say so."""
    holding = {clause.name for clause in verdict.clauses if clause.holds and clause.quotes}
    return Tag.EMERGENCY if holding >= GROUNDS else verdict.tag
