"""The values that matter: what each field of a dossier may hold, as far as the conditions of some policies tell it.

Texts are numbers here: every text that a condition tells apart has its own, and any greater number is a text that no
condition knows. Of the values of a closed list that no condition tells apart, one stands for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import NamedTuple

from engine.conditions import Attribute, Fact, InTable, Is, Observed, Record, Table, Test
from engine.dossier import DOCTOR_FIELDS, ROW_FIELDS
from engine.matching import test_value
from engine.policy import Field, FieldType, Policy
from engine.verdict import Verdict

STATUSES = ("received", "validated", "rejected")
"""The schema's own list of what becomes of a paper."""
DEPARTMENT = "location.department"


class Place(NamedTuple):
    """Where a value stands: the doctor, a fact, a location, or a kind of row and its item; and its field."""

    kind: str
    name: str
    field: str


def asked(leaf: Observed) -> Iterator[tuple[Place, tuple[Test, ...]]]:
    """Every place a leaf looks at, and what it asks there."""
    match leaf:
        case Attribute(test=test):
            for field in test.fields:
                yield doctor_place(field), test.tests
        case Fact(fact=fact, tests=tests):
            yield Place("fact", fact, "value"), tests
        case Record():
            for name in ("",) if leaf.row == "document" else leaf.names:
                for test in leaf.where:
                    for field in test.fields:
                        yield Place(leaf.row, name, field), test.tests
                for same in leaf.same:
                    yield Place(leaf.row, name, same.mine), ()
            for same in leaf.same:
                # What was prefilled yields to another choice that was declared.
                for field in dict.fromkeys((same.theirs, "choice")):
                    yield Place("declaration", same.item, field), ()
                    yield Place("prefill", same.item, field), ()
            if leaf.row == "prefill":
                for name in leaf.names:
                    yield Place("prefill", name, "choice"), ()
                    yield Place("declaration", name, "choice"), ()
        case _:
            return


def doctor_place(field: str) -> Place:
    return Place("location", "", "department") if field == DEPARTMENT else Place("doctor", "", field)


def _compared(leaf: Observed) -> Iterator[Place]:
    """The places whose values a leaf compares with each other."""
    for place, _ in asked(leaf):
        if isinstance(leaf, Record) and (
            place.field in {field for same in leaf.same for field in (same.mine, same.theirs)}
            or (leaf.row == "prefill" and place.field == "choice")
            or (place.field == "choice" and place.name in {same.item for same in leaf.same})
        ):
            yield place


