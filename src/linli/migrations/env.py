"""Alembic's entry: runs the migrations on the connection that `runner` opened."""

from alembic import context
from sqlalchemy import MetaData

connection = context.config.attributes["connection"]
target: MetaData | None = context.config.attributes.get("models")

context.configure(
    connection=connection,
    target_metadata=target,
    render_as_batch=True,  # SQLite alters a table by copying it
    compare_type=True,
    include_object=context.config.attributes.get("include_object"),
    transaction_per_migration=False,  # an upgrade is whole or did not happen
)
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        # A migration that cannot get its lock soon fails and is tried again, rather than stopping all writers.
        context.execute("SET LOCAL lock_timeout = '5s'")
    context.run_migrations()
