"""Whether one condition implies another: whoever meets the one, on any day, meets the other."""

from __future__ import annotations

from engine.conditions import (
    All,
    Any,
    Attribute,
    Empty,
    Entry,
    Exempt,
    Fact,
    FieldTest,
    Node,
    Not,
    Outcome,
    Rate,
    Record,
    walk,
)
from engine.drafting.values import asked, asked_of_field, several


def implies(one: Node, other: Node) -> bool:
    """Whether `one` is never met without `other`. False when it cannot be told so."""
    first, second = asked(one), asked(other)
    if first and second:
        return first.within(second) and _waits(one) == _waits(other)
    match one, other:
        case Any(of=of), _:
            return all(implies(child, other) for child in of)
        case _, All(of=of):
            return all(implies(one, child) for child in of)
        case All(of=of), _:
            return any(implies(child, other) for child in of)
        case _, Any(of=of):
            return any(implies(one, child) for child in of)
        case _, Exempt(when=when, require=require):
            return implies(one, when) or implies(one, require)
        case Exempt(when=when, require=require), _:
            return implies(when, other) and implies(require, other)
        case Not(of=inside), Not(of=outside):
            return implies(outside, inside)
        case Record(), Record():
            return _row_implies(one, other)
        case Attribute(test=test), Attribute(test=wider) if several(one):
            return _narrows(test, wider)
        case Outcome(of=claim), Outcome(of=same):
            return claim == same
        case _:
            return False


def never(node: Node) -> bool:
    """Whether no value of one field, of the doctor or of a row, passes what a leaf asks of it."""
    match node:
        case Attribute(test=test):
            return asked_of_field(test).never
        case Record(where=where):
            return any(asked_of_field(test).never for test in where)
        case Fact() | Rate():
            whole = asked(node)
            return whole is not None and whole.never
        case _:
            return False


def _row_implies(one: Record, other: Record) -> bool:
    """Whether every row that matches the one matches the other, which does not close before it."""
    return (
        (one.row, one.of, one.earlier, one.filed) == (other.row, other.of, other.earlier, other.filed)
        and set(one.names) <= set(other.names)
        and set(other.same) <= set(one.same)
        and all(any(_narrows(test, wider) for test in one.where) for wider in other.where)
        and one.counts_from == other.counts_from
        and _no_sooner(other.closes, one.closes)
    )


def _narrows(test: FieldTest, wider: FieldTest) -> bool:
    return asked_of_field(test).within(asked_of_field(wider))


def _no_sooner(one: Entry | None, other: Entry | None) -> bool:
    """Whether the one ends no sooner than the other; without a day, what it closes is closed already."""
    if one is None or other is None or one.last is None or other.last is None:
        return one == other
    return one.last >= other.last


def _waits(node: Node) -> frozenset[tuple[Entry | None, Entry | None]]:
    """The days that the leaves of a condition wait for: to close, and to count."""
    waited: set[tuple[Entry | None, Entry | None]] = set()
    for leaf in walk(node):
        match leaf:
            case Fact():
                waited.add((leaf.closes, leaf.counts_from))
            case Rate() | Empty():
                waited.add((None, leaf.counts_from))
            case _:
                pass
    return frozenset(waited)
