"""Fills a store with half a year of tickets and messages by SQL alone, spread evenly, in a moment."""

from sqlalchemy import Connection, text

HALF_YEAR = 182 * 86400.0

SERIES = {  # numbers from 1 to :many
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many)",
    "postgresql": "WITH n(i) AS (SELECT generate_series(1, CAST(:many AS integer)))",
}
TICKETS = """
INSERT INTO ticket (number, kind, state, started, verdict, unsure, resolution, subject, reporter, owner, area,
                    language, opened_at, ended_at, first_automatic_at, first_human_at, version)
{series} SELECT i,
  CASE WHEN i % 2 = 0 THEN 'report' WHEN i % 4 = 1 THEN 'feature' ELSE 'question' END,
  CASE WHEN i % 10 = 0 THEN 'investigating' WHEN i % 2 = 0 THEN 'closed' WHEN i % 4 = 1 THEN 'done'
       ELSE 'forwarded' END,
  CASE WHEN i % 20 = 0 THEN 'paged' WHEN i % 2 = 0 THEN 'to-investigate' ELSE 'forwarded' END,
  CASE WHEN i % 20 = 0 THEN 'emergency' WHEN i % 2 = 0 THEN 'problem' ELSE 'feature' END,
  FALSE, CASE WHEN i % 2 = 0 AND i % 10 <> 0 THEN 'config' END,
  'Past', 'c' || (i % 5000) || '@past.test', CASE WHEN i % 2 = 0 THEN 'p' || (i % 7) END, 'area' || (i % 12),
  'en', :since + i * :step,
  CASE WHEN (i % 2 = 0 AND i % 10 <> 0) OR i % 4 = 1 THEN :since + i * :step + 90000 END,
  :since + i * :step + 0.4, CASE WHEN i % 3 <> 0 THEN :since + i * :step + 7000 + i % 9000 END, 2
FROM n"""
PASSAGES = """
INSERT INTO passage (ticket, at, was, became)
SELECT number, opened_at + 3600, started, 'investigating' FROM ticket WHERE kind = 'report'
UNION ALL SELECT number, ended_at, 'investigating', 'closed' FROM ticket WHERE kind = 'report' AND ended_at IS NOT NULL
UNION ALL SELECT number, ended_at, 'forwarded', 'done' FROM ticket WHERE kind = 'feature' AND ended_at IS NOT NULL"""
VERDICTS = """
INSERT INTO verdict (ticket, at, tag, unsure, score, area, definition, clauses, missing)
SELECT number, opened_at, verdict, unsure, 1.0, area, 'd', '[]', '[]' FROM ticket"""
CORRECTIONS = """
INSERT INTO correction (ticket, said, who, at, definition, score, subject, text)
SELECT number, CASE WHEN number % 400 = 0 THEN NULL ELSE 'emergency' END, 'p1', opened_at + 7200, 'd', 1.0, '', ''
FROM ticket WHERE number % 200 = 0"""
MESSAGES = """
INSERT INTO message (id, message_id, digest, copies, subject, mail_from, rcpt_to, peer, door, received_at, tries, fence,
                     outcome, reason, ticket, ended_at)
{series} SELECT i, 'm' || i || '@past.test', CAST(i AS varchar(64)), 1 + (i % 50) / 49, 'past', 'c@past.test', '[]', '',
  'smtp', :since + i * :step, 1, 1,
  CASE WHEN i % 10 = 1 THEN 'ticket' WHEN i % 10 < 6 THEN 'follow-up' WHEN i % 10 < 8 THEN 'command'
       WHEN i % 1000 = 9 THEN 'set-aside' ELSE 'silenced' END,
  CASE WHEN i % 1000 = 1 THEN 'shadow' WHEN i % 1000 = 9 THEN 'broken' WHEN i % 10 = 8 THEN 'auto-reply'
       WHEN i % 10 IN (9, 0) THEN 'list' ELSE '' END,
  CASE WHEN i % 10 < 8 THEN 1 + i / 10 % :tickets END, :since + i * :step + 1
FROM n"""
KNOWN = """
INSERT INTO known_id (message, message_id, ticket, sender, text_digest)
SELECT id, message_id, ticket, 'p' || (id % 7) || '@team.test', '' FROM message WHERE reason = 'shadow'"""
MAILS = """
INSERT INTO mail (id, mark, kind, ticket, mail_from, recipient, domain, message_id, state, attempts, attempt_open,
                  fence, answer, created_at, settled_at)
SELECT number, 'a' || number, 'ack', number, '', reporter, 'past.test', '', 'sent', 1, FALSE, 1, '', opened_at,
  opened_at + 0.4 FROM ticket
UNION ALL SELECT number + :tickets, 'c' || number, 'card', number, '', 'p' || (number % 7) || '@team.test', 'team.test',
  '', 'sent', 1, FALSE, 1, '', opened_at, opened_at + 0.4 FROM ticket WHERE number % 10 = 0"""
STATEMENTS = (  # in their order, each with how much of what it makes
    (TICKETS, "tickets"),
    (PASSAGES, ""),
    (VERDICTS, ""),
    (CORRECTIONS, ""),
    (MESSAGES, "messages"),
    (KNOWN, ""),
    (MAILS, ""),
)


def fill_past(connection: Connection, messages: int, tickets: int, until: float) -> None:
    """Put half a year that ends at a moment (epoch seconds) into an empty store."""
    series = SERIES[connection.dialect.name]
    counts = {"messages": messages, "tickets": tickets}
    for statement, what in STATEMENTS:
        many = counts.get(what, 0)
        known = {"since": until - HALF_YEAR, "tickets": tickets, "many": many, "step": HALF_YEAR / (many + 1)}
        made = statement.replace("{series}", series)
        connection.execute(text(made), {name: value for name, value in known.items() if f":{name}" in made})
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE"))
