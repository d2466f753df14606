"""Rows with what hangs on them: the attributes of declarations and papers, and the items that papers cover.

A row is `wrong` too where what hangs on it may not read as it is; and so is what hangs on no row, which stands as a
row of its own whose other columns are NULL.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import ibis
from ibis import _

from engine.columnar.asking import NOWHERE, Term, absent, both, constant, either, sure, which
from engine.columnar.layout import DOCTOR
from engine.columnar.reading import values_of
from engine.columnar.suspects import KEY, Table, judged
from engine.columnar.vouching import NOT_FOUND
from engine.policy import Policy
from engine.tables import ATTRIBUTES, ITEMS

PARENTS = ("declarations", "documents")
"""The tables whose rows have attributes."""


class Families:
    """What hangs on rows, under policies of one year; `asked` are the attributes that are looked at, by table."""

    def __init__(self, policies: Iterable[Policy], asked: Mapping[str, Collection[str]]) -> None:
        self.policies = list(policies)
        self.year = self.policies[0].year
        self.values = values_of(ATTRIBUTES, self.policies)
        self.asked = {table: [*names, *(NOT_FOUND if table == "documents" else ())] for table, names in asked.items()}

    def with_attributes(self, rows: Table, tables: Mapping[str, Table], table: str) -> Table:
        """The rows of a table with those of their attributes that are looked at, as `a_NAME`, held as by `values`."""
        names = self.asked[table]
        own = judged(tables[ATTRIBUTES].filter(_.of == table), ATTRIBUTES, self.policies, self.year)
        held = {f"a_{name}": self._value(name).max() for name in names}
        number = sure(_.name.isin(names)).sum()
        grouped = own.group_by(KEY).aggregate(number=number, wrongs=_.wrong.sum(), **held)
        none, one = (constant(number, "int64") for number in range(2))
        found = sum((which((_[name].notnull(), one), otherwise=none) for name in held), none)
        several = both(_.year <= self.year, _.number != found)
        hanging = grouped.mutate(wrongs=either(_.wrongs > 0, several)).drop("number")
        twice = [both(_[name].notnull(), _[f"a_{name}"].notnull()) for name in NOT_FOUND if name in names]
        return _met(rows, hanging, *twice)

    def papers(self, rows: Table, tables: Mapping[str, Table]) -> Table:
        """Each paper with its attributes, once for each item that it `covers`."""
        items = judged(tables[ITEMS], ITEMS, self.policies, self.year)
        named = items.select(*KEY, covers="item", wrongs="wrong")
        return _met(self.with_attributes(rows, tables, "documents"), named, _.covers.isnull())

    def _value(self, name: str) -> Term:
        """The value of an attribute, where a row of attributes is of it."""
        if name in NOT_FOUND:
            return only(_.name == name, constant(NOWHERE), "date")
        return only(_.name == name, _[self.values.column(name)], self.values.known[name].dtype)


def _met(rows: Table, hanging: Table, *wrong: Term) -> Table:
    """Rows and what hangs on them, `wrong` where either is, where something hangs on nothing, or as told besides."""
    renamed = hanging.rename({f"{name}_": name for name in KEY})
    met = rows.outer_join(renamed, [rows[name] == renamed[f"{name}_"] for name in KEY])
    met = met.mutate(doctor=ibis.coalesce(_[DOCTOR], _[f"{DOCTOR}_"]))
    bad = either(_.wrong.fill_null(True), sure(_.wrongs), *wrong)
    return met.mutate(wrong=bad).drop("wrongs", *(f"{name}_" for name in KEY))


def only(here: Term, term: Term, dtype: str) -> Term:
    """A value where a condition holds: engines gather that much faster than they gather some rows alone."""
    return which((here, term), otherwise=absent(dtype))
