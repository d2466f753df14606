"""One doctor's rows, counted one by one: what a measure comes to, and what becomes of each row.

Exact and slow: for a policy's own cases, and to be held against what engines count of a whole population.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from engine.conditions import Day
from engine.matching import holds, test_value
from engine.measuring.fates import needs_of
from engine.measuring.flaws import bounds
from engine.measuring.measures import (
    Column,
    Compared,
    Count,
    Distinct,
    Every,
    Flow,
    Has,
    Measuring,
    Never,
    OneOf,
    Part,
    Period,
    Relation,
    Rows,
    Side,
    Some,
    Weekly,
    Where,
)
from engine.verdict import Verdict, all_of, any_of, negate

MET, UNMET, UNKNOWN = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN
Value = str | int | bool | date
Row = Mapping[str, Value | None]
"""A row of a flow by column; one that is not there is empty."""
Fate = Literal["other", "quarantined", "out_of_period", "excluded", "counted"]

TYPES: Mapping[str, type] = {"text": str, "date": date, "integer": int, "boolean": bool}
COMPARED: Mapping[Relation, Callable[[int, int], bool]] = {
    "at_least": int.__ge__,
    "more_than": int.__gt__,
    "less_than": int.__lt__,
}
WEEK = 7


class Judged(Struct, frozen=True):
    """What becomes of a row, and under which exclusion."""

    fate: Fate
    reason: str = ""


class Tally(Struct, frozen=True):
    """One side of a measure: every row of its flow, each in one of these counts, and what they come to."""

    number: int
    read: int
    other: int
    quarantined: int
    out_of_period: int
    excluded: Mapping[str, int]
    counted: int


class Days(Struct, frozen=True):
    """The days counted for a doctor; none when the first comes after the last.

    `begun` is the first day of a row that begins a period of the doctor's own, `undone` the last of one that keeps it
    whole.
    """

    first: date
    last: date
    begun: date | None = None
    undone: date | None = None


class Measured(Struct, frozen=True):
    """What a measure comes to for one doctor, and the days counted.

    `denominator` is None for a fact. What a numerator is a part of is told by its denominator: `counted` is then the
    rows of that part, `other` those counted that are not of it.
    """

    days: Days
    numerator: Tally
    denominator: Tally | None


def measured(measuring: Measuring, flows: Mapping[str, Flow], rows: Mapping[str, Sequence[Row]]) -> Measured:
    """What a measure comes to for the doctor whose rows these are, by flow."""
    below, above = measuring.denominator, measuring.numerator
    counted = below or above
    assert isinstance(counted, Side), "linking gives a fact a side of its own"
    period = days(measuring.period, counted, sound_rows(flows[counted.flow], rows.get(counted.flow, ())))
    length = max((period.last - period.first).days + 1, 0)

    def tally(side: Side, part: Part | None) -> tuple[list[Row], Tally]:
        fates = judged(side, part, period, flows, rows)
        kept = [row for row, one in fates if one.fate == "counted"]
        return kept, _tally(side.count, kept, [one for _, one in fates], length)

    if isinstance(above, Side):
        return Measured(period, tally(above, None)[1], tally(below, None)[1] if below else None)
    kept, whole = tally(counted, above)
    taken = [row for row in kept if _asked(above.where, row) is MET]
    fates = [Judged("counted")] * len(taken) + [Judged("other")] * (len(kept) - len(taken))
    return Measured(period, _tally(above.count, taken, fates, length), whole)


def days(period: Period, side: Side, rows: Iterable[Row]) -> Days:
    """The days counted for a doctor, and what makes them so; `rows` are those of the side's flow that are sound."""
    span, start = period.span, period.start
    assert span.first is not None and span.last is not None, "linking refuses an open span"
    if start is None:
        return Days(span.first, span.last)
    known = [row for row in rows if _asked(side.where, row) is MET and asked(start.first, row) is MET]
    dated = [day for day in (row[side.day] for row in known) if isinstance(day, date)]
    begun = min((day for day in dated if span.first <= day <= span.last), default=None)
    undone = max((day for day in dated if start.unless and test_value(start.unless, day) is MET), default=None)
    if undone is None and begun is not None:
        return Days(_next_month(begun), span.last, begun)
    whole = undone is not None or start.without == "whole"
    return Days(span.first if whole else span.last + timedelta(days=1), span.last, begun, undone)


