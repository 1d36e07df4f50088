"""Fills a store with a past: many messages, their tickets and their mails, as the journey would have left them."""

import time
from pathlib import Path

from sqlalchemy import create_engine, func, insert, select, update

from store.numbers import TICKET
from store.schema import counter, event, known_id, mail, mail_raw, message, message_raw, metadata, participant, ticket

TEXT = b"Subject: past\r\n\r\n" + b"A line of an older message.\r\n" * 40


def fill(path: Path, count: int) -> None:
    """Add so many worked messages to an SQLite store whose daemon is stopped."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        first = (connection.scalar(select(func.max(message.c.id))) or 0) + 1
        number = (connection.scalar(select(func.max(ticket.c.number))) or 0) + 1
        mails = (connection.scalar(select(func.max(mail.c.id))) or 0) + 1
        past = time.time() - 30 * 86400
        rows = [(first + n, number + n, mails + 2 * n, f"p{n}@past{n % 500}.test", past + n) for n in range(count)]
        for table, values in _tables(rows):
            connection.execute(insert(metadata.tables[table.name]), values)
        connection.execute(update(counter).where(counter.c.name == TICKET).values(value=number + count))
    engine.dispose()


def _tables(rows):  # type: ignore[no-untyped-def]
    yield ticket, [
        {
            "number": number, "kind": "other", "state": "forwarded", "started": "forwarded", "verdict": "other",
            "unsure": False, "subject": f"Past {number}", "reporter": who, "language": "en", "opened_at": at,
        }
        for _, number, _, who, at in rows
    ]  # fmt: skip
    yield message, [
        {
            "id": row, "message_id": f"past.{row}@past.test", "digest": f"{row:064d}", "copies": 1, "subject": "past",
            "mail_from": who, "rcpt_to": ["desk@bench.test"], "peer": "127.0.0.1", "door": "smtp", "received_at": at,
            "due": None, "tries": 1, "fence": 1, "number": number, "outcome": "ticket", "ticket": number,
            "ended_at": at,
        }
        for row, number, _, who, at in rows
    ]  # fmt: skip
    yield message_raw, [{"message": row, "raw": TEXT} for row, *_ in rows]
    yield participant, [{"ticket": number, "address": who, "role": "reporter"} for _, number, _, who, _ in rows]
    yield (
        event,
        [
            {"ticket": number, "message": row, "at": at, "who": who, "what": what}
            for row, number, _, who, at in rows
            for what in ("wrote", "judged other; forwarded")
        ],
    )
    yield (
        known_id,
        [
            {
                "message": row,
                "message_id": f"past.{row}@past.test",
                "ticket": number,
                "sender": who,
                "text_digest": f"{row}",
            }
            for row, number, _, who, _ in rows
        ],
    )
    sent = [
        {
            "id": first + n, "mark": f"{first + n:016d}", "kind": kind, "ticket": number, "message": row,
            "mail_from": "",
            "recipient": to, "domain": to.partition("@")[2], "message_id": f"{first + n}@bench.test", "state": "sent",
            "due": None, "attempts": 1, "attempt_open": False, "fence": 1, "answer": "250 ok", "created_at": at,
            "settled_at": at,
        }
        for row, number, first, who, at in rows
        for n, (kind, to) in enumerate((("ack", who), ("forward", "pipeline@team.test")))
    ]  # fmt: skip
    yield mail, sent
    yield mail_raw, [{"mail": row["id"], "raw": TEXT} for row in sent]
