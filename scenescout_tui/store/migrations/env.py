"""What alembic runs: the migrations on the connection it is handed, inside its transaction."""

from __future__ import annotations

from alembic import context

from scenescout_tui.store.schema import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    # SQLite's DDL is transactional when nobody commits in between, which our connections see to.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
