"""Rows of a flow as Ibis expressions: whether a test holds, what is wrong with a row, what becomes of it.

A test is true, false or NULL: unknown. Where a row has a flaw, what becomes of it says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from operator import and_, ge, gt, lt, or_
from typing import Any as Anything

import ibis

from engine.conditions import Day, Entry
from engine.measuring.fates import COUNTED, DOUBTFUL, EXCLUDED, OTHER, OUT, PART, UNDECIDED, Asked, may_be_unknown
from engine.measuring.flaws import Flaw, bounds, flaws
from engine.measuring.measures import Compared, Every, Flow, Has, Never, OneOf, Relation, Some, Where

WRONG = "forfait_wrong"
"""The column of a copy that names the column whose text is no value of its type."""
TWICE = "forfait_twice"
"""The column that says whether another row of the doctor has the same name."""
Term = Anything
"""An Ibis value."""
Branch = tuple[Term, Term]
COMPARED: Mapping[Relation, Callable[[Term, int], Term]] = {"at_least": ge, "more_than": gt, "less_than": lt}


def holds(where: Where, row: Anything) -> Term:
    """Whether a test holds of a row of an Ibis table."""
    match where:
        case Has(field=field, test=test):
            return passes(test, row[field])
        case Every(of=of):
            return reduce(and_, (holds(one, row) for one in of))
        case Some(of=of):
            return reduce(or_, (holds(one, row) for one in of))
        case Never(of=inside):
            return ~holds(inside, row)


def passes(test: OneOf | Compared | Day, value: Term) -> Term:
    """Whether a value passes a test."""
    match test:
        case OneOf(values=values):
            return value == values[0] if len(values) == 1 else value.isin(values)
        case Compared(relation=relation, limit=limit):
            return COMPARED[relation](value, limit)
        case Day(relation=relation, entry=entry):
            return _stands(relation, entry, value)


def _stands(relation: str, entry: Entry, day: Term) -> Term:
    """Whether a day stands so to a calendar entry; any does where that is open."""
    if entry.first is None or entry.last is None:
        return day == day  # noqa: PLR0124 - NULL where there is no day
    match relation:
        case "until":
            return day <= entry.last
        case "before":
            return day < entry.first
        case _:
            return day.between(entry.first, entry.last)


def month(day: Term) -> Term:
    """The month of a day, as a number that grows by one from one month to the next."""
    return day.year().cast("int64") * 12 + day.month().cast("int64") - 1


# --- what is wrong with a row -----------------------------------------------------------------------------------


def sound(flow: Flow, row: Anything) -> Term:
    """Whether a row has no flaw: true, and NULL or false otherwise. Most rows have none, and this is quickly told."""
    return reduce(and_, _sound(flow, row))


def _sound(flow: Flow, row: Anything) -> Iterator[Term]:
    yield row[flow.key].notnull()
    if TWICE in row.columns:
        yield ~row[TWICE]
    if WRONG in row.columns:
        yield row[WRONG].isnull()
    for name, column in flow.columns.items():
        value = row[name]
        fits = None
        if column.values:
            fits = value.isin(list(column.values))
        elif column.type == "integer":
            fits = value.between(*bounds(column))
        if fits is None:
            yield from () if column.optional else (value.notnull(),)
        else:
            yield fits | value.isnull() if column.optional else fits


def flaw(flow: Flow, row: Anything) -> Term:
    """The rank of the first flaw of a row, counted from one, among those of its flow; zero for a sound row.

    Whose row it is, is not looked at: a doctor's number is judged once for all rows.
    """
    known = enumerate(flaws(flow), start=1)
    return _cases(
        ((found, small(rank)) for rank, one in known if (found := _has(one, flow, row)) is not None), small(0)
    )


def _has(one: Flaw, flow: Flow, row: Anything) -> Term | None:
    """Whether a row has a flaw; None where no row of the table can."""
    column = flow.columns.get(one.column)
    match one.code, column:
        case "no_key" | "missing_value", _:
            return row[one.column].isnull()
        case "key_twice", _:
            return row[TWICE] if TWICE in row.columns else None
        case "bad_value", found if found is not None:
            unread = row[WRONG] == one.column if WRONG in row.columns else None
            if found.type != "integer":
                return unread
            least, most = bounds(found)
            outside = (row[one.column] < least) | (row[one.column] > most)
            return outside if unread is None else unread | outside
        case "unknown_word", found if found is not None:
            return row[one.column].notin(list(found.values))
        case _:
            return None


# --- what becomes of a row --------------------------------------------------------------------------------------


def fate(asked: Asked, flow: Flow, row: Anything) -> Term:
    """What becomes of a sound row, as a number (`fates`), taking the whole span as the period."""
    return _cases(_fates(asked, flow, row), small(PART if asked.parted else COUNTED))


def _fates(asked: Asked, flow: Flow, row: Anything) -> Iterator[Branch]:
    if asked.where:
        looked_at = holds(asked.where, row)
        yield ~looked_at, small(OTHER)
        if may_be_unknown(asked.where, flow):
            yield _unknown(looked_at), small(UNDECIDED)
    day, span = row[asked.day], asked.span
    if flow.columns[asked.day].optional:
        yield day.isnull(), small(UNDECIDED)
    if span.first is not None and span.last is not None:
        yield (day < span.first) | (day > span.last), small(OUT)
    for rank, exclusion in enumerate(asked.exclusions):
        left_out = holds(exclusion, row)
        if may_be_unknown(exclusion, flow):
            yield _unknown(left_out), small(DOUBTFUL)
        yield left_out, small(EXCLUDED + rank)
    yield from _lacking(asked.needs, flow, row)
    if asked.part:
        inside = holds(asked.part, row)
        if may_be_unknown(asked.part, flow):
            yield _unknown(inside), small(DOUBTFUL)
        yield ~inside, small(COUNTED)
    yield from _lacking(asked.part_needs, flow, row)


def _unknown(condition: Term) -> Term:
    """Whether a condition is NULL. Asked plainly of `NOT x`, it would be written `NOT x IS NULL`, which asks of x."""
    return ibis.cases((condition, False), (~condition, False), else_=True)


def counts(asked: Asked, part: bool, flow: Flow, row: Anything) -> list[Term]:
    """What together is true of a sound row that is counted, or of one in the `part` of them, and of no other."""
    return list(_counts(asked, part, flow, row))


def _counts(asked: Asked, part: bool, flow: Flow, row: Anything) -> Iterator[Term]:
    span = asked.span
    if span.first is not None and span.last is not None:
        yield row[asked.day].between(span.first, span.last)
    if asked.where:
        yield holds(asked.where, row)
    yield from (~holds(exclusion, row) for exclusion in asked.exclusions)
    yield from (row[name].notnull() for name in asked.needs if flow.columns[name].optional)
    if asked.parted:
        inside = holds(asked.part, row) if asked.part else ibis.literal(True)
        known = [row[name].notnull() for name in asked.part_needs if flow.columns[name].optional]
        if part:
            yield from (inside, *known)
        elif known or (asked.part and may_be_unknown(asked.part, flow)):
            # A row of the rest is counted; one of the part only if counting it lacks nothing.
            yield ibis.and_(inside, *known) | ~inside


def _lacking(needs: Iterable[str], flow: Flow, row: Anything) -> Iterator[Branch]:
    """What counting looks at has to be there."""
    for name in needs:
        if flow.columns[name].optional:
            yield row[name].isnull(), small(DOUBTFUL)


def _cases(branches: Iterable[Branch], otherwise: Term) -> Term:
    given = list(branches)
    return ibis.cases(*given, else_=otherwise) if given else otherwise


def small(number: int) -> Term:
    """A small number, as a rank or a fate is told."""
    return ibis.literal(number, "int16")
