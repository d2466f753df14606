"""Tests of fields as expressions: the columns' counterpart of `matching`, one value of many doctors at a time.

A verdict is a Boolean, NULL where it is unknown: SQL's own logic is Kleene's. Texts are never compared by order,
which hangs on a database's collation, and no expression fails on a value that it was not meant for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from math import ceil, floor
from typing import Any as Anything

import ibis
from ibis.common.deferred import Deferred, Just
from msgspec import Struct

from engine.columnar.held import TEXT, Held, day_number
from engine.conditions import FILED_ON, Day, Entry, FieldTest, InTable, Is, Number, Stated, Test
from engine.dossier import RowType
from engine.observation import Reason

Term = Anything
"""An Ibis expression, its table not yet named."""


@cache
def constant(value: Anything, type: str | None = None) -> Term:
    """The same value for every doctor."""
    return Deferred(Just(ibis.literal(value, type)))


@cache
def absent(type: str) -> Term:
    """NULL, for every doctor."""
    return Deferred(Just(ibis.null(type)))


TRUE, FALSE = constant(True), constant(False)
ZERO = constant(0, "int64")
UNKNOWN = absent("boolean")


class Given(Struct, frozen=True):
    """A field of many doctors: its expression, NULL where it is not known, and how it is held."""

    name: str
    term: Term
    held: Held

    @property
    def none(self) -> Term:
        """Whether it was looked for and not found; never NULL."""
        return both(self.term.notnull(), self.term == self.held.nothing)

    @property
    def there(self) -> Term:
        """Whether it holds a value; never NULL."""
        return both(self.term.notnull(), self.term != self.held.nothing)

    @property
    def as_text(self) -> Given:
        """The same held as texts, where it is words."""
        words = [(self.term == place, constant(word)) for place, word in enumerate(self.held.words)]
        if not words:
            return self if self.held.numbered else Given(self.name, self.term, TEXT)
        plain = which(*words, (self.none, constant(TEXT.nothing)), otherwise=absent(TEXT.dtype))
        return Given(self.name, plain, TEXT)

    def among(self, texts: Iterable[str]) -> Term:
        """Whether it is what a page writes as one of these; NULL where it is not known."""
        values: list[Anything] = list(texts)
        if self.held.numbered:
            values = [number for text in values if (number := self.held.number(text)) is not None]
        # That nothing is in an empty list, Ibis says of what is not known too.
        return self.term.isin(values) if values else which((self.term.isnull(), UNKNOWN), otherwise=FALSE)


def both(*terms: Term) -> Term:
    """The Kleene `and` of what is not plainly true."""
    return _folded(terms, lambda one, other: one & other, TRUE)


def either(*terms: Term) -> Term:
    """The Kleene `or`."""
    return _folded(terms, lambda one, other: one | other, FALSE)


def added(terms: Iterable[Term], nothing: Term) -> Term:
    """The sum of what is not plainly `nothing`."""
    return _folded(list(terms), lambda one, other: one + other, nothing)


def _folded(terms: Sequence[Term], join: Callable[[Term, Term], Term], empty: Term) -> Term:
    kept = [term for term in terms if term is not empty]
    if not kept:
        return empty
    # Halved rather than chained: what writes the query goes down the depth of an expression.
    while len(kept) > 1:
        kept = [
            join(*pair) if len(pair) > 1 else pair[0] for pair in (kept[n : n + 2] for n in range(0, len(kept), 2))
        ]
    return kept[0]


def sure(term: Term) -> Term:
    """True where a condition is; false where it is not, or unknown."""
    return term.fill_null(False)


def which(*cases: tuple[Term, Term], otherwise: Term) -> Term:
    """The first case whose condition holds; one that is NULL does not."""
    known = [(condition, value) for condition, value in cases if condition is not FALSE]
    return ibis.cases(*known, else_=otherwise) if known else otherwise


def passes(test: Test, given: Given) -> Term:
    """Whether a value passes a test: NULL when it is absent, false when it was looked for and not found."""
    if isinstance(test, Stated):
        return which((given.term.isnull(), UNKNOWN), otherwise=given.term != given.held.nothing)
    found = _passes(test, given)
    return which((given.none, FALSE), otherwise=found)


def _passes(test: Test, given: Given) -> Term:
    term, known = given.term, which((given.term.isnull(), UNKNOWN), otherwise=TRUE)
    match test:
        case Is(values=values):
            return given.among(values)
        case InTable(table=table):
            return given.among(sorted(name for name, entry in table.by_name.items() if not entry.refused))
        case Number(relation=relation, threshold=threshold):
            if given.held.type not in ("integer", "year"):
                return which((known.isnull(), UNKNOWN), otherwise=FALSE)
            return term >= least(threshold, strictly=relation == "more_than")
        case Day(relation=relation, entry=entry):
            if given.held.type != "date":
                return which((known.isnull(), UNKNOWN), otherwise=FALSE)
            return known if entry.first is None or entry.last is None else _stands(relation, entry, term)
        case Stated():
            return known


def _stands(relation: str, entry: Entry, term: Term) -> Term:
    assert entry.first is not None
    assert entry.last is not None
    match relation:
        case "until":
            return term <= day_number(entry.last)
        case "before":
            return term < day_number(entry.first)
        case _:
            return both(term >= day_number(entry.first), term <= day_number(entry.last))


def least(threshold: Fraction, *, strictly: bool) -> int:
    """The least whole number that is at least (`strictly`: more than) a threshold."""
    return floor(threshold) + 1 if strictly else ceil(threshold)


def spans(tests: Iterable[Test], start: Given, end: Given) -> Term:
    """Whether a span of time meets the entries of `during` tests; a span without an end is still open."""
    return both(*(_meets(test.entry, start, end) for test in tests if isinstance(test, Day)))


def _meets(entry: Entry, start: Given, end: Given) -> Term:
    if entry.first is None or entry.last is None:
        return which((start.term.isnull(), UNKNOWN), otherwise=start.term != start.held.nothing)
    begun = which((start.none, FALSE), otherwise=start.term <= day_number(entry.last))
    over = both(end.there, end.term < day_number(entry.first))
    return both(begun, ~sure(over))


class Asked(Struct, frozen=True):
    """A test of a row: its verdict; why it fails; whether the row is of another kind; whether expressly refused.

    `why` is meant only where the verdict is false; of it and the others, NULL is no.
    """

    verdict: Term
    why: tuple[tuple[Term, Reason], ...]
    other_kind: Term
    refused: Term


def ask(test: FieldTest, fields: Mapping[str, Given], row: RowType) -> Asked:
    """One test of a row's fields: the first given of several, or a span."""
    if test.span:
        start, end = (fields[name] for name in test.fields)
        return Asked(spans(test.tests, start, end), ((TRUE, "out_of_period"),), FALSE, FALSE)
    given = [fields[name] for name in test.fields]
    if len(given) == 1:
        return _asked(test, given[0], row)
    return _first_asked([(one.there, _asked(test, one, row)) for one in given], _asked(test, _nowhere(given), row))


