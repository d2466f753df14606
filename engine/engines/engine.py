"""What every engine gives: the tables of a batch of doctors as Ibis tables, and what an expression comes to.

The same columns of the same types whatever the engine. Rows have no order that anything may rely on.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any as Anything

import ibis

from engine.engines.negations import plainly_asked
from engine.garbage import unsearched
from engine.policy import FieldType
from engine.tables import Columns

TYPES: Mapping[FieldType, str] = {
    "text": "string",
    "integer": "int64",
    "year": "int64",
    "boolean": "boolean",
    "date": "date",
}
BATCH = "forfait_batch_"
"""What the name of a table of a batch begins with, among those of an engine."""
KEPT = f"{BATCH}kept"
"""The name of the one table that is kept of what was found."""
DEPTH = 10_000
"""The calls that Python may nest while a query of many steps is written."""


class Engine(ABC):
    """An engine connected, ready to read one source.

    `singly` are the doctors who are to be read from the source one by one whatever the tables say here; `versions`
    what computes, for whoever would compute it again; `columns` those of each table; `backend` is the engine as Ibis
    knows it; `apart` tells whether it can be asked, in a thread, while the source is read.
    """

    apart = True
    singly: frozenset[str]
    versions: Mapping[str, str]
    backend: Anything
    columns: Mapping[str, Columns]
    held: Mapping[str, Anything]

    def tables(self, first: str, last: str) -> Mapping[str, Anything]:
        """The rows of the doctors whose numbers stand between two, both included, until others are asked for.

        These are the same Ibis tables every time, so that an expression over them can be made once and found for
        each batch. Raises Invalid when they cannot be read.
        """
        self._hold(first, last)
        return self.held

    @abstractmethod
    def found(self, expression: Anything) -> Anything:
        """What an expression over these tables comes to now, as an Arrow table of its columns and their types.

        Raises Invalid when the memory given is not enough, or a server is lost.
        """

    @abstractmethod
    def kept(self, expression: Anything) -> Anything:
        """What an expression over these tables comes to now as one more table, the same Ibis table every time.

        There is one: what is kept takes the place of what was. Raises Invalid as `found` does.
        """

    @abstractmethod
    def _hold(self, first: str, last: str) -> None:
        """Make the rows of a batch those that the tables stand for."""


class SqlEngine(Engine):
    """An engine that is asked by SQL: each query is written once, since that takes longer than many a batch."""

    def __init__(self) -> None:
        self.queries: dict[Anything, str] = {}

    def found(self, expression: Anything) -> Anything:
        """See `Engine`."""
        return self._fetched(self._query(expression), expression.schema().to_pyarrow())

    def kept(self, expression: Anything) -> Anything:
        """See `Engine`."""
        self._keep(self._query(expression))
        return self.backend.table(KEPT)

    def _query(self, expression: Anything) -> str:
        node = expression.op()
        if node not in self.queries:
            self.backend._run_pre_execute_hooks(expression)  # brings the tables in memory that it names
            with _deep(), _unmerged(), unsearched():
                self.queries[node] = self._written(plainly_asked(expression))
        return self.queries[node]

    def _written(self, expression: Anything) -> str:
        """The query of an expression."""
        return str(self.backend.compile(expression))

    @abstractmethod
    def _fetched(self, query: str, schema: Anything) -> Anything:
        """What a query comes to, as an Arrow table of a schema."""

    @abstractmethod
    def _keep(self, query: str) -> None:
        """Make what a query comes to the table that is kept."""


@contextmanager
def _deep() -> Iterator[None]:
    """Room for a query of many steps, each within the next."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, DEPTH))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@contextmanager
def _unmerged() -> Iterator[None]:
    """Steps stay steps: merged, they would be written out as many times as they are used."""
    before = ibis.options.sql.fuse_selects
    ibis.options.sql.fuse_selects = False
    try:
        yield
    finally:
        ibis.options.sql.fuse_selects = before


def shaped(table: Anything, columns: Columns) -> Anything:
    """An Ibis table with these columns, of their types; those it has not are NULL."""
    return table.select(
        **{
            name: table[name].cast(TYPES[type]) if name in table.columns else ibis.null(TYPES[type])
            for name, type in columns.items()
        }
    )


def batch(columns: Columns, held: Anything, first: str, last: str) -> Anything:
    """The rows of some doctors of an Ibis table, in these columns."""
    return shaped(held.filter(held.doctor.between(first, last)), columns)
