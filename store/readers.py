"""Who reads a ticket's mail, and what becomes of a mail whose recipient does so no longer."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from store.model.outbox import Mail, MailState
from store.schema import event, mail, participant, ticket

_REPORTER = select(ticket.c.reporter).where(ticket.c.number == bindparam("ticket_"))
_OTHERS = select(participant.c.address).where(participant.c.ticket == bindparam("ticket_"))
_STOP = (
    update(mail)
    .where(mail.c.id == bindparam("row"), mail.c.fence == bindparam("held"), mail.c.state == MailState.SENDING)
    .values(state=MailState.FAILED, due=None, answer=bindparam("why"), settled_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class Withholding:
    """A mail that must not leave."""

    mail: Mail
    why: str
    now: float


def readers(connection: Connection, numbers: Sequence[int]) -> list[tuple[str, ...]]:
    """Return for each ticket the addresses that may read its mail."""
    return [
        tuple(
            address
            for question in (_REPORTER, _OTHERS)
            for address in connection.execute(question, {"ticket_": number}).scalars()
        )
        for number in numbers
    ]


def withhold(connection: Connection, withholdings: Sequence[Withholding]) -> list[bool]:
    """Stop mails for good, and say so in the history; says for each whether its lease still held."""
    return [_withhold(connection, one) for one in withholdings]


def _withhold(connection: Connection, one: Withholding) -> bool:
    held = {"row": one.mail.id, "held": one.mail.fence, "why": one.why, "now": one.now}
    if connection.execute(_STOP, held).rowcount != 1:
        return False
    what = f"a mail ({one.mail.kind}) to {one.mail.to} was not sent: {one.why}"
    row = {"ticket": one.mail.ticket, "at": one.now, "who": "triaged", "what": what}
    connection.execute(insert(event), row)
    return True
