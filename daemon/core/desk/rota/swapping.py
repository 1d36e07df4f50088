"""`swap`: two people change places, once both have said so."""

from dataclasses import replace

from daemon.core.commands.arguments import MemberId
from daemon.core.commands.plan import Planned
from daemon.core.desk.rota.deeds import days_of, off_rota, others, own_line
from daemon.core.desk.rota.mails import SWAP, rows, tell
from daemon.core.desk.rota.stretch import Stretch, takes_turns, theirs, within
from daemon.core.desk.scene import Deed, Scene, no, person_named, said
from daemon.core.roster.changes import standing
from daemon.core.roster.hours import moment
from daemon.core.roster.roster import Line, Roster
from store.model.changes import Said
from store.model.shift import Change, Override

Pair = tuple[Stretch, Stretch]


def swap(scene: Scene, step: Planned) -> Deed:
    """The other is asked, and nothing changes before they say yes."""
    line, person = own_line(scene), scene.person
    name = next((one.id for one in step.command.arguments if isinstance(one, MemberId)), "")
    other = person_named(scene.settings, name)
    if line is None:
        return off_rota(scene, step)
    if other is None or other.id == person.id:
        return no("turn-own-swap", step, words=others(scene, line, "swap"))
    if not takes_turns(line, other.id):
        return no("turn-other-off-rota", step, who=other.name, words=others(scene, line, "swap"))
    pair = _pair(scene, step, line, other.id)
    if isinstance(pair, Deed):
        return pair
    (mine, yours), now = pair, scene.case.now
    question = Override(
        Change.ASKED,
        line.rota.name,
        person.id,
        mine.start,
        mine.end,
        person.id,
        now,
        other.id,
        (yours.start, yours.end),
    )
    both = rows(pair, scene.settings)
    letter = tell(other, scene.settings, Said("turn-swap", who=person.name, rows=both), SWAP)
    return Deed(said("turn-swap-asked", step, who=other.name, rows=both), (letter,), overrides=(question,))


def _pair(scene: Scene, step: Planned, line: Line, other: str) -> Pair | Deed:
    """Return the member's turn and the other's, or why there are no such two.

    A day names the turn of either; the other one is the next to come.
    """
    now, me, days = scene.case.now, scene.person.id, days_of(step)
    mine, yours = tuple(theirs(line, me, now)), tuple(theirs(line, other, now))
    at = max(moment(line.rota.hours, days.first), now) if days else None
    if at and at > scene.case.roster.until:
        return no("turn-too-far", step)
    named = tuple(next((one for one in turns if at and one.start <= at < one.end), None) for turns in (mine, yours))
    if at and not any(named):
        whose = line.at(at).person
        return no("turn-anothers", step, who=scene.name(whose), words=(f"swap {whose} {days}", f"swap {other}"))
    first = named[0] or next(iter(mine), None)
    second = named[1] or next((one for one in yours if one.start > now), None)
    if first is None or second is None:
        return no("turn-none", step, who=scene.name(other if first else me), words=("who",))
    return first, second


def asked(roster: Roster, message: int | None, person: str) -> Override | None:
    """Return the swap that a message asked this member for, as long as nobody took it back."""
    found = (one for one in standing(roster.said) if one.change is Change.ASKED and one.message == message)
    return next((one for one in found if message is not None and one.other == person), None)


def holds(one: Override, roster: Roster, now: float) -> bool:
    """Say whether both turns that are to be swapped are still those two people's."""
    line, back = roster.lines.get(one.rota), one.back or (0.0, 0.0)
    spans = ((one.since, one.until, one.person), (*back, one.other))
    return line is not None and all(
        end > now and all(turn.person == who for turn in within(line, max(start, now), end))
        for start, end, who in spans
    )


def agreed(one: Override, now: float) -> Override:
    """Return what the other's yes makes of a question."""
    return replace(one, change=Change.SWAP, who=one.other or "", at=now, id=0, message=None)