def _nowhere(given: Sequence[Given]) -> Given:
    """What stands for several fields, none of which holds a value: whether one of them was looked for."""
    held = given[0].held
    looked = which((either(*(one.none for one in given)), constant(held.nothing)), otherwise=absent(held.dtype))
    return Given(given[0].name, looked, held)


def _first_asked(fields: Sequence[tuple[Term, Asked]], nowhere: Asked) -> Asked:
    """The test of the first field that holds a value, or else of none: fields may be held in several ways."""
    cases = [*fields, (TRUE, nowhere)]

    def first(what: Callable[[Asked], Term]) -> Term:
        return which(*((there, what(one)) for there, one in fields), otherwise=what(nowhere))

    why = tuple(
        (both(there, *(~earlier for earlier, _one in cases[:place]), when), reason)
        for place, (there, one) in enumerate(cases)
        for when, reason in one.why
    )
    other_kind, refused = first(lambda one: one.other_kind), first(lambda one: one.refused)
    return Asked(first(lambda one: one.verdict), why, other_kind, refused)


def _asked(test: FieldTest, given: Given, row: RowType) -> Asked:
    """One test of a value."""
    verdicts = [passes(one, given) for one in test.tests]
    incomplete: Reason = "document_incomplete" if row == "document" else "not_recorded"
    why = [(given.none, incomplete)]
    other: list[Term] = []
    for place, (one, verdict) in enumerate(zip(test.tests, verdicts, strict=True)):
        failed = ~verdict
        why += [(both(failed, when), reason) for when, reason in _reasons(one, given, test.fields, row)]
        if not isinstance(one, Day | Number) and given.held.type == "text":
            other.append(both(given.there, failed, *(each.fill_null(True) for each in verdicts[:place])))
    return Asked(both(*verdicts), tuple(why), either(*other), _refused(test, given))


def _reasons(test: Test, given: Given, names: Sequence[str], row: RowType) -> list[tuple[Term, Reason]]:
    match test:
        case Day(relation=relation, entry=entry):
            if not set(names) <= set(FILED_ON):
                return [(TRUE, "out_of_period")]
            begins = entry.first if relation == "within" else None
            early = FALSE if begins is None else given.term < day_number(begins)
            return [(early, "declared_early"), (TRUE, "declared_late")]
        case Number():
            return [(TRUE, "threshold_missed")]
        case _:
            return [(TRUE, "document_mismatch" if row == "document" else "not_qualifying")]


def _refused(test: FieldTest, given: Given) -> Term:
    """Whether a table expressly refuses the value."""
    tables = [one.table for one in test.tests if isinstance(one, InTable)]
    refusing = {name for table in tables for name, entry in table.by_name.items() if entry.refused}
    return sure(given.among(sorted(refusing))) if refusing else FALSE
