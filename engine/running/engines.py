"""What may compute a run, by its name: DuckDB or Polars in this process, a PostgreSQL server, or Spark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any as Anything

import duckdb
import ibis

from engine.problems import Invalid, Problem
from engine.running.engine import Engine, ParquetEngine
from engine.running.sources import POSTGRES, Source
from engine.running.staging import settings, staged

DEFAULT = "polars"
"""The engine of a run that names none: the faster of the two that are embedded (`bench/`)."""
SPARK = "spark://"
NAMED = ("duckdb", "polars", "postgres://…", "spark://…")

MEMORY = re.compile(r"([0-9]{1,6})\s?([KMGT])i?B?", re.IGNORECASE)
UNITS = {letter: 1024**power for power, letter in enumerate("KMGT", start=1)}
LEAST = 256 * UNITS["M"]
"""No engine does anything useful with less memory."""
SHARE = 2
"""An engine gets one part in so many of the memory given: the rest is for what is fetched from it and written."""


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
    elif engine.startswith(POSTGRES):
        from engine.running.postgres_engine import postgres  # noqa: PLC0415

        with postgres(engine, source, scratch, share) as connected:
            yield connected
    elif engine.startswith(SPARK):
        from engine.running.spark_engine import spark  # noqa: PLC0415

        with spark(_master(engine), source, scratch, share) as connected:
            yield connected
    else:
        raise Invalid([Problem("unknown_engine", details={"name": engine, "valid": ", ".join(NAMED), "nearest": ""})])


def _master(engine: str) -> str:
    """The master that an engine names: `spark://local[2]` is this machine, any other address a cluster."""
    named = engine.removeprefix(SPARK)
    return named if named.startswith("local") else engine


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
    versions = {"ibis": version("ibis-framework"), "duckdb": version("duckdb")}
    try:
        yield ParquetEngine(backend, files, versions, (duckdb.OutOfMemoryException, MemoryError))
    finally:
        backend.disconnect()


class _Polars(ParquetEngine):
    """Polars, which knows no limit of memory: it works through a batch piece by piece."""

    def _found(self, expression: Anything) -> Anything:
        return self.backend.to_pyarrow(expression, engine="streaming")


def _polars(source: Source, scratch: Path, memory: int | None) -> Engine:
    versions = {"ibis": version("ibis-framework"), "polars": version("polars")}
    return _Polars(ibis.polars.connect(), staged(source, scratch, memory), versions)
