"""Tables of Polars whose rows change from batch to batch, while what is asked of them is planned once.

Polars plans over frames; here it plans over sources, which are asked for the rows of the moment whenever a plan is
carried out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any as Anything

import ibis
import polars
from polars.io.plugins import register_io_source

from engine.garbage import unsearched

SLICE = 25_000
"""The rows that Polars is handed at once."""


class Frames:
    """Tables by name, and the plans made over them; `backend` is Polars as Ibis knows it."""

    def __init__(self) -> None:
        self.backend = ibis.polars.connect()
        self.known: dict[str, Anything] = {}
        self.rows: dict[str, polars.LazyFrame] = {}
        self.plans: dict[Anything, polars.LazyFrame] = {}

    def hold(self, name: str, rows: polars.LazyFrame) -> Anything:
        """Make rows those of a table, which is the same Ibis table every time; their columns have to be the same."""
        if name not in self.known:
            source = register_io_source(self._reader(name), schema=rows.collect_schema(), is_pure=True)
            self.known[name] = self.backend.create_table(name, source)
        self.rows[name] = rows
        return self.known[name]

    def bring(self, name: str, table: Anything) -> Anything:
        """The same for the rows of an Arrow table."""
        return self.hold(name, polars.DataFrame(table).lazy())

    def release(self, name: str) -> None:
        """Let go of the rows of a table, if it has any, until it is given others."""
        self.rows.pop(name, None)

    def collected(self, expression: Anything) -> polars.DataFrame:
        """What an expression over these tables comes to now."""
        node = expression.op()
        if node not in self.plans:
            with unsearched():
                self.plans[node] = self.backend.compile(expression)
        return self.plans[node].collect(engine="streaming")

    def found(self, expression: Anything) -> Anything:
        """The same as an Arrow table, in the types of the expression."""
        return self.collected(expression).to_arrow().cast(expression.schema().to_pyarrow())

    def _reader(self, name: str) -> Anything:
        """What Polars reads a table by: some of its columns, and the rows that a condition holds for."""

        def read(
            columns: list[str] | None, only: polars.Expr | None, first: int | None, size: int | None
        ) -> Iterator[polars.DataFrame]:
            rows = self.rows[name]
            rows = rows if only is None else rows.filter(only)
            rows = rows if columns is None else rows.select(columns)
            rows = rows if first is None else rows.head(first)
            yield from rows.collect(engine="streaming").iter_slices(size or SLICE)

        return read
