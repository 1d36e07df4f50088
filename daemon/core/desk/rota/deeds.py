"""What each word about turns does: `duty`, `cover`, `away`, `shadow`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from daemon.core.commands.arguments import MemberId
from daemon.core.commands.dates import Days
from daemon.core.commands.plan import Planned
from daemon.core.desk.rota.mails import rows, tell
from daemon.core.desk.rota.stretch import Stretch, line_of, of_day, theirs, today, within
from daemon.core.desk.scene import Deed, Scene, no, person_named, said
from daemon.core.roster.hours import span
from daemon.core.roster.roster import Line, Roster, build
from daemon.core.settings import Person
from store.model.changes import Said
from store.model.shift import Change, Override


def duty(scene: Scene, step: Planned) -> Deed:
    """Today's turn is the member's, from now or from its hand-over on."""
    line = own_line(scene)
    if line is None:
        return off_rota(scene, step)
    return _take(scene, step, line, *today(line.rota.hours, scene.case.now))


def cover(scene: Scene, step: Planned) -> Deed:
    """The member takes over at once: the rest of the turn of this moment, or a day."""
    line, now = own_line(scene), scene.case.now
    if line is None:
        return off_rota(scene, step)
    days = days_of(step)
    if days is None:
        return _take(scene, step, line, now, line.at(now).end)
    since, until = of_day(line, days.first, now)
    if until > scene.case.roster.until:
        return no("turn-too-far", step)
    return _take(scene, step, line, since, until)


def _take(scene: Scene, step: Planned, line: Line, since: float, until: float) -> Deed:
    person, now = scene.person, scene.case.now
    had = dict.fromkeys(turn.person for turn in within(line, since, until) if turn.person != person.id)
    row = rows((Stretch(since, until, person.id),), scene.settings)
    if not had:
        return Deed(said("turn-yours", step, rows=row))
    one = Override(Change.COVER, line.rota.name, person.id, since, until, person.id, now, other=next(iter(had)))
    told = Said("turn-covered", who=person.name, rows=row)
    drafts = tuple(tell(other, scene.settings, told) for other in members(scene, had))
    who = " + ".join(scene.name(other) for other in had)
    return Deed(said("turn-cover", step, who=who, rows=row), drafts, overrides=(one,))


def away(scene: Scene, step: Planned) -> Deed:
    """The member is not there; the rota fills the gap, and whoever stands in hears of it."""
    days, person, case = days_of(step), scene.person, scene.case
    if days is None:
        return no("turn-no-days", step, words=("away 2026-12-24..2026-12-31",))
    since, until = span(case.roster.hours, days.first, days.last)
    one = Override(Change.AWAY, "", person.id, since, until, person.id, case.now)
    after = changed(scene, one)
    moved = passes(case.roster, after, max(since, case.now), until)
    gone = tuple(Stretch(one.start, one.end, one.to) for one in moved if one.by == person.id)
    drafts = tuple(
        tell(other, scene.settings, Said("turn-stand-in", who=person.name, rows=rows(theirs_, scene.settings)))
        for other in members(scene, dict.fromkeys(one.person for one in gone))
        if (theirs_ := tuple(one for one in gone if one.person == other.id))
    )
    stays = any(
        turn.person == person.id for line in after.lines.values() for turn in within(line, max(since, case.now), until)
    )
    row = rows((Stretch(since, until, person.id), *gone), scene.settings)
    return Deed(said("turn-away", step, rows=row, text="stays" if stays else ""), drafts, overrides=(one,))


def shadow(scene: Scene, step: Planned) -> Deed:
    """Somebody learns beside the member: in the turn of this moment if it is theirs, else in their next one."""
    line, case = own_line(scene), scene.case
    name = next((one.id for one in step.command.arguments if isinstance(one, MemberId)), "")
    learner = person_named(scene.settings, name)
    if line is None:
        return off_rota(scene, step)
    if learner is None or learner.id == scene.person.id:
        return no("turn-own-shadow", step, words=others(scene, line, "shadow"))
    turn = next(theirs(line, scene.person.id, case.now), None)
    if turn is None:
        return no("turn-none", step, who=scene.person.name)
    one = Override(Change.SHADOW, line.rota.name, learner.id, turn.start, turn.end, scene.person.id, case.now)
    row = rows((turn,), scene.settings)
    told = tell(learner, scene.settings, Said("turn-shadows", who=scene.person.name, rows=row))
    return Deed(said("turn-shadow", step, who=learner.name, rows=row), (told,), overrides=(one,))


# --- what they share -------------------------------------------------------------------------------------------------


def own_line(scene: Scene) -> Line | None:
    """Return the rota in which the member takes turns."""
    ticket = scene.case.ticket
    return line_of(scene.case.roster, scene.person, ticket.team if ticket else None)


def off_rota(scene: Scene, step: Planned) -> Deed:
    """Refuse what only somebody on the rota can say."""
    line = scene.case.roster.line(scene.person.team)
    names = tuple(scene.name(one) for one in line.rota.people) if line else ()
    return no("turn-off-rota", step, lines=names, words=("who",))


def others(scene: Scene, line: Line, verb: str) -> tuple[str, ...]:
    """Return what works instead: the word with the names of others on the rota."""
    there = (one for one in line.rota.people if one != scene.person.id)
    return tuple(f"{verb} {one}" for one in there)[:4]


def days_of(step: Planned) -> Days | None:
    """Return the day or days that a command names."""
    return next((one for one in step.command.arguments if isinstance(one, Days)), None)


def members(scene: Scene, ids: Iterable[str]) -> tuple[Person, ...]:
    """Return those of these people who are members still."""
    return tuple(person for one in ids if (person := person_named(scene.settings, one)))


def changed(scene: Scene, *more: Override) -> Roster:
    """Return the roster as it is with further overrides."""
    roster = scene.case.roster
    return build(scene.settings, scene.case.now, (*roster.said, *numbered(roster, more)), roster.served)


@dataclass(frozen=True, slots=True)
class Pass:
    """A stretch of time that passes from one person to another."""

    start: float  # epoch seconds
    end: float
    by: str
    to: str


def passes(before: Roster, after: Roster, since: float, until: float) -> Iterator[Pass]:
    """Yield what passes from one person to another in a stretch of time."""
    for name, line in before.lines.items():
        for turn in within(line, since, until) if name == line.rota.name else ():
            start, end = max(turn.start, since), min(turn.end, until)
            for new in within(after.lines[name], start, end):
                if new.person != turn.person:
                    yield Pass(max(new.start, start), min(new.end, end), turn.person, new.person)


def numbered(roster: Roster, more: Iterable[Override]) -> Iterable[Override]:
    """Yield overrides as the latest of all, so that they hold over what was said before."""
    last = max((one.id for one in roster.said), default=0)
    return (replace(one, id=last + n) for n, one in enumerate(more, 1))
