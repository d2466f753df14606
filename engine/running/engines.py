"""What computes a run: DuckDB or Polars in this process, PostgreSQL, or Spark.

Each gives the tables of a batch of doctors to Ibis, the same columns of the same types, and what an expression over
them comes to, as Arrow. Rows have no order that anything may rely on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any as Anything

import ibis

from engine.policy import FieldType
from engine.problems import Invalid, Problem
from engine.running.sources import Source
from engine.running.staging import Staged, settings, staged
from engine.tables import TABLES, Columns

DEFAULT = "duckdb"
"""The engine of a run that names none: the faster of the two that are embedded (`bench/`)."""
SPARK = "spark://"
NAMED = ("duckdb", "polars", "postgres://…", "spark://…")

MEMORY = re.compile(r"([0-9]{1,6})\s?([KMGT])i?B?", re.IGNORECASE)
UNITS = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
LEAST = 256 * 2**20
"""No engine does anything useful with less memory."""
SHARE = 2
"""An engine gets one part in so many of the memory given: the rest is for what is fetched from it and written."""
TYPES: Mapping[FieldType, str] = {
    "text": "string",
    "integer": "int64",
    "year": "int64",
    "boolean": "boolean",
    "date": "date",
}


class Engine:
    """An engine connected, that reads the tables of a source as Parquet files.

    `singly` are the doctors who are to be read from the source one by one whatever the tables say here.
    """

    def __init__(self, backend: Anything, files: Staged, versions: Mapping[str, str]) -> None:
        self.backend, self.singly, self.versions = backend, files.singly, versions
        self.held = {table: backend.read_parquet(str(files.files[table]), table_name=table) for table in TABLES}

    def tables(self, first: str, last: str) -> Mapping[str, Anything]:
        """The rows of the doctors whose numbers stand between two, both included, as Ibis tables."""
        return {
            table: shaped(held.filter(held.doctor.between(first, last)), TABLES[table])
            for table, held in self.held.items()
        }

    def found(self, expression: Anything) -> Anything:
        """What an expression over these tables comes to, as an Arrow table. Raises as the engine does."""
        return self.backend.to_pyarrow(expression)


def shaped(table: Anything, columns: Columns) -> Anything:
    """An Ibis table with these columns, of their types; those it has not are NULL."""
    return table.select(
        **{
            name: table[name].cast(TYPES[type]) if name in table.columns else ibis.null(TYPES[type])
            for name, type in columns.items()
        }
    )


@contextmanager
def connect(engine: str, source: Source, scratch: Path, memory: str | None = None) -> Iterator[Engine]:
    """An engine ready to read a source; what is not read in place is copied to `scratch`, to be thrown away.

    `engine` is `duckdb`, `polars`, the address of a PostgreSQL server, or `spark://` with a master (`local[2]`);
    `memory`, such as `4GB`, is what all may take. Raises Invalid: no such engine, it cannot be reached.
    """
    given = None if memory is None else read_memory(memory)
    share = given and given // SHARE
    if engine == "duckdb":
        with _duckdb(source, scratch, share) as connected:
            yield connected
    elif engine == "polars":
        yield _polars(source, scratch, share)
    else:
        raise Invalid([Problem("unknown_engine", details={"name": engine, "valid": ", ".join(NAMED), "nearest": ""})])


def read_memory(text: str) -> int:
    """Bytes, from a text such as `4GB` or `512MB`. Raises Invalid."""
    match = MEMORY.fullmatch(text.strip())
    amount = int(match[1]) * UNITS[match[2].upper()] if match else 0
    if amount < LEAST:
        raise Invalid([Problem("bad_memory", details={"value": text})])
    return amount


@contextmanager
def _duckdb(source: Source, scratch: Path, memory: int | None) -> Iterator[Engine]:
    files = staged(source, scratch, memory)
    backend = ibis.duckdb.connect(**settings(scratch, memory))
    try:
        yield Engine(backend, files, {"ibis": version("ibis-framework"), "duckdb": version("duckdb")})
    finally:
        backend.disconnect()


def _polars(source: Source, scratch: Path, memory: int | None) -> Engine:
    versions = {"ibis": version("ibis-framework"), "polars": version("polars")}
    return _Polars(ibis.polars.connect(), staged(source, scratch, memory), versions)


class _Polars(Engine):
    """Polars, which has no limit of memory: it works through a batch piece by piece."""

    def found(self, expression: Anything) -> Anything:
        """See `Engine`."""
        return self.backend.to_pyarrow(expression, engine="streaming")
