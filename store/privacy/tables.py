"""The table of what was erased: hashes under a key of the desk, by which a message is known again and not read."""

from sqlalchemy import Column, Double, String, Table

from store.schema import metadata

erased = Table(
    "erased",
    metadata,
    Column("hash", String(64), primary_key=True),  # see store.privacy.hashes
    Column("at", Double, nullable=False),
    sqlite_with_rowid=False,
)
