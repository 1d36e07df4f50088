"""The table of messages whose original and attachments are held; what may leave has no row."""

from sqlalchemy import Column, Double, ForeignKey, Index, Table

from store.columns import CleanText, Id, Word
from store.model.message import Safety
from store.schema import message, metadata

quarantine = Table(
    "quarantine",
    metadata,
    Column("message", Id, ForeignKey(message.c.id), primary_key=True, autoincrement=False),
    Column("safety", Word(Safety), nullable=False),
    Column("words", CleanText, nullable=False),  # the name of what was found, or why it was not looked at
    Column("since", Double, nullable=False),
    Column("again", Double),  # when it is looked at again; NULL: never
)
Index("ix_quarantine_again", quarantine.c.again)
