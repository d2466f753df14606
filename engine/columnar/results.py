"""What the engine gives back, and the two tables that it comes to.

Inside the engine columns have short names and whole numbers for words and amounts; here each gets its own name, its
words and its hundredths, in the schema of `layout`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any as Anything

import numpy
import pyarrow as arrow
from msgspec import Struct
from pyarrow import compute

from engine.columnar.asking import Term
from engine.columnar.bits import bits, columns_of, marks
from engine.columnar.held import TRUTH, day_number
from engine.columnar.layout import (
    AMOUNT,
    BOUNDS,
    DOCTOR,
    READINGS,
    VOUCHED,
    WORD,
    coded,
    doctors_schema,
    nodes_schema,
)
from engine.policy import Policy

SIGN = 63
EPOCH = day_number(date(1970, 1, 1))
"""The day from which Arrow counts."""
MATTER = "m"
"""What the names of the columns begin with that tell which readings matter."""


class Results(Struct, frozen=True):
    """Rows of the two tables, in one order, and of each whether its doctor is vouched for; other rows say nothing.

    To pick rows takes as long as to make them: whoever puts several results together picks them once, at the end.
    """

    every_doctor: Anything
    every_node: Anything
    sure: Anything

    @property
    def doctors(self) -> Anything:
        """The rows of the table of doctors, of those vouched for."""
        return self.every_doctor.filter(self.sure)

    @property
    def nodes(self) -> Anything:
        """The rows of the table of conditions, of the same."""
        return self.every_node.filter(self.sure)

    @property
    def singly(self) -> list[str]:
        """The numbers of the others, to be decided singly."""
        return sorted(self.every_doctor[DOCTOR].filter(compute.invert(self.sure)).to_pylist())


class Outputs(Struct):
    """The columns that the engine is asked for: by the name they have in a table of results, the short one."""

    terms: dict[str, Term]
    doctors: dict[str, str]
    nodes: dict[str, str]
    readings: list[str] | None

    @classmethod
    def nothing(cls) -> Outputs:
        return cls({}, {}, {}, None)

    def doctor(self, name: str, term: Term) -> None:
        """One more column of the table of doctors."""
        self.doctors[name] = self._short(term)

    def node(self, name: str, term: Term) -> None:
        """One more column of the table of conditions."""
        self.nodes[name] = self._short(term)

    def amount(self, name: str, bounds: Iterable[Term]) -> None:
        """The two columns of an amount in hundredths."""
        for bound, term in zip(BOUNDS, bounds, strict=True):
            self.doctor(f"{name}.{bound}", term)

    def matter(self, differs: Mapping[str, Term]) -> None:
        """Which readings would change the decision."""
        self.readings = sorted(differs)
        self.terms |= marks(bits(MATTER, self.readings), (differs[name] for name in self.readings))

    def _short(self, term: Term) -> str:
        # The same expression asked for twice is fetched once.
        for name, other in self.terms.items():
            if other is term:
                return name
        name = f"r{len(self.terms)}"
        self.terms[name] = term
        return name


def read_results(policy: Policy, found: Anything, outputs: Outputs, among: Anything | None = None) -> Results:
    """The tables of results, from the rows of `Columns.expression` as an Arrow table; `among`: of those doctors."""
    sure = found.column(VOUCHED)
    sure = sure if among is None else compute.and_(sure, compute.is_in(found.column(DOCTOR), among))
    words = {READINGS: _readings(found, outputs.readings)}
    doctors = _table(doctors_schema(policy), found, outputs.doctors, words)
    return Results(doctors, _table(nodes_schema(policy), found, outputs.nodes, {}), sure)


def _table(schema: Anything, found: Anything, names: Mapping[str, str], others: Mapping[str, Anything]) -> Anything:
    columns = []
    for field in schema:
        if field.name in others:
            columns.append(others[field.name])
            continue
        column = found.column(names.get(field.name, field.name))
        columns.append(_as(column, field))
    return arrow.table(columns, schema=schema)


def _as(column: Anything, field: Anything) -> Anything:
    """A column in the type it has in the table."""
    if field.type == WORD:
        return coded(column.cast(arrow.int8()).combine_chunks(), field.name)
    if field.type == AMOUNT:
        return _decimals(column)
    return typed(column, field.type)


def typed(column: Anything, type: Anything) -> Anything:
    """A column in a type: what is true or false, and days, may be held as whole numbers."""
    if column.type == type or not arrow.types.is_integer(column.type):
        return column.cast(type)
    if arrow.types.is_boolean(type):
        return compute.equal(column, TRUTH.index("true"))
    if arrow.types.is_date(type):
        return compute.subtract(column, EPOCH).cast(arrow.int32()).cast(type)
    return column.cast(type)


def _decimals(hundredths: Anything) -> Anything:
    """Whole hundredths as decimals: a decimal of Arrow is its unscaled number, in two words of 64 bits."""
    words = numpy.empty((len(hundredths), 2), dtype="<i8")
    words[:, 0] = hundredths.to_numpy()
    words[:, 1] = words[:, 0] >> SIGN
    return arrow.Array.from_buffers(AMOUNT, len(hundredths), [None, arrow.py_buffer(words)])


def _readings(found: Anything, readings: list[str] | None) -> Anything:
    """The readings told by each row's bits, parted by spaces; most rows have one of a few sets."""
    if readings is None:
        return arrow.nulls(found.num_rows, arrow.string())
    # To begin with nothing keeps the rows that have no readings at all: joining would drop them.
    told = [arrow.repeat("", found.num_rows)]
    bit_of = dict(zip(readings, bits(MATTER, readings), strict=True))
    for column in columns_of(bit_of.values()):
        mine = [(reading, bit.place) for reading, bit in bit_of.items() if bit.column == column]
        masks = found.column(column).combine_chunks().dictionary_encode()
        sets = [[reading for reading, place in mine if mask >> place & 1] for mask in masks.dictionary.to_pylist()]
        told.append(arrow.array([" ".join(some) or None for some in sets], arrow.string()).take(masks.indices))
    return compute.utf8_ltrim_whitespace(compute.binary_join_element_wise(*told, " ", null_handling="skip"))
