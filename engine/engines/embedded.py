"""The engines that compute a run in this process: DuckDB and Polars, over Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any as Anything

import duckdb
import ibis

from engine.engines.engine import BATCH, Engine, SqlEngine, batch
from engine.problems import Invalid, Problem
from engine.sourcing.staging import Stageable, Staged, settings


@contextmanager
def in_duckdb(source: Stageable, scratch: Path, memory: int | None) -> Iterator[Engine]:
    """DuckDB, within that many bytes of memory. Raises Invalid as reading the source does."""
    files = source.staged(scratch, memory)
    backend = ibis.duckdb.connect(**settings(scratch, memory))
    try:
        yield _Duckdb(backend, files)
    finally:
        backend.disconnect()


@contextmanager
def in_polars(source: Stageable, scratch: Path, memory: int | None) -> Iterator[Engine]:
    """Polars, which knows no limit of memory: it works through a batch piece by piece. Raises as `in_duckdb` does."""
    yield _Polars(ibis.polars.connect(), source.staged(scratch, memory))


class _Duckdb(SqlEngine):
    def __init__(self, backend: Anything, files: Staged) -> None:
        super().__init__()
        self.backend, self.singly, self.columns = backend, files.singly, files.tables
        self.versions = {"ibis": version("ibis-framework"), "duckdb": version("duckdb")}
        self.files = {table: backend.read_parquet(str(file), table_name=table) for table, file in files.files.items()}
        self._hold("", "")
        self.held = {table: backend.table(f"{BATCH}{table}") for table in self.columns}

    def _hold(self, first: str, last: str) -> None:
        for table, file in self.files.items():
            some = self.backend.compile(batch(self.columns[table], file, first, last))
            self.backend.con.execute(f"CREATE OR REPLACE VIEW {BATCH}{table} AS {some}")

    def _fetched(self, query: str, schema: Anything) -> Anything:
        try:
            return self.backend.con.sql(query).to_arrow_table().cast(schema)
        except (duckdb.OutOfMemoryException, MemoryError):
            raise Invalid([Problem("not_enough_memory")]) from None


class _Polars(Engine):
    def __init__(self, backend: Anything, files: Staged) -> None:
        self.backend, self.singly, self.columns = backend, files.singly, files.tables
        self.versions = {"ibis": version("ibis-framework"), "polars": version("polars")}
        named = files.files.items()
        self.files = {table: backend.read_parquet(str(file), table_name=table, glob=False) for table, file in named}
        self._hold("", "")
        self.held = {table: backend.table(f"{BATCH}{table}") for table in self.columns}

    def _hold(self, first: str, last: str) -> None:
        for table, file in self.files.items():
            some = self.backend.compile(batch(self.columns[table], file, first, last))
            self.backend.create_table(f"{BATCH}{table}", some, overwrite=True)

    def found(self, expression: Anything) -> Anything:
        """See `Engine`."""
        try:
            return self.backend.to_pyarrow(expression, engine="streaming")
        except MemoryError:
            raise Invalid([Problem("not_enough_memory")]) from None
