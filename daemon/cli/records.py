"""The JSON lines of the command line: keys and their order are promised, new ones only follow at the end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from daemon.cli.jsonline import Json, Record
from daemon.core.commands.line import NotUnderstood
from daemon.core.commands.reading import Commands
from daemon.core.roster.changes import Turn
from daemon.core.settings import Person
from daemon.core.triage.compare import Difference
from daemon.edge.oauth.kept import Token
from store.model.mailbox import MailboxLine
from store.model.message import Address, Automatic, Bounce, Forwarded, Message, Permission
from store.model.ticket import Ticket
from store.model.verdict import Clause, Evidence, Tag, Verdict
from store.model.views import AsideLine, OutboxLine, ReceivedLine, Status, Story

PLANNED = frozenset({"feature", "question", "other"})  # kinds of the planned track; a bug is unplanned until scheduled


@dataclass(frozen=True, slots=True)
class Explained:
    """What the daemon makes of one message of a file."""

    file: str
    message: Message
    automatic: Automatic
    acknowledge: Permission
    bounce: Bounce | None
    verdict: Verdict | None
    command: Commands | NotUnderstood | None  # what the words order, if their sender is a member


@dataclass(frozen=True, slots=True)
class Rejudged:
    """A stored request on which another definition decides otherwise."""

    ticket: int
    subject: str
    then: Verdict
    now: Verdict
    difference: Difference
    said: str | None  # what a member of the team called it


def iso(at: float) -> str:
    """Write a moment in ISO 8601, in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def explained_record(e: Explained) -> Record:
    """Return the record of `explain --json`."""
    m = e.message
    return {
        "file": e.file,
        "message_id": m.message_id,
        "subject": m.subject,
        "from": _address(m.sender) if m.sender else None,
        "to": [_address(a) for a in m.to],
        "cc": [_address(a) for a in m.cc],
        "reply_to": [_address(a) for a in m.reply_to],
        "date": m.date.isoformat() if m.date else None,
        "text": m.text,
        "new_text": m.new_text,
        "quoted": m.quoted,
        "attachments": [
            {"filename": a.filename, "content_type": a.content_type, "size": a.size} for a in m.attachments
        ],
        "automatic": {"kind": e.automatic.kind.value, "reasons": list(e.automatic.reasons)},
        "acknowledge": {"allowed": e.acknowledge.allowed, "reasons": list(e.acknowledge.reasons)},
        "bounce": _bounce(e.bounce) if e.bounce else None,
        "in_reply_to": m.in_reply_to,
        "references": list(m.references),
        "forwarded": _forwarded(m.forwarded) if m.forwarded else None,
        "command": _command(e.command) if e.command else None,
        "verdict": _verdict(e.verdict) if e.verdict else None,
        "defects": list(m.defects),
    }


def _address(a: Address) -> Record:
    return {"name": a.name, "address": a.address}


def _bounce(b: Bounce) -> Record:
    return {"permanent": b.permanent, "recipients": list(b.recipients), "status": b.status}


def _forwarded(f: Forwarded) -> Record:
    return {"from": _address(f.sender) if f.sender else None, "subject": f.subject, "text": f.text}


def _command(c: Commands | NotUnderstood) -> Record:
    if isinstance(c, NotUnderstood):
        return {"error": c.words, "nearest": list(c.nearest)}
    verbs: list[Json] = [{"verb": one.verb.value, "arguments": [str(a) for a in one.arguments]} for one in c.commands]
    return {"verbs": verbs, "text": c.text}


def _verdict(v: Verdict) -> Record:
    return {
        "tag": v.tag.value,
        "unsure": v.unsure,
        "score": v.score,
        "area": v.area,
        "clauses": {clause.name: _clause(clause) for clause in v.clauses},
        "definition": v.definition,
        "missing": list(v.missing),
        "learned": {"offset": v.learned.offset, "tickets": list(v.learned.tickets)} if v.learned else None,
    }


def _clause(c: Clause) -> Record:
    return {"holds": c.holds, "evidence": [_evidence(e) for e in c.evidence]}


def _evidence(e: Evidence) -> Record:
    """The position is within `part`: the new text, or the subject."""
    return {"text": e.text, "start": e.start, "end": e.end, "rule": e.rule, "weight": e.weight, "part": e.part}


def rejudged_record(r: Rejudged) -> Record:
    """Return the record of a changed verdict in `definition test --json`."""
    d = r.difference
    return {
        "ticket": r.ticket,
        "subject": r.subject,
        "then": _outcome(r.then),
        "now": _outcome(r.now),
        "clause": d.clause,
        "holds": {"then": d.then, "now": d.now} if d.clause else None,
        "quotes": [{**_evidence(quote.evidence), "change": quote.change} for quote in d.quotes],
        "said": r.said,
    }


def said_of(said: Tag | None) -> str:
    """Return a member's word on a request; None is the word that it is no emergency."""
    return str(said) if said else "not emergency"


