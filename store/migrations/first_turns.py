"""The tables of what changes the turns, and of what people were told of theirs, as the first step makes them."""

import sqlalchemy as sa
from alembic import op

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def override_table() -> None:
    """Make the table of what was said of the rotas."""
    op.create_table(
        "override",
        sa.Column("id", ID, nullable=False),
        sa.Column("change", sa.String(32), nullable=False),
        sa.Column("rota", sa.String(320), nullable=False),
        sa.Column("person", sa.String(320), nullable=False),
        sa.Column("other", sa.String(320), nullable=True),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.Column("back_since", sa.Double(), nullable=True),
        sa.Column("back_until", sa.Double(), nullable=True),
        sa.Column("takes_back", ID, nullable=True),
        sa.Column("who", sa.String(320), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("message", ID, nullable=True),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_override_message"),
        sa.ForeignKeyConstraint(["takes_back"], ["override.id"], name="fk_override_takes_back"),
        sa.PrimaryKeyConstraint("id", name="pk_override"),
    )


def invitation_table() -> None:
    """Make the table of invitations to turns."""
    op.create_table(
        "invitation",
        sa.Column("id", ID, nullable=False),
        sa.Column("method", sa.String(32), nullable=False),
        sa.Column("uid", sa.String(320), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("rota", sa.String(320), nullable=False),
        sa.Column("person", sa.String(320), nullable=False),
        sa.Column("start", sa.Double(), nullable=False),
        sa.Column("end", sa.Double(), nullable=False),
        sa.Column("shadow", sa.String(320), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
    )
    op.create_index("ix_invitation_end", "invitation", ["end"])
