"""What alembic runs: the migrations, on the connection and in the transaction that `Journal.open` gives."""

from __future__ import annotations

from alembic import context

from downrange.alert.tables import METADATA

if hasattr(context, "config"):  # alembic gives it while it runs this file; imported otherwise, there is nothing to do
    context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
    context.run_migrations()
