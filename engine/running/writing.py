"""The tables that a run writes: row after row of doctors, in parts of one size whatever the batches they came in."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any as Anything

import pyarrow as arrow
from pyarrow import parquet

from engine.columnar.layout import DOCTOR, doctors_schema, nodes_schema
from engine.policy import Policy
from engine.running.manifest import Written, digest_of
from engine.running.quarantine import SCHEMA, Refused, quarantine_table

PART = 65_536
"""The rows of one part of a table, which a reader can skip whole."""


class Results:
    """The tables of a run, written in a folder while the run goes on; they are whole when the block has ended."""

    def __init__(self, folder: Path, policy: Policy) -> None:
        self.folder, self.opened = folder, ExitStack()
        schemas = {"doctors": doctors_schema(policy), "nodes": nodes_schema(policy), "quarantine": SCHEMA}
        self.tables = {name: TableOut(self.file(name), schema) for name, schema in schemas.items()}

    def __enter__(self) -> Results:
        for table in self.tables.values():
            self.opened.enter_context(table)
        return self

    def __exit__(self, *error: Anything) -> None:
        self.opened.__exit__(*error)

    def write(self, doctors: Anything, nodes: Anything, refused: Iterable[Refused]) -> None:
        """What became of more doctors. Raises OSError."""
        for name, rows in {"doctors": doctors, "nodes": nodes, "quarantine": quarantine_table(refused)}.items():
            self.tables[name].write(rows)

    def file(self, table: str) -> Path:
        """Where a table is."""
        return self.folder / f"{table}.parquet"

    def written(self) -> dict[str, Written]:
        """The rows and the digest of each table, once it is whole."""
        return {name: Written(table.rows, digest_of(self.file(name))) for name, table in self.tables.items()}


class TableOut:
    """A Parquet table written part by part, in a thread: the same rows give the same bytes, however many at once."""

    def __init__(self, file: Path, schema: Anything) -> None:
        self.rows = 0
        self.waiting = schema.empty_table()
        self.thread, self.last = ThreadPoolExecutor(1), Future[None]()
        self.last.set_result(None)
        self.writer = parquet.ParquetWriter(
            str(file), schema, compression="zstd", store_decimal_as_integer=True, write_statistics=[DOCTOR]
        )

    def __enter__(self) -> TableOut:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self.last.result()
            if kind is None:
                self._write(self.waiting)
        finally:
            self.thread.shutdown()
            self.writer.close()

    def write(self, table: Anything) -> None:
        """More rows, in their order, once those given before are written. Raises OSError where those could not be."""
        self.last.result()
        self.rows += table.num_rows
        self.last = self.thread.submit(self._add, table)

    def _add(self, table: Anything) -> None:
        waiting = arrow.concat_tables([self.waiting, table])
        whole = waiting.num_rows - waiting.num_rows % PART
        self._write(waiting.slice(0, whole))
        self.waiting = waiting.slice(whole)

    def _write(self, table: Anything) -> None:
        if table.num_rows:
            # In how many pieces rows came, which hangs on how busy the machine was, may not show in the bytes.
            self.writer.write_table(table.combine_chunks(), row_group_size=PART)
