"""The tables of the register, as SQLAlchemy asks for them; `migrations/` makes them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text

metadata = MetaData()

links = Table(
    "links",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("written_at", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("previous", Text, nullable=False, unique=True),
    Column("hash", Text, nullable=False, unique=True),
)
"""See `chain.Link`: never changed, never dropped."""

entries = Table(
    "entries",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("doctor", Text),
    Column("year", Integer),
    Column("by", Text, nullable=False),
    Column("day", Text),
    Column("act", Text, nullable=False),
    Column("salt", Text, nullable=False),
    Index("entries_of_a_case", "doctor", "year"),
)
"""What each entry says (`acts.Entry`): never changed; dropped when its time is past."""
