"""The engines that compute a run in this process: DuckDB and Polars, over Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any as Anything

import duckdb
import ibis

from engine.engines.engine import BATCH, KEPT, Engine, SqlEngine, batch
from engine.engines.frames import Frames
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
    yield _Polars(source.staged(scratch, memory))


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
        with _enough():
            return self.backend.con.sql(query).to_arrow_table().cast(schema)

    def _keep(self, query: str) -> None:
        with _enough():
            self.backend.con.execute(f"CREATE OR REPLACE TEMPORARY TABLE {KEPT} AS {query}")


class _Polars(Engine):
    def __init__(self, files: Staged) -> None:
        self.frames, self.singly, self.columns = Frames(), files.singly, files.tables
        self.backend = self.frames.backend
        self.versions = {"ibis": version("ibis-framework"), "polars": version("polars")}
        named = files.files.items()
        self.files = {
            table: self.backend.read_parquet(str(file), table_name=table, glob=False) for table, file in named
        }
        self._hold("", "")
        self.held = {table: self.backend.table(f"{BATCH}{table}") for table in self.columns}

    def _hold(self, first: str, last: str) -> None:
        for table, file in self.files.items():
            some = self.backend.compile(batch(self.columns[table], file, first, last))
            self.frames.hold(f"{BATCH}{table}", some)

    def found(self, expression: Anything) -> Anything:
        """See `Engine`."""
        with _enough():
            return self.frames.found(expression)

    def kept(self, expression: Anything) -> Anything:
        """See `Engine`."""
        self.frames.release(KEPT)
        with _enough():
            return self.frames.hold(KEPT, self.frames.collected(expression).lazy())


@contextmanager
def _enough() -> Iterator[None]:
    """Raises Invalid when the memory given is not enough."""
    try:
        yield
    except (duckdb.OutOfMemoryException, MemoryError):
        raise Invalid([Problem("not_enough_memory")]) from None
