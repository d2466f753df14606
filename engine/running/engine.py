"""What every engine gives a run: the tables of a batch of doctors as Ibis tables, and what an expression comes to.

The same columns of the same types whatever the engine. Rows have no order that anything may rely on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any as Anything

import ibis

from engine.policy import FieldType
from engine.problems import Invalid, Problem
from engine.running.staging import Staged
from engine.tables import TABLES, Columns

TYPES: Mapping[FieldType, str] = {
    "text": "string",
    "integer": "int64",
    "year": "int64",
    "boolean": "boolean",
    "date": "date",
}


class Engine(ABC):
    """An engine connected, ready to read one source.

    `singly` are the doctors who are to be read from the source one by one whatever the tables say here; `versions`
    what computes, for whoever would compute it again; `backend` is the engine as Ibis knows it.
    """

    singly: frozenset[str]
    versions: Mapping[str, str]
    backend: Anything

    @abstractmethod
    def tables(self, first: str, last: str) -> Mapping[str, Anything]:
        """The rows of the doctors whose numbers stand between two, both included, until others are asked for.

        Raises Invalid when they cannot be read.
        """

    @abstractmethod
    def found(self, expression: Anything) -> Anything:
        """What an expression over these tables comes to, as an Arrow table.

        Raises Invalid when the memory given is not enough, or a server is lost.
        """


class ParquetEngine(Engine):
    """An engine that reads Parquet files by itself; `out_of_memory` is what it raises then."""

    def __init__(
        self,
        backend: Anything,
        files: Staged,
        versions: Mapping[str, str],
        out_of_memory: tuple[type[Exception], ...] = (MemoryError,),
    ) -> None:
        self.backend, self.singly, self.versions = backend, files.singly, versions
        self.out_of_memory = out_of_memory
        self.held = {table: backend.read_parquet(str(files.files[table]), table_name=table) for table in TABLES}

    def tables(self, first: str, last: str) -> Mapping[str, Anything]:
        """See `Engine`: what is not theirs is left out as a file is read."""
        return {
            table: shaped(held.filter(held.doctor.between(first, last)), TABLES[table])
            for table, held in self.held.items()
        }

    def found(self, expression: Anything) -> Anything:
        """See `Engine`."""
        try:
            return self._found(expression)
        except self.out_of_memory:
            raise Invalid([Problem("not_enough_memory")]) from None

    def _found(self, expression: Anything) -> Anything:
        return self.backend.to_pyarrow(expression)


def shaped(table: Anything, columns: Columns) -> Anything:
    """An Ibis table with these columns, of their types; those it has not are NULL."""
    return table.select(
        **{
            name: table[name].cast(TYPES[type]) if name in table.columns else ibis.null(TYPES[type])
            for name, type in columns.items()
        }
    )
