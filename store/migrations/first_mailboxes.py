"""The tables of mailboxes and of alarms as the first step makes them."""

import sqlalchemy as sa
from alembic import op


def mailbox_table() -> None:
    """Make the table of folders that mail is fetched from."""
    op.create_table(
        "mailbox",
        sa.Column("account", sa.String(320), nullable=False),
        sa.Column("folder", sa.String(320), nullable=False),
        sa.Column("validity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.Double(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("error_since", sa.Double(), nullable=True),
        sa.Column("refused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("holder", sa.String(320), nullable=True),
        sa.Column("held_until", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("account", "folder", name="pk_mailbox"),
        sqlite_with_rowid=False,
    )


def comparison_table() -> None:
    """Make the table of what comparing mailboxes with the store came to."""
    counts = ("messages", "stored", "waiting", "lost", "not_moved", "moved_not_stored")
    op.create_table(
        "comparison",
        sa.Column("account", sa.String(320), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.PrimaryKeyConstraint("account", name="pk_comparison"),
        sqlite_with_rowid=False,
    )


def alarm_table() -> None:
    """Make the table of troubles of which the operator was told."""
    op.create_table(
        "alarm",
        sa.Column("watch", sa.String(320), nullable=False),
        sa.Column("subject", sa.String(320), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("told_at", sa.Double(), nullable=False),
        sa.Column("latest", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("watch", "subject", name="pk_alarm"),
        sqlite_with_rowid=False,
    )
