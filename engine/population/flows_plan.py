"""What raw flows are drawn from: `population-flows.yaml` of a policy, read and checked.

Values are drawn once a doctor. A flow is made of parts: which doctors leave rows, how many, and what these rows hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Final, Generic, TypeVar

from msgspec import Struct

from engine.cursor import Cursor
from engine.measuring.measures import Flow
from engine.population.plan import (
    Constant,
    Days,
    Group,
    Pick,
    Spread,
    days_of,
    points_of,
    share_or_number,
    weights_of,
)
from engine.problems import Invalid, Problem
from engine.schema import check
from engine.yamltext import Plain, read_page

FILE: Final = "population-flows.yaml"
DOCTOR: Final = "doctor"
"""The column of every flow that says whose row it is."""
Expression_ = TypeVar("Expression_")


class PerKind(Struct, Generic[Expression_], frozen=True):
    """An expression for each kind of doctor."""

    kinds: Mapping[str, Expression_]


class Share(Struct, frozen=True):
    """A share of one: so many doctors in a hundred stand below each."""

    points: tuple[tuple[Fraction, Fraction], ...]


class ShareOf(Struct, frozen=True):
    """Such a share of another value of the doctor."""

    value: str
    points: tuple[tuple[Fraction, Fraction], ...]


class Either(Struct, frozen=True):
    """One expression for so many rows, another for the rest; the share is that of all, or a value of the doctor."""

    share: str | Fraction
    then: RowExpression
    other: RowExpression


class Since(Struct, frozen=True):
    """One expression from a day of the doctor's on, another before; the day of the row is drawn before."""

    value: str
    then: RowExpression
    other: RowExpression


class Case(Struct, frozen=True):
    """An expression by the word that a column before holds."""

    column: str
    words: Mapping[str, RowExpression]
    other: RowExpression


class Numbered(Struct, frozen=True):
    """A text and a number, from 1 to a value of the doctor."""

    text: str
    value: str


class Pseudonym(Struct, frozen=True):
    """One of so many people of the doctor's, as a text that tells nothing; another for each thing it names."""

    value: str
    names: str


DoctorExpression = Pick | Days | Spread | Share | ShareOf | PerKind["DoctorExpression"]
RowExpression = (
    Constant | Pick | Days | Spread | PerKind["RowExpression"] | Either | Since | Case | Numbered | Pseudonym
)


class Together(Struct, frozen=True):
    """Rows that follow one another and share a number and all else; so many are alike the row before."""

    column: str
    share: Fraction


class Part(Struct, frozen=True):
    """Doctors with some words among their values, the value that counts their rows, and what these rows hold."""

    name: str
    when: Mapping[str, tuple[str, ...]]
    count: str
    columns: Mapping[str, RowExpression]


class Wrong(Struct, frozen=True):
    """So many rows in a million where a column holds what it should not.

    A value; that of the row before, for the numbers of rows; nothing, when it is None.
    """

    column: str
    value: str | None
    per_million: int


class DrawnFlow(Struct, frozen=True):
    """How the rows of a flow are drawn, column after column."""

    flow: Flow
    parts: tuple[Part, ...]
    together: Together | None
    wrong: tuple[Wrong, ...]

    @property
    def serial(self) -> tuple[str, ...]:
        """The columns that number rows."""
        return (self.flow.key, *((self.together.column,) if self.together else ()))


class FlowsPlan(Struct, frozen=True):
    """All that the raw flows of a year are drawn from.

    `scaled` is the value that counts the rows of the flow of that name, by which the size of the whole is told.
    `figures` are told in the manifest as they are written.
    """

    year: int
    groups: tuple[Group, ...]
    values: Mapping[str, DoctorExpression]
    flows: Mapping[str, DrawnFlow]
    scaled: tuple[str, str]
    figures: Plain


def read_flows_plan(folder: Path, groups: tuple[Group, ...], flows: Mapping[str, Flow]) -> FlowsPlan:
    """The plan of a policy's folder, for doctors of these groups.

    Raises Invalid: the policy has none, it breaks its schema, or it names what is not there.
    """
    path = folder / FILE
    if not path.is_file():
        raise Invalid([Problem("no_population_flows", str(folder))])
    page = read_page(path)
    problems = check(page, "population-flows")
    if problems:
        raise Invalid(problems)
    return _Reader(Cursor.top(page), groups, flows).plan()


