"""The table of mailboxes as the first step makes it."""

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
        sa.PrimaryKeyConstraint("account", "folder", name="pk_mailbox"),
        sqlite_with_rowid=False,
    )