def _outcome(v: Verdict) -> Record:
    return {"tag": v.tag.value, "unsure": v.unsure, "score": v.score, "definition": v.definition}


def ticket_record(t: Ticket, now: float) -> Record:
    """Return the record of a ticket in `list --json`."""
    return {
        "number": t.number,
        "kind": t.kind.value,
        "state": t.state.value,
        "verdict": t.verdict.value if t.verdict else None,
        "class": t.resolution,
        "subject": t.subject,
        "reporter": t.reporter,
        "owner": t.owner,
        "team": t.team,
        "area": t.area,
        "priority": t.priority,
        "links": list(t.links),
        "age_seconds": round(now - t.opened_at, 3),
    }


def track(t: Ticket) -> str:
    """Return the track a ticket runs on: `planned` for what waits its turn, `unplanned` for what interrupts."""
    return "planned" if t.kind.value in PLANNED or t.state.value == "scheduled" else "unplanned"


def story_record(s: Story) -> Record:
    """Return the record of `show N --json`."""
    t = s.ticket
    return {
        "number": t.number,
        "kind": t.kind.value,
        "state": t.state.value,
        "track": track(t),
        "verdict": t.verdict.value if t.verdict else None,
        "class": t.resolution,
        "priority": t.priority,
        "area": t.area,
        "team": t.team,
        "owner": t.owner,
        "reporter": t.reporter,
        "links": list(t.links),
        "first_response": {
            "automatic_seconds": since(t.opened_at, t.first_automatic_at),
            "human_seconds": since(t.opened_at, t.first_human_at),
        },
        "history": [{"at": iso(event.at), "who": event.who, "what": event.what} for event in s.events],
        "subject": t.subject,
        "opened": iso(t.opened_at),
        "judged": _verdict(s.verdict) if s.verdict else None,
        "reporter_failing": iso(s.failing_at) if s.failing_at else None,
    }


def since(start: float, end: float | None) -> float | None:
    """Return the seconds from one moment to another, None where the other is not yet."""
    return None if end is None else round(end - start, 3)


def status_record(s: Status) -> Record:
    """Return the record of `status --json`."""
    outbox = {state.value: count for state, count in s.outbox}
    named = ("queued", "held", "sent", "unknown", "failed")
    return {
        "received": s.received,
        "duplicates": s.duplicates,
        "tickets": s.tickets,
        "follow_ups": s.follow_ups,
        "commands": s.commands,
        "silenced": dict(s.silenced),
        "set_aside": s.set_aside,
        "open": {state.value: count for state, count in s.open},
        "outbox": {**{name: outbox.get(name, 0) for name in named}, "sending": outbox.get("sending", 0)},
        "first_response": {
            "automatic_p50": s.first_response.automatic_p50,
            "automatic_p99": s.first_response.automatic_p99,
            "human_p50": s.first_response.human_p50,
        },
        "interruptions_off_duty": s.interruptions_off_duty,
        "waiting": s.waiting,
    }


def mailbox_record(m: MailboxLine) -> Record:
    """Return the record of a mailbox in `status --json`."""
    return {
        "account": m.account,
        "folder": m.folder,
        "read": iso(m.read_at) if m.read_at else None,
        "error": m.error or None,
        "error_since": iso(m.error_since) if m.error_since else None,
    }


def login_record(name: str, token: Token) -> Record:
    """Return what `status --json` says of a login that its provider no longer accepts."""
    return {"name": name, "since": iso(token.refused_at), "why": token.refused}


def mail_record(o: OutboxLine) -> Record:
    """Return the record of a row in `outbox --json`."""
    return {
        "id": o.id,
        "kind": o.kind.value,
        "ticket": o.ticket,
        "to": o.to,
        "state": o.state.value,
        "attempts": o.attempts,
        "due": iso(o.due),
        "answer": o.answer,
    }


def received_record(m: ReceivedLine) -> Record:
    """Return the record of a message in `list --messages`."""
    return {
        "id": m.id,
        "message_id": m.message_id,
        "from": m.sender,
        "subject": m.subject,
        "became": m.became,
        "reason": m.reason or None,
        "ticket": m.ticket,
        "received": iso(m.received_at),
        "copies": m.copies,
    }


def aside_record(a: AsideLine) -> Record:
    """Return the record of a message in `aside list --json`."""
    return {
        "id": a.id,
        "message_id": a.message_id,
        "subject": a.subject,
        "why": a.why,
        "received": iso(a.received_at),
        "tries": a.tries,
    }


def turn_record(turn: Turn, people: Mapping[str, Person]) -> Record:
    """Return the record of `duty --json`."""
    return {
        "rota": turn.rota,
        "start": iso(turn.start),
        "end": iso(turn.end),
        "person": turn.person,
        "name": people[turn.person].name if turn.person in people else turn.person,
        "shadow": turn.shadow,
        "planned": turn.planned,
        "change": turn.why.value if turn.why else None,
    }
