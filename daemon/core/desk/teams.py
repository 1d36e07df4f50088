"""Several teams at one desk: each has its own queue, its own duty and its own pipeline.

Members of any team may command everywhere: teams are small, and whoever sees that a ticket is another team's says so.
"""

from daemon.core.commands.arguments import TeamId
from daemon.core.commands.plan import Planned
from daemon.core.desk.routing import supporting, task
from daemon.core.desk.scene import Deed, Scene, after, no, person_named, said, spoken, to_member, to_pipeline
from daemon.core.settings import Person
from store.model.changes import Draft
from store.model.ticket import State, Ticket


def hand_over(scene: Scene, step: Planned) -> Deed:
    """Hand a ticket to another team: whoever must look at once gets a card, else it goes to the team's pipeline."""
    (team,) = (a.id for a in step.command.arguments if isinstance(a, TeamId))
    before, ticket = step.ticket, after(step)
    name = next((one.name for one in scene.settings.teams if one.id == team), team)
    if before is None or before.team == team:
        return no("same-team", step, who=name)
    person = _called(scene, before, ticket)
    old = person_named(scene.settings, before.owner)
    drafts: list[Draft] = []
    if person and person.id != scene.person.id:
        drafts.append(spoken(task(scene.settings, person, "moved", scene.person.name, step.command.note), ticket))
    if old and old.id != scene.person.id and old != person:
        drafts.append(to_member(scene, old, "taken-over", ticket))
    pipeline = to_pipeline(scene, ticket, ticket.verdict) if person is None else ()
    return Deed(said("moved", step, who=name, text=person.name if person else ""), (*drafts, *pipeline))


def _called(scene: Scene, before: Ticket, ticket: Ticket) -> Person | None:
    """Return the one person of the new team who gets a card; None where nobody had it, and the pipeline is its way."""
    if ticket.state is State.NEW:
        return supporting(scene.settings, scene.case.roster, scene.case.now, ticket.team)
    if ticket.state is State.PAGED or before.owner:
        return scene.case.roster.on_duty(scene.case.now, ticket.team)
    return None
