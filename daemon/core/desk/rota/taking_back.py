"""`undo` said of turns: the member's last change is taken back, unless somebody has changed the same time since."""

from daemon.core.commands.plan import Planned
from daemon.core.desk.rota.deeds import changed, members, passes
from daemon.core.desk.rota.mails import rows, tell
from daemon.core.desk.rota.stretch import Stretch
from daemon.core.desk.scene import Deed, Scene, no, said
from daemon.core.roster.changes import standing
from store.model.changes import Draft, Said
from store.model.shift import Change, Override


def undo_turn(scene: Scene, step: Planned) -> Deed:
    """Take back the last change; a turn that somebody took over may also be taken back by who had it."""
    person, now, roster = scene.person.id, scene.case.now, scene.case.roster
    held = standing(roster.said)
    last = next((one for one in reversed(held) if _is_theirs(one, person) and _end(one) > now), None)
    if last is None:
        return no("turn-nothing-to-undo", step)
    if last.change is Change.SWAP:
        other = next((who for who in (last.person, last.other) if who and who != person), "")
        return no("turn-agreed", step, who=scene.name(other), words=(f"swap {other}",))
    later = next((one for one in held if one.id > last.id and one.who != person and _meet(one, last)), None)
    if later:
        return no("turn-changed-since", step, who=scene.name(later.who))
    back = Override(Change.TAKEN_BACK, last.rota, last.person, last.since, last.until, person, now, takes_back=last.id)
    row = rows((Stretch(last.since, last.until, last.person),), scene.settings)
    return Deed(said("turn-undone", step, text=last.change, rows=row), _told(scene, last, back), overrides=(back,))


def _is_theirs(one: Override, person: str) -> bool:
    if one.change is Change.TAKEN_BACK:
        return False
    taken = one.change in (Change.COVER, Change.SWAP) and person in (one.person, one.other)
    return one.who == person or taken


def _end(one: Override) -> float:
    return max(one.until, one.back[1] if one.back else one.until)


def _meet(one: Override, other: Override) -> bool:
    alike = one.rota == other.rota or "" in (one.rota, other.rota)
    return alike and one.change is not Change.ASKED and one.since < other.until and other.since < one.until


def _told(scene: Scene, last: Override, back: Override) -> tuple[Draft, ...]:
    """Return the mails to everybody else whose turns are as before, or who was asked or was to learn."""
    moved = tuple(passes(scene.case.roster, changed(scene, back), scene.case.now, _end(last)))
    drafts = []
    concerned = {who for one in moved for who in (one.by, one.to)} | {last.person, last.other or ""}
    for person in members(scene, sorted(concerned - {scene.person.id, ""})):
        whose = tuple(Stretch(one.start, one.end, one.to) for one in moved if person.id in (one.by, one.to))
        row = whose or (Stretch(last.since, last.until, last.person),)
        told = Said("turn-back", who=scene.person.name, text=last.change, rows=rows(row, scene.settings))
        drafts.append(tell(person, scene.settings, told))
    return tuple(drafts)
