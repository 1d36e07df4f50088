"""A member's word, or time, changes tickets: all of them as they were looked at, or nothing."""

from typing import Any

from sqlalchemy import Connection, bindparam, delete, or_, select, update

from store.model.changes import Changes, TicketChange
from store.model.outbox import MailState
from store.model.ticket import Edit, Event, Kind, Participant, Role, State
from store.model.verdict import Tag
from store.passages import note
from store.refiling import there
from store.schema import link, mail, mail_raw, participant, ticket
from store.upsert import of, upsert

_WORDS = {"kind": Kind, "state": State, "verdict": Tag}
_VERSIONS = (
    select(ticket.c.number, ticket.c.version)
    .where(ticket.c.number.in_(bindparam("numbers", expanding=True)))
    .order_by(ticket.c.number)
    .with_for_update()
)
_STOPPABLE = (
    select(mail.c.id)
    .where(mail.c.id.in_(bindparam("rows", expanding=True)), mail.c.state == MailState.HELD)
    .order_by(mail.c.id)
    .with_for_update()
)
_CONFIRM = (
    update(mail).where(mail.c.mark == bindparam("used"), mail.c.used_at.is_(None)).values(used_at=bindparam("now"))
)
_PARTICIPANT = upsert(participant, ("ticket", "address"), lambda came: {"role": came.role})
_LINK = upsert(link, ("ticket", "other"), lambda _: {})


def move(connection: Connection, changes: Changes, now: float) -> bool:
    """Change tickets and stop held mails; False, and nothing is written, if one of them is not as it was seen."""
    if not (changes.moves or changes.stops or changes.confirms or changes.refiles):
        return True
    if not (as_seen(connection, changes.moves) and _stoppable(connection, changes.stops)):
        return False
    if not there(connection, changes.refiles):
        return False
    if changes.confirms and connection.execute(_CONFIRM, {"used": changes.confirms, "now": now}).rowcount != 1:
        return False
    for change in changes.moves:
        write(connection, change, now)
    if changes.stops:
        connection.execute(delete(mail_raw).where(mail_raw.c.mail.in_(changes.stops)))
        connection.execute(delete(mail).where(mail.c.id.in_(changes.stops)))
    return True


def event_row(number: int | None, cause: int | None, one: Event) -> dict[str, object]:
    """Return the row of an event; `cause` is the message that brought it about."""
    edits = [[edit.field, _kept(edit.field, edit.before), _kept(edit.field, edit.after)] for edit in one.edits]
    return {
        "ticket": number,
        "message": cause,
        "at": one.at,
        "who": one.who,
        "what": one.what,
        "edits": edits or None,
        "undoes": one.undoes,
    }


def edits_of(kept: list[tuple[str, object, object]] | None) -> tuple[Edit, ...]:
    """Return the edits that a row of an event holds."""
    return tuple(Edit(field, _value(field, old), _value(field, new)) for field, old, new in kept or ())


def _kept(field: str, value: Any) -> Any:
    return [[one.address, one.role] for one in value] if field == "participants" else value


def _value(field: str, kept: Any) -> Any:
    if field == "participants":
        return tuple(Participant(address, Role(role)) for address, role in kept)
    if isinstance(kept, list):
        return tuple(kept)
    return _WORDS[field](kept) if field in _WORDS and kept is not None else kept


def as_seen(connection: Connection, moves: tuple[TicketChange, ...]) -> bool:
    """Say whether all these tickets are still as they were looked at; they stay so until the transaction ends."""
    if not moves:
        return True
    found = {row.number: row.version for row in connection.execute(_VERSIONS, {"numbers": [m.ticket for m in moves]})}
    return all(found.get(one.ticket) == one.version for one in moves)


def _stoppable(connection: Connection, rows: tuple[int, ...]) -> bool:
    if not rows:
        return True
    return len(connection.execute(_STOPPABLE, {"rows": list(rows)}).all()) == len(rows)


def write(connection: Connection, change: TicketChange, now: float) -> None:
    """Write what changes of a ticket."""
    values = {edit.field: edit.after for edit in change.edits if edit.field not in _ROWS}
    if "state" in values:
        note(connection, [(change.ticket, State(values["state"]), now)])
    row = update(ticket).where(ticket.c.number == change.ticket)
    connection.execute(row.values(version=ticket.c.version + 1, **values))
    for edit in change.edits:
        if edit.field in _ROWS:
            _ROWS[edit.field](connection, change.ticket, edit)


def _relink(connection: Connection, number: int, edit: Edit) -> None:
    """Links hold both ways."""
    gone, come = set(edit.before) - set(edit.after), set(edit.after) - set(edit.before)
    for other in sorted(gone):
        pair = or_(
            (link.c.ticket == number) & (link.c.other == other), (link.c.ticket == other) & (link.c.other == number)
        )
        connection.execute(delete(link).where(pair))
    rows = [{"ticket": a, "other": b} for other in sorted(come) for a, b in ((number, other), (other, number))]
    if rows:
        connection.execute(of(_LINK, connection), rows)


def _readmit(connection: Connection, number: int, edit: Edit) -> None:
    gone, come = set(edit.before) - set(edit.after), set(edit.after) - set(edit.before)
    for one in sorted(gone, key=lambda one: one.address):
        theirs = (participant.c.ticket == number) & (participant.c.address == one.address)
        connection.execute(delete(participant).where(theirs))
    rows = [{"ticket": number, "address": one.address, "role": one.role} for one in come]
    if rows:
        connection.execute(of(_PARTICIPANT, connection), sorted(rows, key=lambda row: str(row["address"])))


_ROWS = {"links": _relink, "participants": _readmit}  # fields of a ticket that stand in rows of their own
