"""What alembic runs to bring a register up to date, in the transaction that it is given."""

from __future__ import annotations

from alembic import context

from engine.register.migrating import VERSIONS_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSIONS_TABLE)
context.run_migrations()
