"""The doctors whose rows may not read as they are: the reader of dossiers must look at them, one by one.

Each check gives the numbers of those who fail it, seldom many; whoever fails none surely has a well-formed dossier.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any as Anything

import ibis
from ibis import _

from engine.columnar.asking import both, constant, either
from engine.columnar.layout import DOCTOR
from engine.columnar.vouching import NOT_FOUND, REPLACED, vouched
from engine.policy import Policy
from engine.tables import ATTRIBUTES, DOCTORS, EXCLUSIONS, ITEMS, ROW, ROWS, TABLES

Table = Anything
"""An Ibis table."""
MOST_ROWS = 10_000
KEY = (DOCTOR, "year", ROW)


def suspects(tables: Mapping[str, Table], policies: Iterable[Policy], year: int) -> Table:
    """The doctors that columns do not vouch for: `doctor`, and `suspect`, which is true."""
    known = list(policies)
    failed = [tables[table].filter(~vouched(table, known, year)).select(DOCTOR) for table in TABLES]
    failed += [*_children(tables), *_exclusions(tables, known, year), _same_ids(tables), *_replaced(tables)]
    failed += [*_campaigns(tables, year), *_too_many(tables)]
    return ibis.union(*failed, distinct=True).mutate(suspect=constant(True))


def _children(tables: Mapping[str, Table]) -> Iterator[Table]:
    """Rows of child tables that name no row, or one of several; what is said twice; papers that cover nothing."""
    for table in ("declarations", "documents"):
        own = tables[ATTRIBUTES].filter(_.of == table)
        yield from _orphans(own.select(KEY).distinct(), tables[table])
    yield from _orphans(tables[ITEMS].select(KEY).distinct(), tables["documents"])
    yield tables["documents"].anti_join(tables[ITEMS], KEY).select(DOCTOR)
    for name in NOT_FOUND:
        said = tables[ATTRIBUTES].filter(_.of == "documents", _.name == name).select(KEY)
        yield tables["documents"].filter(_[name].notnull()).semi_join(said, KEY).select(DOCTOR)
    repeated = tables[ATTRIBUTES].group_by(*KEY, "of", "name").having(_.count() > 1)
    yield repeated.aggregate(count=_.count()).select(DOCTOR)


def _campaigns(tables: Mapping[str, Table], year: int) -> Iterator[Table]:
    """Other campaigns that a doctor has twice, or of which there are rows though he does not have it.

    Of the year's own, `spread` counts; and of whoever does not have that one, nothing is decided.
    """
    had = tables[DOCTORS].filter(_.year != year)
    yield had.group_by(DOCTOR, "year").having(_.count() > 1).aggregate(count=_.count()).select(DOCTOR)
    others = ibis.union(*(tables[table].filter(_.year != year).select(DOCTOR, "year") for table in ROWS))
    yield others.anti_join(had, [DOCTOR, "year"]).select(DOCTOR)


def _too_many(tables: Mapping[str, Table]) -> Iterator[Table]:
    """More rows of a campaign than the schema of a dossier lets it have."""
    for table in ROWS:
        crowds = tables[table].group_by(DOCTOR, "year").having(_.count() > MOST_ROWS)
        yield crowds.aggregate(count=_.count()).select(DOCTOR)


def _replaced(tables: Mapping[str, Table]) -> Iterator[Table]:
    """Rows that replace one that is not there."""
    for table in REPLACED:
        ids = tables[table].filter(_.id.notnull()).select(DOCTOR, "year", supersedes="id")
        yield (
            tables[table].filter(_.supersedes.notnull()).anti_join(ids, [DOCTOR, "year", "supersedes"]).select(DOCTOR)
        )


def _orphans(children: Table, parents: Table) -> Iterator[Table]:
    """Keys of children, each once, that are those of no parent or of two. NULL is the key of none."""
    yield children.anti_join(parents, KEY).select(DOCTOR)
    named = parents.semi_join(children, KEY).group_by(KEY).having(_.count() > 1)
    yield named.aggregate(count=_.count()).select(DOCTOR)


def _exclusions(tables: Mapping[str, Table], policies: list[Policy], year: int) -> Iterator[Table]:
    """Exclusions of no measure or of two, given twice, or under a reason that the measure does not have."""
    measures = tables["measures"].select(*KEY, "measure")
    excluded = tables[EXCLUSIONS]
    yield excluded.anti_join(measures, KEY).select(DOCTOR)
    joined = excluded.inner_join(measures, KEY)
    twice = joined.group_by(*KEY, "reason").having(_.count() > 1)
    yield twice.aggregate(count=_.count()).select(DOCTOR)
    common = [
        both(_.measure == name, _.reason.isin(sorted(reasons)))
        for name in policies[0].vocabulary.measures
        if (
            reasons := set.intersection(
                *(set(p.vocabulary.measures[name].exclusions) for p in policies if name in p.vocabulary.measures)
            )
        )
    ]
    fits = both(_.reason.notnull(), _["count"].notnull(), either(_.year != year, *common))
    yield joined.filter(~fits.fill_null(False)).select(DOCTOR)


def _same_ids(tables: Mapping[str, Table]) -> Table:
    """Rows of one campaign that bear the same id."""
    named = ibis.union(*(tables[table].filter(_.id.notnull()).select(DOCTOR, "year", "id") for table in ROWS))
    return named.group_by(DOCTOR, "year", "id").having(_.count() > 1).aggregate(count=_.count()).select(DOCTOR)
