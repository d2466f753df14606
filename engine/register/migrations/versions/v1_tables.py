"""Links and entries; entries are asked for by case."""

from __future__ import annotations

import sqlalchemy as sql
from alembic import op

revision = "1"
down_revision = None


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "links",
        sql.Column("sequence", sql.BigInteger, primary_key=True, autoincrement=False),
        sql.Column("written_at", sql.Text, nullable=False),
        sql.Column("digest", sql.Text, nullable=False),
        sql.Column("previous", sql.Text, nullable=False, unique=True),
        sql.Column("hash", sql.Text, nullable=False, unique=True),
    )
    op.create_table(
        "entries",
        sql.Column("sequence", sql.BigInteger, primary_key=True, autoincrement=False),
        sql.Column("doctor", sql.Text),
        sql.Column("year", sql.Integer),
        sql.Column("by", sql.Text, nullable=False),
        sql.Column("day", sql.Text),
        sql.Column("act", sql.Text, nullable=False),
        sql.Column("salt", sql.Text, nullable=False),
    )
    op.create_index("entries_of_a_case", "entries", ["doctor", "year"])