class _Reader:
    def __init__(self, top: Cursor, groups: tuple[Group, ...], flows: Mapping[str, Flow]) -> None:
        self.top, self.groups, self.flows = top, groups, flows
        self.values: dict[str, DoctorExpression] = {}

    def plan(self) -> FlowsPlan:
        for name, value in self.top["values"].items():
            self.values[name] = self.of_doctor(value["drawn"])
        drawn = {name: self.flow(name, one) for name, one in self.top["flows"].items()}
        scaled = self.top["scaled"]
        if scaled["flow"].text not in drawn:
            scaled["flow"].fail_name("unknown_flow", drawn)
        by = (self.value(scaled["value"]), scaled["flow"].text)
        figures = {"values": self.top.data["values"], "flows": self.top.data["flows"]}
        return FlowsPlan(int(self.top["year"].text), self.groups, self.values, drawn, by, figures)

    def of_doctor(self, cursor: Cursor) -> DoctorExpression:
        match cursor.data:
            case {"by": _}:
                return PerKind({kind: self.of_doctor(one) for kind, one in self.kinds(cursor["by"])})
            case {"pick": _}:
                return Pick(weights_of(cursor["pick"]))
            case {"from": _}:
                return days_of(cursor)
            case {"share": _, "of": _}:
                return ShareOf(self.value(cursor["of"]), points_of(cursor["share"]))
            case {"share": _}:
                return Share(points_of(cursor["share"]))
            case _:
                return Spread(points_of(cursor["spread"]))

    def kinds(self, cursor: Cursor) -> Iterable[tuple[str, Cursor]]:
        for group in self.groups:
            if not set(group.kinds) & set(cursor.data):
                cursor.fail("kind_missing", name=group.id, kinds=", ".join(group.kinds))
        return cursor.items()

    def value(self, cursor: Cursor) -> str:
        """A value that is a number, not a word."""
        numbers = [name for name, one in self.values.items() if not words_of(one)]
        if cursor.text not in numbers:
            cursor.fail_name("unknown_drawn", numbers)
        return cursor.text

    def flow(self, name: str, cursor: Cursor) -> DrawnFlow:
        if name not in self.flows:
            cursor.fail_name("unknown_flow", self.flows, name)
        flow = self.flows[name]
        common = self.columns(flow, cursor.get("columns"), {})
        parts = tuple(self.part(flow, part, one, common) for part, one in cursor["parts"].items())
        together, wrong = cursor.get("together"), cursor.get("wrong")
        return DrawnFlow(
            flow,
            parts,
            self.together(flow, together) if together else None,
            tuple(self.wrong(flow, one) for one in wrong.each()) if wrong else (),
        )

    def part(self, flow: Flow, name: str, cursor: Cursor, common: Mapping[str, RowExpression]) -> Part:
        when: dict[str, tuple[str, ...]] = {}
        for value, words in cursor["when"].items() if cursor.get("when") else ():
            if value not in self.values:
                words.fail_name("unknown_drawn", self.values, value)
            known = words_of(self.values[value])
            for one in words.each():
                if one.text not in known:
                    one.fail_name("unknown_way", known)
            when[value] = tuple(one.text for one in words.each())
        return Part(name, when, self.value(cursor["count"]), self.columns(flow, cursor.get("columns"), common))

    def columns(
        self, flow: Flow, cursor: Cursor | None, common: Mapping[str, RowExpression]
    ) -> dict[str, RowExpression]:
        """The columns written here over those of every part; each may look at those that stand before it."""
        known = [name for name in flow.columns if name not in (DOCTOR, flow.key)]
        found = dict(common)
        for name, value in cursor.items() if cursor else ():
            if name not in known:
                value.fail_name("unknown_column", known, name)
            before = list(found)
            found[name] = self.of_row(value, before[: before.index(name)] if name in found else before)
        return found

    def of_row(self, cursor: Cursor, before: list[str]) -> RowExpression:
        """An expression of a row, which may look at the columns before."""

        def inner(key: str) -> RowExpression:
            return self.of_row(cursor[key], before)

        match cursor.data:
            case {"by": _}:
                return PerKind({kind: self.of_row(one, before) for kind, one in self.kinds(cursor["by"])})
            case {"pick": _}:
                return Pick(weights_of(cursor["pick"]))
            case {"from": _}:
                return days_of(cursor)
            case {"spread": _}:
                return Spread(points_of(cursor["spread"]))
            case {"share": _}:
                return Either(self.share(cursor["share"]), inner("then"), inner("else"))
            case {"since": _}:
                return Since(self.value(cursor["since"]), inner("then"), inner("else"))
            case {"case": _}:
                words = {word: self.of_row(one, before) for word, one in cursor["words"].items()}
                return Case(self.column(cursor["case"], before), words, inner("else"))
            case {"numbered": _}:
                return Numbered(cursor["numbered"].text, self.value(cursor["to"]))
            case {"pseudonym": _}:
                return Pseudonym(self.value(cursor["among"]), cursor["pseudonym"].text)
            case _:
                return Constant(cursor.text)

    def share(self, cursor: Cursor) -> str | Fraction:
        return share_or_number(cursor.text) if cursor.text.endswith("%") else self.value(cursor)

    def column(self, cursor: Cursor, valid: Iterable[str]) -> str:
        if cursor.text not in valid:
            cursor.fail_name("unknown_column", valid)
        return cursor.text

    def together(self, flow: Flow, cursor: Cursor) -> Together:
        return Together(self.column(cursor["column"], flow.columns), share_or_number(cursor["share"].text))

    def wrong(self, flow: Flow, cursor: Cursor) -> Wrong:
        value = cursor.get("value")
        column = self.column(cursor["column"], flow.columns)
        return Wrong(column, value.text if value else None, int(cursor["per_million"].text))


def words_of(expression: DoctorExpression) -> tuple[str, ...]:
    """The words that a value of the doctor may be; none when it is a number."""
    match expression:
        case Pick(weights):
            return tuple(weights)
        case PerKind(kinds):
            return tuple(dict.fromkeys(word for one in kinds.values() for word in words_of(one)))
        case _:
            return ()
