"""The L1 gate: what support passes to the developers, what comes back, and words that only support may send."""

import re
from collections.abc import Callable, Iterable

from daemon.core.commands.arguments import Anyway
from daemon.core.commands.grammar import ROWS, Verb
from daemon.core.commands.permit import Level
from daemon.core.commands.plan import Planned
from daemon.core.commands.reading import Command
from daemon.core.desk.routing import keeper, task, with_support
from daemon.core.desk.scene import Deed, Scene, after, no, onward, person_named, said, spoken, to_manager
from daemon.core.settings import Person
from daemon.core.triage.definition import Definition
from daemon.core.triage.spans import findings_of
from store.model.history import ANSWERED, NOTE, UNHEARD, WROTE_AGAIN
from store.model.ticket import Kind

GIVES = "; gives: "  # how the history says which of the facts asked for a later message holds
_LATER = (WROTE_AGAIN, ANSWERED)
_UNKNOWN = ("unknown", "unbekannt")


def facts_in(definition: Definition, text: str) -> frozenset[str]:
    """Return which of the facts that the definition asks for a text gives."""
    return findings_of(definition, "", text).facts


def up(scene: Scene, step: Planned) -> Deed:
    """Pass it to the developers: to the pipeline of its tag, and to the release manager."""
    refused = next((no(found[0], step, lines=found[1], words=found[2]) for found in _in_the_way(scene, step)), None)
    if refused:
        return refused
    ticket = after(step)
    reason = step.command.note
    drafts = onward(scene, step, ticket.verdict, reason)
    if ticket.kind is Kind.QUESTION:
        drafts = (*drafts, *to_manager(scene, ticket, reason))
    return Deed(said("up", step), drafts)


def down(scene: Scene, step: Planned) -> Deed:
    """Give it back to support: to the one who talks to the reporter."""
    person = keeper(after(step), scene.settings, scene.case.roster, scene.case.now)
    if person is None:
        return no("no-support", step)
    card = task(scene.settings, person, "returned", scene.person.name, step.command.note)
    drafts = (spoken(card, after(step)),) if person.id != scene.person.id else ()
    return Deed(said("down", step, who=person.name), drafts)


def barred(scene: Scene, step: Planned, person: Person | None) -> bool:
    """Say whether somebody of the developers would get what support has not passed to them."""
    return bool(
        person and person.level == Level.L2 and step.ticket and with_support(step.ticket, scene.settings)
    )  # fmt: skip


# --- what stands in the way of `up` ----------------------------------------------------------------------------------

Found = tuple[str, tuple[str, ...], tuple[str, ...]]
"""A refusal's sentence, what it names, and what would work."""


def _taken(scene: Scene, step: Planned) -> Found | None:
    owner = person_named(scene.settings, step.ticket.owner if step.ticket else None)
    if owner is None or owner.level != Level.L2:
        return None
    return "up-taken", (owner.name,), tuple(ROWS[verb].form for verb in (Verb.NOTE, Verb.REPLY))


def _no_reason(_: Scene, step: Planned) -> Found | None:
    given = Anyway() not in step.command.arguments or step.command.note
    return None if given else ("up-reason", (), ("up anyway: …",))


def _facts_missing(scene: Scene, step: Planned) -> Found | None:
    missing = _missing(scene, step.command)
    return ("up-facts", missing, ("ask", f"up: {missing[0]} {_UNKNOWN[0]}")) if missing else None


CONDITIONS: tuple[Callable[[Scene, Planned], Found | None], ...] = (_taken, _no_reason, _facts_missing)


def _in_the_way(scene: Scene, step: Planned) -> Iterable[Found]:
    return (found for condition in CONDITIONS if (found := condition(scene, step)) is not None)


def _missing(scene: Scene, command: Command) -> tuple[str, ...]:
    """Return the facts that the verdict misses, and that nobody has given since: not the reporter, not support."""
    verdict, history = scene.background.verdict, scene.background.history
    wanted = verdict.missing if verdict else ()
    if not wanted:
        return ()
    later = {fact for past in history if past.what.startswith(_LATER) for fact in _given(past.what)}
    words = "\n".join((command.note, *(past.what for past in history if past.what.startswith((NOTE, UNHEARD)))))
    there = later | facts_in(scene.case.definition, words)
    return tuple(fact for fact in wanted if fact not in there and not _said_unknown(fact, command.note))


def _given(line: str) -> list[str]:
    return line.rpartition(GIVES)[2].split(", ") if GIVES in line else []


def _said_unknown(fact: str, reason: str) -> bool:
    """Support says that nobody can tell: `up: version unknown`."""
    return any(re.search(rf"\b{re.escape(fact)} {word}\b", reason, re.IGNORECASE) for word in _UNKNOWN)
