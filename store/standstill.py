"""A process that stands still in the middle of a transaction keeps what it has locked from all others.

The server would wait for it for ever: a stopped process answers no question and closes no connection, and
`idle_in_transaction_session_timeout` does not count for one that stops between the commands of a bulk, which the
server calls active until it reads the end of the bulk. A writer keeps its rows, a reader the tables from being changed
and all that was deleted from being tidied up. So the others end its connection; when it goes on, it meets a lost one,
and all that it had begun was undone.
"""

from sqlalchemy import Connection, text

OURS = "triaged"  # a connection of ours, by the name that PostgreSQL shows
STANDSTILL_SECONDS = 60.0  # a transaction of ours takes milliseconds

_END = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = current_user AND application_name = :ours"
    " AND (state LIKE 'idle in transaction%' OR (state = 'active' AND wait_event_type = 'Client'))"
    " AND state_change < clock_timestamp() - make_interval(secs => :seconds)"
)


def end(connection: Connection, seconds: float) -> int:
    """End our connections to PostgreSQL that did nothing for so long within a transaction; returns how many."""
    return int(connection.scalar(_END, {"ours": OURS, "seconds": seconds}) or 0)
