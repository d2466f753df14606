"""Rows of tables as they stood at the end of a day: which were known by then, and which others had replaced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import ibis
from ibis import _
from msgspec import Struct

from engine.columnar.asking import both, constant, either, sure
from engine.columnar.layout import DOCTOR
from engine.columnar.suspects import Table, judged
from engine.columnar.vouching import REPLACED
from engine.dossier import RowType
from engine.policy import Policy
from engine.standing import FILED_BY


class Known(Struct, frozen=True):
    """The tables of dossiers, under policies of one year, at the end of a day."""

    tables: Mapping[str, Table]
    policies: tuple[Policy, ...]
    as_of: date

    def rows(self, type: RowType, *, earlier: bool = False) -> Table:
        """The rows of a table, `judged`, and whether each was `known` by the end of the day, and is not replaced.

        Known are rows of the campaign (`earlier`: and of those before).
        """
        table, filed, year = f"{type}s", FILED_BY.get(type), self.policies[0].year
        day = ibis.coalesce(_.recorded_on, _[filed]) if filed else _.recorded_on
        campaign = _.year <= year if earlier else _.year == year
        known = sure(both(campaign, either(day.isnull(), day <= self.as_of)))
        rows = judged(self.tables[table], table, self.policies, year).mutate(known=known)
        if table not in REPLACED:
            return rows
        replacing = rows.filter(_.known, _.supersedes.notnull())
        replaced = replacing.select(DOCTOR, "year", id="supersedes", replaced=constant(True)).distinct()
        told = joined(rows, replaced, [DOCTOR, "year", "id"])
        return told.mutate(known=both(_.known, _.replaced.isnull())).drop("replaced")

    def in_force(self, day: date | None) -> Table:
        """The places of practice in force on a day (None: that of the decision)."""
        on = day or self.as_of
        inside = [either(_["from"].isnull(), _["from"] <= on), either(_.to.isnull(), _.to >= on)]
        return self.rows("location").filter(_.known, *inside)


def joined(one: Table, other: Table, keys: Iterable[str]) -> Table:
    """The rows of one table, with the columns of another where it has them."""
    shared = list(keys)
    renamed = other.rename({f"{name}_": name for name in shared})
    return one.left_join(renamed, [one[name] == renamed[f"{name}_"] for name in shared]).drop(
        *(f"{name}_" for name in shared)
    )


def beside(one: Table, other: Table) -> Table:
    """What two tables say of each doctor of the first."""
    return joined(one, other, [DOCTOR])
