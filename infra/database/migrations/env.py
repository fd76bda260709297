"""Alembic's entry: runs the migrations over the connection handed in by `infra.database.migrate`."""

from alembic import context

from infra.database.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=METADATA, compare_type=True, transaction_per_migration=True
)
with context.begin_transaction():
    context.run_migrations()
