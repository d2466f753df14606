"""A run computed by PostgreSQL: where the dossiers are there, without their leaving it.

The rows of a batch of doctors stand in temporary tables, which the planner knows the size of, and which go with the
session. A source that is elsewhere is brought there a batch at a time.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any as Anything

import ibis
import psycopg
import pyarrow as arrow
import pyarrow.compute as computed
import pyarrow.csv as comma
import pyarrow.dataset as datasets
import sqlglot
from psycopg.sql import SQL, Composed, Identifier

from engine.engines.engine import BATCH, KEPT, Engine, SqlEngine
from engine.policy import FieldType
from engine.sourcing.address import Address, address
from engine.sourcing.postgres import PostgresSource, connected, fetched, told
from engine.sourcing.staging import Stageable, Staged
from engine.tables import DOCTORS, TABLES

TYPES: Mapping[FieldType, str] = {
    "text": "text",
    "integer": "bigint",
    "year": "bigint",
    "boolean": "boolean",
    "date": "date",
}
NUMBERS = f"{BATCH}numbers"
"""The temporary table of the numbers of a batch."""
PART = 8
"""One sort or join of many at once may take one part in so many of the memory given."""


@contextmanager
def in_postgres(to: str, source: Stageable, scratch: Path, memory: int | None) -> Iterator[Engine]:
    """The server of an address as an engine; in the source's own session where that is the source. Raises Invalid."""
    where = address(to)
    if isinstance(source, PostgresSource) and source.address == where and source.typed:
        yield _InPlace(source, memory)
        return
    connection = connected(where)
    try:
        yield _Brought(connection, where, source.staged(scratch, memory), memory)
    finally:
        connection.close()


class _Postgres(SqlEngine):
    """What is common to both: the temporary tables, and how what is found comes back."""

    def __init__(self, connection: psycopg.Connection, where: Address, files: Staged, memory: int | None) -> None:
        super().__init__()
        self.connection, self.place = connection, where.shown
        self.singly, self.columns = files.singly, files.tables
        with told(self.place):
            # Compiling a query of so many columns takes far longer than running it.
            self._do(SQL("SET jit = off"))
            if memory is not None:
                self._do(SQL("SET work_mem = {}").format(f"{memory // PART // 1024}kB"))
            for table, columns in self.columns.items():
                typed = [SQL("{} {}").format(Identifier(name), SQL(TYPES[type])) for name, type in columns.items()]
                self._do(SQL("CREATE TEMPORARY TABLE {} ({})").format(_of(table), SQL(", ").join(typed)))
            self.backend = ibis.postgres.from_connection(connection)
            self.held = {table: self.backend.table(f"{BATCH}{table}") for table in self.columns}
        server = connection.info.parameter_status("server_version") or ""
        self.versions = {"ibis": version("ibis-framework"), "postgresql": server}

    def _hold(self, first: str, last: str) -> None:
        with told(self.place):
            for table in self.columns:
                self._do(SQL("TRUNCATE {}").format(_of(table)))
            self._fill(first, last)
            for table in self.columns:
                self._do(SQL("ANALYZE {}").format(_of(table)))

    @abstractmethod
    def _fill(self, first: str, last: str) -> None:
        """Put the rows of the doctors of a batch in the temporary tables."""

    def _written(self, expression: Anything) -> str:
        """A planner that merges the steps of a query writes each out as often as it is used: OFFSET forbids it."""
        query = self.backend.compiler.to_sqlglot(expression)
        for step in query.find_all(sqlglot.exp.Subquery):
            if isinstance(step.this, sqlglot.exp.Select):
                step.this.offset(0, copy=False)
        return str(query.sql(self.backend.dialect))

    def _fetched(self, query: str, schema: Anything) -> Anything:
        with told(self.place):
            return arrow.Table.from_batches(fetched(self.connection, SQL(query), schema), schema)

    def _keep(self, query: str) -> None:
        kept = Identifier("pg_temp", KEPT)
        with told(self.place):
            self._do(SQL("DROP TABLE IF EXISTS {}").format(kept))
            self._do(SQL("CREATE TEMPORARY TABLE {} AS {}").format(Identifier(KEPT), SQL(query)))
            self._do(SQL("ANALYZE {}").format(kept))

    def _do(self, statement: SQL | Composed) -> None:
        self.connection.execute(statement)


def _of(table: str) -> Identifier:
    return Identifier("pg_temp", f"{BATCH}{table}")


class _InPlace(_Postgres):
    """The tables of the source, in its own session."""

    apart = False

    def __init__(self, source: PostgresSource, memory: int | None) -> None:
        super().__init__(source.connection, source.address, Staged(TABLES, {}), memory)
        self.source = source
        with told(self.place):
            self._do(SQL("CREATE TEMPORARY TABLE {} (doctor text)").format(Identifier("pg_temp", NUMBERS)))

    def _fill(self, first: str, last: str) -> None:
        numbers = Identifier("pg_temp", NUMBERS)
        self._do(SQL("TRUNCATE {}").format(numbers))
        # Numbers are compared by their bytes, whatever the order of the database; an index on doctor finds the rest.
        self._do(
            SQL('INSERT INTO {} SELECT DISTINCT doctor FROM {} WHERE doctor COLLATE "C" BETWEEN {} AND {}').format(
                numbers, self.source.held[DOCTORS].name, first, last
            )
        )
        self._do(SQL("ANALYZE {}").format(numbers))
        for table, held in self.source.held.items():
            names = SQL(", ").join(Identifier(name) for name in TABLES[table] if name in held.schema.names)
            self._do(
                SQL("INSERT INTO {} ({}) SELECT {} FROM {} WHERE doctor IN (SELECT doctor FROM {})").format(
                    _of(table), names, names, held.name, numbers
                )
            )


class _Brought(_Postgres):
    """The tables of a source that is elsewhere."""

    def __init__(self, connection: psycopg.Connection, where: Address, files: Staged, memory: int | None) -> None:
        super().__init__(connection, where, files, memory)
        self.files = {table: datasets.dataset(str(file), format="parquet") for table, file in files.files.items()}

    def _fill(self, first: str, last: str) -> None:
        number = computed.field("doctor")
        for table, file in self.files.items():
            rows = file.to_table(filter=(number >= first) & (number <= last))
            names = SQL(", ").join(map(Identifier, rows.schema.names))
            into = SQL("COPY {} ({}) FROM STDIN (FORMAT csv, HEADER)").format(_of(table), names)
            written = arrow.BufferOutputStream()
            comma.write_csv(rows, written)
            with self.connection.cursor() as cursor, cursor.copy(into) as copied:
                copied.write(written.getvalue().to_pybytes())
