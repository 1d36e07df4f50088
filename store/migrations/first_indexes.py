"""The indexes of the largest of the first tables."""

import sqlalchemy as sa
from alembic import op


def ticket_indexes() -> None:
    op.create_index("ix_ticket_state", "ticket", ["state"])
    op.create_index("ix_ticket_opened_at", "ticket", ["opened_at"])
    op.create_index(
        "ix_ticket_ended_at",
        "ticket",
        ["ended_at"],
        sqlite_where=sa.text("ended_at IS NOT NULL"),
        postgresql_where=sa.text("ended_at IS NOT NULL"),
    )
    answered = sa.text("first_automatic_at IS NOT NULL OR first_human_at IS NOT NULL")
    op.create_index("ix_ticket_answered", "ticket", ["number"], sqlite_where=answered, postgresql_where=answered)
    for clock in (
        "asked_at",
        "called_at",
        "gathered_until",
        "heard_until",
        "snoozed_until",
        "waiting_since",
        "reminded_at",
    ):
        unreminded = " AND reminded_at IS NULL" if clock == "waiting_since" else ""
        runs = sa.text(f"{clock} IS NOT NULL{unreminded}")
        op.create_index(f"ix_ticket_{clock}", "ticket", [clock], sqlite_where=runs, postgresql_where=runs)


def message_indexes() -> None:
    op.create_index(
        "ix_message_copies",
        "message",
        ["copies"],
        sqlite_where=sa.text("copies > 1"),
        postgresql_where=sa.text("copies > 1"),
    )
    op.create_index(
        "ix_message_due",
        "message",
        ["due"],
        sqlite_where=sa.text("due IS NOT NULL"),
        postgresql_where=sa.text("due IS NOT NULL"),
    )
    if op.get_bind().dialect.name == "postgresql":
        waits = sa.text("due IS NOT NULL")
        op.create_index("ix_message_thread", "message", ["thread", "id"], postgresql_where=waits)
    op.create_index("ix_message_outcome", "message", ["outcome", "reason"])
    op.create_index("ix_message_received_at", "message", ["received_at"])


def mail_indexes() -> None:
    op.create_index(
        "ix_mail_due",
        "mail",
        ["due"],
        sqlite_where=sa.text("due IS NOT NULL"),
        postgresql_where=sa.text("due IS NOT NULL"),
    )
    op.create_index("ix_mail_state", "mail", ["state"])
    op.create_index(
        "ix_mail_card",
        "mail",
        ["created_at"],
        sqlite_where=sa.text("kind = 'card'"),
        postgresql_where=sa.text("kind = 'card'"),
    )
    op.create_index("ix_mail_ticket", "mail", ["ticket"])
    op.create_index(
        "ix_mail_off_duty",
        "mail",
        ["id"],
        sqlite_where=sa.text("off_duty = 1"),
        postgresql_where=sa.text("off_duty = true"),
    )
