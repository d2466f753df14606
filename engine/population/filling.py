"""A batch of doctors: what a plan draws for each of them, as the columns of each table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any as Anything

import numpy
import pyarrow as arrow
from pyarrow import compute

from engine.population.chance import MILLION, Chance, Numbers, share_of
from engine.population.plan import (
    ByKind,
    Constant,
    Days,
    Drawn,
    Expression,
    Join,
    Mapped,
    Pick,
    Plan,
    Spread,
    Template,
)
from engine.tables import ATTRIBUTES, DOCTORS, EXCLUSIONS, ITEMS, ROW, TABLES
from engine.tabular import ARROW, arrow_schema

EPOCH = date(1970, 1, 1)
FICTITIOUS = 999
"""What the number of a doctor who does not exist begins with."""
DIGITS = 7
"""The digits that tell fictitious doctors apart, between those and the check digit."""
FIRST = 1_000_000
"""The first of those numbers: those before are of the doctors written by hand."""
MOST = 10**DIGITS - FIRST
"""How many doctors a population can have."""


def doctor_numbers(first: int, count: int) -> Numbers:
    """The numbers of `count` fictitious doctors, from the one of that rank on: 999, seven digits, a check digit."""
    payload = FICTITIOUS * 10**DIGITS + FIRST + first + numpy.arange(count, dtype=numpy.int64)
    total = numpy.zeros_like(payload)
    for place in range(len(str(FICTITIOUS)) + DIGITS):
        digit = payload // 10**place % 10
        doubled = digit * 2
        total += numpy.where(place % 2 == 0, doubled // 10 + doubled % 10, digit)
    return numpy.asarray(payload * 10 + -total % 10)


def batch_tables(plan: Plan, seed: int, batch: int, first: int, count: int) -> dict[str, Anything]:
    """Every table's rows of `count` doctors, the first of them of that rank, sorted by doctor and row."""
    filling = _Filling(plan, Chance(seed, batch, count), first)
    filling.draw()
    return {table: filling.table(table) for table in TABLES}


class _Part:
    """Rows of one table that one template left: whose they are, their number, and their columns."""

    def __init__(self, doctors: Numbers, number: int, columns: Mapping[str, Anything]) -> None:
        self.doctors, self.number, self.columns = doctors, number, columns


