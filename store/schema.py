"""The tables: what the desk remembers, the same in SQLite and PostgreSQL.

Work waits in one column: `due` is when a row may next be taken up, and NULL once nothing is left to do. Taking it up
moves `due` to the end of the lease and raises `fence`; whoever still holds an older fence can end nothing. Raw bytes
stand in tables of their own, which no scan ever touches.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
    true,
)

from store.columns import CleanText, Id, Json, Key, Several, Word
from store.model.changes import Outcome
from store.model.facts import Signal
from store.model.invitation import Method
from store.model.message import Door
from store.model.occasion import Clock
from store.model.outbox import MailKind, MailState
from store.model.shift import Change, Part
from store.model.ticket import Kind, Role, State
from store.model.verdict import Tag

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

message = Table(
    "message",
    metadata,
    Column("id", Id, primary_key=True),
    Column("message_id", Key, nullable=False),  # "" where the header has none
    Column("digest", String(64), nullable=False),  # of the content, see store.identity
    Column("copies", Integer, nullable=False),  # how often it came
    Column("thread", String(16)),  # of its conversation, see store.identity
    Column("subject", CleanText, nullable=False),  # as the header writes it, for the operator's eye
    Column("mail_from", CleanText, nullable=False),
    Column("rcpt_to", Json, nullable=False),
    Column("peer", CleanText, nullable=False),
    Column("door", Word(Door), nullable=False),
    Column("received_at", Double, nullable=False),
    Column("due", Double),
    Column("tries", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("number", Integer, unique=True),  # of the ticket that it opens, reserved before its mails are composed
    Column("outcome", Word(Outcome)),  # NULL while it waits
    Column("reason", CleanText, nullable=False, server_default=""),  # of the silence, or why it was set aside
    Column("signal", Word(Signal)),
    Column("why", CleanText, nullable=False, server_default=""),
    Column("ticket", Integer, ForeignKey("ticket.number")),
    Column("unverified", Boolean, nullable=False, server_default=false()),
    Column("ended_at", Double),
    UniqueConstraint("digest", "message_id"),
)
_waits = message.c.due.is_not(None)
Index("ix_message_due", message.c.due, sqlite_where=_waits, postgresql_where=_waits)
_thread = Index("ix_message_thread", message.c.thread, message.c.id, postgresql_where=_waits)
_thread.ddl_if(dialect="postgresql")  # where several processes work, it keeps the order of a conversation
Index("ix_message_outcome", message.c.outcome, message.c.reason)
Index("ix_message_received_at", message.c.received_at)
Index("ix_message_copies", message.c.copies, sqlite_where=message.c.copies > 1, postgresql_where=message.c.copies > 1)

message_raw = Table(
    "message_raw",
    metadata,
    Column("message", Id, ForeignKey("message.id"), primary_key=True, autoincrement=False),
    Column("raw", LargeBinary, nullable=False),
)

counter = Table(  # the last numbers given
    "counter", metadata, Column("name", String(32), primary_key=True), Column("value", Integer, nullable=False)
)

ticket = Table(
    "ticket",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Word(Kind), nullable=False),
    Column("state", Word(State), nullable=False),
    Column("verdict", Word(Tag)),
    Column("unsure", Boolean, nullable=False),
    Column("resolution", CleanText),
    Column("subject", CleanText, nullable=False),
    Column("reporter", Key, nullable=False),
    Column("owner", Key),
    Column("team", Key),
    Column("area", Key),
    Column("priority", Key),
    Column("language", Key, nullable=False),
    Column("opened_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("first_automatic_at", Double),
    Column("first_human_at", Double),
    Column("planned", Key),
    Column("snoozed_until", Double),
    Column("support", Key),
    Column("joined", Integer),  # the ticket that it is part of
    Column("version", Integer, nullable=False, server_default="0"),
    Column("asked_at", Double),  # since when its one open question waits; NULL once it was answered, or was never put
    Column("called", Several),
    Column("called_at", Double),
    Column("gathered_until", Double),
    Column("heard", Several),
    Column("heard_until", Double),
    Column("waiting_since", Double),
    Column("reminded_at", Double),
    Column("started", Word(State), nullable=False),  # its first state
)
Index("ix_ticket_state", ticket.c.state)
Index("ix_ticket_opened_at", ticket.c.opened_at)
_ended = ticket.c.ended_at.is_not(None)
Index("ix_ticket_ended_at", ticket.c.ended_at, sqlite_where=_ended, postgresql_where=_ended)
ANSWERED = ticket.c.first_automatic_at.is_not(None) | ticket.c.first_human_at.is_not(None)
Index("ix_ticket_answered", ticket.c.number, sqlite_where=ANSWERED, postgresql_where=ANSWERED)
for _clock in Clock:  # of most tickets no clock runs
    _moment = ticket.c[_clock.value].is_not(None)
    _runs = _moment & ticket.c.reminded_at.is_(None) if _clock is Clock.WAITING else _moment
    Index(f"ix_ticket_{_clock}", ticket.c[_clock.value], sqlite_where=_runs, postgresql_where=_runs)

passage = Table(  # a ticket went from one state into another; rows are added and never changed
    "passage",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket", Integer, ForeignKey("ticket.number"), nullable=False, index=True),
    Column("at", Double, nullable=False),
    Column("was", Word(State), nullable=False),
    Column("became", Word(State), nullable=False),
)
Index("ix_passage_at", passage.c.at, passage.c.was, passage.c.became)

verdict = Table(
    "verdict",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket", Integer, ForeignKey("ticket.number"), nullable=False, index=True),
    Column("at", Double, nullable=False),
    Column("tag", Word(Tag), nullable=False),
    Column("unsure", Boolean, nullable=False),
    Column("score", Double, nullable=False),
    Column("area", Key),
    Column("definition", CleanText, nullable=False),  # hash of the definition that decided
    Column("clauses", Json, nullable=False),
    Column("missing", Json, nullable=False),
    Column("learned", Json),  # what the team's corrections added, NULL for nothing
)

correction = Table(  # what the team said of requests; rows are added and never changed
    "correction",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket", Integer, ForeignKey("ticket.number"), nullable=False, index=True),
    Column("said", Word(Tag)),  # NULL: only that it is no emergency
    Column("who", Key, nullable=False),
    Column("at", Double, nullable=False),
    Column("definition", CleanText, nullable=False),  # hash of the definition whose score this is
    Column("score", Double, nullable=False),
    Column("subject", CleanText, nullable=False),
    Column("text", CleanText, nullable=False),
    Column("message", Id, ForeignKey("message.id")),  # that gave it
    Column("undoes", Id, ForeignKey("correction.id")),  # the one that it takes back
)
Index("ix_correction_at", correction.c.at)

override = Table(  # what was said that changes the rota; rows are added and never changed
    "override",
    metadata,
    Column("id", Id, primary_key=True),
    Column("change", Word(Change), nullable=False),
    Column("rota", Key, nullable=False),  # "" for all of them
    Column("person", Key, nullable=False),
    Column("other", Key),
    Column("since", Double, nullable=False),
    Column("until", Double, nullable=False),
    Column("back_since", Double),  # of a swap: the turn that comes back for it
    Column("back_until", Double),
    Column("takes_back", Id, ForeignKey("override.id")),
    Column("who", Key, nullable=False),  # said so
    Column("at", Double, nullable=False),
    Column("message", Id, ForeignKey("message.id")),  # that said so
)

invitation = Table(  # what everybody was told of their turns, for their calendars; rows are added and never changed
    "invitation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("method", Word(Method), nullable=False),
    Column("uid", Key, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("rota", Key, nullable=False),
    Column("person", Key, nullable=False),
    Column("start", Double, nullable=False),
    Column("end", Double, nullable=False, index=True),
    Column("shadow", Key),
)

shift = Table(  # one person's part in a turn that is over
    "shift",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rota", Key, nullable=False),
    Column("start", Double, nullable=False),
    Column("end", Double, nullable=False),
    Column("person", Key, nullable=False),
    Column("part", Word(Part), nullable=False),
    Column("planned", Key, nullable=False),  # whom the rota had for it; "" for nobody
    Column("turn", Double, nullable=False),  # when the whole turn began
    UniqueConstraint("rota", "start", "part"),
)

link = Table(
    "link",
    metadata,
    Column("ticket", Integer, ForeignKey("ticket.number"), primary_key=True, autoincrement=False),
    Column("other", Integer, ForeignKey("ticket.number"), primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

participant = Table(
    "participant",
    metadata,
    Column("ticket", Integer, ForeignKey("ticket.number"), primary_key=True, autoincrement=False),
    Column("address", Key, primary_key=True),
    Column("role", Word(Role), nullable=False),
    sqlite_with_rowid=False,
)

event = Table(
    "event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("ticket", Integer, ForeignKey("ticket.number")),
    Column("message", Id, ForeignKey("message.id")),  # that brought it about
    Column("at", Double, nullable=False),
    Column("who", CleanText, nullable=False),
    Column("what", CleanText, nullable=False),
    Column("edits", Json),  # what it changed of the ticket, as [field, before, after]; NULL for nothing
    Column("undoes", Id, ForeignKey("event.id")),
)
Index("ix_event_ticket", event.c.ticket)

known_id = Table(
    "known_id",
    metadata,
    Column("message", Id, ForeignKey("message.id"), primary_key=True, autoincrement=False),
    Column("message_id", Key, nullable=False),
    Column("ticket", Integer, ForeignKey("ticket.number"), nullable=False),
    Column("sender", Key, nullable=False),
    Column("text_digest", Key, nullable=False),
)
Index("ix_known_id_message_id", known_id.c.message_id)

sender = Table(
    "sender",
    metadata,
    Column("address", Key, primary_key=True),
    Column("proven", Boolean, nullable=False),  # was proven at least once when it wrote
    Column("since", Double, nullable=False),
    sqlite_with_rowid=False,
)

epoch = (
    Table(  # of members who said that somebody else wrote in their name: what they were sent before commands no more
        "epoch",
        metadata,
        Column("address", Key, primary_key=True),
        Column("number", Integer, nullable=False),  # how often
        Column("since", Double, nullable=False),
        sqlite_with_rowid=False,
    )
)

failing = Table(
    "failing",
    metadata,
    Column("address", Key, primary_key=True),
    Column("message", Id, ForeignKey("message.id"), nullable=False),  # the latest delivery report
    Column("at", Double, nullable=False),
    sqlite_with_rowid=False,
)

acknowledged = Table(  # acknowledgements in each minute, by whom they went to: what the budgets count
    "acknowledged",
    metadata,
    Column("scope", Key, primary_key=True),  # "*" for the desk, a domain, an address, or that and a text
    Column("minute", Integer, primary_key=True, autoincrement=False),  # since the epoch
    Column("count", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_acknowledged_minute", acknowledged.c.minute)

brought = Table(  # old mailboxes that are brought along: how far each has come
    "brought",
    metadata,
    Column("mailbox", Key, primary_key=True),  # digest of the mailbox as it lies there
    Column("done", Integer, nullable=False),  # messages, in the order of their dates
    Column("at", Double, nullable=False),
    sqlite_with_rowid=False,
)

mail = Table(
    "mail",
    metadata,
    Column("id", Id, primary_key=True),
    Column("mark", String(32), nullable=False, unique=True),
    Column("kind", Word(MailKind), nullable=False),
    Column("ticket", Integer, ForeignKey("ticket.number")),
    Column("message", Id, ForeignKey("message.id")),  # that caused it
    Column("mail_from", CleanText, nullable=False),
    Column("recipient", CleanText, nullable=False),
    Column("domain", Key, nullable=False),
    Column("message_id", CleanText, nullable=False),
    Column("state", Word(MailState), nullable=False),
    Column("due", Double),
    Column("attempts", Integer, nullable=False),
    Column("attempt_open", Boolean, nullable=False),  # the final dot may have been sent, and no answer is written down
    Column("fence", Integer, nullable=False),
    Column("answer", CleanText, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("settled_at", Double),
    Column("used_at", Double),  # of a confirmation: when it was answered with yes
    Column("lines", Several),  # the tickets that it lists, in their order
    Column("off_duty", Boolean, nullable=False, server_default=false()),  # it interrupts somebody who is off duty
    Column("unended", Integer, nullable=False, server_default="0"),  # leases in a row that came to no end
)
Index("ix_mail_due", mail.c.due, sqlite_where=mail.c.due.is_not(None), postgresql_where=mail.c.due.is_not(None))
Index("ix_mail_state", mail.c.state)
_card, _off_duty = mail.c.kind == MailKind.CARD, mail.c.off_duty == true()
Index("ix_mail_card", mail.c.created_at, sqlite_where=_card, postgresql_where=_card)
Index("ix_mail_ticket", mail.c.ticket)
Index("ix_mail_off_duty", mail.c.id, sqlite_where=_off_duty, postgresql_where=_off_duty)

mail_raw = Table(
    "mail_raw",
    metadata,
    Column("mail", Id, ForeignKey("mail.id"), primary_key=True, autoincrement=False),
    Column("raw", LargeBinary, nullable=False),
)

mailbox = Table(  # a folder that mail is fetched from
    "mailbox",
    metadata,
    Column("account", Key, primary_key=True),
    Column("folder", Key, primary_key=True),
    Column("validity", BigInteger, nullable=False),  # UIDVALIDITY; 0 before it was opened
    Column("uid", BigInteger, nullable=False),  # all messages up to this one are ours
    Column("read_at", Double),  # when it was last read to its end
    Column("error", CleanText, nullable=False),  # "" while all is well
    Column("error_since", Double),
    Column("refused", Boolean, nullable=False, server_default=false()),  # the login, by the server or the provider
    Column("holder", Key),  # the process that reads it, ...
    Column("held_until", Double),  # ... until then, if it does not say that it goes on
    sqlite_with_rowid=False,
)

alarm = Table(  # troubles of the desk itself of which the operator was told, until they have passed
    "alarm",
    metadata,
    Column("watch", Key, primary_key=True),
    Column("subject", Key, primary_key=True),
    Column("since", Double, nullable=False),
    Column("told_at", Double, nullable=False),
    Column("latest", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

occasion = Table(  # what time alone brought about: each key once for ever
    "occasion",
    metadata,
    Column("key", Key, primary_key=True),
    Column("at", Double, nullable=False),
    sqlite_with_rowid=False,
)

calling = Table(  # how often each member was called since the present stretch of time began
    "calling",
    metadata,
    Column("person", Key, primary_key=True),
    Column("since", Double, nullable=False),
    Column("many", Integer, nullable=False),
    Column("latest", Key, nullable=False),  # what for, the last time
    sqlite_with_rowid=False,
)
