"""How a rate, or a fact, is counted from raw flows: plain frozen data, no behaviour.

A measure reads the rows of one flow, or of two. For one of its sides each row of a doctor is *other* (its `where`
does not hold), *quarantined* (what would decide it is not given), *out of period*, *excluded* under the first reason
that holds, or *counted*. Each thing done with a measure is one pass in one module, by `match`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct

from engine.conditions import Day, Entry, Source, Text

ColumnType = Literal["text", "date", "integer", "boolean"]
Relation = Literal["at_least", "more_than", "less_than"]
Readings = tuple[tuple[str, str], ...]

DOCTOR = "doctor"
"""The column that every flow has beside its own: whose row it is."""


# --- flows ------------------------------------------------------------------------------------------------------


class Column(Struct, frozen=True):
    """A column of a flow: its type, its label, and the values it may take (`values`, or between `least` and `most`).

    One that is `optional` may be empty where no rule looks at it. A `pseudonym` stands for a patient: it is compared,
    and never shown.
    """

    name: str
    type: ColumnType
    label: Text
    values: Mapping[str, Text]
    least: int | None
    most: int | None
    optional: bool
    pseudonym: bool


class Flow(Struct, frozen=True):
    """A raw table: the column that names each of its rows, the one that dates them, and all its own columns."""

    name: str
    label: Text
    key: str
    day: str
    columns: Mapping[str, Column]


# --- which rows -------------------------------------------------------------------------------------------------


class OneOf(Struct, frozen=True):
    """The value is one of these, each of its column's type."""

    values: tuple[str | int | bool, ...]


class Compared(Struct, frozen=True):
    """The whole number stands so to a limit."""

    relation: Relation
    limit: int


class Has(Struct, frozen=True):
    """A column of the row passes a test; where the column is empty, nobody knows."""

    field: str
    test: OneOf | Compared | Day


class Every(Struct, frozen=True):
    """All of these hold: Kleene and."""

    of: tuple[Where, ...]


class Some(Struct, frozen=True):
    """One of these holds: Kleene or."""

    of: tuple[Where, ...]


class Never(Struct, frozen=True):
    """This does not hold: Kleene not."""

    of: Where


Where = Has | Every | Some | Never


# --- how they count ---------------------------------------------------------------------------------------------


class Rows(Struct, frozen=True):
    """How many rows."""


class Distinct(Struct, frozen=True):
    """How many different values of these columns taken together."""

    fields: tuple[str, ...]


class Weekly(Struct, frozen=True):
    """The sum of a column, times seven, over the days of the period: whole, rounded down."""

    field: str


Count = Rows | Distinct | Weekly


class Exclusion(Struct, frozen=True):
    """Rows left out, and why: the name is one of the measure's exclusions in the vocabulary."""

    name: str
    when: Where
    sources: tuple[Source, ...]
    presumed: bool
    readings: Readings


class Side(Struct, frozen=True):
    """Rows of a flow and how they count. `where` None: every row. Exclusions are tried in order."""

    flow: str
    day: str
    where: Where | None
    exclusions: tuple[Exclusion, ...]
    count: Count
    sources: tuple[Source, ...]
    presumed: bool
    readings: Readings


class Part(Struct, frozen=True):
    """Those rows, among what the denominator counts, for which `where` holds, and how they count."""

    where: Where | None
    count: Count
    sources: tuple[Source, ...]
    presumed: bool
    readings: Readings


# --- over which days --------------------------------------------------------------------------------------------


class Begins(Struct, frozen=True):
    """How it is said why a doctor's days begin where they do, in clauses of the policy.

    `first` is the row that begins a period; `begun` says that none came before it, `before` that one had, `never`
    that there is none at all.
    """

    first: Text
    begun: Text
    before: Text
    never: Text


class Start(Struct, frozen=True):
    """A doctor who begins within the span is counted from the first day of the month after the first such row.

    `first` tells such rows, among those of the denominator's `where`, excluded or not. `unless` is a test of their
    day: a doctor with one such row that passes it is counted over the whole span. One with no such row in the span is
    counted over the `whole` of it, or over `nothing`.
    """

    first: Where
    unless: Day | None
    without: Literal["whole", "nothing"]
    told: Begins
    sources: tuple[Source, ...]
    presumed: bool
    readings: Readings


class Period(Struct, frozen=True):
    """The days counted: a calendar entry, or for each doctor the part of it that begins with `start`."""

    span: Entry
    start: Start | None
    sources: tuple[Source, ...]
    presumed: bool
    readings: Readings


class Locations(Struct, frozen=True):
    """The practice locations of a doctor are counted `together`: no text says what else could be done with them."""

    counted: Literal["together"]
    readings: Readings


class Measuring(Struct, frozen=True):
    """How one measure of the vocabulary, or one fact (which has no denominator), is counted.

    `readings` are all those that shaped it, anywhere.
    """

    id: str
    gives: Literal["measure", "fact"]
    locations: Locations
    period: Period
    denominator: Side | None
    numerator: Side | Part
    sources: tuple[Source, ...]
    presumed: bool
    readings: Readings


# --- what is asked, one by one ----------------------------------------------------------------------------------


def tests_of(where: Where) -> Iterator[Has]:
    """Every test of a column, from left to right."""
    match where:
        case Has():
            yield where
        case Every(of=of) | Some(of=of):
            for one in of:
                yield from tests_of(one)
        case Never(of=inside):
            yield from tests_of(inside)


def all_asked(measuring: Measuring) -> Iterator[Where]:
    """Everything that a measure asks of a row anywhere."""
    for side in (measuring.denominator, measuring.numerator):
        if side and side.where:
            yield side.where
        if isinstance(side, Side):
            yield from (one.when for one in side.exclusions)
    if measuring.period.start:
        yield measuring.period.start.first
