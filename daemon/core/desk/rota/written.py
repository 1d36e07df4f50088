"""What the desk writes of turns by itself: the stand-up, the hand-over, what nobody took, and gaps."""

from collections.abc import Iterable

from daemon.core.desk.clock.moment import Moment
from daemon.core.desk.rota.coming import Change
from daemon.core.desk.rota.handover import lines_once
from daemon.core.desk.rota.mails import rows, tell
from daemon.core.desk.rota.stretch import Stretch, today
from daemon.core.digest.due import readers
from daemon.core.mail.address import fold
from daemon.core.roster.load import finished
from daemon.core.roster.roster import Gap, Line
from daemon.core.roster.rotas import MANAGER
from daemon.core.settings import Person
from store.model.changes import Draft, Said
from store.model.facts import Compared
from store.model.shift import Part, Shift
from store.model.ticket import ENDED, Kind, State, Ticket
from store.model.verdict import Tag

LISTED = 20  # open tickets in a hand-over
SUBJECT = 80


def standup(moment: Moment) -> tuple[Draft, ...]:
    """Ask all who are there who has the turn of today, and say who has it by plan."""
    drafts: list[Draft] = []
    for line in lines_once(moment.roster):
        if line.rota.name == MANAGER:
            continue
        start, end = today(line.rota.hours, moment.now)
        turn = line.at(start)
        row = rows((Stretch(start, end, turn.person),), moment.settings)
        said = Said("turn-standup", who=_name(moment, turn.person), rows=row)
        there = (one for one in line.rota.people if not moment.roster.is_away(one, start))
        drafts += [
            tell(moment.roster.people[one], moment.settings, said) for one in there if one in moment.roster.people
        ]
    return tuple(drafts)


def handover(one: Change, moment: Moment, tickets: Iterable[Ticket]) -> tuple[Draft, ...]:
    """Tell who goes and who comes, each what is open."""
    if not one.hands_over:
        return ()
    people, settings = moment.roster.people, moment.settings
    row = rows((Stretch(one.turn.start, one.turn.end, one.turn.person),), settings)
    lines = tuple(_line(ticket, moment) for ticket in tickets if _is_handed_over(ticket, one))[:LISTED]
    coming, going = people.get(one.turn.person), people.get(one.before.person)
    ok = "ok" if one.awaits_ok else ""
    drafts = []
    if coming:
        said = Said("turn-begins", who=_name(moment, one.before.person), rows=row, lines=lines, text=ok)
        drafts.append(tell(coming, settings, said))
    if going:
        said = Said("turn-ends", who=_name(moment, one.turn.person), rows=row, lines=lines)
        drafts.append(tell(going, settings, said))
    return tuple(drafts)


def reminder(one: Change, moment: Moment) -> tuple[Draft, ...]:
    """Ask who came once more."""
    person = moment.roster.people.get(one.turn.person)
    row = rows((Stretch(one.turn.start, one.turn.end, one.turn.person),), moment.settings)
    return (tell(person, moment.settings, Said("turn-remind", rows=row)),) if person else ()


def unclaimed(one: Change, moment: Moment) -> tuple[Draft, ...]:
    """Tell who had it and the next on the rota that nobody has said they have it."""
    roster = moment.roster
    team = one.line.rota.name.partition("/")[2] or None
    row = rows((Stretch(one.turn.start, one.turn.end, one.turn.person),), moment.settings)
    said = Said("turn-unclaimed", who=_name(moment, one.turn.person), rows=row)
    ids = dict.fromkeys((one.before.person, *(person.id for person in roster.chain(moment.now, team)[:1])))
    return tuple(tell(roster.people[who], moment.settings, said) for who in ids if who in roster.people)


def gap_alarm(gap: Gap, moment: Moment) -> tuple[Draft, ...]:
    """Tell the operator and the team, or all of the rota where neither has an address, that nobody is there."""
    settings, line = moment.settings, moment.roster.lines.get(gap.rota)
    row = rows((Stretch(gap.start, gap.end, gap.person),), settings)
    said = Said("turn-gap", who=_name(moment, gap.person), rows=row)
    named = [*((settings.desk.operator,) if settings.desk.operator else ()), *settings.digest.team]
    people = {fold(person.address): person for person in settings.people}
    to = [people.get(fold(one.address)) or one for one in readers(tuple(named))]
    to = to or [moment.roster.people[one] for one in _everybody(line) if one in moment.roster.people]
    return tuple(tell(one if isinstance(one, Person) else _reader(one.address), settings, said) for one in to)


def _reader(address: str) -> Person:
    """Return whoever reads an address that is no member's."""
    return Person.model_construct(id="", name="", address=address)


def _everybody(line: Line | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*line.rota.people, *filter(None, (line.rota.fallback,))))) if line else ()


def over(one: Change, moment: Moment, since: float) -> tuple[Shift, ...]:
    """Return all turns of a rota that are over by a change, and are not kept yet; those before `since` never are."""
    kept = {(shift.start, shift.part) for shift in moment.roster.served if shift.rota == one.line.rota.name}
    turns = (turn for turn in one.line.turns if since < turn.end <= one.turn.start)
    return tuple(shift for turn in turns for shift in finished(turn) if (shift.start, shift.part) not in kept)


def graduated(shifts: Iterable[Shift], line: Line, moment: Moment) -> tuple[str, ...]:
    """Return who, by turns that are over now, has had enough of them beside somebody to serve alone."""
    pair, roster = line.rota.pair_shifts, moment.roster
    new = tuple(shifts)
    before = {(one.turn, one.person) for one in roster.served if one.rota == line.rota.name}
    after = before | {(one.turn, one.person) for one in new}
    learners = dict.fromkeys(one.person for one in new if one.part is Part.SHADOW)

    def many(turns: set[tuple[float, str]], who: str) -> int:
        return sum(person == who for _, person in turns)

    return tuple(who for who in learners if pair and many(before, who) < pair <= many(after, who))


def graduation(who: str, line: Line, moment: Moment) -> tuple[Draft, ...]:
    """Tell all of a rota that somebody serves alone from now on."""
    said = Said("turn-graduated", who=_name(moment, who))
    people = moment.roster.people
    return tuple(tell(people[one], moment.settings, said) for one in _everybody(line) if one in people)


def comparison(learner: str, mentor: str, found: Iterable[Compared], moment: Moment) -> tuple[Draft, ...]:
    """Set before both what who learned would have said, and what was said."""
    lines = tuple((f"#{one.ticket}", one.subject[:SUBJECT], "; ".join(one.would), "; ".join(one.done)) for one in found)
    said = Said("turn-compared", who=_name(moment, learner), rows=lines)
    people = moment.roster.people
    return tuple(tell(people[one], moment.settings, said) for one in (learner, mentor) if lines and one in people)


def _is_handed_over(ticket: Ticket, one: Change) -> bool:
    if ticket.state in ENDED or ticket.kind not in (Kind.REPORT, Kind.BUG):
        return False
    if one.line.rota.name == MANAGER:
        return ticket.state in (State.TO_INVESTIGATE, State.INVESTIGATING, State.TO_SCHEDULE)
    return ticket.verdict is Tag.EMERGENCY or ticket.state is State.PAGED or ticket.owner == one.before.person


def _line(ticket: Ticket, moment: Moment) -> str:
    owner = f", {_name(moment, ticket.owner)}" if ticket.owner else ""
    return f"#{ticket.number} {ticket.subject[:SUBJECT]} ({ticket.state}{owner})"


def _name(moment: Moment, who: str | None) -> str:
    person = moment.roster.people.get(who or "")
    return person.name if person else who or ""
