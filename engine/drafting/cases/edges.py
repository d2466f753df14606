"""The edges of a test: the values on either side of which its verdict turns, and the values that a leaf saw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from msgspec import Struct

from engine.conditions import (
    Attribute,
    Day,
    Entry,
    Fact,
    FieldTest,
    InTable,
    Is,
    Node,
    Number,
    Rate,
    Record,
    Stated,
)
from engine.dossier import NONE, Value
from engine.matching import test_value
from engine.observation import Observation
from engine.policy import Field, Policy
from engine.standing import FILED_BY, Standing
from engine.verdict import Verdict

EdgeKind = Literal["threshold", "date", "value", "near_miss"]
Value_ = tuple[tuple[str, ...], EdgeKind, str]
"""Where below its leaf a test is written, a kind of edge, and a value to be seen there, or that was."""

DAY = timedelta(days=1)
EXACT, SHORT, OVER = "=", "-1", "+1"
"""A numerator exactly at a threshold, one short of it, one over it."""


class Edge(Struct, frozen=True):
    """A value to be seen by a leaf, and for a day the calendar's entry that it is an end of."""

    value: Value_
    entry: Entry | None = None


def edges(leaf: Node, policy: Policy) -> Iterator[Edge]:
    """Every edge of a leaf: a threshold met exactly and missed by one, a first or last day and the day beside."""
    match leaf:
        case Attribute(test=test):
            yield from _field_edges(("attribute",), test, [domain_of(leaf, test.fields[0], policy)])
        case Fact(tests=tests):
            domains = [domain_of(leaf, "value", policy)]
            yield from _field_edges(("fact",), FieldTest((), False, tests), domains)
            yield from _end_edges(("fact",), leaf.closes, leaf.counts_from)
        case Rate():
            yield Edge((("rate", leaf.relation), "threshold", EXACT))
            yield Edge((("rate", leaf.relation), "threshold", SHORT if leaf.relation == "at_least" else OVER))
            if leaf.during:
                yield from _day_edges(("rate", "during"), "within", leaf.during)
            yield from _end_edges(("rate",), None, leaf.counts_from)
        case Record():
            for test in leaf.where:
                domains = [domain_of(leaf, field, policy) for field in test.fields]
                found = _field_edges(("record", "where", _key(test)), test, domains)
                filed = not {FILED_BY[leaf.row]}.isdisjoint(test.fields) if leaf.row in FILED_BY else False
                yield from (edge for edge in found if not (filed and _after_decision(edge, policy)))
            yield from _end_edges(("record",), leaf.closes, leaf.counts_from)
        case _:
            pass


def _key(test: FieldTest) -> str:
    return (" to " if test.span else " or ").join(test.fields)


def _after_decision(edge: Edge, policy: Policy) -> bool:
    """Whether a row filed on that day is known only once all is decided."""
    decided = policy.calendar["decision"].last
    return edge.entry is not None and decided is not None and edge.value[2] > decided.isoformat()


def _end_edges(at: tuple[str, ...], closes: Entry | None, counts_from: Entry | None) -> Iterator[Edge]:
    """A leaf that waits for an entry to end is decided on the eve of that day, and on the day."""
    for name, entry in (("closes", closes), ("counts_from", counts_from)):
        if entry and entry.last:
            yield from (Edge(((*at, name), "date", day.isoformat()), entry) for day in (entry.last - DAY, entry.last))


def _field_edges(at: tuple[str, ...], test: FieldTest, domains: Sequence[Domain]) -> Iterator[Edge]:
    for one in test.tests:
        match one:
            case Is(values=values):
                yield from (Edge((at, "value", value)) for value in values)
            case Number(relation=relation, threshold=threshold):
                beside = threshold - 1 if relation == "at_least" else threshold + 1
                yield from (Edge((at, "threshold", str(number))) for number in (threshold, beside))
            case Day(relation=relation, entry=entry):
                yield from _day_edges(at, relation, entry)
            case InTable() | Stated():
                pass
        if isinstance(one, Is | InTable) and any(_misses(one, domain) for domain in domains):
            yield Edge((at, "near_miss", _named(one)))


