"""The table of messages that may not leave the house as the first step makes it."""

import sqlalchemy as sa
from alembic import op

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def quarantine_table() -> None:
    """Make the table of what a virus scanner holds back."""
    op.create_table(
        "quarantine",
        sa.Column("message", ID, autoincrement=False, nullable=False),
        sa.Column("safety", sa.String(32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("again", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_quarantine_message"),
        sa.PrimaryKeyConstraint("message", name="pk_quarantine"),
    )
    op.create_index("ix_quarantine_again", "quarantine", ["again"])
