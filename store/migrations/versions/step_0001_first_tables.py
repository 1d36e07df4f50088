"""The first tables."""

import sqlalchemy as sa
from alembic import op

from store.migrations.first_indexes import mail_indexes, message_indexes, ticket_indexes
from store.migrations.first_mailboxes import alarm_table, comparison_table, mailbox_table
from store.migrations.first_privacy import erased_table
from store.migrations.first_quarantine import quarantine_table
from store.migrations.first_turns import invitation_table, override_table

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _counter()
    _sender()
    _acknowledged()
    _brought()
    _ticket()
    ticket_indexes()
    _passage()
    _verdict()
    _shift()
    _link()
    _participant()
    _message()
    _correction()
    message_indexes()
    override_table()
    invitation_table()
    _message_raw()
    _event()
    _known_id()
    _failing()
    _epoch()
    _mail()
    mail_indexes()
    _mail_raw()
    mailbox_table()
    comparison_table()
    erased_table()
    quarantine_table()
    alarm_table()
    _occasion()
    op.execute("INSERT INTO counter (name, value) VALUES ('ticket', 0), ('round', 0), ('stopped', 0)")


def _counter() -> None:
    op.create_table(
        "counter",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
    )


def _sender() -> None:
    op.create_table(
        "sender",
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_sender"),
        sqlite_with_rowid=False,
    )