def _day_edges(at: tuple[str, ...], relation: str, entry: Entry) -> Iterator[Edge]:
    if entry.first is None or entry.last is None:
        return
    days = [] if relation == "until" else [entry.first - DAY, entry.first]
    days += [] if relation == "before" else [entry.last, entry.last + DAY]
    yield from (Edge((at, "date", day.isoformat()), entry) for day in dict.fromkeys(days))


# --- the values there are ---------------------------------------------------------------------------------------

Domain = frozenset[str] | None
"""The values that a field may hold; None for any."""


def domain_of(leaf: Node, field: str, policy: Policy) -> Domain:
    """The values that a field of what a leaf looks at may hold; None for any."""
    words = policy.vocabulary
    match leaf:
        case Fact():
            return _domain(words.facts[leaf.fact])
        case Record(row="declaration" | "prefill", earlier=False) if field == "choice":
            tables = [table for name in leaf.names for table in words.items[name].choices]
            return frozenset(entry.code for table in tables for entry in table.entries) or None
        case _:
            return _domain(words.fields.get(field))


def _domain(field: Field | None) -> Domain:
    if field is None:
        return None
    if field.type == "boolean":
        return frozenset({"true", "false"})
    if field.table:
        return frozenset(entry.code for entry in field.table.entries)
    return frozenset(field.values) or None


def _misses(test: Is | InTable, domain: Domain) -> bool:
    """Whether there is a value that the test does not hold of."""
    return domain is None or any(test_value(test, value) is Verdict.UNMET for value in domain)


def _named(test: Is | InTable) -> str:
    return ", ".join(test.values) if isinstance(test, Is) else test.table.id


# --- what a leaf saw --------------------------------------------------------------------------------------------


def seen(leaf: Node, observation: Observation, standing: Standing) -> Iterator[Value_]:
    """The values that a leaf was shown in one dossier, among them those of its edges."""
    match leaf:
        case Attribute(test=test):
            yield from _field_seen(("attribute",), test, _attributes(test, standing))
        case Fact(tests=tests):
            values = [one.row.fields.get("value") for one in observation.seen]
            yield from _field_seen(("fact",), FieldTest((), False, tests), values)
        case Rate():
            yield from _rate_seen(leaf, observation, standing)
        case Record():
            for one in (row for row in observation.seen if row.struck is None):
                for test in leaf.where:
                    values = [one.row.fields.get(field) for field in test.fields]
                    yield from _field_seen(("record", "where", _key(test)), test, values)
        case _:
            pass
    for kind in ("fact", "rate", "record"):
        for window in ("closes", "counts_from"):
            yield (kind, window), "date", standing.as_of.isoformat()


def _attributes(test: FieldTest, standing: Standing) -> list[Value | None]:
    if test.fields == ("location.department",):
        return [row.name for row in standing.rows if row.type == "location"]
    return [standing.dossier.fields.get(field) for field in test.fields]


def _field_seen(at: tuple[str, ...], test: FieldTest, values: Sequence[Value | None]) -> Iterator[Value_]:
    for value in values:
        if value is None or value == NONE:
            continue
        text = written(value)
        yield from ((at, kind, text) for kind in ("threshold", "date", "value"))
        for one in test.tests:
            if isinstance(one, Is | InTable) and test_value(one, value) is Verdict.UNMET:
                yield at, "near_miss", _named(one)


def _rate_seen(leaf: Rate, observation: Observation, standing: Standing) -> Iterator[Value_]:
    count, at = observation.count, ("rate", leaf.relation)
    if count and count.denominator:
        exact = Fraction(count.numerator, count.denominator) == leaf.threshold
        beside = {count.needed - 1: SHORT, count.needed: OVER}.get(count.numerator)
        if exact or beside:
            yield at, "threshold", EXACT if exact else str(beside)
    for row in standing.of("measure", [leaf.measure]):
        end = row.fields.get("period_end")
        if isinstance(end, date):
            yield ("rate", "during"), "date", end.isoformat()


def written(value: Value) -> str:
    """A value of a dossier as it is written."""
    match value:
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case _:
            return str(value)
