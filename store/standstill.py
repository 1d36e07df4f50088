"""A process that stands still in the middle of a transaction keeps the rows that it has touched from all others.

The server would wait for it for ever: a stopped process answers no question and closes no connection, and
`idle_in_transaction_session_timeout` does not count for one that stops between the commands of a bulk, which the
server calls active until it reads the end of the bulk. So the others end its connection; when it goes on, it meets a
lost one, and all that it had begun was undone.
"""

from sqlalchemy import Connection, text

from store.database import WRITER

_END = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = current_user AND application_name = :writer"
    " AND (state LIKE 'idle in transaction%' OR (state = 'active' AND wait_event_type = 'Client'))"
    " AND state_change < now() - make_interval(secs => :seconds)"
)


def end(connection: Connection, seconds: float) -> int:
    """End the writers of a PostgreSQL store that did nothing for so long within a transaction; returns how many.

    A transaction of ours takes milliseconds.
    """
    return int(connection.scalar(_END, {"writer": WRITER, "seconds": seconds}) or 0)
