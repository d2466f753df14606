"""What may compute a run, by its name: DuckDB or Polars in this process, a PostgreSQL server, or Spark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from engine.engines.engine import Engine
from engine.problems import Invalid, Problem
from engine.sourcing.staging import Stageable

Opened = Callable[[Stageable, Path, int | None], AbstractContextManager[Engine]]

DEFAULT = "polars"
"""The engine of a run that names none: the faster of the two that are embedded (`bench/`)."""
POSTGRES = ("postgres://", "postgresql://")
SPARK = "spark://"
NAMED = ("postgres://…", "spark://…", "duckdb", "polars")

MEMORY = re.compile(r"([0-9]{1,6})\s?([KMGT])i?B?", re.IGNORECASE)
UNITS = {letter: 1024**power for power, letter in enumerate("KMGT", start=1)}
LEAST = 256 * UNITS["M"]
"""No engine does anything useful with less memory."""
SHARE = 2
"""An engine gets one part in so many of the memory given: the rest is for what is fetched from it and written."""


@contextmanager
def connect(engine: str, source: Stageable, scratch: Path, memory: str | None = None) -> Iterator[Engine]:
    """An engine ready to read a source; what is not read in place is copied to `scratch`, to be thrown away.

    `engine` is `duckdb`, `polars`, the address of a PostgreSQL server, or `spark://` with a master (`local[2]`);
    `memory`, such as `4GB`, is what all may take. Raises Invalid: no such engine, it cannot be reached.
    """
    given = None if memory is None else read_memory(memory)
    with _opened(engine)(source, scratch, given and given // SHARE) as connected:
        yield connected


def _opened(engine: str) -> Opened:
    """How an engine of that name is connected; each is loaded by itself, since all are heavy."""
    if engine in ("duckdb", "polars"):
        from engine.engines.embedded import in_duckdb, in_polars  # noqa: PLC0415

        return in_duckdb if engine == "duckdb" else in_polars
    if engine.startswith(POSTGRES):
        from engine.engines.postgres_engine import in_postgres  # noqa: PLC0415

        return partial(in_postgres, engine)
    if engine.startswith(SPARK):
        from engine.engines.spark_engine import in_spark  # noqa: PLC0415

        return partial(in_spark, _master(engine))
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
