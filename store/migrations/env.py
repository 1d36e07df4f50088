"""What Alembic runs to apply the steps, within the transaction that `store.migrate` has begun."""

from alembic import context

from store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # true of both databases, once the driver leaves transactions to us
)
context.run_migrations()
