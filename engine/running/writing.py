"""The tables that a run writes: row after row of doctors, in parts of one size whatever the batches they came in."""

from __future__ import annotations

from pathlib import Path
from typing import Any as Anything

import pyarrow as arrow
from pyarrow import parquet

PART = 65_536
"""The rows of one part of a table, which a reader can skip whole."""


class TableOut:
    """A Parquet table written part by part: the same rows give the same bytes, however many come at once."""

    def __init__(self, file: Path, schema: Anything) -> None:
        self.rows = 0
        self.waiting: list[Anything] = []
        self.writer = parquet.ParquetWriter(
            str(file), schema, compression="zstd", store_decimal_as_integer=True, write_statistics=["doctor"]
        )

    def __enter__(self) -> TableOut:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._write(whole=False)
        self.writer.close()

    def write(self, table: Anything) -> None:
        """More rows, in their order. Raises OSError."""
        self.rows += table.num_rows
        self.waiting.append(table)
        if sum(one.num_rows for one in self.waiting) >= PART:
            self._write(whole=True)

    def _write(self, *, whole: bool) -> None:
        """Write what waits; only whole parts where more rows may come."""
        table = arrow.concat_tables(self.waiting or [self.writer.schema.empty_table()])
        end = table.num_rows - table.num_rows % PART if whole else table.num_rows
        if end:
            self.writer.write_table(table.slice(0, end), row_group_size=PART)
        self.waiting = [table.slice(end)]
