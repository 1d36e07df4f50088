"""The table of what was erased as the first step makes it."""

import sqlalchemy as sa
from alembic import op


def erased_table() -> None:
    """Make the table of keyed hashes by which erased messages are known again."""
    op.create_table(
        "erased",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_erased"),
        sqlite_with_rowid=False,
    )
