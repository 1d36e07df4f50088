"""Take words and addresses out of rows that stay: the figures, states and links of the desk go on holding."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, String, bindparam, case, cast, delete, func, or_, select, update

from store.model.changes import Outcome
from store.model.history import GONE, wordless
from store.model.outbox import MailKind, MailState
from store.privacy.hashes import keyed
from store.privacy.tables import erased
from store.quarantine.tables import quarantine
from store.schema import (
    acknowledged,
    correction,
    epoch,
    event,
    failing,
    known_id,
    mail,
    mail_raw,
    message,
    message_raw,
    participant,
    sender,
    ticket,
    verdict,
)
from store.upsert import of, upsert

REASON = "erased"  # why a message is silenced that was erased before it was worked

_rows: BindParameter[Any] = bindparam("rows", expanding=True)
_numbers: BindParameter[Any] = bindparam("numbers", expanding=True)
_NAMES = select(message.c.id, message.c.digest, message.c.message_id).where(message.c.id.in_(_rows))
_REMEMBER = upsert(erased, ("hash",), lambda _: {})
_RENAME = (
    update(message)
    .where(message.c.id == bindparam("row"))
    .values(digest=bindparam("hashed"), message_id="", rcpt_to=[])
)
_WORDLESS = (
    update(message)
    .where(message.c.id.in_(_rows))
    .values(
        subject=GONE,
        mail_from="",
        peer="",
        why="",
        due=None,
        fence=message.c.fence + 1,
        reason=case(
            (or_(message.c.outcome.is_(None), message.c.outcome == Outcome.SET_ASIDE), REASON), else_=message.c.reason
        ),
        outcome=case(
            (or_(message.c.outcome.is_(None), message.c.outcome == Outcome.SET_ASIDE), Outcome.SILENCED.value),
            else_=message.c.outcome,
        ),
    )
)
_UNSENT = [state for state in MailState if state not in {MailState.SENT, MailState.FAILED}]
_STOP = (
    update(mail)
    .where(mail.c.id.in_(_rows), mail.c.state.in_(_UNSENT))
    .values(state=MailState.FAILED, due=None, attempt_open=False, fence=mail.c.fence + 1, settled_at=bindparam("now"))
)
_SPEECHLESS = update(mail).where(mail.c.id.in_(_rows)).values(answer=GONE, mail_from="")
_TO_NOBODY = update(mail).where(mail.c.id.in_(_rows)).values(recipient="", domain="")
_OUTSIDE = (MailKind.ACK, MailKind.REPLY, MailKind.ASK, MailKind.NOTICE)  # kinds that go to people outside the team
_TICKETS = (
    update(ticket).where(ticket.c.number.in_(_numbers)).values(subject=GONE, reporter="", version=ticket.c.version + 1)
)
_VERDICTS = select(verdict.c.id, verdict.c.clauses).where(verdict.c.ticket.in_(_numbers))
_CLAUSES = update(verdict).where(verdict.c.id == bindparam("row")).values(clauses=bindparam("wordless"))
_CORRECTIONS = update(correction).where(correction.c.ticket.in_(_numbers)).values(subject="", text="")
_HISTORY = select(event.c.id, event.c.what).where(event.c.ticket.in_(_numbers))
_TELL = update(event).where(event.c.id == bindparam("row")).values(what=bindparam("told"))
_EDITS = cast(event.c.edits, String)
_EDITED = select(event.c.id, event.c.edits).where(event.c.ticket.in_(_numbers), _EDITS.contains("@"))
_STRANGERS = (
    update(event).where(event.c.ticket.in_(_numbers), event.c.who.contains("@", autoescape=True)).values(who=GONE)
)


def wipe_messages(connection: Connection, rows: Sequence[int], now: float, secret: bytes | None = None) -> None:
    """Take the bytes and words of messages away; with a secret, a keyed hash stands for what they were."""
    asked = {"rows": list(rows)}
    if secret is not None:
        hashes = {row.id: keyed(secret, row.digest, row.message_id) for row in connection.execute(_NAMES, asked)}
        if hashes:
            connection.execute(of(_REMEMBER, connection), [{"hash": one, "at": now} for one in hashes.values()])
            connection.execute(_RENAME, [{"row": row, "hashed": one} for row, one in hashes.items()])
        connection.execute(delete(known_id).where(known_id.c.message.in_(_rows)), asked)
    connection.execute(delete(quarantine).where(quarantine.c.message.in_(_rows)), asked)
    connection.execute(delete(message_raw).where(message_raw.c.message.in_(_rows)), asked)
    connection.execute(_WORDLESS, asked)


def wipe_mails(connection: Connection, rows: Sequence[int], now: float) -> None:
    """Take the bytes of outgoing mails away; what has not left never does."""
    asked: dict[str, Any] = {"rows": list(rows)}
    connection.execute(delete(mail_raw).where(mail_raw.c.mail.in_(_rows)), asked)
    connection.execute(_STOP, {**asked, "now": now})
    connection.execute(_SPEECHLESS, asked)
    connection.execute(_TO_NOBODY.where(mail.c.kind.in_(_OUTSIDE)), asked)


def wipe_tickets(connection: Connection, numbers: Sequence[int]) -> None:
    """Take out of tickets whose they are, what they are called, and every word that was quoted of them."""
    asked = {"numbers": list(numbers)}
    connection.execute(_TICKETS, asked)
    connection.execute(delete(participant).where(participant.c.ticket.in_(_numbers)), asked)
    rows = [{"row": row.id, "wordless": _wordless(row.clauses)} for row in connection.execute(_VERDICTS, asked)]
    if rows:
        connection.execute(_CLAUSES, rows)
    connection.execute(_CORRECTIONS, asked)
    connection.execute(_STRANGERS, asked)
    history = connection.execute(_HISTORY, asked)
    told = [{"row": row.id, "told": line} for row in history if (line := wordless(row.what)) != row.what]
    if told:
        connection.execute(_TELL, told)
    for row in connection.execute(_EDITED, asked).all():
        _edit(connection, row.id, _without(row.edits, "@", whole=True))


def wipe_address(connection: Connection, address: str) -> None:
    """Take an address out of everything that is looked up by it, and out of the history of other tickets."""
    local, _, domain = address.rpartition("@")
    scope = f"{domain}\n{local}"
    connection.execute(delete(participant).where(participant.c.address == address))
    connection.execute(delete(sender).where(sender.c.address == address))
    connection.execute(delete(epoch).where(epoch.c.address == address))
    connection.execute(delete(failing).where(failing.c.address == address))
    counted = (acknowledged.c.scope == scope) | acknowledged.c.scope.startswith(f"{scope}\n", autoescape=True)
    connection.execute(delete(acknowledged).where(counted))
    connection.execute(update(message).where(func.lower(message.c.mail_from) == address).values(mail_from=""))
    connection.execute(update(mail).where(func.lower(mail.c.recipient) == address).values(recipient="", domain=""))
    connection.execute(update(event).where(event.c.who == address).values(who=GONE))
    named = event.c.what.contains(address, autoescape=True)
    connection.execute(update(event).where(named).values(what=func.replace(event.c.what, address, GONE)))
    edited = _EDITS.contains(address, autoescape=True)
    for row in connection.execute(select(event.c.id, event.c.edits).where(edited)).all():
        _edit(connection, row.id, _without(row.edits, address))


def _wordless(clauses: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return clauses with the places and rules of their evidence, and without its words."""
    return [{**clause, "evidence": [{**one, "text": ""} for one in clause["evidence"]]} for clause in clauses]


def _edit(connection: Connection, row: int, edits: Any) -> None:
    connection.execute(update(event).where(event.c.id == row).values(edits=edits))


def _without(kept: Any, name: str, *, whole: bool = False) -> Any:
    """Return edits in which a name, or the whole text that it stands in, is gone."""
    if isinstance(kept, list):
        return [_without(one, name, whole=whole) for one in kept]
    if not isinstance(kept, str) or name not in kept:
        return kept
    return GONE if whole else kept.replace(name, GONE)
