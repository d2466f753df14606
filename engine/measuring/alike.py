"""Whether two ways of counting count alike whatever the rows, told by trying every row that there can be.

A measure looks at few columns, and each of them holds listed words, true or false, or a number that the rules place
among others: all the rows that they can make are few enough to be tried, each in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product
from math import prod
from typing import Any as Anything

from msgspec import Struct
from msgspec.structs import fields

from engine.conditions import Entry
from engine.measuring.fates import needs_of
from engine.measuring.flaws import bounds
from engine.measuring.measures import Column, Compared, Flow, Has, Measuring, OneOf, Part, Side, Where, tests_of
from engine.measuring.plain import Days, Judged, Row, Value, asked, fate
from engine.verdict import Verdict

BESIDE = ("label", "told", "sources", "readings", "presumed")
"""What is said of a thing, and where."""
DAY = date.min
MOST_ROWS = 200_000


def counted_alike(one: Measuring, other: Measuring, flows: Mapping[str, Flow]) -> bool:
    """Whether two measures surely come to the same for every doctor; no is not sure."""
    if form(one) == form(other):
        return True
    apart = [form([this.id, this.period, *map(_frame, _sides(this))]) for this in (one, other)]
    return apart[0] == apart[1] and all(
        _rows_alike(this, that, flows[this[0].flow])
        for this, that in zip(_judging(one), _judging(other), strict=True)
    )


def form(value: Anything, year: int = 0) -> Anything:
    """What is said, as plain data that compares by value; days are told from `year`."""
    match value:
        case Entry(first=first, last=last):
            return [day and (day.year - year, day.month, day.day) for day in (first, last)]
        case Struct():
            named = ((field.name, getattr(value, field.name)) for field in fields(value))
            return type(value).__name__, [form(one, year) for name, one in named if name not in BESIDE]
        case tuple() | list():
            return [form(one, year) for one in value]
        case _:
            return value


def _sides(measuring: Measuring) -> tuple[Side | Part | None, ...]:
    return measuring.denominator, measuring.numerator


def _frame(side: Side | Part | None) -> Anything:
    """What is not told by what becomes of a row: its flow and its count; and `where`, with which periods begin."""
    match side:
        case Side():
            return side.flow, side.where, side.count
        case Part():
            return (side.count,)
        case None:
            return None


def _judging(measuring: Measuring) -> list[tuple[Side, Part | None]]:
    """What judges rows: each side, the denominator with the part that is taken of it."""
    below, above = _sides(measuring)
    if isinstance(below, Side) and isinstance(above, Part):
        return [(below, above)]
    return [(side, None) for side in (below, above) if isinstance(side, Side)]


def _rows_alike(one: tuple[Side, Part | None], other: tuple[Side, Part | None], flow: Flow) -> bool:
    """Whether the same becomes of every row of a flow, on a day that is counted."""
    asking = [*_asking(*one), *_asking(*other)]
    tested = {test.field for where in asking for test in tests_of(where)}
    names = sorted(tested.union(*(_needed(*judging) for judging in (one, other))) - {flow.day})
    columns = [_holds(flow.columns[name], asking) for name in names]
    if flow.day in tested or prod(map(len, columns)) > MOST_ROWS:
        return False
    rows = (dict(zip(names, values, strict=True)) for values in product(*columns))
    return all(_judged(*one, row) == _judged(*other, row) for row in rows)


def _asking(side: Side, part: Part | None) -> Iterator[Where]:
    """Everything that is asked of a row."""
    yield from (one.when for one in side.exclusions)
    yield from (where for where in (side.where, part and part.where) if where)


def _needed(side: Side, part: Part | None) -> tuple[str, ...]:
    return *needs_of(side.count), *(needs_of(part.count) if part else ())


def _judged(side: Side, part: Part | None, row: Row) -> tuple[Judged, Verdict | None]:
    """What becomes of a row of the only day that is counted, and whether the part takes it."""
    judged = fate(side, part, Days(DAY, DAY), {**row, side.day: DAY})
    if part is None or part.where is None or judged.fate != "counted":
        return judged, None
    return judged, asked(part.where, row)


def _holds(column: Column, asking: list[Where]) -> list[Value | None]:
    """One value of each kind that a column may hold, as far as what is asked can tell them apart."""
    named = {value for where in asking for value in _named(where, column.name)}
    values: list[Value | None] = [None] if column.optional else []
    match column.type:
        case "boolean":
            return [*values, True, False]
        case "integer":
            least, most = bounds(column)
            near = {number + step for number in named if isinstance(number, int) for step in (-1, 0, 1)}
            return [*values, *sorted(number for number in near | {least} if least <= number <= most)]
        case _:
            return [*values, *(column.values or sorted({str(one) for one in named} | {""}))]


def _named(where: Where, column: str) -> Iterator[Value]:
    """The values of a column that a test names."""
    for one in tests_of(where):
        match one:
            case Has(field=field, test=OneOf(values=values)) if field == column:
                yield from values
            case Has(field=field, test=Compared(limit=limit)) if field == column:
                yield limit
            case _:
                pass
