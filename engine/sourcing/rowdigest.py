"""The digest of the rows of a table in a database, which has no file whose bytes could stand for them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.csv as comma

from engine.tables import TABLES
from engine.tabular import texts


class _Hashed:
    """What is written to it goes into a digest, and nowhere else."""

    closed = False

    def __init__(self) -> None:
        self.digest = hashlib.sha256()

    def write(self, written: bytes) -> int:
        self.digest.update(written)
        return len(written)

    def flush(self) -> None:
        """Nothing waits."""


def row_digest(table: str, batches: Iterable[Anything]) -> str:
    """SHA-256 of rows that come sorted by every column of their table, as CSV with all those columns as texts.

    A column left out is NULL everywhere, so the same facts have the same digest in every database.
    """
    schema = arrow.schema([(name, arrow.string()) for name in TABLES[table]])
    into = _Hashed()
    with comma.CSVWriter(arrow.PythonFile(into, "w"), schema) as writer:
        for batch in batches:
            given = dict(zip(batch.schema.names, map(texts, batch.columns), strict=True))
            nothing = arrow.nulls(batch.num_rows, arrow.string())
            writer.write(arrow.record_batch([given.get(name, nothing) for name in schema.names], schema))
    return f"sha256:{into.digest.hexdigest()}"
