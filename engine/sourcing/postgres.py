"""A PostgreSQL database: the source of a run, and the engine that computes it.

All that is read of it is one snapshot, held for as long as it is open, and nothing of it is changed: what a run puts
there are temporary tables of its own session.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any as Anything

import psycopg
import pyarrow as arrow
import pyarrow.csv as comma
from psycopg.sql import SQL, Composable, Identifier, Literal

from engine.problems import Invalid, Problem
from engine.sourcing.address import Address, address
from engine.sourcing.rowdigest import row_digest
from engine.sourcing.sources import Kind, TablesSource
from engine.tables import OWNER, TABLES
from engine.tabular import ARROW, CSV, Tables, unreadable

SHOWN = 160
"""The letters shown of what a server says."""
TYPES: Mapping[str, Anything] = {
    "text": arrow.string(),
    "character varying": arrow.string(),
    "character": arrow.string(),
    "smallint": arrow.int64(),
    "integer": arrow.int64(),
    "bigint": arrow.int64(),
    "boolean": arrow.bool_(),
    "date": arrow.date32(),
    "numeric": arrow.decimal128(38, 9),
    "real": arrow.float32(),
    "double precision": arrow.float64(),
    "timestamp without time zone": arrow.timestamp("us"),
    "timestamp with time zone": arrow.timestamp("us", "UTC"),
}
"""The types of columns as Arrow names them; what is not listed is binary, which no column of dossiers can be."""
BLOCK = 16 * 1024 * 1024
"""The bytes read at once: no row is longer."""
SETTINGS = {"timezone": "UTC", "datestyle": "ISO", "client_encoding": "UTF8", "standard_conforming_strings": "on"}


@contextmanager
def told(place: str) -> Iterator[None]:
    """What the server says is wrong is told of a place. Raises Invalid."""
    try:
        yield
    except psycopg.Error as error:
        why = next(iter(str(error).splitlines()), "")[:SHOWN]
        raise Invalid([Problem("no_database", place, details={"why": why})]) from None


def connected(to: Address) -> psycopg.Connection:
    """A session of one snapshot. Raises Invalid when there is no such server or database, or it lets nobody in."""
    with told(to.shown):
        connection = psycopg.connect(to.given)
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        for name, value in SETTINGS.items():
            connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        return connection


def fetched(connection: psycopg.Connection, query: Composable, schema: Anything) -> Iterator[Anything]:
    """What a query comes to, in Arrow batches of a schema. Raises what psycopg and Arrow raise.

    Far faster than fetching rows: they come as CSV, which Arrow reads.
    """
    with (
        connection.cursor() as cursor,
        cursor.copy(SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(query)) as rows,
    ):
        reading = comma.open_csv(
            arrow.PythonFile(_Read(rows), "r"),
            read_options=comma.ReadOptions(column_names=schema.names, skip_rows=1, block_size=BLOCK),
            parse_options=CSV,
            convert_options=comma.ConvertOptions(
                column_types=dict(zip(schema.names, schema.types, strict=True)),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                true_values=["t"],
                false_values=["f"],
            ),
        )
        yield from reading


class _Read:
    """The bytes that a server sends, as a file."""

    closed = False

    def __init__(self, blocks: psycopg.Copy) -> None:
        self.blocks, self.waiting = iter(blocks), b""

    def read(self, size: int) -> bytes:
        parts, length = [self.waiting], len(self.waiting)
        while length < size and (block := next(self.blocks, None)) is not None:
            parts.append(bytes(block))
            length += len(block)
        whole = b"".join(parts)
        self.waiting = whole[size:]
        return whole[:size]


# --- the source -----------------------------------------------------------------------------------------------------


class _Held:
    """A table, or a view, of the database. See `engine.tabular.HeldTable`."""

    def __init__(self, connection: psycopg.Connection, where: Address, schema: str, table: str) -> None:
        self.connection, self.table, self.name = connection, table, Identifier(schema, table)
        self.place = f"{where.shown}/{table}"
        with told(self.place):
            found = connection.execute(
                "SELECT column_name, data_type FROM information_schema.columns "
                "WHERE table_schema = %s AND table_name = %s ORDER BY ordinal_position",
                (schema, table),
            ).fetchall()
        if not found:
            raise Invalid([Problem("missing_table", where.shown, details={"name": table})])
        self.schema = arrow.schema([(name, TYPES.get(type, arrow.binary())) for name, type in found])

    def batches(self, columns: Sequence[str], doctors: Sequence[str] | None) -> Iterator[Anything]:
        """See `engine.tabular.HeldTable`: every column as texts."""
        if doctors is None:
            return self._fetched(columns, SQL(""))
        some = SQL("WHERE doctor = ANY({})").format(Literal(list(doctors)))
        return self._fetched(columns, some + SQL(" OR doctor IS NULL") if "" in doctors else some)

    def owners(self) -> Iterator[Anything]:
        """See `engine.tabular.HeldTable`."""
        return self._fetched(list(OWNER), SQL("GROUP BY doctor, year"))

    def ordered(self) -> Iterator[Anything]:
        """All rows, sorted by every column in the order of its table, texts by their bytes."""
        names = [name for name in TABLES[self.table] if name in self.schema.names]
        by = [
            SQL('t.{} COLLATE "C"' if arrow.types.is_string(self.schema.field(name).type) else "t.{}").format(
                Identifier(name)
            )
            for name in names
        ]
        return self._fetched(names, SQL("ORDER BY {}").format(SQL(", ").join(by)))

    def _fetched(self, columns: Sequence[str], which: Composable) -> Iterator[Anything]:
        names = SQL(", ").join(SQL("{}::text").format(Identifier(name)) for name in columns)
        query = SQL("SELECT {} FROM {} AS t {}").format(names, self.name, which)
        schema = arrow.schema([(name, arrow.string()) for name in columns])
        try:
            yield from fetched(self.connection, query, schema)
        except (psycopg.Error, arrow.ArrowException) as error:
            raise unreadable(self.place, error) from None


class PostgresSource(TablesSource):
    """The tables of a PostgreSQL database. Raises Invalid: not reached, a table or a column is not as expected."""

    kind: Kind = "postgres"

    def __init__(self, where: str) -> None:
        self.address = address(where)
        self.connection = connected(self.address)
        try:
            self.schema = self.address.schema or self._schema()
            self.held = {table: _Held(self.connection, self.address, self.schema, table) for table in TABLES}
            super().__init__(Tables(self.address.shown, self.held))
        except Invalid:
            self.connection.close()
            raise
        self.opened.callback(self.connection.close)

    def digest(self) -> dict[str, str]:
        """See `Source`: of the rows of each table, sorted."""
        return self._digest

    @cached_property
    def _digest(self) -> dict[str, str]:
        """Once: a snapshot does not change."""
        return {table: row_digest(table, held.ordered()) for table, held in sorted(self.held.items())}

    @property
    def typed(self) -> bool:
        """Whether every column is of its own type, and none a text that stands for it."""
        columns = [(table, column) for table, held in self.held.items() for column in held.schema]
        return all(column.type == ARROW[TABLES[table][column.name]] for table, column in columns)

    def _schema(self) -> str:
        with told(self.address.shown):
            row = self.connection.execute("SELECT current_schema()").fetchone()
        return (row and row[0]) or "public"
