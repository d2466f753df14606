"""The doctors whose rows may not read as they are: the reader of dossiers must look at them, one by one.

Each check is sufficient, none is necessary; whoever fails none surely has a well-formed dossier. What a row says by
itself is told beside it, as `wrong`, and gathered with everything else that is looked at (`gathering`); what takes
other groupings gives the numbers of those who fail, seldom many.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any as Anything

import ibis
from ibis import _

from engine.columnar.asking import Term, both, constant, either, sure
from engine.columnar.layout import DOCTOR
from engine.columnar.reading import values_of
from engine.columnar.vouching import REPLACED, vouched
from engine.policy import Policy
from engine.tables import ATTRIBUTES, DOCTORS, EXCLUSIONS, ROW, ROWS

Table = Anything
"""An Ibis table."""
MOST_ROWS = 10_000
"""The rows of one table that the schema of a dossier lets a campaign have: columns take no more of all campaigns."""
KEY = (DOCTOR, "year", ROW)
OWN = (DOCTORS, "locations", EXCLUSIONS)
"""The tables that nothing else gathers whole."""


def judged(rows: Table, table: str, policies: Iterable[Policy], year: int) -> Table:
    """Rows of a table with its `values_of`, `wrong` where one may not read as it is; never NULL."""
    known = list(policies)
    return rows.mutate(**values_of(table, known).read).mutate(wrong=~vouched(table, known, year))


def doubtful() -> Term:
    """Whether any row of a group is wrong, or there are too many for a dossier."""
    return either(_.wrong.sum() > 0, _.count() > MOST_ROWS)


def suspects(
    tables: Mapping[str, Table], asked: Mapping[str, Collection[str]], policies: Iterable[Policy], year: int
) -> Table:
    """The doctors of whom rows are wrong together: `doctor`, and `suspect`, which is true.

    `asked` are the attributes, by table, that are found to be said once where they are gathered (`families`).
    """
    known = list(policies)
    failed = [judged(tables[table], table, known, year).filter(_.wrong).select(DOCTOR) for table in OWN]
    failed += [*_attributes(tables[ATTRIBUTES], asked, year), *_numbered(tables, asked), _same_ids(tables)]
    failed += [_exclusions(tables, known, year), *_replaced(tables), *_campaigns(tables, year)]
    failed += [
        tables["locations"].group_by(DOCTOR).having(_.count() > MOST_ROWS).aggregate(n=_.count()).select(DOCTOR)
    ]
    return ibis.union(*failed, distinct=True).mutate(suspect=constant(True))


def _attributes(attributes: Table, asked: Mapping[str, Collection[str]], year: int) -> Iterator[Table]:
    """Attributes that nothing asks for, said twice; those of no table that has any."""
    found = either(*(both(_.of == table, _.name.isin(sorted(names))) for table, names in asked.items()))
    others = attributes.filter(~sure(both(found, _.year <= year)))
    said = others.group_by(*KEY, "of", "name").aggregate(count=_.count())
    yield said.filter(either(_["count"] > 1, ~sure(_.of.isin(list(asked))))).select(DOCTOR)


def _numbered(tables: Mapping[str, Table], parents: Iterable[str]) -> Iterator[Table]:
    """Rows that may have children, and the number of another."""
    for table in parents:
        alike = tables[table].filter(_[ROW].notnull()).group_by(KEY).having(_.count() > 1)
        yield alike.aggregate(count=_.count()).select(DOCTOR)


def _campaigns(tables: Mapping[str, Table], year: int) -> Iterator[Table]:
    """Other campaigns that a doctor has twice, or of which there are rows though he does not have it.

    Of the year's own, `spread` counts; and of whoever does not have that one, nothing is decided.
    """
    had = tables[DOCTORS].filter(_.year != year)
    yield had.group_by(DOCTOR, "year").having(_.count() > 1).aggregate(count=_.count()).select(DOCTOR)
    others = ibis.union(*(tables[table].filter(_.year != year).select(DOCTOR, "year") for table in ROWS))
    yield others.anti_join(had, [DOCTOR, "year"]).select(DOCTOR)


def _replaced(tables: Mapping[str, Table]) -> Iterator[Table]:
    """Rows that replace one that is not there."""
    for table in REPLACED:
        ids = tables[table].filter(_.id.notnull()).select(DOCTOR, "year", supersedes="id")
        yield (
            tables[table].filter(_.supersedes.notnull()).anti_join(ids, [DOCTOR, "year", "supersedes"]).select(DOCTOR)
        )


def _exclusions(tables: Mapping[str, Table], policies: list[Policy], year: int) -> Table:
    """Exclusions of no measure or of two, given twice, or under a reason that the measure does not have."""
    measures = tables["measures"].select(*KEY, "measure")
    common = [
        both(_.measure == name, _.reason.isin(sorted(reasons)))
        for name in policies[0].vocabulary.measures
        if (
            reasons := set.intersection(
                *(set(p.vocabulary.measures[name].exclusions) for p in policies if name in p.vocabulary.measures)
            )
        )
    ]
    fits = both(_.measure.notnull(), _.reason.notnull(), _["count"].notnull(), either(_.year != year, *common))
    joined = tables[EXCLUSIONS].left_join(measures, KEY).mutate(wrong=~sure(fits))
    given = joined.group_by(*KEY, "reason").aggregate(bad=either(_.wrong.sum() > 0, _.count() > 1))
    return given.filter(_.bad).select(DOCTOR)


def _same_ids(tables: Mapping[str, Table]) -> Table:
    """Rows of one campaign that bear the same id."""
    named = ibis.union(*(tables[table].filter(_.id.notnull()).select(DOCTOR, "year", "id") for table in ROWS))
    return named.group_by(DOCTOR, "year", "id").having(_.count() > 1).aggregate(count=_.count()).select(DOCTOR)
