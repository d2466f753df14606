"""The rows behind a count, for whoever has to show them: of one doctor, one side of a measure, one fate.

They are read where the flows are and judged one by one. What stands for a patient is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import pyarrow as arrow
from msgspec import Struct

from engine.measuring.fates import looks_at, needs_of
from engine.measuring.flaws import Flaw, flaws
from engine.measuring.folder import FlowsFolder, columns_of
from engine.measuring.measures import Column, Flow, Measuring, Part, Side
from engine.measuring.plain import Fate, Judged, Row, Value, asked, days, fits, judged, keys_of, sound_rows
from engine.problems import Invalid, Problem, unknown_name
from engine.sourcing.staging import valued
from engine.tabular import texts
from engine.verdict import Verdict

SideName = Literal["denominator", "numerator"]
Keys = Mapping[Value | None, int]


class Line(Struct, frozen=True):
    """A row of a flow: its values, the exclusion it falls under, what is wrong with it if anything."""

    values: Row
    reason: str
    flaw: Flaw | None


class Listed(Struct, frozen=True):
    """Rows of a flow that became so for a side, in the order of their days and names.

    With the flow's columns that may be shown, and those that decided. `part`: the side is a part of another.
    """

    side: SideName
    fate: Fate
    part: bool
    flow: Flow
    columns: Sequence[Column]
    deciding: Sequence[Column]
    lines: Sequence[Line]

    def code(self, line: Line) -> str:
        """The code of what sets a row aside: that of its flaw, or `undecided`; nothing for another."""
        if line.flaw:
            return line.flaw.code
        return "undecided" if self.fate == "quarantined" else ""


def listed(folder: FlowsFolder, measuring: Measuring, doctor: str, name: SideName, fate: Fate, reason: str) -> Listed:
    """The rows of a doctor that became so for a side of a measure, under that exclusion if one is named.

    Raises Invalid: the flows hold no such doctor or cannot be read, the measure has no such side or exclusion.
    """
    side, part = _side(measuring, name)
    reasons = [one.name for one in side.exclusions]
    if reason and reason not in reasons:
        raise Invalid([Problem("unknown_exclusion", details=unknown_name(reason, reasons))])
    rows = all_rows(folder, doctor)
    begins = measuring.denominator or side
    period = days(measuring.period, begins, sound_rows(folder.flows[begins.flow], rows[begins.flow]))
    taken = part if name == "numerator" else None
    flow, keys = folder.flows[side.flow], keys_of(folder.flows[side.flow], rows[side.flow])
    lines = [
        Line(row, one.reason, _flaw(row, flow, keys))
        for row, one in judged(side, part, period, folder.flows, rows)
        if _became(row, one, taken) == fate and reason in ("", one.reason)
    ]
    shown = [column for column in flow.columns.values() if not column.pseudonym]
    names = {flow.key, flow.day, *_looked_at(side, part)}
    lines.sort(key=lambda line: (str(line.values[flow.day]), str(line.values[flow.key])))
    return Listed(
        name, fate, taken is not None, flow, shown, [column for column in shown if column.name in names], lines
    )


def _became(row: Row, one: Judged, part: Part | None) -> Fate | None:
    """What a row became; of those that a part does not take, those counted are other, the rest none of its own."""
    if part is None:
        return one.fate
    if part.where is None or asked(part.where, row) is Verdict.MET:
        return None if one.fate == "other" else one.fate
    return "other" if one.fate == "counted" else None


def all_rows(folder: FlowsFolder, doctor: str) -> dict[str, list[Row]]:
    """The rows of a doctor in each flow. Raises Invalid: there are none, or they cannot be read."""
    rows = {flow: rows_of(folder, flow, doctor) for flow in folder.flows}
    if not any(rows.values()):
        raise Invalid([Problem("no_flow_rows", folder.where, details={"name": doctor})])
    return rows


def rows_of(folder: FlowsFolder, name: str, doctor: str) -> list[Row]:
    """The rows of a doctor in a flow, each value of its column's type, or the text that is none. Raises Invalid."""
    found, flow = folder.of_doctor(name, doctor), folder.flows[name]
    columns = {}
    for column, type in columns_of(flow).items():
        given = texts(found[column]) if column in found.schema.names else arrow.nulls(len(found), arrow.string())
        pairs = zip(valued(given, type).to_pylist(), given.to_pylist(), strict=True)
        columns[column] = [text if value is None else value for value, text in pairs]
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _side(measuring: Measuring, name: SideName) -> tuple[Side, Part | None]:
    """The rows that a side looks at, and the part of them that the numerator is, if it is one."""
    below, above = measuring.denominator, measuring.numerator
    match name, below, above:
        case "numerator", _, Side() as side:
            return side, None
        case _, Side() as side, Part() as part:
            return side, part
        case "denominator", Side() as side, _:
            return side, None
        case _:
            raise Invalid([Problem("no_such_side", details={"name": measuring.id})])


def _looked_at(side: Side, part: Part | None) -> Iterator[str]:
    """The columns that decide what becomes of a row."""
    for where in (side.where, *(one.when for one in side.exclusions), part and part.where):
        if where:
            yield from looks_at(where)
    yield from needs_of(side.count)
    yield from needs_of(part.count) if part else ()


# --- what is wrong with a row -----------------------------------------------------------------------------------


def _flaw(row: Row, flow: Flow, keys: Keys) -> Flaw | None:
    """The first flaw of a row."""
    return next((one for one in flaws(flow) if _has(one, row, flow, keys)), None)


def _has(one: Flaw, row: Row, flow: Flow, keys: Keys) -> bool:
    value, column = row.get(one.column), flow.columns.get(one.column)
    if column is None:
        return False
    match one.code:
        case "no_key" | "missing_value":
            return value is None
        case "key_twice":
            return keys[value] > 1
        case "bad_value" | "unknown_word":
            return value is not None and not fits(value, column)
        case _:
            return False
