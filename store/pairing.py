"""What somebody who learned would have said of tickets, beside what was said."""

from sqlalchemy import Connection, bindparam, select

from store.model.facts import Compared
from store.schema import event, ticket

MOST = 200  # lines of one turn

_LINES = (
    select(event.c.ticket, event.c.who, event.c.what, ticket.c.subject)
    .join(ticket, ticket.c.number == event.c.ticket)
    .where(event.c.at >= bindparam("since"), event.c.at < bindparam("until"))
    .order_by(event.c.id)
)
_WOULD = _LINES.where(event.c.who == bindparam("person"), event.c.what.startswith(bindparam("mark"))).limit(MOST)
_SAID = (
    select(event.c.ticket, event.c.what)
    .where(event.c.ticket.in_(bindparam("tickets", expanding=True)), event.c.what.startswith(bindparam("mark")))
    .order_by(event.c.id)
    .limit(MOST)
)


def of_turn(
    connection: Connection, person: str, since: float, until: float, marks: tuple[str, str]
) -> tuple[Compared, ...]:
    """Return, ticket by ticket, what who learned would have said in a stretch of time (epoch seconds), and what was.

    `marks` are how the lines of the history begin that hold the one and the other.
    """
    hypothetical, actual = marks
    would: dict[int, list[str]] = {}
    subjects: dict[int, str] = {}
    span = {"person": person, "since": since, "until": until, "mark": hypothetical}
    for row in connection.execute(_WOULD, span):
        would.setdefault(row.ticket, []).append(row.what.removeprefix(hypothetical))
        subjects[row.ticket] = row.subject
    done: dict[int, list[str]] = {}
    for line in connection.execute(_SAID, {"tickets": sorted(would), "mark": actual}):
        done.setdefault(line.ticket, []).append(line.what.removeprefix(actual))
    return tuple(
        Compared(number, subjects[number], tuple(lines), tuple(done.get(number, ()))) for number, lines in would.items()
    )
