"""Questions of a member, answered from what the desk knows; nothing changes."""

import re

from daemon.core.commands.plan import Planned
from daemon.core.desk.rota.mails import rows
from daemon.core.desk.rota.stretch import whole_turns
from daemon.core.desk.scene import Deed, Scene, offered, said
from store.model.facts import Past
from store.model.history import ANSWERED, SAID, WROTE_AGAIN
from store.model.ticket import Ticket
from store.model.verdict import Verdict

_HOLDS = {True: "yes", False: "no", None: "open"}
_WHY = (  # how lines of the history begin, and what they tell
    ("nobody answered", "unanswered"),
    ("not acknowledged: ", "unacknowledged"),
    (SAID, "said"),
)
_CAME = re.compile(rf"(?:{WROTE_AGAIN}|{ANSWERED})[a-z ]{{0,30}} \(([a-z-]{{1,30}})\)")
COMING = 5  # turns in one answer, this one included
LISTED = 30  # open tickets in one answer
Row = tuple[str, ...]
"""One fact of an answer in the desk's own terms; the letter says it in the reader's language."""


def answer_why(scene: Scene, step: Planned) -> Deed:
    """Say by which words the desk judged the request, and what was decided since."""
    verdict = scene.background.verdict
    judged = _judged(verdict) if verdict else ()
    since = (row for past in scene.background.history if (row := _decided(scene, past)) is not None)
    return Deed(said("why", step, rows=(*judged, *since)))


def _judged(verdict: Verdict) -> tuple[Row, ...]:
    learned = verdict.learned
    taught = (("learned", f"{learned.offset:+.2f}", *(f"#{n}" for n in learned.tickets)),) if learned else ()
    clauses = (
        ("clause", clause.name, _HOLDS[clause.holds], *(quote.text for quote in clause.quotes))
        for clause in verdict.clauses
    )
    return (("judged", verdict.tag, f"{verdict.score:.2f}", "asked" if verdict.unsure else ""), *taught, *clauses)


def _decided(scene: Scene, past: Past) -> Row | None:
    """Return a line of the history that says why the ticket is where it is; None for every other line."""
    for begins, what in _WHY:
        if past.what.startswith(begins):
            return what, scene.name(past.who), past.what.removeprefix(begins)[:200]
    came = _CAME.match(past.what)
    return ("came", past.who, came[1]) if came else None


def answer_status(scene: Scene, step: Planned) -> Deed:
    """Say where the ticket stands."""
    ticket = scene.case.ticket or step.ticket
    return Deed(said("status", step, rows=_portrait(scene, ticket) if ticket else ()))


def answer_who(scene: Scene, step: Planned) -> Deed:
    """Say who is on duty, and who comes next."""
    roster, now = scene.case.roster, scene.case.now
    team = step.ticket.team if step.ticket else scene.person.team
    duty, line = roster.on_duty(now, team), roster.line(team)
    turns = whole_turns(line, now, COMING) if line else ()
    return Deed(said("who", step, who=duty.name if duty else "", rows=rows(turns, scene.settings)))


def answer_list(scene: Scene, step: Planned) -> Deed:
    """Say what is open, without what was put aside for a while."""
    tickets = [one for one in scene.background.open if (one.snoozed_until or 0.0) <= scene.case.now]
    rows = tuple(
        (f"#{one.number}", one.kind, one.state, scene.name(one.owner), one.subject[:80]) for one in tickets[:LISTED]
    )
    return Deed(said("list", step, rows=rows, text=str(len(tickets))))


def answer_help(scene: Scene, step: Planned) -> Deed:
    """Say which words fit now."""
    fit = offered(scene.case.ticket, scene.level)
    return Deed(said("help", step, words=tuple(line.form for line in fit), lines=tuple(line.help for line in fit)))


def _portrait(scene: Scene, ticket: Ticket) -> tuple[Row, ...]:
    team = next((one.name for one in scene.settings.teams if one.id == ticket.team), "")
    facts = (
        ("kind", ticket.kind),
        ("state", ticket.state),
        ("verdict", ticket.verdict),
        ("class", ticket.resolution),
        ("priority", ticket.priority),
        ("owner", scene.name(ticket.owner)),
        ("support", scene.name(ticket.support)),
        ("team", team),
        ("area", ticket.area),
        ("planned", ticket.planned),
        ("links", ", ".join(f"#{number}" for number in ticket.links)),
    )
    return tuple((name, str(value)) for name, value in facts if value)
