"""What leaves beside the mails: a few words to whoever is called, and requests for programs of the pipeline.

Only a card that calls for an emergency is told by another way as well. Without leave nothing that a customer wrote
goes along.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from daemon.core.desk.events import OPENED, SUBJECT, Event, described
from daemon.core.mail.address import fold
from daemon.core.mail.clean import clip, one_line
from daemon.core.mail.letter import Letter, Words
from daemon.core.settings import Settings
from daemon.core.signalling import Notify, Webhook
from store.model.changes import Draft, Opening
from store.model.outbox import MailKind, NewMail
from store.model.verdict import Clause, Tag

CALLS = frozenset({"card", "list"})  # letters that interrupt somebody for an emergency


def ways(settings: Settings) -> dict[str, Notify]:
    """Return the ways to people, each by a name that may be shown: the address itself is a secret."""
    count: Counter[str] = Counter()
    named = {}
    for way in settings.notify:
        count[way.person] += 1
        named[f"notify:{way.person}/{count[way.person]}"] = way
    return named


def hook_name(hook: Webhook) -> str:
    """Return the name of a program that is told."""
    return f"webhook:{hook.name}"


def ways_to(draft: Draft, settings: Settings) -> Iterator[tuple[str, Notify]]:
    """Yield the ways by which the reader of a card is told as well; none for who only learns, or is not called."""
    if draft.kind is not MailKind.CARD or draft.letter not in CALLS or draft.copy_of:
        return
    to = fold(draft.to.address)
    called = {person.id for person in settings.people if fold(person.address) == to}
    yield from ((name, way) for name, way in ways(settings).items() if way.person in called)


def hooks_for(event: str, tag: Tag | None, settings: Settings) -> Iterator[Webhook]:
    """Yield the programs that are told of an event of a ticket of this tag."""
    return (hook for hook in settings.webhooks if event in hook.events and (not hook.tags or tag in hook.tags))


def page(letter: Letter, way: str, ticket: int | None, mark: str, now: float) -> NewMail:
    """Return the words for a way, ready for the outbox."""
    raw = f"{letter.subject}\n\n{letter.text}".encode()
    return NewMail(mark, MailKind.NOTIFY, ticket, "", way, f"msg_{mark}", raw, now)


def told(hook: Webhook, opening: Opening, words: Words, mark: str, now: float) -> NewMail:
    """Return a ticket that is opened as a program of the pipeline is told of it, ready for the outbox."""
    return _request(hook, OPENED, _ticket(opening, words, whole=hook.words), mark, now)


def told_event(hook: Webhook, event: Event, mark: str, now: float) -> NewMail:
    """Return what happened to a ticket as a program is told of it, ready for the outbox."""
    return _request(hook, event.type, described(event.ticket, whole=hook.words), mark, now)


def _request(hook: Webhook, event: str, data: Mapping[str, Any], mark: str, now: float) -> NewMail:
    identifier = f"msg_{mark}"
    body = {
        "id": identifier,
        "type": event,
        "timestamp": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": data,
    }
    raw = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    return NewMail(mark, MailKind.WEBHOOK, data["number"], "", hook_name(hook), identifier, raw, now)


def _ticket(opening: Opening, words: Words, *, whole: bool) -> Mapping[str, Any]:
    verdict = opening.verdict
    data: dict[str, Any] = {
        "number": words.ticket,
        "kind": opening.kind,
        "state": opening.state,
        "team": opening.team,
        "area": opening.area,
        "priority": opening.priority,
        "links": opening.links,
        "tag": verdict.tag if verdict else None,
        "unsure": bool(verdict and verdict.unsure),
        "score": verdict.score if verdict else None,
        "definition": verdict.definition if verdict else None,
        "clauses": {one.name: _clause(one, whole=whole) for one in (verdict.clauses if verdict else ())},
    }
    if whole:
        data |= {"subject": clip(one_line(opening.subject), SUBJECT), "reporter": opening.reporter}
        data["text"] = words.excerpt
    return data


def _clause(clause: Clause, *, whole: bool) -> Mapping[str, Any]:
    evidence = [
        {"rule": one.rule, "weight": one.weight} | ({"text": one.text} if whole else {}) for one in clause.evidence
    ]
    return {"holds": clause.holds, "evidence": evidence}
