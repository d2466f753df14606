"""Which rows of a flow a measure looks at, and how they count: as written → as linked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any as Anything
from typing import NoReturn

from engine.conditions import Day
from engine.cursor import Cursor, parse_day
from engine.grammar import Grammar
from engine.measuring.measures import (
    Column,
    Compared,
    Count,
    Distinct,
    Every,
    Flow,
    Has,
    Never,
    OneOf,
    Rows,
    Some,
    Weekly,
    Where,
)

RELATIONS = {"at_least": "integer", "more_than": "integer", "less_than": "integer"}
RELATIONS |= {"until": "date", "within": "date", "before": "date"}
"""The tests beside a list of values, and the type of column that each goes with."""


class Selecting:
    """Links what is asked of the rows of one flow, under the grammar's choice of readings."""

    def __init__(self, grammar: Grammar, flow: Flow) -> None:
        self.grammar, self.flow = grammar, flow

    def where(self, cursor: Cursor | None) -> Where | None:
        """What is asked of a row; None when nothing is, or nothing is left under the readings taken."""
        settled = cursor and self.grammar.settle(cursor)
        return _every(self.asked(key, one) for key, one in settled.items()) if settled else None

    def required(self, cursor: Cursor) -> Where:
        """What is asked of a row, where no reading may ask nothing."""
        return self.where(cursor) or cursor.fail("empty_option")

    def asked(self, key: str, cursor: Cursor) -> Where | None:
        match key:
            case "all":
                return _every(self.where(one) for one in cursor.each())
            case "any":
                several = tuple(one for one in map(self.where, cursor.each()) if one)
                return Some(several) if len(several) > 1 else _every(several)
            case "not":
                inside = self.where(cursor)
                return inside and Never(inside)
            case _:
                return self.tests(self.column(cursor, key), cursor)

    def tests(self, column: Column, cursor: Cursor) -> Where | None:
        settled = self.grammar.settle(cursor)
        if settled is None:
            return None
        if not isinstance(settled.data, dict):
            return Has(column.name, OneOf(tuple(self.value(one, column) for one in settled.each())))
        return _every(self.test(kind, one, column) for kind, one in settled.items())

    def test(self, kind: str, written: Cursor, column: Column) -> Where | None:
        cursor = self.grammar.settle(written)
        if cursor is None:
            return None
        relation: Anything = kind  # the schema allows nothing but the relations there are
        if RELATIONS[kind] != column.type:
            _misfit(written, kind, column)
        if column.type == "date":
            return Has(column.name, self.day(kind, cursor))
        return Has(column.name, Compared(relation, int(cursor.text)))

    def day(self, kind: str, cursor: Cursor) -> Day:
        """A test of a day against a calendar entry."""
        relation: Anything = kind  # the schema allows nothing but the relations there are
        return Day(relation, self.grammar.entry(cursor) or cursor.fail("empty_option"))

    def value(self, written: Cursor, column: Column) -> str | int | bool:
        """A value as its column holds it: a day is told by an entry of the calendar, never by itself."""
        value = typed(self.grammar.value(written), column)
        return _misfit(written, "is", column) if isinstance(value, date) else value

    def count(self, written: Cursor) -> Count:
        """How rows count, under the readings taken."""
        cursor = self.grammar.value(written)
        if not isinstance(cursor.data, dict):
            return Rows()
        if "distinct" in cursor.data:
            return Distinct(tuple(self.column(one, one.text).name for one in cursor["distinct"].each()))
        column = self.column(cursor["sum"], cursor["sum"].text)
        if column.type != "integer":
            _misfit(cursor["sum"], "sum", column)
        return Weekly(column.name)

    def column(self, cursor: Cursor, name: str) -> Column:
        if name not in self.flow.columns:
            cursor.fail_name("unknown_column", self.flow.columns, name)
        return self.flow.columns[name]


def typed(cursor: Cursor, column: Column) -> str | int | bool | date:
    """A value as its column holds it. Raises Invalid where it is written."""
    text = cursor.text
    match column.type:
        case "date":
            return parse_day(cursor)
        case "boolean":
            return text == "true" if text in ("true", "false") else cursor.fail("not_a_boolean", value=text[:80])
        case "integer":
            return (
                int(text) if text.isascii() and text.isdecimal() else cursor.fail("not_an_integer", value=text[:80])
            )
        case "text":
            if column.values and text not in column.values:
                cursor.fail_name("unknown_value", column.values)
            return text


def _misfit(cursor: Cursor, relation: str, column: Column) -> NoReturn:
    cursor.fail("test_not_of_type", relation=relation, name=column.name, type=column.type)


def _every(asked: Iterable[Where | None]) -> Where | None:
    """All that is asked, the empty left out; None when nothing is."""
    kept = tuple(one for one in asked if one)
    return kept[0] if len(kept) == 1 else Every(kept) if kept else None
