"""The changes of what a page says of conditions, amounts and choices, each the smallest that a dossier can tell.

A day, one in a whole number, a thousandth of a rate (one act in a thousand), one unit of an amount; a condition, a
test or a value dropped or turned over.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from engine.cursor import Cursor
from engine.drafting.mutation.changing import DROPPED, changed
from engine.drafting.places import BESIDE_KIND
from engine.grammar import fraction
from engine.yamltext import Plain

Kind = Literal[
    "threshold", "weight", "date", "entry", "refused", "exemption", "neutralisation", "evidence", "test", "value",
    "same", "gate", "part", "negation", "outcome", "window", "zero", "row", "component", "finding", "default",
    "requirement", "anomaly", "exclusion", "order", "count", "distinct", "period", "column",
]  # fmt: skip
THOUSANDTH = Fraction(1, 1000)
BESIDE_TESTS = ("field", "fact", "closes", "counts_from")


class Change(Struct, frozen=True):
    """One thing changed in a page: what kind of thing, where, what is written there instead, and the page's data."""

    kind: Kind
    at: Cursor
    now: Plain
    data: Plain


# --- what a change is ---------------------------------------------------------------------------------------------


def change(kind: Kind, at: Cursor, now: Plain) -> Change:
    return Change(kind, at, now, changed(at.page.data, at.path, now))


def dropped(kind: Kind, at: Cursor) -> Change:
    """What is written for an option is emptied; anything else is taken out."""
    return change(kind, at, None if _is_option(at) else DROPPED)


def _is_option(at: Cursor) -> bool:
    holder = at.page.data
    for step in at.path[:-1]:
        holder = holder[step]
    return isinstance(holder, dict) and "choose" in holder


def options(at: Cursor) -> Iterator[Cursor]:
    """What is written here, or for each option where a reading chooses; empty and silent options have nothing."""
    if isinstance(at.data, dict) and "choose" in at.data:
        for key, option in at.items():
            if key not in ("choose", *BESIDE_KIND):
                yield from options(option)
    elif at.data not in (None, "silent"):
        yield at


def each_value(at: Cursor) -> Iterator[Cursor]:
    """The values of a mapping."""
    return (value for _, value in at.items())


def swapped(kind: Kind, at: Cursor, swaps: dict[str, str]) -> Iterator[Change]:
    """Each word written here, replaced by another."""
    for one in options(at):
        if one.text in swaps:
            yield change(kind, one, swaps[one.text])


# --- amounts ------------------------------------------------------------------------------------------------------


def amounts(at: Cursor) -> Iterator[Change]:
    """Each amount written here, one unit more."""
    for one in options(at):
        yield change("weight", one, str(Decimal(one.text) + 1))


def weight(at: Cursor) -> Iterator[Change]:
    for one in options(at):
        if not isinstance(one.data, dict):
            yield from amounts(one)
            continue
        yield from node(one["when"])
        yield from weight(one["then"])
        yield from weight(one["else"])


# --- conditions ---------------------------------------------------------------------------------------------------


def optional(kind: Kind, at: Cursor) -> Iterator[Change]:
    """A condition that may be missing: dropped, then changed."""
    for one in options(at):
        yield dropped(kind, one)
    yield from node(at)


def each_dropped(kind: Kind, listed: Cursor) -> Iterator[Change]:
    """Each element of a list that has several, taken out; where a reading chooses it, each of its options emptied."""
    if len(listed.data) > 1:
        for one in listed.each():
            yield from (dropped(kind, option) for option in options(one))


def node(at: Cursor) -> Iterator[Change]:
    for one in options(at):
        kind = next(key for key in one.data if key not in BESIDE_KIND)
        yield from _written(kind, one, one[kind])


