"""A DuckDB file as the source of a run: the tables of dossiers, under their own names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any as Anything

import duckdb

from engine.problems import Invalid, Problem
from engine.sourcing.rowdigest import row_digest
from engine.sourcing.sources import Kind, TablesSource
from engine.tables import OWNER, TABLES
from engine.tabular import Tables, unreadable

ROWS = 100_000
"""The rows fetched at once."""


class _Held:
    """A table, or a view, of the file. See `engine.tabular.HeldTable`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, file: Path, table: str) -> None:
        self.connection, self.table, self.place = connection, table, f"{file}/{table}"
        try:
            self.schema = connection.sql(f"SELECT * FROM {table} LIMIT 0").to_arrow_table().schema
        except duckdb.CatalogException:
            raise Invalid([Problem("missing_table", str(file), details={"name": table})]) from None
        except duckdb.Error as error:
            raise unreadable(self.place, error) from None

    def batches(self, columns: Sequence[str], doctors: Sequence[str] | None) -> Iterator[Anything]:
        """See `engine.tabular.HeldTable`."""
        if doctors is None:
            return self._fetched(columns, "")
        where = "WHERE doctor IN (SELECT unnest($doctors))" + (" OR doctor IS NULL" if "" in doctors else "")
        return self._fetched(columns, where, {"doctors": list(doctors)})

    def owners(self) -> Iterator[Anything]:
        """See `engine.tabular.HeldTable`."""
        return self._fetched(list(OWNER), "GROUP BY ALL")

    def ordered(self) -> Iterator[Anything]:
        """All rows, sorted by every column in the order of its table."""
        return self._fetched([name for name in TABLES[self.table] if name in self.schema.names], "ORDER BY ALL")

    def _fetched(
        self, columns: Sequence[str], which: str, given: dict[str, list[str]] | None = None
    ) -> Iterator[Anything]:
        names = ", ".join(f'"{name}"' for name in columns)
        try:
            query = f"SELECT {names} FROM {self.table} {which}"
            yield from self.connection.sql(query, params=given).to_arrow_reader(ROWS)
        except duckdb.Error as error:
            raise unreadable(self.place, error) from None


class DuckdbSource(TablesSource):
    """A DuckDB file, opened to be read. Raises Invalid: it is none, a table or a column is not as expected."""

    kind: Kind = "duckdb"

    def __init__(self, file: Path) -> None:
        with ExitStack() as opened:
            scratch = opened.enter_context(TemporaryDirectory())
            connection = opened.enter_context(_connected(file, scratch))
            self.held = {table: _Held(connection, file, table) for table in TABLES}
            super().__init__(Tables(str(file), self.held))
            self.opened = opened.pop_all()

    def digest(self) -> dict[str, str]:
        """See `Source`: of the rows of each table, sorted."""
        return {table: row_digest(table, held.ordered()) for table, held in sorted(self.held.items())}


def _connected(file: Path, scratch: str) -> duckdb.DuckDBPyConnection:
    try:
        connection = duckdb.connect(str(file), read_only=True)
        connection.execute("SET temp_directory = $folder", {"folder": scratch})
        # Views of a file that someone else made read this file, and nothing beside it.
        connection.execute("SET enable_external_access = false")
    except duckdb.Error:
        # What DuckDB says is mostly the path of the file, which is told anyway.
        raise Invalid([Problem("not_duckdb", str(file))]) from None
    return connection
