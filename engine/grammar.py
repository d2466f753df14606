"""The grammar of conditions: a node as written → a node as linked, under one choice of readings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Any as Anything
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from engine.choices import sources_of, text_of
from engine.conditions import (
    FILED_ON,
    All,
    Any,
    Attribute,
    Day,
    Entry,
    Exempt,
    Fact,
    FieldTest,
    InTable,
    Is,
    Node,
    Not,
    Number,
    Outcome,
    Rate,
    Record,
    RowKind,
    Same,
    Silent,
    Source,
    Stated,
    Table,
    Test,
    Zero,
)
from engine.cursor import Cursor
from engine.policy import Document, Reading, Vocabulary

ROW_KINDS: tuple[RowKind, ...] = ("declaration", "prefill", "document")
UNKNOWN = {
    "fact": "unknown_fact",
    "measure": "unknown_measure",
    "item": "unknown_item",
    "declaration": "unknown_item",
    "prefill": "unknown_item",
    "document": "unknown_kind",
    "table": "unknown_table",
    "entry": "unknown_entry",
}
FRACTION = re.compile(r"(\d+(?:\.\d+)?)\s*(?:(%)|/\s*(\d+))?")


class Place(Struct, frozen=True):
    """Where a node stands: whose tree it is, its place when it has no name, and the passages it inherits."""

    owner: str
    at: str
    sources: tuple[Source, ...]


def fraction(cursor: Cursor) -> Fraction:
    """The exact number written `2/3`, `70 %`, `0.7` or `4`. Raises Invalid for anything else."""
    match = FRACTION.fullmatch(cursor.text)
    number, percent, denominator = match.groups() if match else ("", None, "0")
    if not number or (denominator and int(denominator) == 0):
        cursor.fail("not_a_number", value=cursor.text[:80])
    return Fraction(number) / (100 if percent else int(denominator or 1))


class Grammar:
    """Links nodes. `calendar` and `vocabulary` are set once they are known, before any node is linked."""

    calendar: Mapping[str, Entry]
    vocabulary: Vocabulary

    def __init__(
        self,
        year: int,
        documents: Mapping[str, Document],
        readings: Mapping[str, Reading],
        choices: Mapping[str, str],
        tables: Mapping[str, Table],
    ) -> None:
        self.year, self.documents, self.readings = year, documents, readings
        self.choices, self.tables = choices, tables
        self.used: list[tuple[str, str]] = []
        self.places: set[str] = set()
        self.removed_when_empty: list[Rate] = []
        self.outcomes: list[Cursor] = []

    # --- choose -------------------------------------------------------------------------------------------------

    def settle(self, cursor: Cursor) -> Cursor | None:
        """The option taken wherever a reading is chosen; None when that option is empty."""
        extra: dict[str, Anything] = {}
        while isinstance(cursor.data, dict) and "choose" in cursor.data:
            name = cursor["choose"]
            if name.text not in self.readings:
                name.fail_name("unknown_reading", self.readings)
            extra |= {key: cursor.data[key] for key in ("id", "label", "source") if key in cursor.data}
            options = self.readings[name.text].options
            listed = set(cursor.data) - {"choose", "id", "label", "source"}
            if listed != set(options):
                cursor.fail("options_not_listed", name=name.text, names=", ".join(sorted(listed ^ set(options))))
            option = self.choices[name.text]
            self.used.append((name.text, option))
            taken = cursor.get(option)
            if taken is None:
                return None
            cursor = taken
        if cursor.data == "silent":
            cursor.fail("silent_option_taken")
        if extra and isinstance(cursor.data, dict):
            cursor = Cursor(cursor.page, cursor.path, extra | cursor.data)
        return cursor

    def value(self, cursor: Cursor) -> Cursor:
        """The option taken, which may not be empty here."""
        return self.settle(cursor) or cursor.fail("empty_option")

    # --- nodes --------------------------------------------------------------------------------------------------

    def required(self, cursor: Cursor, place: Place) -> Node:
        """The node written here, which no reading may remove."""
        return self.node(cursor, place) or cursor.fail("empty_option")

    def node(self, cursor: Cursor, place: Place) -> Node | None:
        """The node written here, or None when the reading taken removes it."""
        outer, self.used = self.used, []
        try:
            settled = self.settle(cursor)
            if settled is None:
                # The reading that removed the node is remembered by what it was removed from.
                outer += self.used
                return None
            return self.written(settled, place)
        finally:
            self.used = outer

    def written(self, cursor: Cursor, place: Place) -> Node:
        name = cursor.get("id")
        at = f"{place.owner}#{name.text}" if name else place.at
        if at in self.places:
            (name or cursor).fail("duplicate_id", name=at)
        self.places.add(at)
        sources = sources_of(cursor.get("source"), self.documents) or place.sources
        below = Place(place.owner, at, sources)
        kind = next(key for key in cursor.data if key not in ("id", "label", "source"))
        body = self._kind(kind, cursor[kind], below)
        label = cursor.get("label")
        return replace(
            body,
            at=at,
            label=text_of(label) if label else None,
            sources=sources,
            presumed=self.presumed(sources),
            readings=tuple(dict.fromkeys(self.used)),
        )

    def presumed(self, sources: tuple[Source, ...]) -> bool:
        """Whether no source governs the policy's own year."""
        return not any(self.year in self.documents[source.document].governs for source in sources)

    def _kind(self, kind: str, body: Cursor, place: Place) -> Node:
        match kind:
            case "all":
                return All(at="", of=self._several(body, place))
            case "any":
                return Any(at="", of=self._several(body, place))
            case "not":
                return Not(at="", of=self.required(body, _under(place, "not")))
            case "exempt":
                when = self.required(body["when"], _under(place, "when"))
                return Exempt(at="", when=when, require=self.required(body["require"], _under(place, "require")))
            case "attribute":
                test = self._field_test(body["field"].text, body, skip=("field",)) or body.fail("empty_option")
                return Attribute(at="", test=test)
            case "fact":
                return self._fact(body)
            case "rate":
                return self._rate(body)
            case "record":
                return self._record(body)
            case "outcome":
                self.outcomes.append(body)
                return Outcome(at="", of=body.text)
            case "silent":
                return Silent(at="", question=text_of(body))
            case _:
                raise AssertionError(f"{kind} passed the schema")

    def _several(self, body: Cursor, place: Place) -> tuple[Node, ...]:
        nodes = [self.node(child, _under(place, str(n))) for n, child in enumerate(body.each(), start=1)]
        kept = tuple(node for node in nodes if node is not None)
        return kept or body.fail("empty_option")

    # --- leaves -------------------------------------------------------------------------------------------------

    def _fact(self, body: Cursor) -> Fact:
        name = self._known(body["fact"], "fact", self.vocabulary.facts)
        tests = self._tests(body, skip=("fact", "closes", "counts_from"))
        _check_span(tests, name, body, span=False)
        return Fact(
            at="",
            fact=name,
            tests=tests or body.fail("empty_option"),
            closes=self._closing(body.get("closes")),
            counts_from=self.entry(body.get("counts_from")),
        )

    def _rate(self, body: Cursor) -> Rate:
        relation: Literal["at_least", "more_than"] = "at_least" if "at_least" in body.data else "more_than"
        zero = self.value(body["zero"]).text if body.get("zero") else "unmet"
        when_zero: Zero = "met" if zero == "met" else "unmet"
        measure = self._known(body["measure"], "measure", self.vocabulary.measures)
        self.used += [(name, self.choices[name]) for name, _ in self.vocabulary.measures[measure].readings]
        rate = Rate(
            at="",
            measure=measure,
            relation=relation,
            threshold=fraction(self.value(body[relation])),
            zero=when_zero,
            during=self.entry(body.get("during")),
            counts_from=self.entry(body.get("counts_from")),
        )
        if zero == "removed":
            self.removed_when_empty.append(replace(rate, readings=tuple(dict.fromkeys(self.used))))
        return rate

    def _record(self, body: Cursor) -> Record:
        row = next(kind for kind in ROW_KINDS if kind in body.data)
        known = self.vocabulary.documents if row == "document" else self.vocabulary.items
        named = self.value(body[row])
        where = body.get("where")
        tests = [self._field_test(key, value) for key, value in where.items()] if where else []
        same = body.get("same")
        covers = body.get("of")
        filed, earlier = "filed" in body.data, "campaign" in body.data
        kept = tuple(test for test in tests if test is not None)
        return Record(
            at="",
            row=row,
            names=tuple(self._known(name, row, known) for name in named.each()),
            of=self._known(self.value(covers), "item", self.vocabulary.items) if covers else None,
            where=kept,
            same=tuple(self._same(same)) if same else (),
            earlier=earlier,
            filed=filed,
            closes=None
            if earlier
            else self._closing(body.get("closes")) or self._deadline(row, () if filed else kept),
            counts_from=self.entry(body.get("counts_from")),
        )

    def _same(self, same: Cursor) -> list[Same]:
        agreements = []
        for item, fields in same.items():
            if item not in self.vocabulary.items:
                fields.fail_name("unknown_item", self.vocabulary.items, item)
            for mine, theirs in fields.items():
                self._check_fields((mine, theirs.text), fields)
                agreements.append(Same(mine, item, theirs.text))
        return agreements

    def _closing(self, cursor: Cursor | None) -> Entry | None:
        """The entry a leaf closes on; an open one closes on the day of decision."""
        entry = self.entry(cursor)
        return self.calendar["decision"] if entry and entry.is_open else entry

    def _deadline(self, row: RowKind, tests: tuple[FieldTest, ...]) -> Entry:
        """The last day on which a row may come: its own filing deadline, or the day of decision."""
        decision = self.calendar["decision"]
        if row != "declaration":
            return decision
        days = [
            (entry.first - timedelta(days=1) if relation == "before" and entry.first else entry.last, entry)
            for test in tests
            if set(test.fields) & set(FILED_ON)
            for relation, entry in ((day.relation, day.entry) for day in test.tests if isinstance(day, Day))
        ]
        closed = [(last, entry) for last, entry in days if last is not None]
        if not closed:
            return decision
        last, entry = min(closed, key=lambda pair: pair[0])
        return entry if entry.last == last else replace(entry, first=None, last=last)

    # --- tests --------------------------------------------------------------------------------------------------

    def _field_test(self, key: str, cursor: Cursor, skip: tuple[str, ...] = ()) -> FieldTest | None:
        tests = self._tests(cursor, skip)
        span = " to " in key
        fields = tuple(key.split(" to " if span else " or "))
        self._check_fields(fields, cursor)
        _check_span(tests, key, cursor, span=span)
        return FieldTest(fields, span, tests) if tests else None

    def _check_fields(self, fields: tuple[str, ...], cursor: Cursor) -> None:
        for name in fields:
            if name not in self.vocabulary.fields and name not in ("choice", "location.department"):
                cursor.fail_name("unknown_field", self.vocabulary.fields, name)

    def _tests(self, cursor: Cursor, skip: tuple[str, ...] = ()) -> tuple[Test, ...]:
        settled = self.settle(cursor)
        if settled is None:
            return ()
        if not isinstance(settled.data, dict):
            return (self._is(settled),)
        tests = [self._test(kind, value) for kind, value in settled.items() if kind not in skip]
        return tuple(test for test in tests if test is not None)

    def _test(self, kind: str, cursor: Cursor) -> Test | None:
        settled = self.settle(cursor)
        if settled is None:
            return None
        match kind:
            case "is":
                return self._is(settled)
            case "table":
                return InTable(self.tables[self._known(settled, "table", self.tables)])
            case "at_least" | "more_than":
                return Number(kind, fraction(settled))
            case "until" | "within" | "before" | "during":
                return Day(kind, self.entry(settled) or settled.fail("empty_option"))
            case "stated":
                return Stated()
            case _:
                raise AssertionError(f"{kind} passed the schema")

    def _is(self, cursor: Cursor) -> Is:
        return Is(tuple(self.value(value).text for value in cursor.each()))

    def entry(self, cursor: Cursor | None) -> Entry | None:
        """The calendar entry named here; None when nothing is written or the reading taken leaves it empty."""
        settled = cursor and self.settle(cursor)
        if settled is None:
            return None
        entry = self.calendar[self._known(settled, "entry", self.calendar)]
        self.used += entry.readings
        return entry

    def _known(self, cursor: Cursor, kind: str, names: Mapping[str, object]) -> str:
        if cursor.text not in names:
            cursor.fail_name(UNKNOWN[kind], names)
        return cursor.text


def _check_span(tests: tuple[Test, ...], name: str, cursor: Cursor, *, span: bool) -> None:
    """A span takes `during` and nothing else; what is no span does not take it."""
    if any(span != (isinstance(test, Day) and test.relation == "during") for test in tests):
        cursor.fail("span_test", name=name)


def _under(place: Place, step: str) -> Place:
    separator = "." if "#" in place.at else "#"
    return Place(place.owner, f"{place.at}{separator}{step}", place.sources)