def judged(
    side: Side,
    part: Part | None,
    counted: Days,
    flows: Mapping[str, Flow],
    rows: Mapping[str, Sequence[Row]],
) -> list[tuple[Row, Judged]]:
    """Every row of a side's flow, and what becomes of it; `part` is what the numerator takes of what is counted."""
    flow, given = flows[side.flow], rows.get(side.flow, ())
    keys = keys_of(flow, given)
    return [
        (row, fate(side, part, counted, row) if is_sound(row, flow, keys) else Judged("quarantined")) for row in given
    ]


def keys_of(flow: Flow, rows: Sequence[Row]) -> Mapping[Value | None, int]:
    """How many of a doctor's rows in a flow bear each name."""
    return Counter(row.get(flow.key) for row in rows)


def sound_rows(flow: Flow, rows: Sequence[Row]) -> list[Row]:
    """Those of a doctor's rows in a flow that are sound."""
    keys = keys_of(flow, rows)
    return [row for row in rows if is_sound(row, flow, keys)]


def is_sound(row: Row, flow: Flow, keys: Mapping[Value | None, int]) -> bool:
    """Whether a row has the one name that it bears, and in each column a value that may stand there."""
    return keys[row.get(flow.key)] == 1 and all(fits(row.get(one.name), one) for one in flow.columns.values())


def fits(value: Value | None, column: Column) -> bool:
    """Whether a value, or none, may stand in a column."""
    if value is None:
        return column.optional
    if type(value) is not TYPES[column.type]:
        return False
    if isinstance(value, int) and column.type == "integer":
        least, most = bounds(column)
        return least <= value <= most
    return not column.values or value in column.values


def fate(side: Side, part: Part | None, counted: Days, row: Row) -> Judged:
    """What becomes of a sound row: what is first not known of it, where that decides, puts it in quarantine."""
    looked_at, day = _asked(side.where, row), row[side.day]
    if looked_at is not MET:
        return Judged("other" if looked_at is UNMET else "quarantined")
    if not (isinstance(day, date) and counted.first <= day <= counted.last):
        return Judged("out_of_period")
    for exclusion in side.exclusions:
        verdict = asked(exclusion.when, row)
        if verdict is not UNMET:
            return Judged("excluded", exclusion.name) if verdict is MET else Judged("quarantined")
    taken = _asked(part.where, row) if part else UNMET
    needed = [*needs_of(side.count), *(needs_of(part.count) if part and taken is MET else ())]
    unknown = taken is UNKNOWN or any(row.get(name) is None for name in needed)
    return Judged("quarantined" if unknown else "counted")


# --- which rows -------------------------------------------------------------------------------------------------


def asked(where: Where, row: Row) -> Verdict:
    """Whether a row passes what is asked of it; unknown when an empty column leaves it open."""
    match where:
        case Has(field=field, test=test):
            return _passes(test, row.get(field))
        case Every(of=of):
            return all_of(asked(one, row) for one in of)
        case Some(of=of):
            return any_of(asked(one, row) for one in of)
        case Never(of=inside):
            return negate(asked(inside, row))


def _asked(where: Where | None, row: Row) -> Verdict:
    return MET if where is None else asked(where, row)


def _passes(test: OneOf | Compared | Day, value: Value | None) -> Verdict:
    if value is None:
        return UNKNOWN
    match test:
        case OneOf(values=values):
            return holds(value in values)
        case Compared(relation=relation, limit=limit):
            return holds(isinstance(value, int) and COMPARED[relation](value, limit))
        case Day():
            return test_value(test, value)


# --- how they count ---------------------------------------------------------------------------------------------


def _tally(count: Count, kept: Sequence[Row], fates: Sequence[Judged], length: int) -> Tally:
    by, reasons = Counter(one.fate for one in fates), Counter(one.reason for one in fates if one.reason)
    return Tally(
        number=_number(count, kept, length),
        read=len(fates),
        other=by["other"],
        quarantined=by["quarantined"],
        out_of_period=by["out_of_period"],
        excluded=reasons,
        counted=by["counted"],
    )


def _number(count: Count, kept: Sequence[Row], length: int) -> int:
    match count:
        case Rows():
            return len(kept)
        case Distinct(fields=fields):
            return len({tuple(row.get(name) for name in fields) for row in kept})
        case Weekly(field=field):
            total = sum(value for row in kept if isinstance(value := row.get(field), int))
            return total * WEEK // length if length else 0


def _next_month(day: date) -> date:
    """The first day of the month that follows a day."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
