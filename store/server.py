"""Connections to PostgreSQL that neither end holds for ever, once the other has gone away without a word.

A line that was cut, or a machine that lost its power, sends no end of the connection: who waits for an answer would
wait for hours, with a thread that all others need, and the server would keep a dead one's place as long. So both ends
ask each other in silence (RFC 9293 section 3.8.4), what is sent must be acknowledged in time (RFC 5482), and besides
no answer is waited for without an end: a proxy or a server that was stopped acknowledges all and says nothing.
"""

from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import Engine, event

from store.standstill import OURS

ANSWER_SECONDS = 120.0  # what a process that stands still has locked is free before
LINE = {  # of libpq; what a URL says besides is stronger
    "connect_timeout": "10",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}

_WAIT_SECONDS = 0.1  # between two looks whether somebody pressed a key
_INTRODUCTION = f"""
SELECT set_config(name, value, false) FROM pg_settings JOIN (VALUES
('application_name', '{OURS}'),
('tcp_keepalives_idle', '15'), ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3'),
('tcp_user_timeout', '30000'), ('client_connection_check_interval', '10000')
) AS ours (name, value) USING (name)"""  # noqa: S608 - a name of ours; a server that does not know one of them goes without
_DURABLE = "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"

Result = TypeVar("Result")


class Patient(psycopg.Connection[Any]):
    """A connection that is given up where an answer does not come in time."""

    def wait(self, gen: PQGen[Result], interval: float = _WAIT_SECONDS, timeout: float | None = None) -> Result:
        """Wait for an answer.

        Raises:
            psycopg.OperationalError: there is none, and the connection is closed.

        """
        try:
            return super().wait(gen, interval, ANSWER_SECONDS if timeout is None else timeout)
        except psycopg.errors._WaitTimeout:  # noqa: SLF001 - the driver has no public name for it
            self.close()
            raise psycopg.OperationalError("the database does not answer") from None


def introduce(engine: Engine, *, bounded: bool) -> None:
    """Have the connections of an engine say who they are, and what holds on both ends; `bounded` answers are due."""

    @event.listens_for(engine, "do_connect")
    def _connect(dialect: object, record: object, words: Any, named: Any) -> Any:  # noqa: ARG001
        kind = Patient if bounded else psycopg.Connection
        return kind.connect(*words, **named)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, record: object) -> None:  # noqa: ARG001
        connection.execute(_INTRODUCTION)
        connection.execute(_DURABLE)
        connection.commit()