def _written(kind: str, at: Cursor, body: Cursor) -> Iterator[Change]:
    match kind:
        case "all" | "any":
            if len(body.data) > 1:
                yield change("gate", at, renamed(at.data, kind, "any" if kind == "all" else "all"))
            yield from each_dropped("part", body)
            for child in body.each():
                yield from node(child)
        case "not":
            yield change("negation", at, body.data)
            yield from node(body)
        case "exempt":
            yield change("exemption", at, body["require"].data)
            yield change("exemption", at, body["when"].data)
            yield from node(body["when"])
            yield from node(body["require"])
        case "attribute":
            yield from _tests(body, None)
        case "fact":
            yield from _tests(body, None)
            yield from _windows(body, "closes", "counts_from")
        case "rate":
            yield from _rate(at, body)
        case "record":
            yield from _record(body)
        case "outcome":
            yield change("outcome", at, {"not": {kind: body.data}})
        case _:
            pass


def renamed(data: Plain, key: str, name: str) -> Plain:
    """A mapping in which one key bears another name."""
    return {name if one == key else one: value for one, value in data.items()}


def _windows(body: Cursor, *keys: str) -> Iterator[Change]:
    """Each window that a leaf waits for or reads, forgotten."""
    for key in keys:
        if window := body.get(key):
            yield from (dropped("window", one) for one in options(window))


def _rate(at: Cursor, body: Cursor) -> Iterator[Change]:
    relation = "at_least" if "at_least" in body.data else "more_than"
    other = "more_than" if relation == "at_least" else "at_least"
    yield change("threshold", at, {**at.data, "rate": renamed(body.data, relation, other)})
    for one in options(body[relation]):
        yield from _shifted(one, THOUSANDTH)
    if zero := body.get("zero"):
        yield from swapped("zero", zero, {"unmet": "met", "met": "unmet", "removed": "unmet"})
    yield from _windows(body, "during", "counts_from")


def _shifted(at: Cursor, by: Fraction) -> Iterator[Change]:
    """A threshold a little lower, and a little higher."""
    threshold = fraction(at)
    if threshold >= by:
        yield change("threshold", at, str(threshold - by))
    yield change("threshold", at, str(threshold + by))


def _record(body: Cursor) -> Iterator[Change]:
    for kind in ("declaration", "prefill", "document"):
        if kind in body.data and isinstance(body.data[kind], list):
            yield from each_dropped("row", body[kind])
    for key in ("of", "campaign", "filed"):
        if key in body.data:
            yield dropped("row", body[key])
    yield from _windows(body, "closes", "counts_from")
    if where := body.get("where"):
        for field in each_value(where):
            yield dropped("test", field if len(where.data) > 1 else where)
            yield from _tests(field, field)
    if same := body.get("same"):
        for fields in each_value(same):
            for theirs in each_value(fields):
                only = fields if len(fields.data) == 1 else theirs
                yield dropped("same", same if len(same.data) == 1 and only is fields else only)


def _tests(at: Cursor, gone: Cursor | None) -> Iterator[Change]:
    """The tests of a field: each dropped where there are several, each value or threshold changed."""
    for one in options(at):
        if gone is not None and one.path != gone.path:
            yield dropped("test", one)
        if not isinstance(one.data, dict):
            yield from _values(one)
            continue
        tests = [(key, test) for key, test in one.items() if key not in BESIDE_TESTS]
        for key, test in tests:
            if len(tests) > 1:
                yield from (dropped("test", option) for option in options(test))
            yield from _test(key, one, test)


def _test(kind: str, tests: Cursor, at: Cursor) -> Iterator[Change]:
    match kind:
        case "is":
            for one in options(at):
                yield from _values(one)
        case "at_least" | "more_than":
            for one in options(at):
                yield from _shifted(one, Fraction(1))
        case "until" | "before" | "within":
            other = "before" if kind == "until" else "until"
            if other not in tests.data:
                yield change("test", tests, renamed(tests.data, kind, other))
        case _:
            pass


def _values(at: Cursor) -> Iterator[Change]:
    """Each value of a list taken out; a value alone, turned over."""
    if isinstance(at.data, list) and len(at.data) > 1:
        yield from each_dropped("value", at)
        return
    for one in at.each():
        for value in options(one):
            turned = {"true": "false", "false": "true"}
            yield change("value", value, turned.get(value.text, f"not-{value.text}"))
