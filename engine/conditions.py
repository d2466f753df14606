"""The tree of conditions of an indicator: plain frozen data, no behaviour.

Each thing done with a tree (observing, deriving, explaining) is one pass in one module that dispatches on the
kind of node with `match`. Adding a kind of node is one class here and one branch in each pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Literal

from msgspec import Struct

Zero = Literal["unmet", "met"]
RowKind = Literal["declaration", "prefill", "document"]
FILED_ON = ("declared_on", "requested_on")
"""The fields of a row that say when it was filed."""


class Text(Struct, frozen=True):
    """A sentence or label for people, in both languages."""

    fr: str
    en: str


class Source(Struct, frozen=True):
    """A passage: a registered document, a section of it, and its first and last line."""

    document: str
    section: str
    lines: tuple[int, int]


class Entry(Struct, frozen=True):
    """A calendar entry: a day, a span, or open (both ends None: never late)."""

    name: str
    first: date | None
    last: date | None
    label: Text | None = None
    sources: tuple[Source, ...] = ()
    readings: tuple[tuple[str, str], ...] = ()

    @property
    def is_open(self) -> bool:
        return self.last is None


class TableEntry(Struct, frozen=True):
    """One line of a closed list; `refused` entries are listed by the texts as not qualifying."""

    code: str
    label: Text
    aliases: tuple[str, ...]
    sources: tuple[Source, ...]
    refused: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that it goes by: its code, its aliases, its label in either language."""
        return self.code, *self.aliases, self.label.fr, self.label.en


class Table(Struct, frozen=True, dict=True):
    """A closed list that rules refer to, by code."""

    id: str
    title: Text
    sources: tuple[Source, ...]
    entries: tuple[TableEntry, ...]

    def find(self, value: str) -> TableEntry | None:
        """The entry that goes by a name."""
        return self.by_name.get(value)

    @cached_property
    def by_name(self) -> Mapping[str, TableEntry]:
        """The entries, by every name that they go by."""
        return {name: entry for entry in self.entries for name in entry.names}


# --- field tests ------------------------------------------------------------------------------------------------


class Is(Struct, frozen=True):
    """The value is one of these."""

    values: tuple[str, ...]


class InTable(Struct, frozen=True):
    """The value is an entry of the table, and not a refused one."""

    table: Table


class Number(Struct, frozen=True):
    """The value is at least, or more than, an exact number."""

    relation: Literal["at_least", "more_than"]
    threshold: Fraction


class Day(Struct, frozen=True):
    """The date stands so to the entry; `during` is for spans."""

    relation: Literal["until", "within", "before", "during"]
    entry: Entry


class Stated(Struct, frozen=True):
    """The value is given, whatever it is."""


Test = Is | InTable | Number | Day | Stated


class FieldTest(Struct, frozen=True, cache_hash=True):
    """Tests on the first given of `fields`; with `span`, `fields` are the two ends of a span of time."""

    fields: tuple[str, ...]
    span: bool
    tests: tuple[Test, ...]


class Same(Struct, frozen=True, cache_hash=True):
    """This row's `mine` equals `theirs` of one row of the item's standing statement."""

    mine: str
    item: str
    theirs: str


# --- nodes ------------------------------------------------------------------------------------------------------


class Condition(Struct, frozen=True, kw_only=True):
    """What every node has: its place, label, passages, and the contested readings that shaped it.

    `at` is unique in a policy: `volet-1.logiciel#segur`. `presumed` says that no source of the node governs the
    policy's own year. `readings` are (reading, option) pairs.
    """

    at: str
    label: Text | None = None
    sources: tuple[Source, ...] = ()
    presumed: bool = False
    readings: tuple[tuple[str, str], ...] = ()


class All(Condition, frozen=True, kw_only=True):
    """Met when every child is met."""

    of: tuple[Node, ...]


class Any(Condition, frozen=True, kw_only=True):
    """Met when one child is met."""

    of: tuple[Node, ...]


class Not(Condition, frozen=True, kw_only=True):
    """Met when its child is unmet."""

    of: Node


class Exempt(Condition, frozen=True, kw_only=True):
    """Lifted `when` its condition is met; otherwise what is `required` must be met."""

    when: Node
    require: Node


class Always(Condition, frozen=True, kw_only=True):
    """Met for everyone."""


class Attribute(Condition, frozen=True, kw_only=True):
    """Tests a field of the doctor."""

    test: FieldTest


class Fact(Condition, frozen=True, kw_only=True):
    """Tests an automated value."""

    fact: str
    tests: tuple[Test, ...]
    closes: Entry | None = None
    counts_from: Entry | None = None


class Rate(Condition, frozen=True, kw_only=True):
    """Compares an automated rate, numerator over denominator, with an exact fraction."""

    measure: str
    relation: Literal["at_least", "more_than"]
    threshold: Fraction
    zero: Zero = "unmet"
    during: Entry | None = None
    counts_from: Entry | None = None


class Empty(Condition, frozen=True, kw_only=True):
    """Met when the measure's denominator is zero: the rate cannot be calculated."""

    measure: str
    during: Entry | None = None
    counts_from: Entry | None = None


class Record(Condition, frozen=True, kw_only=True):
    """One row (declaration, prefill or document) passes every test.

    `names` are the item, or the kinds of document; `of` is the item a document must cover. `closes` is the last
    day on which a row may still come (open entries close on the calendar's `decision`; None: already closed).
    """

    row: RowKind
    names: tuple[str, ...]
    of: str | None
    where: tuple[FieldTest, ...]
    same: tuple[Same, ...]
    earlier: bool
    filed: bool
    closes: Entry | None
    counts_from: Entry | None = None


class Outcome(Condition, frozen=True, kw_only=True):
    """Met when that other indicator, volet or claim is met."""

    of: str


class Silent(Condition, frozen=True, kw_only=True):
    """Unknown: the law does not say."""

    question: Text


Gate = All | Any | Not | Exempt
Observed = Always | Attribute | Fact | Rate | Empty | Record | Silent
"""The leaves that look at a dossier; an `Outcome` looks at another condition."""
Node = Gate | Observed | Outcome


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, in the text's order; an exemption's condition comes before what it lifts."""
    match node:
        case All(of=of) | Any(of=of):
            return of
        case Not(of=child):
            return (child,)
        case Exempt(when=when, require=require):
            return (when, require)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, parents first."""
    pending = [node]
    while pending:
        one = pending.pop()
        yield one
        pending += reversed(children(one))
