"""The changes of what a page says of counting, each the smallest that a few raw rows can tell.

A word dropped from a list, added to it, or become another; one in a whole number; an exclusion dropped, or tried
after the next; a column fewer among those that are distinct; a period cut to the day of assessment.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from engine.cursor import Cursor
from engine.drafting.mutation.changes import Change, change, dropped, each_value, options, renamed, swapped
from engine.measuring.measures import Column, Flow
from engine.measuring.selecting import RELATIONS

GATES = {"all": "any", "any": "all"}
BEYOND = 1
"""How far beyond the numbers that a rule names another number is looked for."""


def counting(top: Cursor, flows: Mapping[str, Flow]) -> Iterator[Change]:
    """Every change of the page of a measure."""
    below, above = top.get("denominator"), top["numerator"]
    whole = below or above
    yield from _period(top["period"], _flow(whole, flows))
    if below:
        yield from _side(below, flows, None)
    yield from _side(above, flows, below)


def columns(top: Cursor, named: Container[str]) -> Iterator[Change]:
    """Every change of what the columns of flows may hold: a word taken out, a bound moved, emptiness refused.

    Words that rules have `named` cannot be taken out.
    """
    for flow in each_value(top):
        for column in each_value(flow["columns"]):
            if words := column.get("values"):
                yield from (dropped("column", word) for name, word in words.items() if name not in named)
            for bound in (column.get("least"), column.get("most")):
                if bound:
                    yield from (change("column", bound, str(number)) for number in _beside(int(bound.text)))
            if optional := column.get("optional"):
                yield dropped("column", optional)


def _flow(side: Cursor, flows: Mapping[str, Flow]) -> Flow:
    return flows[next(one["flow"].text for one in options(side) if one.get("flow"))]


def _period(period: Cursor, flow: Flow) -> Iterator[Change]:
    for one in options(period["span"]):
        yield change("period", one, "year" if one.text == "assessment" else "assessment")
    if starts := period.get("starts"):
        for one in options(starts):
            yield dropped("period", one)
            yield from _where(one["first"], flow)
            if unless := one.get("unless"):
                for day in options(unless):
                    yield dropped("window", day)
                    yield from _dated(day)
            yield from swapped("period", one["without"], {"whole": "nothing", "nothing": "whole"})


def _dated(tests: Cursor) -> Iterator[Change]:
    for relation in tests.data:
        other = "before" if relation == "until" else "until"
        yield change("test", tests, renamed(tests.data, relation, other))


def _side(written: Cursor, flows: Mapping[str, Flow], below: Cursor | None) -> Iterator[Change]:
    """Every change of a side; a numerator that has no flow of its own counts rows of what is `below`."""
    for side in options(written):
        flow = _flow(side if side.get("flow") or below is None else below, flows)
        if where := side.get("where"):
            yield dropped("test", where)
            yield from _where(where, flow)
        if exclude := side.get("exclude"):
            yield from _exclusions(exclude, flow)
        for count in options(side["count"]):
            yield from _count(count, flow)


def _exclusions(listed: Cursor, flow: Flow) -> Iterator[Change]:
    """Each exclusion dropped, and tried after the next; then what each of them asks."""
    for number, exclusion in enumerate(listed.each()):
        yield from (dropped("exclusion", one) for one in options(exclusion))
        if number + 1 < len(listed.data):
            turned = [*listed.data]
            turned[number], turned[number + 1] = turned[number + 1], turned[number]
            yield Change("order", exclusion, turned[number], change("order", listed, turned).data)
        for one in options(exclusion):
            yield from _where(one["when"], flow)


def _count(count: Cursor, flow: Flow) -> Iterator[Change]:
    if not isinstance(count.data, dict):
        yield change("count", count, {"distinct": [flow.day]})
        return
    yield change("count", count, "rows")
    if (distinct := count.get("distinct")) and len(distinct.data) > 1:
        yield from (dropped("distinct", one) for one in distinct.each())


# --- which rows -------------------------------------------------------------------------------------------------


def _where(written: Cursor, flow: Flow) -> Iterator[Change]:
    for one in options(written):
        for key, asked in one.items():
            if len(one.data) > 1:
                yield dropped("test", asked)
            match key:
                case "all" | "any":
                    if len(asked.data) > 1:
                        yield change("gate", one, renamed(one.data, key, GATES[key]))
                        yield from (dropped("part", part) for part in asked.each())
                    for part in asked.each():
                        yield from _where(part, flow)
                case "not":
                    yield from _undone(one, asked)
                    yield from _where(asked, flow)
                case _:
                    yield from _tests(asked, flow.columns[key])


def _undone(holder: Cursor, inside: Cursor) -> Iterator[Change]:
    """A negation, undone: what it turned over is asked beside the rest."""
    rest = {key: value for key, value in holder.data.items() if key != "not"}
    both = {"all": [rest, inside.data]} if rest else inside.data
    yield change("negation", holder, both)


def _tests(written: Cursor, column: Column) -> Iterator[Change]:
    for one in options(written):
        if not isinstance(one.data, dict):
            yield from _values(one, column)
            continue
        for relation, limit in one.items():
            if RELATIONS[relation] == "integer":
                for number in options(limit):
                    yield from (change("threshold", number, str(one)) for one in _beside(int(number.text)))
            else:
                yield from _dated(one)


def _values(at: Cursor, column: Column) -> Iterator[Change]:
    """A word become each other; each word of a list taken out, and each other one added."""
    listed = [value.text for one in at.each() for value in options(one)]
    others = [word for word in _words(column, listed) if word not in listed]
    if isinstance(at.data, list):
        if len(at.data) > 1:
            yield from (dropped("value", one) for one in at.each())
        yield from (change("value", at, [*at.data, word]) for word in others)
        return
    for value in options(at):
        yield from (change("value", value, word) for word in others)


def _beside(number: int) -> list[int]:
    return [one for one in (number - 1, number + 1) if one >= 0]


def _words(column: Column, listed: list[str]) -> list[str]:
    """What a column may hold: its words, true and false, the numbers there are, or those about the numbers listed."""
    match column.type:
        case "boolean":
            return ["true", "false"]
        case "integer":
            numbers = [int(one) for one in listed]
            least = column.least or 0
            most = max(numbers, default=least) + BEYOND if column.most is None else column.most
            return [str(number) for number in range(least, most + 1)]
        case _:
            return list(column.values)
