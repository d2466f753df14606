"""What a population is drawn from: `population.yaml` of a policy, read and checked.

Groups of doctors with their weights, then draws. A draw gives each doctor concerned one of several ways, and a way
says what it leaves in the dossier. What is left as text is an expression: a constant, or something drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Final

from msgspec import Struct

from engine.cursor import Cursor, parse_day
from engine.dossier import DOCTOR_FIELDS
from engine.problems import Invalid, Problem
from engine.schema import check
from engine.tables import ROWS
from engine.yamltext import Plain, read_page

FILE: Final = "population.yaml"
EVERYONE: Final = "all"
"""The kind that every doctor is of."""


class Constant(Struct, frozen=True):
    """The same text for all."""

    text: str


class Drawn(Struct, frozen=True):
    """What was drawn for the doctor under `values`."""

    name: str


class Pick(Struct, frozen=True):
    """One of some texts, by weight."""

    weights: Mapping[str, Fraction]


class Days(Struct, frozen=True):
    """A day from the first to the last, all as likely."""

    first: date
    last: date


class Spread(Struct, frozen=True):
    """A number: so many doctors in a hundred stand below each value, and evenly between two.

    With `of`, the values are shares of another column of the row.
    """

    points: tuple[tuple[Fraction, Fraction], ...]
    of: str | None = None


class ByKind(Struct, frozen=True):
    """An expression for each kind of doctor."""

    kinds: Mapping[str, Expression]


class Join(Struct, frozen=True):
    """Texts one after the other."""

    parts: tuple[Expression, ...]


class Mapped(Struct, frozen=True):
    """What a table gives for the value drawn for the doctor."""

    name: str
    texts: Mapping[str, str]
    otherwise: str


Expression = Constant | Drawn | Pick | Days | Spread | ByKind | Join | Mapped


class Template(Struct, frozen=True):
    """A row that a way leaves: its table, its number there, its columns, and those of its child tables."""

    table: str
    number: int
    columns: Mapping[str, Expression]
    attributes: Mapping[str, Expression]
    exclusions: Mapping[str, Expression]
    items: tuple[str, ...]


class Way(Struct, frozen=True):
    """What one outcome of a draw leaves: fields of the doctor, and rows."""

    name: str
    doctor: Mapping[str, Expression]
    rows: tuple[Template, ...]


class Draw(Struct, frozen=True):
    """Who is concerned (the ways that earlier draws gave them), how likely each way is by kind, and the ways."""

    id: str
    when: Mapping[str, tuple[str, ...]]
    chances: Mapping[str, Mapping[str, Fraction]]
    ways: tuple[Way, ...]


class Group(Struct, frozen=True):
    """Doctors of one sort: how many there are beside the others, their kinds, nearest first, and their fields."""

    id: str
    weight: Fraction
    kinds: tuple[str, ...]
    fields: Mapping[str, str]


class Plan(Struct, frozen=True):
    """All that a population of a year is drawn from; `figures` are told in its manifest as they are written."""

    year: int
    groups: tuple[Group, ...]
    values: Mapping[str, Expression]
    doctor: Mapping[str, Expression]
    draws: tuple[Draw, ...]
    figures: Plain


def planned(folders: Mapping[int, Path], year: int | None) -> Path:
    """The folder of the year, or of the last that has a plan. Raises Invalid when there is no such year."""
    if year is not None and year not in folders:
        details = {"name": str(year), "valid": ", ".join(map(str, folders))}
        raise Invalid([Problem("unknown_year", details=details)])
    if year is not None:
        return folders[year]
    known = [folder for folder in folders.values() if (folder / FILE).is_file()]
    return known[-1] if known else [*folders.values()][-1]


def read_plan(folder: Path) -> Plan:
    """The plan of a policy's folder.

    Raises Invalid: the policy has none, it breaks its schema, or it names what is not there.
    """
    path = folder / FILE
    if not path.is_file():
        raise Invalid([Problem("no_population", str(folder))])
    page = read_page(path)
    problems = check(page, "population")
    if problems:
        raise Invalid(problems)
    return _Reader(Cursor.top(page)).plan()


class _Reader:
    def __init__(self, top: Cursor) -> None:
        self.top = top
        self.groups: tuple[Group, ...] = ()
        self.values: dict[str, Expression] = {}
        self.draws: dict[str, Draw] = {}
        self.numbers = dict.fromkeys(ROWS, 0)

    def plan(self) -> Plan:
        self.groups = tuple(self.group(name, one) for name, one in self.top["groups"].items())
        for name, value in self.top["values"].items():
            self.values[name] = self.expression(value)
        self.check_names(self.top["doctor"], ["name", *DOCTOR_FIELDS])
        doctor = self.expressions(self.top["doctor"])
        for name, value in self.top["draws"].items():
            self.draws[name] = self.draw(name, value)
        data = self.top.data
        figures = {
            "targets": data["targets"],
            "groups": {name: _told(one, "weight") for name, one in data["groups"].items()},
            "values": {"basis": "assumed", **data["values"]},
            "draws": {
                name: {**_told(one, "when", "chances"), "spreads": dict(_spreads(one["ways"], ()))}
                for name, one in data["draws"].items()
            },
        }
        year = int(self.top["year"].text)
        return Plan(year, self.groups, self.values, doctor, tuple(self.draws.values()), figures)

    def group(self, name: str, cursor: Cursor) -> Group:
        fields = {key: value.text for key, value in cursor["fields"].items()}
        self.check_names(cursor["fields"], DOCTOR_FIELDS)
        kinds = tuple(kind.text for kind in cursor["kinds"].each())
        return Group(name, Fraction(cursor["weight"].text), (*kinds, EVERYONE), fields)

    def draw(self, name: str, cursor: Cursor) -> Draw:
        when = {}
        for earlier, ways in cursor["when"].items() if cursor.get("when") else ():
            if earlier not in self.draws:
                ways.fail_name("unknown_draw", self.draws, earlier)
            known = [way.name for way in self.draws[earlier].ways]
            for one in ways.each():
                if one.text not in known:
                    one.fail_name("unknown_way", known)
            when[earlier] = tuple(one.text for one in ways.each())
        # A way may leave nothing: its value is empty.
        own = tuple(self.way(way, cursor["ways"].get(way)) for way in cursor["ways"].data)
        chances = {kind: weights_of(one) for kind, one in cursor["chances"].items()}
        for kind in cursor["chances"].data:
            self.check_names(cursor["chances"][kind], [way.name for way in own], "unknown_way")
        self.check_kinds(cursor["chances"])
        return Draw(name, when, chances, own)

    def way(self, name: str, cursor: Cursor | None) -> Way:
        if cursor is None:
            return Way(name, {}, ())
        doctor = cursor.get("doctor")
        if doctor:
            self.check_names(doctor, DOCTOR_FIELDS)
        rows = [self.row(table, row) for table, rows in cursor.items() if table in ROWS for row in rows.each()]
        return Way(name, self.expressions(doctor), tuple(rows))

    def row(self, table: str, cursor: Cursor) -> Template:
        self.numbers[table] += 1
        children = ("attributes", "exclusions", "items")
        own = {name: value for name, value in cursor.items() if name not in children}
        for name, value in own.items():
            if name not in ROWS[table]:
                value.fail_name("unknown_column", ROWS[table], name)
        columns = {name: self.expression(value) for name, value in own.items()}
        for name, expression in columns.items():
            shares = expression.kinds.values() if isinstance(expression, ByKind) else [expression]
            for one in shares:
                # A share is taken of a column that is drawn before it.
                if isinstance(one, Spread) and one.of and one.of not in [*columns][: [*columns].index(name)]:
                    own[name].fail_name("unknown_column", columns, one.of)
        items = cursor.get("items")
        return Template(
            table=table,
            number=self.numbers[table],
            columns=columns,
            attributes=self.expressions(cursor.get("attributes")),
            exclusions=self.expressions(cursor.get("exclusions")),
            items=tuple(item.text for item in items.each()) if items else (),
        )

    def expressions(self, cursor: Cursor | None) -> dict[str, Expression]:
        return {name: self.expression(value) for name, value in cursor.items()} if cursor else {}

    def expression(self, cursor: Cursor) -> Expression:
        match cursor.data:
            case {"value": _}:
                return Drawn(self.known(cursor["value"]))
            case {"pick": _}:
                return Pick(weights_of(cursor["pick"]))
            case {"from": _, "to": _}:
                return days_of(cursor)
            case {"spread": _}:
                of = cursor.get("of")
                return Spread(points_of(cursor["spread"]), of.text if of else None)
            case {"by": _}:
                self.check_kinds(cursor["by"])
                return ByKind({kind: self.expression(one) for kind, one in cursor["by"].items()})
            case {"join": _}:
                return Join(tuple(self.expression(part) for part in cursor["join"].each()))
            case {"map": _}:
                texts = {key: text.text for key, text in cursor["to"].items()}
                return Mapped(self.known(cursor["map"]), texts, cursor["else"].text)
            case _:
                return Constant(cursor.text)

    def known(self, cursor: Cursor) -> str:
        if cursor.text not in self.values:
            cursor.fail_name("unknown_drawn", self.values)
        return cursor.text

    def check_names(
        self, cursor: Cursor, valid: Mapping[str, object] | list[str], code: str = "unknown_field"
    ) -> None:
        for name, value in cursor.items():
            if name not in valid:
                value.fail_name(code, valid, name)

    def check_kinds(self, cursor: Cursor) -> None:
        """Every group finds something that is written by kind."""
        for group in self.groups:
            if not set(group.kinds) & set(cursor.data):
                cursor.fail("kind_missing", name=group.id, kinds=", ".join(group.kinds))


EVERYBODY = 100


def days_of(cursor: Cursor) -> Days:
    """The days written `{ from: …, to: … }`. Raises Invalid when they go back."""
    first, last = parse_day(cursor["from"]), parse_day(cursor["to"])
    if last < first:
        cursor["to"].fail("days_backwards", first=first.isoformat(), last=last.isoformat())
    return Days(first, last)


def points_of(cursor: Cursor) -> tuple[tuple[Fraction, Fraction], ...]:
    """The points of a spread, from nobody to everybody. Raises Invalid when one goes back."""
    points = tuple((Fraction(share), share_or_number(value.text)) for share, value in cursor.items())
    shares = [share for share, _ in points]
    rising = all(one < after for one, after in pairwise(shares))
    if not rising or shares[0] != 0 or shares[-1] != EVERYBODY or min(value for _, value in points) < 0:
        cursor.fail("bad_spread")
    return points


def weights_of(cursor: Cursor) -> dict[str, Fraction]:
    """How likely each of some texts is beside the others. Raises Invalid when none is."""
    found = {name: Fraction(weight.text) for name, weight in cursor.items()}
    if not any(found.values()):
        cursor.fail("no_weight")
    return found


def share_or_number(text: str) -> Fraction:
    """`70 %` as a share of one, or a number as it is."""
    return Fraction(text.removesuffix("%").strip()) / (EVERYBODY if text.endswith("%") else 1)


def _told(one: Plain, *keys: str) -> Plain:
    return {key: one[key] for key in (*keys, "basis", "source") if key in one}


def _spreads(data: Plain, path: tuple[str, ...]) -> Iterator[tuple[str, Plain]]:
    """Every spread within some data, by its place."""
    match data:
        case {"spread": spread}:
            yield ".".join(path), spread
        case dict():
            for key, value in data.items():
                yield from _spreads(value, (*path, key))
        case list():
            for index, value in enumerate(data):
                yield from _spreads(value, (*path, str(index)))
        case _:
            pass
