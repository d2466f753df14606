"""The names that the rules of a policy use: one pass over its conditions, and what is named beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from engine.conditions import (
    All,
    Always,
    Any,
    Attribute,
    Day,
    Empty,
    Entry,
    Exempt,
    Fact,
    InTable,
    Is,
    Node,
    Not,
    Number,
    Outcome,
    Rate,
    Record,
    Silent,
    Stated,
    Test,
)
from engine.measuring.measures import Measuring, Side, all_asked, tests_of
from engine.policy import Policy

Kind = Literal["table", "measure", "fact", "item", "paper", "field", "entry", "reading", "document", "exclusion"]
Name = tuple[Kind, str]


def named_by(node: Node) -> Iterator[Name]:
    """What a condition itself names; nothing for a gate, whose children do."""
    match node:
        case Attribute(test=test):
            yield from (("field", field) for field in test.fields)
            yield from _tested(test.tests)
        case Fact(fact=fact):
            yield "fact", fact
            yield from _tested(node.tests)
            yield from _entries(node.closes, node.counts_from)
        case Rate(measure=measure) | Empty(measure=measure):
            yield "measure", measure
            yield from _entries(node.during, node.counts_from)
        case Record():
            yield from _record(node)
        case All() | Any() | Not() | Exempt() | Always() | Outcome() | Silent():
            pass


def named_beside(policy: Policy) -> Iterator[Name]:
    """What a policy names outside of its conditions: the lists of its vocabulary, the entries of its components."""
    vocabulary = policy.vocabulary
    yield from (("table", one.table.id) for one in vocabulary.fields.values() if one.table)
    yield from (("table", table.id) for item in vocabulary.items.values() for table in item.choices)
    for component in policy.components:
        for period in component.periods:
            yield from _entries(period.ends, period.paid)
    for reading in policy.readings.values():
        yield from (("reading", other) for option in reading.options.values() for other in option.require)


def named_counting(measuring: Measuring) -> Iterator[Name]:
    """What a way of counting names: entries of the calendar, and the exclusions of its measure."""
    start = measuring.period.start
    yield from _entries(measuring.period.span, start.unless.entry if start and start.unless else None)
    for where in all_asked(measuring):
        tests = (one.test for one in tests_of(where))
        yield from _entries(*(test.entry for test in tests if isinstance(test, Day)))
    for side in (measuring.denominator, measuring.numerator):
        if isinstance(side, Side):
            yield from (("exclusion", f"{measuring.id}.{one.name}") for one in side.exclusions)


def _record(node: Record) -> Iterator[Name]:
    kind: Literal["paper", "item"] = "paper" if node.row == "document" else "item"
    yield from ((kind, name) for name in node.names)
    if node.of is not None:
        yield "item", node.of
    for test in node.where:
        yield from (("field", field) for field in test.fields)
        yield from _tested(test.tests)
    for same in node.same:
        yield from (("item", same.item), ("field", same.mine), ("field", same.theirs))
    yield from _entries(node.closes, node.counts_from)


def _tested(tests: Iterable[Test]) -> Iterator[Name]:
    for test in tests:
        match test:
            case InTable(table=table):
                yield "table", table.id
            case Day(entry=entry):
                yield "entry", entry.name
            case Is() | Number() | Stated():
                pass


def _entries(*entries: Entry | None) -> Iterator[Name]:
    yield from (("entry", entry.name) for entry in entries if entry)
