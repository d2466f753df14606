"""Whether two policies decide alike whatever the dossier, told by writing both in one form.

Words, passages and readings decide nothing and are left out. A calendar entry is its two days. The tests of a field
that can only hold listed values are the verdicts they give to each of these values: an exhaustive proof, small enough
to need no solver. What this form tells apart may still be alike: that is for `proving` to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any as Anything

from msgspec import Struct
from msgspec.structs import fields

from engine.claims import claims
from engine.conditions import Attribute, Entry, Fact, FieldTest, Node, Record, Table
from engine.dossier import NONE
from engine.drafting.cases.edges import domain_of
from engine.matching import test_value
from engine.policy import Branch, Policy, Weight
from engine.verdict import all_of

Form = Anything
"""Plain data that compares by value."""

BESIDE = ("label", "title", "sources", "readings", "presumed", "keep", "paid")
"""What is said of a thing, and where; and when a component is paid, which no decision looks at."""

ENDS = ("closes", "counts_from", "ends")
"""Entries of which nothing but the last day is looked at."""


def same_form(one: Policy, other: Policy) -> bool:
    """Whether two policies are written alike, but for what decides nothing: then they decide alike."""
    return _same(_conditions(one), _conditions(other), one, other) and same_worth(one, other)


def same_worth(one: Policy, other: Policy) -> bool:
    """Whether two policies are written alike, their conditions apart: the same verdicts come to the same amounts."""
    return _same(_worth(one), _worth(other), one, other)


def _same(was: Mapping[str, Anything], now: Mapping[str, Anything], one: Policy, other: Policy) -> bool:
    """Whether two mappings have one form: what two policies share need not be written out."""
    return was.keys() == now.keys() and all(
        was[name] == now[name] or bool(_form(was[name], one) == _form(now[name], other)) for name in was
    )


def _conditions(policy: Policy) -> Mapping[str, Node]:
    return dict(claims(policy))


def _worth(policy: Policy) -> Mapping[str, Anything]:
    """All else that a decision looks at: amounts, days, and what a dossier may say."""
    parts: dict[str, Anything] = {
        f"volet {one.id}": (one.pays, _amounts(one.weight), [i.id for i in one.indicators]) for one in policy.volets
    }
    for one in policy.indicators:
        steps = [(step.effect, step.when.at) for step in one.neutralisations]
        parts[f"indicator {one.id}"] = (_amounts(one.weight), one.evidence, steps)
    for component in policy.components:
        tiers = [(period.ends.last, [tier.euros for tier in period.tiers]) for period in component.periods]
        parts[f"component {component.id}"] = (component.pays, component.gate is None, tiers)
    parts |= {f"day {name}": policy.calendar[name] for name in ("campaign", "year", "assessment", "decision")}
    return {**parts, **dict(_words(policy)), "amounts": (policy.point_value, policy.not_produced)}


def _amounts(weight: Weight | None) -> Form:
    """A weight, its conditions by their places."""
    if not isinstance(weight, Branch):
        return weight
    return weight.when.at, _amounts(weight.then), _amounts(weight.otherwise)


def _words(policy: Policy) -> Iterator[tuple[str, Form]]:
    """What a dossier may say: the values its fields take, and what a rate above one means."""
    words = policy.vocabulary
    for name, field in (*words.fields.items(), *words.facts.items()):
        yield name, (field.type, frozenset(field.values), field.table and frozenset(_names(field.table)))
    for name, item in words.items.items():
        yield f"item {name}", [frozenset(_names(table)) for table in item.choices]
    for name, measure in words.measures.items():
        yield f"measure {name}", measure.above_one
    yield "documents", frozenset(words.documents)


def _names(table: Table) -> Iterator[tuple[str, str]]:
    """Every name that stands for an entry, with the entry."""
    return ((name, entry.code) for name, entry in table.by_name.items())


def _form(value: Anything, policy: Policy) -> Form:
    match value:
        case Entry(first=first, last=last):
            return first, last
        case Table():
            return frozenset((name, entry.refused) for name, entry in value.by_name.items())
        case Record() | Attribute() | Fact():
            return _leaf(value, policy)
        case Struct():
            return type(value).__name__, _fields(value, policy, BESIDE)
        case tuple() | list():
            return [_form(one, policy) for one in value]
        case _:
            return value


def _fields(value: Struct, policy: Policy, beside: tuple[str, ...]) -> Form:
    return {
        name: _last(one) if name in ENDS else _form(one, policy)
        for name, one in ((field.name, getattr(value, field.name)) for field in fields(value))
        if name not in beside
    }


def _last(entry: Entry | None) -> Form:
    return entry and entry.last


def _leaf(leaf: Record | Attribute | Fact, policy: Policy) -> Form:
    """A leaf, each of its tests as what it does to the values there are."""
    tests = sorted((_outcomes(leaf, test, policy) for test in _tests(leaf)), key=repr)
    return type(leaf).__name__, _fields(leaf, policy, (*BESIDE, "where", "test", "tests")), tests


def _tests(leaf: Record | Attribute | Fact) -> tuple[FieldTest, ...]:
    match leaf:
        case Record(where=where):
            return where
        case Attribute(test=test):
            return (test,)
        case Fact(fact=fact, tests=tests):
            return (FieldTest((fact,), False, tests),)


def _outcomes(leaf: Record | Attribute | Fact, test: FieldTest, policy: Policy) -> Form:
    domain = domain_of(leaf, test.fields[0], policy) if len(test.fields) == 1 else None
    if domain is None:
        return test.fields, test.span, _form(test.tests, policy)
    values = [None, NONE, *sorted(domain)]
    return test.fields, [(value, all_of(test_value(one, value) for one in test.tests)) for value in values]
