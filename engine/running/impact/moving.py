"""A source moved from one policy's year to another's: days by offset, years by difference, the rest as it was.

Rows that the other policy has no name for are left out, for no rule of it looks there. A column is moved by its
different values: a population holds a few thousand days.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.compute as computed
from pyarrow import parquet

from engine.dossier import ROW_FIELDS
from engine.offsets import Move
from engine.policy import FieldType, Policy
from engine.tables import ATTRIBUTES, EXCLUSIONS, ITEMS, OWNER, ROW, TABLES
from engine.tabular import arrow_schema, texts

Change = Callable[[Anything], Anything]
MOVED: tuple[FieldType, ...] = ("date", "year")
NAMED: Mapping[str, str] = {
    "measures": "measure",
    "facts": "fact",
    "prefills": "item",
    "declarations": "item",
    "documents": "kind",
    "findings": "item",
    ITEMS: "item",
    EXCLUSIONS: "reason",
    ATTRIBUTES: "name",
}
"""The column that names what a row is about, by table."""
PARENT: Mapping[str, str] = {EXCLUSIONS: "measures", ITEMS: "documents"}
"""The table whose rows a child table details; rows of `attributes` name it themselves."""


class Unnamed:
    """What a policy has no name for: finds the rows about it, then those of child tables that belong to them."""

    def __init__(self, policy: Policy) -> None:
        names = policy.vocabulary
        reasons = {reason for measure in names.measures.values() for reason in measure.exclusions}
        known: Mapping[str, set[str]] = {
            "measure": {*names.measures},
            "fact": {*names.facts},
            "item": {*names.items},
            "kind": {*names.documents},
            "reason": reasons,
            "name": {*names.fields, *ROW_FIELDS},
        }
        self.known = {table: arrow.array(sorted(known[column]), arrow.string()) for table, column in NAMED.items()}
        self.rows = 0
        self.keys: list[Anything] = [arrow.array([], arrow.string())]

    def look(self, table: str, rows: Anything) -> None:
        """Look at some rows of a table, an Arrow batch."""
        if table in NAMED:
            gone = rows.filter(computed.invert(self._named(table, rows)))
            self.rows += gone.num_rows
            if gone.num_rows and table not in (*PARENT, ATTRIBUTES):
                # NULL is among NULLs: what is known of no row would be known of every child of none.
                self.keys.append(_keys(table, gone).drop_null())

    def without(self, table: str, rows: Anything) -> Anything:
        """Rows of a table, but for those about what has no name; once every row was looked at."""
        if table in NAMED:
            rows = rows.filter(self._named(table, rows))
        if table in (*PARENT, ATTRIBUTES) and len(self.keys) > 1:
            self.keys = [computed.unique(arrow.concat_arrays(self.keys)), self.keys[0]]
            rows = rows.filter(computed.invert(computed.is_in(_keys(PARENT.get(table), rows), self.keys[0])))
        return rows

    def _named(self, table: str, rows: Anything) -> Anything:
        names = texts(rows.column(NAMED[table]))
        return computed.or_(names.is_null(), computed.is_in(names, self.known[table]))


def _keys(table: str | None, rows: Anything) -> Anything:
    """What tells rows of a table from all others: that table, doctor, campaign, number."""
    parts = [texts(rows.column(name)) for name in (*OWNER, ROW)] if ROW in rows.schema.names else []
    if not parts:
        return arrow.nulls(rows.num_rows, arrow.string())
    of = texts(rows.column("of")) if table is None else table
    return computed.binary_join_element_wise(of, *parts, " ")


class Moved:
    """A folder of tables filled with the moved rows of another source, in their order, part by part."""

    def __init__(self, folder: Path, move: Move) -> None:
        self.folder, self.move = folder, move
        self.writers: dict[str, Anything] = {}
        self.opened = ExitStack()
        facts = {name: fact.type for name, fact in move.vocabulary.facts.items()}
        self.types: Mapping[str, Mapping[str, FieldType]] = {"facts": facts, ATTRIBUTES: move.types}

    def __enter__(self) -> Moved:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.opened.close()
        if kind is None:
            for table in TABLES.keys() - self.writers.keys():
                parquet.write_table(arrow_schema(table).empty_table(), str(self._file(table)))

    def add(self, table: str, rows: Anything) -> None:
        """More rows of a table, an Arrow batch. Raises OSError."""
        moved = arrow.table({name: self._column(table, name, rows) for name in rows.schema.names})
        if table not in self.writers:
            writer = parquet.ParquetWriter(str(self._file(table)), moved.schema, compression="zstd")
            self.writers[table] = self.opened.enter_context(writer)
        self.writers[table].write_table(moved)

    def _file(self, table: str) -> Path:
        return self.folder / f"{table}.parquet"

    def _column(self, table: str, name: str, rows: Anything) -> Anything:
        column = plain(rows.column(name))
        if name == "value" and table in self.types:
            return self._values(table, plain(rows.column(NAMED[table])), column)
        type = TABLES[table][name]
        return mapped(column, self._change(type)) if type in MOVED else column

    def _values(self, table: str, names: Anything, values: Anything) -> Anything:
        """The values of rows that say what they are about: those that are days or years, moved."""
        for type in MOVED:
            wanted = [name for name, known in self.types[table].items() if known == type]
            mine = computed.is_in(names, arrow.array(wanted, arrow.string()))
            if computed.any(mine).as_py():
                values = computed.if_else(mine, mapped(values, self._change(type)), values)
        return values

    def _change(self, type: FieldType) -> Change:
        return self._day if type == "date" else self._year

    def _day(self, value: Anything) -> Anything:
        if isinstance(value, date):
            return self.move.offsets.day(value)
        try:
            return self.move.offsets.day(date.fromisoformat(value)).isoformat()
        except ValueError:
            # Left for the reader to refuse, as it would have been where it stood.
            return value

    def _year(self, value: Anything) -> Anything:
        if isinstance(value, int):
            return value + self.move.years
        return str(int(value) + self.move.years) if value.isascii() and value.isdecimal() else value


def mapped(column: Anything, change: Change) -> Anything:
    """A column with every value changed, NULL as it was."""
    values = computed.unique(column.drop_null())
    changed = arrow.array([change(value) for value in values.to_pylist()], column.type)
    return changed.take(computed.index_in(column, values))


def plain(column: Anything) -> Anything:
    """A column of days, numbers or texts, however it was packed."""
    if arrow.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if arrow.types.is_date(column.type):
        return column.cast(arrow.date32())
    return column.cast(arrow.string()) if arrow.types.is_large_string(column.type) else column
