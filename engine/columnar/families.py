"""Rows with what hangs on them: the attributes of declarations and papers, and the items that papers cover.

A row is `wrong` too where what hangs on it may not read as it is; and so is what hangs on no row, which stands as a
row of its own whose other columns are NULL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import ibis
from ibis import _

from engine.columnar.asking import ZERO, Term, added, both, constant, either, sure, which
from engine.columnar.bits import Bit, bits, columns_of
from engine.columnar.gathering import Gathering, HeldField, only
from engine.columnar.held import LESS
from engine.columnar.layout import DOCTOR
from engine.columnar.reading import values_of
from engine.columnar.suspects import KEY, Table, judged
from engine.columnar.vouching import NOT_FOUND
from engine.policy import Policy
from engine.tables import ATTRIBUTES, ITEMS

PARENTS = ("declarations", "documents")
"""The tables whose rows have attributes."""
BESIDE = "a_"
"""What the name of a column begins with that attributes add to."""


class Families:
    """What hangs on rows, under policies of one year; `gatherings` tell, by table, what is looked at of it."""

    def __init__(self, policies: Iterable[Policy], gatherings: Mapping[str, Gathering]) -> None:
        self.policies, self.gatherings = list(policies), gatherings
        self.year = self.policies[0].year
        self.values = values_of(ATTRIBUTES, self.policies)
        self.asked = {table: self._asked(table) for table in PARENTS}

    def _asked(self, table: str) -> list[str]:
        """The attributes of which it is found here whether rows are said to have them once."""
        looked = {field.name for field in self.gatherings[table].fields}
        return [*sorted(looked & self.values.known.keys()), *(NOT_FOUND if table == "documents" else ())]

    def with_attributes(self, rows: Table, tables: Mapping[str, Table], table: str) -> Table:
        """The rows of a table, which are `packed`, and packed with them what is looked at of their attributes."""
        gathering, names = self.gatherings[table], self.asked[table]
        told, values = bits("said", names), dict(self._values(gathering, names))
        own = judged(tables[ATTRIBUTES].filter(_.of == table), ATTRIBUTES, self.policies, self.year)
        said = {column: self._said(told, column).bit_or() for column in columns_of(told)}
        beside = {f"{BESIDE}{column}": term for column, term in values.items()}
        number = sure(_.name.isin(names)).sum()
        grouped = own.group_by(KEY).aggregate(number=number, wrongs=_.wrong.sum(), **said, **beside)
        once = added((_set(bit) for bit in told), ZERO)
        several = both(_.year <= self.year, _.number != once)
        hanging = grouped.mutate(wrongs=either(_.wrongs > 0, several)).drop("number")
        twice = [both(_[bit.of].notnull(), _set(bit) == 1) for bit in told if bit.of in NOT_FOUND]
        met = _met(rows, hanging, *twice).drop(*said)
        return met.mutate(**{column: _with_beside(met, column) for column in values})

    def papers(self, rows: Table, tables: Mapping[str, Table]) -> Table:
        """Each paper with its attributes, once for each item that it `covers`."""
        items = judged(tables[ITEMS], ITEMS, self.policies, self.year)
        named = items.select(*KEY, covers="item", wrongs="wrong")
        return _met(self.with_attributes(rows, tables, "documents"), named, _.covers.isnull())

    def _said(self, told: Iterable[Bit], column: str) -> Term:
        """The bit of the attribute that a row gives a value of."""
        mine = [(_.name == bit.of, bit.alone) for bit in told if bit.column == column]
        return which((_.value.isnull(), ZERO), *mine, otherwise=ZERO)

    def _values(self, gathering: Gathering, names: Iterable[str]) -> Iterator[tuple[str, Term]]:
        """The columns that the values of these attributes are packed in."""
        mine = [field for field in gathering.fields if field.name in names]
        words: dict[str, list[tuple[Term, Term]]] = {}
        for field in mine:
            if place := gathering.places.get(field):
                words.setdefault(place.column, []).append((_.name == field.name, place.put(self._value(field))))
            else:
                held = self._value(field)
                yield gathering.texts[field], only(_.name == field.name, held, "string").max()
        yield from ((column, which(*puts, otherwise=ZERO).bit_or()) for column, puts in words.items())

    def _value(self, field: HeldField) -> Term:
        """What a row of attributes gives a field; of a date that columns have too, that it was not found."""
        return constant(LESS, "int64") if field.name in NOT_FOUND else _[self.values.column(field.name)]


def _set(bit: Bit) -> Term:
    """1 where a bit is set, else 0."""
    return which(((_[bit.column] & bit.alone) != 0, constant(1)), otherwise=constant(0))


def _with_beside(rows: Table, column: str) -> Term:
    """A column of rows with what their attributes add to it."""
    beside = rows[f"{BESIDE}{column}"]
    return rows[column].fill_null(0) + beside.fill_null(0) if column in rows.columns else beside


def _met(rows: Table, hanging: Table, *wrong: Term) -> Table:
    """Rows and what hangs on them, `wrong` where either is, where something hangs on nothing, or as told besides."""
    renamed = hanging.rename({f"{name}_": name for name in KEY})
    met = rows.outer_join(renamed, [rows[name] == renamed[f"{name}_"] for name in KEY])
    met = met.mutate(doctor=ibis.coalesce(_[DOCTOR], _[f"{DOCTOR}_"]))
    bad = either(_.wrong.fill_null(True), sure(_.wrongs), *wrong)
    return met.mutate(wrong=bad).drop("wrongs", *(f"{name}_" for name in KEY))