class Texts:
    """What the leaves of some policies ask of a dossier, place by place, and the texts they tell apart."""

    def __init__(self, policies: Sequence[Policy], leaves: Iterable[Observed]) -> None:
        self.policies = policies
        self.tests: dict[Place, list[Test]] = {}
        self.compared: dict[Place, None] = {}
        self.kinds: list[str] = []
        for leaf in leaves:
            for place, tests in asked(leaf):
                known = self.tests.setdefault(place, [])
                known += [test for test in tests if test not in known]
            self.compared |= dict.fromkeys(_compared(leaf))
            if isinstance(leaf, Record) and leaf.row == "document":
                self.kinds += [name for name in leaf.names if name not in self.kinds]

    @cached_property
    def strings(self) -> tuple[str, ...]:
        """Every text that is told apart; its place in this list is its number."""
        told = [text for place in self.tests if self.type(place) == "text" for text in self._told(place)]
        return tuple(dict.fromkeys([*self.kinds, *told]))

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        return {text: number for number, text in enumerate(self.strings)}

    def fields(self, kind: str, name: str) -> list[str]:
        """The fields of a kind of row that some leaf looks at."""
        return [place.field for place in self.tests if (place.kind, place.name) == (kind, name)]

    def type(self, place: Place) -> FieldType:
        if (place.kind, place.field) == ("fact", "value"):
            return next(
                policy.vocabulary.facts[place.name].type
                for policy in self.policies
                if place.name in policy.vocabulary.facts
            )
        known = DOCTOR_FIELDS if place.kind == "doctor" else ROW_FIELDS
        spec = self._spec(place)
        return known.get(place.field) or (spec.type if spec else "text")

    def _spec(self, place: Place) -> Field | None:
        found = (policy.vocabulary.fields.get(place.field) for policy in self.policies)
        return next((field for field in found if field), None)

    def values(self, place: Place, *, earlier: bool = False) -> tuple[str, ...] | None:
        """The texts a field may hold, one for those no condition tells apart; None when any text may stand there."""
        if self._closed(place, earlier=earlier) is None:
            return None
        told = self._told(place)
        closed = self._closed(place, earlier=earlier) or ()
        return tuple(text for text in told if text in closed)

    def free(self, place: Place) -> list[int]:
        """The numbers of the texts told apart where any text may stand; a greater one than all is unknown to all."""
        places = self.compared if place in self.compared else (place,)
        told = [text for one in places if self.type(one) == "text" for text in self._told(one)]
        return [self.numbers[text] for text in dict.fromkeys(told)]

    def passing(self, place: Place, test: Test, *, earlier: bool = False) -> list[int]:
        """The numbers of the texts that may stand at a place and pass a test."""
        values = self.values(place, earlier=earlier)
        texts = self.strings if values is None else values
        return [self.numbers[text] for text in texts if test_value(test, text) is Verdict.MET]

    def _told(self, place: Place) -> list[str]:
        """The texts told apart at a place."""
        closed, tests = self._closed(place, earlier=False), self.tests[place]
        texts = list(closed) if closed is not None else list(_named(tests))
        if place in self.compared or closed == STATUSES:
            return texts
        first: dict[tuple[Verdict, ...], str] = {}
        for text in texts:
            first.setdefault(tuple(test_value(test, text) for test in tests), text)
        return list(first.values())

    def _closed(self, place: Place, *, earlier: bool) -> tuple[str, ...] | None:
        """The values that a vocabulary allows; None when it allows any."""
        if (place.kind, place.field) == ("document", "status"):
            return STATUSES
        if place.field == "choice" and place.kind in ("declaration", "prefill") and not earlier:
            tables = [
                table
                for policy in self.policies
                if place.name in policy.vocabulary.items
                for table in policy.vocabulary.items[place.name].choices
            ]
            return _codes(tables) or None
        if place.kind in ("fact", "location") or place.field == "choice":
            return None
        fields = [field for policy in self.policies if (field := policy.vocabulary.fields.get(place.field))]
        listed = _codes(field.table for field in fields if field.table)
        return tuple(dict.fromkeys([*listed, *(value for field in fields for value in field.values)])) or None

    def text(self, number: int) -> str:
        """The text of a number; for one that no condition knows, a text that is none of theirs."""
        return self.strings[number] if number < len(self.strings) else f"X{number - len(self.strings) + 1}"


def _codes(tables: Iterable[Table]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entry.code for table in tables for entry in table.entries))


def _named(tests: Iterable[Test]) -> Iterator[str]:
    """The texts that tests name."""
    for test in tests:
        if isinstance(test, Is):
            yield from test.values
        if isinstance(test, InTable):
            yield from test.table.by_name


def whole_numbers(test: Is | InTable) -> list[int]:
    """The whole numbers that a test of texts accepts."""
    return [int(text) for text in _accepted(test) if text.removeprefix("-").isdecimal() and str(int(text)) == text]


def days(test: Is | InTable) -> list[date]:
    """The days that a test of texts accepts."""
    found = []
    for text in _accepted(test):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            continue
        found += [day] if day.isoformat() == text else []
    return found


def _accepted(test: Is | InTable) -> Iterator[str]:
    match test:
        case Is(values=values):
            yield from values
        case InTable(table=table):
            yield from (name for name in table.by_name if test_value(test, name) is Verdict.MET)
