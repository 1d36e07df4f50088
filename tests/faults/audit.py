"""What a store says of an assault, asked in SQL beside the daemon; one of the three logs that are compared.

A trigger notes each attempt whose end nobody knows: only that explains a mail that arrived twice.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, text

from store.database import reading, writing
from store.migrate import migrate

_TABLE = "CREATE TABLE unknown_end (message_id text NOT NULL)"
_NOTE = "INSERT INTO unknown_end VALUES (NEW.message_id);"
_SQLITE = (
    _TABLE,
    f"CREATE TRIGGER unknown_end AFTER UPDATE OF state ON mail WHEN NEW.state = 'unknown' BEGIN {_NOTE} END",
)
_POSTGRESQL = (
    _TABLE,
    f"CREATE FUNCTION note_unknown() RETURNS trigger AS $$ BEGIN {_NOTE} RETURN NEW; END $$ LANGUAGE plpgsql",
    (
        "CREATE TRIGGER unknown_end AFTER UPDATE OF state ON mail"
        " FOR EACH ROW WHEN (NEW.state = 'unknown') EXECUTE FUNCTION note_unknown()"
    ),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in the store."""

    raws: dict[str, list[bytes]]  # by Message-ID: one for each time that it was stored
    recovered: int  # came again
    tickets: int
    aside: int
    failed: int  # outgoing mails
    sent: set[str]  # outgoing mails that the far end took, as the store has it, by their Message-IDs
    unknown: Counter[str]  # attempts without a known end, by the Message-ID of the mail


class Audit:
    """A store from outside."""

    def __init__(self, url: str) -> None:
        """Bring the store up to date, and begin to take notes."""
        migrate(url)
        engine = writing(url)
        with engine.begin() as connection:
            for statement in _SQLITE if url.startswith("sqlite") else _POSTGRESQL:
                connection.execute(text(statement))
        engine.dispose()
        self._engine: Engine = reading(url)

    def close(self) -> None:
        self._engine.dispose()

    def unfinished(self) -> int:
        """Count messages without an outcome and mails without an end."""
        return int(
            self.ask(
                "SELECT (SELECT count(*) FROM message WHERE outcome IS NULL)"
                " + (SELECT count(*) FROM mail WHERE state NOT IN ('sent', 'failed') AND due IS NOT NULL)"
                " + (SELECT count(*) FROM mail WHERE attempt_open)"
            )[0][0]
        )

    def find(self) -> Found:
        """Read all that is compared."""
        raws: dict[str, list[bytes]] = {}
        for identifier, raw in self.ask("SELECT message_id, raw FROM message JOIN message_raw ON message = id"):
            raws.setdefault(identifier, []).append(bytes(raw))
        return Found(
            raws,
            recovered=self.count("message WHERE copies > 1"),
            tickets=self.count("ticket"),
            aside=self.count("message WHERE outcome = 'set-aside'"),
            failed=self.count("mail WHERE state = 'failed'"),
            sent={identifier for (identifier,) in self.ask("SELECT message_id FROM mail WHERE state = 'sent'")},
            unknown=Counter(identifier for (identifier,) in self.ask("SELECT message_id FROM unknown_end")),
        )

    def given_up(self) -> Counter[str]:
        """Return why messages were set aside and mails failed, and how many for each reason."""
        reasons = "SELECT reason FROM message WHERE outcome = 'set-aside'"
        return Counter(
            why for (why,) in self.ask(f"{reasons} UNION ALL SELECT answer FROM mail WHERE state = 'failed'")
        )

    def count(self, what: str) -> int:
        return int(self.ask(f"SELECT count(*) FROM {what}")[0][0])

    def ask(self, question: str) -> list[Any]:
        with self._engine.connect() as connection:
            return list(connection.execute(text(question)))