class _Filling:
    def __init__(self, plan: Plan, chance: Chance, first: int) -> None:
        self.plan, self.chance = plan, chance
        self.numbers = arrow.array(doctor_numbers(first, chance.count)).cast(arrow.string())
        self.everyone = numpy.arange(chance.count, dtype=numpy.int64)
        self.group = chance.weighted("group", [group.weight for group in plan.groups])
        self.values: dict[str, Anything] = {}
        self.ways: dict[str, Numbers] = {}
        self.fields: dict[str, list[tuple[Numbers, Anything]]] = {}
        self.parts: dict[str, list[_Part]] = {table: [] for table in TABLES}

    def draw(self) -> None:
        """Everything that the plan draws."""
        for name in {field for group in self.plan.groups for field in group.fields}:
            texts = [group.fields.get(name) for group in self.plan.groups]
            self.fields[name] = [(self.everyone, arrow.array(texts, arrow.string()).take(arrow.array(self.group)))]
        for name, value in self.plan.values.items():
            self.values[name] = self.column(value, f"value.{name}", self.everyone, {})
        for name, value in self.plan.doctor.items():
            found = self.column(value, f"doctor.{name}", self.everyone, {})
            self.fields.setdefault(name, []).append((self.everyone, found))
        for draw in self.plan.draws:
            way = self.chosen(draw.id, draw.chances, [one.name for one in draw.ways])
            concerned = numpy.ones(self.chance.count, dtype=bool)
            for earlier, names in draw.when.items():
                before = next(one for one in self.plan.draws if one.id == earlier)
                ranks = [rank for rank, one in enumerate(before.ways) if one.name in names]
                concerned &= numpy.isin(self.ways[earlier], ranks)
            self.ways[draw.id] = numpy.where(concerned, way, -1)
            for rank, one in enumerate(draw.ways):
                doctors = numpy.flatnonzero(self.ways[draw.id] == rank)
                for name, value in one.doctor.items():
                    found = self.column(value, f"{draw.id}.{one.name}.{name}", doctors, {})
                    self.fields.setdefault(name, []).append((doctors, found))
                for template in one.rows:
                    self.row(template, doctors)

    def chosen(self, name: str, chances: Mapping[str, Mapping[str, Anything]], ways: Sequence[str]) -> Numbers:
        """The rank of a way for each doctor, by the chances of the nearest kind of the group."""
        found = numpy.zeros(self.chance.count, dtype=numpy.int64)
        for kind, members in self.by_kind(chances).items():
            names = list(chances[kind])
            ranks = numpy.array([ways.index(one) for one in names])
            drawn = ranks[self.chance.weighted(f"way.{name}", list(chances[kind].values()))]
            found[members] = drawn[members]
        return found

    def by_kind(self, kinds: Mapping[str, object]) -> dict[str, Numbers]:
        """The doctors for whom each kind is the nearest of those that are named."""
        nearest = [next(kind for kind in group.kinds if kind in kinds) for group in self.plan.groups]
        wanted = {kind: [rank for rank, one in enumerate(nearest) if one == kind] for kind in dict.fromkeys(nearest)}
        return {kind: numpy.flatnonzero(numpy.isin(self.group, ranks)) for kind, ranks in wanted.items()}

    def row(self, template: Template, doctors: Numbers) -> None:
        """The rows that a template leaves for these doctors, and those of their child tables."""
        if not len(doctors):
            return
        place = f"{template.table}.{template.number}"
        columns: dict[str, Anything] = {}
        for name, value in template.columns.items():
            columns[name] = self.column(value, f"{place}.{name}", doctors, columns)
        self.parts[template.table].append(_Part(doctors, template.number, columns))
        for name, value in template.attributes.items():
            text = self.column(value, f"{place}.attributes.{name}", doctors, columns)
            self.child(ATTRIBUTES, doctors, template, of=template.table, name=name, value=text)
        for name, value in template.exclusions.items():
            count = self.column(value, f"{place}.exclusions.{name}", doctors, columns)
            self.child(EXCLUSIONS, doctors, template, reason=name, count=count)
        for item in template.items:
            self.child(ITEMS, doctors, template, item=item)

    def child(self, table: str, doctors: Numbers, template: Template, **columns: Anything) -> None:
        filled = {
            name: _constant(value, len(doctors)) if isinstance(value, str) else value
            for name, value in columns.items()
        }
        self.parts[table].append(_Part(doctors, template.number, filled))

    def column(self, value: Expression, name: str, doctors: Numbers, row: Mapping[str, Anything]) -> Anything:
        """What an expression comes to for these doctors, as text or numbers of days or as a count."""
        match value:
            case Constant(text):
                return _constant(text, len(doctors))
            case Drawn(drawn):
                return self.values[drawn].take(arrow.array(doctors))
            case Pick(weights):
                ranks = self.chance.weighted(name, list(weights.values()))[doctors]
                return arrow.array(list(weights), arrow.string()).take(arrow.array(ranks))
            case Days(first, last):
                days = self.chance.below(name, (last - first).days + 1)[doctors] + (first - EPOCH).days
                return arrow.array(days.astype(numpy.int32)).cast(arrow.date32())
            case Spread(points, of):
                if of is None:
                    return arrow.array(self.chance.spread(name, points)[doctors])
                shares = self.chance.spread(name, points, MILLION)[doctors]
                return arrow.array(share_of(row[of].cast(arrow.int64()).to_numpy(), shares))
            case ByKind(kinds):
                return self.nearest(kinds, name, doctors, row)
            case Join(parts):
                texts = [self.column(part, f"{name}.{rank}", doctors, row) for rank, part in enumerate(parts)]
                return compute.binary_join_element_wise(*(text.cast(arrow.string()) for text in texts), "")
            case Mapped(drawn, texts, otherwise):
                found = compute.index_in(self.values[drawn].take(arrow.array(doctors)), arrow.array(list(texts)))
                options = arrow.array([*texts.values(), otherwise], arrow.string())
                return options.take(compute.fill_null(found, len(texts)))

    def nearest(
        self, kinds: Mapping[str, Expression], name: str, doctors: Numbers, row: Mapping[str, Anything]
    ) -> Anything:
        """Each doctor's own of what was drawn for every kind."""
        members = self.by_kind(kinds)
        columns = [self.column(kinds[kind], name, doctors, row) for kind in members]
        found = columns[0]
        for column, own in list(zip(columns, members.values(), strict=True))[1:]:
            found = compute.if_else(arrow.array(numpy.isin(doctors, own)), column, found)
        return found

    def table(self, table: str) -> Anything:
        """A table of what was drawn."""
        if table == DOCTORS:
            return self.doctors()
        parts = self.parts[table]
        if not parts:
            return arrow_schema(table).empty_table()
        doctors = numpy.concatenate([part.doctors for part in parts])
        rows = numpy.concatenate([numpy.full(len(part.doctors), part.number) for part in parts])
        own = {
            "doctor": self.numbers.take(arrow.array(doctors)),
            "year": arrow.repeat(arrow.scalar(self.plan.year, arrow.int64()), len(doctors)),
            ROW: arrow.array(rows),
        }
        columns = []
        for name, type in TABLES[table].items():
            chunks = [_typed(part.columns.get(name), ARROW[type], len(part.doctors)) for part in parts]
            columns.append(own[name] if name in own else arrow.concat_arrays(chunks))
        order = numpy.lexsort((rows, doctors))
        return arrow.Table.from_arrays(columns, schema=arrow_schema(table)).take(arrow.array(order))

    def doctors(self) -> Anything:
        columns = []
        for name, type in TABLES[DOCTORS].items():
            if name == "doctor":
                columns.append(self.numbers)
            elif name == "year":
                columns.append(arrow.repeat(arrow.scalar(self.plan.year, arrow.int64()), self.chance.count))
            else:
                columns.append(self.field(name, ARROW[type]))
        return arrow.Table.from_arrays(columns, schema=arrow_schema(DOCTORS))

    def field(self, name: str, type: Anything) -> Anything:
        """A field of the doctors, NULL for those whom no way gave it; of two, the later draw's."""
        given = self.fields.get(name, [])
        chunks = arrow.concat_arrays([arrow.nulls(1, type), *(_typed(found, type, 0) for _, found in given)])
        at, start = numpy.zeros(self.chance.count, dtype=numpy.int64), 1
        for doctors, _ in given:
            at[doctors] = numpy.arange(start, start + len(doctors))
            start += len(doctors)
        return chunks.take(arrow.array(at))


def _constant(text: str, count: int) -> Anything:
    return arrow.repeat(arrow.scalar(text, arrow.string()), count)


def _typed(column: Anything | None, type: Anything, count: int) -> Anything:
    return arrow.nulls(count, type) if column is None else column.cast(type)
