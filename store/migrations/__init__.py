"""The steps by which a store grows: one file each in `versions`, run by Alembic through `store.migrate`."""