def _acknowledged() -> None:
    op.create_table(
        "acknowledged",
        sa.Column("scope", sa.String(320), nullable=False),
        sa.Column("minute", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "minute", name="pk_acknowledged"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_acknowledged_minute", "acknowledged", ["minute"])


def _brought() -> None:
    op.create_table(
        "brought",
        sa.Column("mailbox", sa.String(320), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", name="pk_brought"),
        sqlite_with_rowid=False,
    )


def _ticket() -> None:
    op.create_table(
        "ticket",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("verdict", sa.String(32), nullable=True),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reporter", sa.String(320), nullable=False),
        sa.Column("owner", sa.String(320), nullable=True),
        sa.Column("team", sa.String(320), nullable=True),
        sa.Column("area", sa.String(320), nullable=True),
        sa.Column("priority", sa.String(320), nullable=True),
        sa.Column("language", sa.String(320), nullable=False),
        sa.Column("opened_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("first_automatic_at", sa.Double(), nullable=True),
        sa.Column("first_human_at", sa.Double(), nullable=True),
        sa.Column("planned", sa.String(320), nullable=True),
        sa.Column("snoozed_until", sa.Double(), nullable=True),
        sa.Column("support", sa.String(320), nullable=True),
        sa.Column("joined", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("asked_at", sa.Double(), nullable=True),
        sa.Column("called", sa.Text(), nullable=True),
        sa.Column("called_at", sa.Double(), nullable=True),
        sa.Column("gathered_until", sa.Double(), nullable=True),
        sa.Column("heard", sa.Text(), nullable=True),
        sa.Column("heard_until", sa.Double(), nullable=True),
        sa.Column("waiting_since", sa.Double(), nullable=True),
        sa.Column("reminded_at", sa.Double(), nullable=True),
        sa.Column("started", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_ticket"),
    )


def _passage() -> None:
    op.create_table(
        "passage",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("was", sa.String(32), nullable=False),
        sa.Column("became", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_passage_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_passage"),
    )
    op.create_index("ix_passage_at", "passage", ["at", "was", "became"])
    op.create_index("ix_passage_ticket", "passage", ["ticket"])


def _verdict() -> None:
    op.create_table(
        "verdict",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("tag", sa.String(32), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("area", sa.String(320), nullable=True),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("clauses", sa.Text(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("learned", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_verdict_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_verdict"),
    )
    op.create_index("ix_verdict_ticket", "verdict", ["ticket"])


def _correction() -> None:
    op.create_table(
        "correction",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(32), nullable=True),
        sa.Column("who", sa.String(320), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("message", ID, nullable=True),
        sa.Column("undoes", ID, nullable=True),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_correction_message"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_correction_ticket"),
        sa.ForeignKeyConstraint(["undoes"], ["correction.id"], name="fk_correction_undoes"),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
    )
    op.create_index("ix_correction_at", "correction", ["at"])
    op.create_index("ix_correction_ticket", "correction", ["ticket"])


def _shift() -> None:
    op.create_table(
        "shift",
        sa.Column("id", ID, nullable=False),
        sa.Column("rota", sa.String(320), nullable=False),
        sa.Column("start", sa.Double(), nullable=False),
        sa.Column("end", sa.Double(), nullable=False),
        sa.Column("person", sa.String(320), nullable=False),
        sa.Column("part", sa.String(32), nullable=False),
        sa.Column("planned", sa.String(320), nullable=False),
        sa.Column("turn", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shift"),
        sa.UniqueConstraint("rota", "start", "part", name="uq_shift_rota_start_part"),
    )


def _link() -> None:
    op.create_table(
        "link",
        sa.Column("ticket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("other", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["other"], ["ticket.number"], name="fk_link_other"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_link_ticket"),
        sa.PrimaryKeyConstraint("ticket", "other", name="pk_link"),
        sqlite_with_rowid=False,
    )


def _participant() -> None:
    op.create_table(
        "participant",
        sa.Column("ticket", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_participant_ticket"),
        sa.PrimaryKeyConstraint("ticket", "address", name="pk_participant"),
        sqlite_with_rowid=False,
    )


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", ID, nullable=False),
        sa.Column("message_id", sa.String(320), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("thread", sa.String(16), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("mail_from", sa.Text(), nullable=False),
        sa.Column("rcpt_to", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("door", sa.String(32), nullable=False),
        sa.Column("received_at", sa.Double(), nullable=False),
        sa.Column("due", sa.Double(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("signal", sa.String(32), nullable=True),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("unverified", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_message_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("digest", "message_id", name="uq_message_digest_message_id"),
        sa.UniqueConstraint("number", name="uq_message_number"),
    )


def _message_raw() -> None:
    op.create_table(
        "message_raw",
        sa.Column("message", ID, autoincrement=False, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_message_raw_message"),
        sa.PrimaryKeyConstraint("message", name="pk_message_raw"),
    )


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("message", ID, nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("edits", sa.Text(), nullable=True),
        sa.Column("undoes", ID, nullable=True),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_event_message"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_event_ticket"),
        sa.ForeignKeyConstraint(["undoes"], ["event.id"], name="fk_event_undoes"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_ticket", "event", ["ticket"])


def _known_id() -> None:
    op.create_table(
        "known_id",
        sa.Column("message", ID, autoincrement=False, nullable=False),
        sa.Column("message_id", sa.String(320), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(320), nullable=False),
        sa.Column("text_digest", sa.String(320), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_known_id_message"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_known_id_ticket"),
        sa.PrimaryKeyConstraint("message", name="pk_known_id"),
    )
    op.create_index("ix_known_id_message_id", "known_id", ["message_id"])


def _epoch() -> None:
    op.create_table(
        "epoch",
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_epoch"),
        sqlite_with_rowid=False,
    )


def _failing() -> None:
    op.create_table(
        "failing",
        sa.Column("address", sa.String(320), nullable=False),
        sa.Column("message", ID, nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_failing_message"),
        sa.PrimaryKeyConstraint("address", name="pk_failing"),
        sqlite_with_rowid=False,
    )


def _mail() -> None:
    op.create_table(
        "mail",
        sa.Column("id", ID, nullable=False),
        sa.Column("mark", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=True),
        sa.Column("message", ID, nullable=True),
        sa.Column("mail_from", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("domain", sa.String(320), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("due", sa.Double(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempt_open", sa.Boolean(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("settled_at", sa.Double(), nullable=True),
        sa.Column("used_at", sa.Double(), nullable=True),
        sa.Column("lines", sa.Text(), nullable=True),
        sa.Column("off_duty", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("unended", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_mail_message"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_mail_ticket"),
        sa.PrimaryKeyConstraint("id", name="pk_mail"),
        sa.UniqueConstraint("mark", name="uq_mail_mark"),
    )


def _mail_raw() -> None:
    op.create_table(
        "mail_raw",
        sa.Column("mail", ID, autoincrement=False, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["mail"], ["mail.id"], name="fk_mail_raw_mail"),
        sa.PrimaryKeyConstraint("mail", name="pk_mail_raw"),
    )


def _occasion() -> None:
    op.create_table(
        "occasion",
        sa.Column("key", sa.String(320), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_occasion"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "calling",
        sa.Column("person", sa.String(320), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("many", sa.Integer(), nullable=False),
        sa.Column("latest", sa.String(320), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_calling"),
        sqlite_with_rowid=False,
    )
