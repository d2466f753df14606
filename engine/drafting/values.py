"""What a condition on one value lets through, tried on samples: on, before and after everything it names.

Two values that no test tells apart are one to a rule; a sample of each kind is as good as all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from itertools import product
from typing import Any as Anything

from msgspec import Struct

from engine.conditions import (
    All,
    Any,
    Attribute,
    Day,
    Empty,
    Exempt,
    Fact,
    FieldTest,
    InTable,
    Is,
    Node,
    Not,
    Number,
    Rate,
    Stated,
    Test,
)
from engine.dossier import NONE, Value
from engine.matching import test_span, test_value
from engine.verdict import Verdict

Sample = Anything
"""A value of a field; the two ends of a span; a rate, None when there is nothing to divide by."""

OTHER = "~"
"""A text that no rule names."""
DAY = timedelta(days=1)
HAIR = Fraction(1, 10**20)
"""Less than any two thresholds that can be written differ by."""


class Asked(Struct, frozen=True, eq=False):
    """What is asked of one value: which value it is, samples that tell, and whether one of them passes."""

    of: tuple[str | None, ...]
    samples: frozenset[Sample]
    passes: Callable[[Sample], bool]

    @property
    def never(self) -> bool:
        return not any(map(self.passes, self.samples))

    @property
    def always(self) -> bool:
        return all(map(self.passes, self.samples))

    def within(self, other: Asked) -> bool:
        """Whether what passes this passes the other."""
        samples = self.samples | other.samples
        return self.of == other.of and all(other.passes(one) for one in samples if self.passes(one))


def asked(node: Node) -> Asked | None:
    """What a condition asks, when all of it is about one field, fact or rate of the doctor.

    None for anything else, and for a field that a doctor has several of: each test may be passed by another.
    """
    match node:
        case Attribute(test=test) if not several(node):
            return asked_of_field(test)
        case Fact(fact=fact, tests=tests):
            return Asked(("fact", fact), _samples(tests), lambda value: _passes(tests, value))
        case Rate():
            return Asked(_rate(node), _rates(node.threshold), lambda rate: _reaches(node, rate))
        case Empty():
            return Asked(_rate(node), _rates(Fraction(0)), lambda rate: rate is None)
        case Not(of=child):
            inside = asked(child)
            return inside and Asked(inside.of, inside.samples, lambda value: not inside.passes(value))
        case All(of=of):
            return _together(of, all)
        case Any(of=of):
            return _together(of, any)
        case Exempt(when=when, require=require):
            return _together((when, require), any)
        case _:
            return None


def several(node: Attribute) -> bool:
    """Whether a doctor may have several of the field tested, as of places of practice."""
    return any("." in name for name in node.test.fields)


def asked_of_field(test: FieldTest) -> Asked:
    """What is asked of a field, of the first given of several, or of a span."""
    tests = test.tests
    if not test.span:
        return Asked(test.fields, _samples(tests), lambda value: _passes(tests, value))
    ends = _samples(tests)
    spans = frozenset(product(ends, (*ends, None)))
    return Asked((*test.fields, "span"), spans, lambda span: test_span(tests, *span) is Verdict.MET)


def joined(parts: Iterable[Asked], combine: Callable[[Iterable[bool]], bool]) -> Iterator[Asked]:
    """What conditions ask of each value, those about the same taken together."""
    by_value: dict[tuple[str | None, ...], list[Asked]] = {}
    for part in parts:
        by_value.setdefault(part.of, []).append(part)
    for of, same in by_value.items():
        samples = frozenset(sample for part in same for sample in part.samples)
        yield Asked(of, samples, partial(_combined, same, combine))


def _combined(parts: Iterable[Asked], combine: Callable[[Iterable[bool]], bool], value: Sample) -> bool:
    return combine(part.passes(value) for part in parts)


def _together(nodes: Iterable[Node], combine: Callable[[Iterable[bool]], bool]) -> Asked | None:
    parts = [asked(node) for node in nodes]
    known = [part for part in parts if part is not None]
    whole = list(joined(known, combine)) if len(known) == len(parts) else []
    return whole[0] if len(whole) == 1 else None


# --- fields -----------------------------------------------------------------------------------------------------


def _passes(tests: Iterable[Test], value: Sample) -> bool:
    return all(test_value(test, value) is Verdict.MET for test in tests)


def _samples(tests: Iterable[Test]) -> frozenset[Sample]:
    named = [value for test in tests for value in _around(test)]
    return frozenset({*named, date.min, NONE, OTHER})


def _around(test: Test) -> Iterator[Value]:
    match test:
        case Is(values=values):
            yield from (value for text in values for value in _written(text))
        case InTable(table=table):
            for entry in table.entries:
                yield from (entry.code, *entry.aliases, entry.label.fr, entry.label.en)
        case Number(threshold=threshold):
            whole = int(threshold)
            yield from (whole - 1, whole, whole + 1, whole + 2)
        case Day(entry=entry):
            days = [day for day in (entry.first, entry.last) if day is not None]
            yield from (day + step for day in days for step in (-DAY, DAY * 0, DAY))
        case Stated():
            pass


def _written(text: str) -> Iterator[Value]:
    """What a text may stand for: itself, a number, a date."""
    yield text
    if text.isascii() and text.isdecimal():
        yield int(text)
    try:
        yield date.fromisoformat(text)
    except ValueError:
        return


# --- rates ------------------------------------------------------------------------------------------------------


def _rate(node: Rate | Empty) -> tuple[str | None, ...]:
    return ("rate", node.measure, node.during.name if node.during else None)


def _rates(threshold: Fraction) -> frozenset[Sample]:
    return frozenset({None, Fraction(0), threshold - HAIR, threshold, threshold + HAIR})


def _reaches(node: Rate, rate: Sample) -> bool:
    if not isinstance(rate, Fraction):
        return node.zero == "met"
    return rate >= node.threshold if node.relation == "at_least" else rate > node.threshold
