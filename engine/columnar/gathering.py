"""The rows of many things gathered, one row a doctor: how many there are of each thing, and what its row holds.

Several values of a row go into one whole number, some bits each, which engines gather in the time of one value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any as Anything

from ibis import _
from msgspec import Struct

from engine.columnar.asking import ZERO, Term, absent, constant, sure, which
from engine.columnar.held import BITS, LESS
from engine.columnar.layout import DOCTOR
from engine.columnar.reading import Reading

SHIFT = 1 - LESS
"""What makes the least number that is held 1: 0 stands for NULL."""


class HeldField(Struct, frozen=True):
    """A field of rows that is looked at, and how it is held."""

    name: str
    reading: Reading


class Thing(Struct, frozen=True):
    """What a row may be of: the column that counts such rows, when a row is one, the columns its fields become.

    Where there are several rows, columns hold what one of them says.
    """

    number: str
    here: Term
    fields: Mapping[str, HeldField]


class Place(Struct, frozen=True):
    """Where the numbers of a field stand: the column, and some of its bits."""

    column: str
    first: int
    bits: int

    def put(self, held: Term) -> Term:
        """What a number adds to the column."""
        return (held + SHIFT).fill_null(0) * constant(2**self.first, "int64")

    def taken(self, column: Term) -> Term:
        """The number that was put there."""
        mine = column & constant((2**self.bits - 1) * 2**self.first, "int64")
        return mine.nullif(0) // constant(2**self.first, "int64") - SHIFT


class Gathering(Struct, frozen=True, dict=True):
    """The things that the rows of a table are gathered by."""

    things: Sequence[Thing]

    @cached_property
    def fields(self) -> list[HeldField]:
        """The fields of all the things, those of most things first: what is looked at together shares a number."""
        uses = Counter(field for thing in self.things for field in thing.fields.values())
        return [field for field, _times in uses.most_common()]

    @cached_property
    def places(self) -> Mapping[HeldField, Place]:
        """Where the fields stand that are held as numbers."""
        places: dict[HeldField, Place] = {}
        word = used = 0
        for field in self.fields:
            if not field.reading.numbered:
                continue
            bits = (field.reading.most + SHIFT).bit_length()
            if used + bits > BITS:
                word, used = word + 1, 0
            places[field] = Place(f"word_{word}", used, bits)
            used += bits
        return places

    @cached_property
    def texts(self) -> Mapping[HeldField, str]:
        """The columns of those held as texts."""
        return {field: f"text_{n}" for n, field in enumerate(self.fields) if not field.reading.numbered}

    def packed(self, held: Mapping[HeldField, Term]) -> dict[str, Term]:
        """The columns of rows that hold these fields, each as it is held; of no others."""
        columns = {self.texts[field]: term for field, term in held.items() if field in self.texts}
        for field, term in held.items():
            if place := self.places.get(field):
                columns[place.column] = columns.get(place.column, ZERO) + place.put(term)
        return columns

    def gathered(self, rows: Anything, **more: Term) -> tuple[Anything, dict[str, Term]]:
        """One row a doctor, of rows that have the columns `packed`, with `more` of each.

        And, by column, how each field is taken out of it, wherever that table is joined to.
        """
        flagged = rows.mutate(**{f"is_{thing.number}": sure(thing.here) for thing in self.things})
        # Of what rows cannot tell, nothing is known.
        types = dict.fromkeys(self.texts.values(), "string") | {one.column: "int64" for one in self.places.values()}
        flagged = flagged.mutate(**{name: absent(type) for name, type in types.items() if name not in rows.columns})
        found, columns = dict(more), dict[str, Term]()
        for thing in self.things:
            here = _[f"is_{thing.number}"]
            found[thing.number] = here.sum()
            for column, field in thing.fields.items():
                if text := self.texts.get(field):
                    found[column] = only(here, _[text], "string").max()
                    columns[column] = _[column]
                else:
                    place = self.places[field]
                    word = f"{place.column}_{thing.number}"
                    found[word] = only(here, _[place.column], "int64").max()
                    columns[column] = place.taken(_[word])
        return flagged.group_by(DOCTOR).aggregate(**found), columns


def only(here: Term, term: Term, dtype: str) -> Term:
    """A value where a condition holds: engines gather that much faster than they gather some rows alone."""
    return which((here, term), otherwise=absent(dtype))
