"""Questions of a member, answered from what the desk knows; nothing changes."""

from daemon.core.desk.plan import Planned
from daemon.core.desk.scene import Deed, Scene, offered, said
from store.model.ticket import Ticket

LISTED = 30  # open tickets in one answer
_WHY = ("judged ", "nobody answered", "not acknowledged", "said: ")


def answer_why(scene: Scene, step: Planned) -> Deed:
    """Say by which words the desk judged the request, and what was decided since."""
    history = tuple(past.what[:200] for past in scene.background.history if past.what.startswith(_WHY))
    verdict = scene.background.verdict
    quoted = tuple(
        f"{clause.name}: {'open' if clause.holds is None else 'yes' if clause.holds else 'no'}"
        + "".join(f', "{evidence.text}"' for evidence in clause.evidence)
        for clause in (verdict.clauses if verdict else ())
    )
    return Deed(said("why", step, lines=(*quoted, *history)))


def answer_status(scene: Scene, step: Planned) -> Deed:
    """Say where the ticket stands."""
    ticket = scene.case.ticket or step.ticket
    return Deed(said("status", step, lines=_portrait(scene, ticket) if ticket else ()))


def answer_who(scene: Scene, step: Planned) -> Deed:
    """Say who is on duty."""
    duty = scene.case.roster.on_duty(scene.case.now, step.ticket.team if step.ticket else None)
    return Deed(said("who", step, who=duty.name if duty else ""))


def answer_list(scene: Scene, step: Planned) -> Deed:
    """Say what is open."""
    tickets = scene.background.open
    lines = tuple(
        f"#{one.number} {one.kind}, {one.state}{f', {scene.name(one.owner)}' if one.owner else ''}: {one.subject[:80]}"
        for one in tickets[:LISTED]
    )
    return Deed(said("list", step, lines=lines, text=str(len(tickets))))


def answer_help(scene: Scene, step: Planned) -> Deed:
    """Say which words fit now."""
    fit = offered(scene.case.ticket, scene.level)
    return Deed(said("help", step, words=tuple(line.form for line in fit), lines=tuple(line.help for line in fit)))


def _portrait(scene: Scene, ticket: Ticket) -> tuple[str, ...]:
    facts = (
        ("kind", ticket.kind),
        ("state", ticket.state),
        ("verdict", ticket.verdict),
        ("class", ticket.resolution),
        ("priority", ticket.priority),
        ("owner", scene.name(ticket.owner)),
        ("area", ticket.area),
        ("planned", ticket.planned),
        ("links", ", ".join(f"#{number}" for number in ticket.links)),
    )
    return tuple(f"{name}: {value}" for name, value in facts if value)
