"""The tables of dossiers spread out: one wide row a doctor, with everything that leaves look at.

A doctor is vouched for when each of his rows surely reads as it is (`vouching`, `suspects`), and when no more than
one stands for each thing looked at: then nothing replaces, contradicts or repeats anything, and what stands of the
dossier is what is written. Counts by place of practice are the exception: they add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import reduce

import ibis
from ibis import _

from engine.columnar.asking import DTYPES, NOTHING, Given, Term, absent, both, constant, either, passes, sure, which
from engine.columnar.crowds import crowds, marks
from engine.columnar.layout import DOCTOR, READ, VOUCHED
from engine.columnar.pools import Counted, Looked, Pool, type_of
from engine.columnar.suspects import KEY, Table, suspects
from engine.columnar.vouching import MOST, NOT_FOUND, REPLACED, text_as
from engine.conditions import FieldTest
from engine.dossier import DOCTOR_FIELDS, RowType
from engine.policy import FieldType, Policy
from engine.standing import FILED_BY
from engine.tables import ATTRIBUTES, DOCTORS, ITEMS, ROW, ROWS

VALUE_AS: Mapping[FieldType, str] = {
    "text": "value",
    "boolean": "value",
    "date": "as_date",
    "integer": "as_number",
    "year": "as_number",
}
"""The columns that hold a text read as a value of each type."""


class Spread:
    """What is looked at of dossiers, as columns of short names; `names` tells which is which."""

    def __init__(self, looked: Looked, policies: Iterable[Policy], as_of: date) -> None:
        self.looked, self.policies, self.as_of = looked, list(policies), as_of
        self.policy = self.policies[0]
        self.year = self.policy.year
        self.names = {key: f"w{number}" for number, key in enumerate(self._keys())}
        counts = ((counted, "numerator") for counted in looked.counts)
        self.crowds = crowds("many", [*self._there(), *counts])

    def _keys(self) -> Iterator[object]:
        """Everything that has a column of its own."""
        looked = self.looked
        yield from ((DOCTOR, field) for field in DOCTOR_FIELDS)
        for pool, fields in looked.pools.items():
            yield pool
            yield from ((pool, name) for name in fields)
            if pool.earlier:
                yield pool, "year"
        yield from ((counted, part) for counted in looked.counts for part in ("numerator", "denominator"))
        yield from ((fact, part) for fact in looked.facts for part in ("there", "value", "observed_on"))
        yield from ((item, part) for item in self._items() for part in ("finding", "outcome", "choice"))
        yield from looked.departments

    def _items(self) -> list[str]:
        """The items about which a control may have found something."""
        return list(dict.fromkeys(pool.item for pool in self.looked.pools if pool.item))

    def _there(self) -> Iterator[object]:
        """Everything that is there in so many rows, and has a column that tells whether it is."""
        yield from self.looked.pools
        yield from ((fact, "there") for fact in self.looked.facts)
        yield from ((item, "finding") for item in self._items())

    def column(self, *key: object) -> Term:
        """The column of a thing looked at."""
        return _[self.names[key if len(key) > 1 else key[0]]]

    def of_doctor(self, field: str) -> Given:
        """A field of the doctor."""
        return Given(field, self.column(DOCTOR, field), DOCTOR_FIELDS[field])

    def of_row(self, pool: Pool, field: str) -> Given:
        """A field of the row of a pool."""
        return Given(field, self.column(pool, field), type_of(field, self.policy))

    def of_fact(self, fact: str) -> Given:
        """The value of a fact."""
        return Given("value", self.column(fact, "value"), self.policy.vocabulary.facts[fact].type)

    def department(self, test: FieldTest, day: date | None) -> Term:
        """Whether a test on the department is met by a place of practice."""
        return self.column(test, day)

    def wide(self, tables: Mapping[str, Table]) -> Table:
        """One row for each doctor of the year: `doctor`, the columns of `names`, and for whom these can be relied on.

        A doctor is `read` when his rows surely read as they are, and `vouched` when nothing is crowded besides; the
        columns of `crowds` tell what is.
        """
        stated = ("prefills", "declarations", "documents")
        declared = {table: self._with_attributes(tables, table) for table in stated}
        parts = [
            self._records("prefill", declared["prefills"]),
            self._records("declaration", declared["declarations"]),
            self._records("document", self._covering(declared["documents"], tables[ITEMS])),
            *self._counts(tables),
            self._facts(tables),
            self._findings(tables),
            *self._departments(tables),
        ]
        doubtful = suspects(tables, self.policies, self.year)
        whole = reduce(_beside, parts, _beside(self._doctors(tables), doubtful))
        unread = [whole.suspect.notnull(), whole.n_doctor > 1]
        if self.looked.counts:
            unread.append(sure(whole.most_counted > MOST))
        # What a control found about one of the items of a paper bears on it, whichever item is asked for.
        whatever = [whole[f"n_{self.names[pool]}"] > 0 for pool in self.looked.pools if pool.item is None]
        unread.append(both(sure(whole.n_findings > 0), sure(either(*whatever))))
        crowded = [sure(whole[f"n_{self.names[crowd.of]}"] > _most(crowd.of)) for crowd in self.crowds]
        read = ~either(*unread)
        told = {READ: read, VOUCHED: both(read, ~either(*crowded)), **marks(self.crowds, crowded)}
        there = {self.names[key]: sure(whole[f"n_{self.names[key]}"] > 0) for key in self._there()}
        return whole.mutate(**told, **there).select(DOCTOR, *told, *self.names.values())

    # --- the doctor, and where he practises ------------------------------------------------------------------------

    def _doctors(self, tables: Mapping[str, Table]) -> Table:
        own = {self.names[DOCTOR, name]: _held(_[name], type).max() for name, type in DOCTOR_FIELDS.items()}
        here = tables[DOCTORS].filter(_.year == self.year)
        return here.group_by(DOCTOR).aggregate(n_doctor=_.count(), **own)

    def _in_force(self, tables: Mapping[str, Table], day: date | None) -> Table:
        on = day or self.as_of
        inside = [either(_["from"].isnull(), _["from"] <= on), either(_.to.isnull(), _.to >= on)]
        return self._known(tables["locations"], "location").filter(inside)

    def _departments(self, tables: Mapping[str, Table]) -> Iterator[Table]:
        for test, day in self.looked.departments:
            department = Given("department", _.department, "text")
            here = both(*(passes(one, department) for one in test.tests))
            column = {self.names[test, day]: here.max()}
            yield self._in_force(tables, day).group_by(DOCTOR).aggregate(**column)

    def _known(self, rows: Table, type: RowType, *, earlier: bool = False) -> Table:
        """The rows of the campaign (`earlier`: and of those before) known by the end of the day, and not replaced."""
        filed = FILED_BY.get(type)
        day = ibis.coalesce(_.recorded_on, _[filed]) if filed else _.recorded_on
        campaign = _.year <= self.year if earlier else _.year == self.year
        known = rows.filter(campaign, either(day.isnull(), day <= self.as_of))
        if f"{type}s" not in REPLACED:
            return known
        replaced = known.filter(_.supersedes.notnull()).select(DOCTOR, "year", id="supersedes")
        return known.anti_join(replaced, [DOCTOR, "year", "id"])

    # --- what is counted and observed ------------------------------------------------------------------------------

    def _facts(self, tables: Mapping[str, Table]) -> Table:
        types = {fact: self.policy.vocabulary.facts[fact].type for fact in self.looked.facts}
        known = self._known(tables["facts"], "fact").mutate(**_typed(_.fact, types))
        found: dict[str, Term] = {}
        for fact, type in types.items():
            here = _.fact == fact
            found[f"n_{self.names[fact, 'there']}"] = sure(here).sum()
            found[self.names[fact, "value"]] = _only(here, _[VALUE_AS[type]], DTYPES[type]).max()
            found[self.names[fact, "observed_on"]] = _only(here, _.observed_on, "date").max()
        return known.group_by(DOCTOR).aggregate(n_facts=_.count(), **found)

    def _counts(self, tables: Mapping[str, Table]) -> Iterator[Table]:
        """Numerators and denominators, NULL where one of them, or the row of a place in force, is missing."""
        if not self.looked.counts:
            return
        rows = self._known(tables["measures"], "measure")
        days = {counted.day for counted in self.looked.counts}
        places = {day: self._in_force(tables, day).filter(_.id.notnull()) for day in days}
        flagged = rows.mutate(**{f"c{n}": sure(_counts_for(one)) for n, one in enumerate(self.looked.counts)})
        summed: dict[str, Term] = {}
        for n, _one in enumerate(self.looked.counts):
            here = _[f"c{n}"]
            summed |= {
                f"n{n}": _only(here, _.numerator, "int64").sum(),
                f"d{n}": _only(here, _.denominator, "int64").sum(),
                f"rows{n}": here.sum(),
                f"open{n}": both(here, either(_.numerator.isnull(), _.denominator.isnull())).sum(),
                f"whole{n}": both(here, _.location.isnull()).sum(),
            }
        placed = flagged.filter(_.location.notnull()).group_by(DOCTOR, "location")
        by_place = placed.aggregate(**{f"p{n}": _[f"c{n}"].sum() for n in range(len(self.looked.counts))})
        most = {f"most{n}": _[f"p{n}"].max() for n in range(len(self.looked.counts))}
        found = flagged.group_by(DOCTOR).aggregate(**summed)
        found = _beside(found, by_place.group_by(DOCTOR).aggregate(**most))
        for number, (day, inside) in enumerate(places.items()):
            waited = inside.group_by(DOCTOR).aggregate(**{f"waited{number}": _.count()})
            met = by_place.inner_join(inside.select(DOCTOR, location="id"), [DOCTOR, "location"]).group_by(DOCTOR)
            of_day = [n for n, one in enumerate(self.looked.counts) if one.day == day]
            matched = met.aggregate(**{f"met{n}": sure(_[f"p{n}"] > 0).sum() for n in of_day})
            found = _beside(_beside(found, waited), matched)
        columns: dict[str, Term] = {}
        for n, one in enumerate(self.looked.counts):
            waited = found[f"waited{list(places).index(one.day)}"].fill_null(0)
            every = either(found[f"whole{n}"] > 0, found[f"met{n}"].fill_null(0) >= waited)
            known = sure(both(found[f"rows{n}"] > 0, found[f"open{n}"] == 0, every))
            for part, column in (("numerator", f"n{n}"), ("denominator", f"d{n}")):
                columns[self.names[one, part]] = _only(known, found[column], "int64").cast("int64")
            twice = ibis.greatest(found[f"most{n}"].fill_null(0), found[f"whole{n}"])
            columns[f"n_{self.names[one, 'numerator']}"] = twice
        greatest = ibis.greatest(0, *(found[f"{part}{n}"] for n in range(len(self.looked.counts)) for part in "nd"))
        yield found.select(DOCTOR, most_counted=greatest, **columns)

    # --- records ----------------------------------------------------------------------------------------------------

    def _with_attributes(self, tables: Mapping[str, Table], table: str) -> Table:
        """The rows of a table with those of their attributes that are looked at, as `a_NAME`."""
        named = {name for pool, fields in self.looked.pools.items() if f"{pool.row}s" == table for name in fields}
        wanted = sorted(named - set(ROWS[table]))
        if table == "documents":
            wanted += [name for name in NOT_FOUND if name in named]
        if not wanted:
            return tables[table]
        types = {name: type_of(name, self.policy) for name in wanted}
        own = tables[ATTRIBUTES].filter(_.of == table, _.year <= self.year, _[ROW].notnull(), _.name.isin(wanted))
        own = own.mutate(**_typed(_.name, types))
        columns = {
            f"a_{name}": _only(_.name == name, _[VALUE_AS[type]], DTYPES[type]).max() for name, type in types.items()
        }
        return _joined(tables[table], own.group_by(KEY).aggregate(count=_.count(), **columns), KEY)

    def _covering(self, rows: Table, items: Table) -> Table:
        """Each paper once for each item that it covers; a status given after the day reads as received."""
        late = sure(_.status_on > self.as_of)
        read = rows.mutate(status=which((late, constant("received")), otherwise=_.status))
        return read.inner_join(items.select(*KEY, covers="item"), KEY)

    def _records(self, row: str, rows: Table) -> Table:
        """The row of each pool of a kind; more than one, and the last of each column is there."""
        known = self._known(rows, row, earlier=True)  # type: ignore[arg-type]
        mine = {pool: fields for pool, fields in self.looked.pools.items() if pool.row == row}
        flags = {pool: f"is_{self.names[pool]}" for pool in mine}
        flagged = known.mutate(**{name: sure(self._in_pool(pool)) for pool, name in flags.items()})
        found: dict[str, Term] = {}
        for pool, fields in mine.items():
            here = _[flags[pool]]
            found[f"n_{self.names[pool]}"] = here.sum()
            for name in [*fields, *(["year"] if pool.earlier else [])]:
                held = self._column(f"{row}s", name)
                type = ROWS[f"{row}s"].get(name) or type_of(name, self.policy)
                found[self.names[pool, name]] = _only(here, held, DTYPES[type]).max()
        return flagged.group_by(DOCTOR).aggregate(**{f"n_{row}s": _.count()}, **found)

    def _column(self, table: str, name: str) -> Term:
        """A field of a row: one of its own columns, or an attribute."""
        if name not in ROWS[table]:
            return _[f"a_{name}"]
        own = _held(_[name], ROWS[table][name])
        return ibis.coalesce(own, _[f"a_{name}"]) if table == "documents" and name in NOT_FOUND else own

    def _findings(self, tables: Mapping[str, Table]) -> Table:
        """What a control established about each item."""
        found: dict[str, Term] = {}
        for item in self._items():
            here = _.item == item
            found[f"n_{self.names[item, 'finding']}"] = sure(here).sum()
            found |= {self.names[item, part]: _only(here, _[part], "string").max() for part in ("outcome", "choice")}
        return self._known(tables["findings"], "finding").group_by(DOCTOR).aggregate(n_findings=_.count(), **found)

    def _in_pool(self, pool: Pool) -> Term:
        campaign = _.year < self.year if pool.earlier else _.year == self.year
        if pool.row != "document":
            return both(campaign, _.item == pool.name)
        return both(campaign, _.kind == pool.name, *([_.covers == pool.of] if pool.of else []))


def _most(thing: object) -> int:
    """The rows of one thing that columns can tell apart."""
    return 0 if isinstance(thing, Pool) and thing.earlier and thing.row == "prefill" else 1


def _held(column: Term, type: FieldType) -> Term:
    """A column as its type is held: what is true or false, as a text."""
    if type != "boolean":
        return column
    return which((sure(column), constant("true")), (column.isnull(), absent("string")), otherwise="false")


def _typed(name: Term, types: Mapping[str, FieldType]) -> dict[str, Term]:
    """The text `value` of rows as a value of the type that goes with a name: a column for each type but text."""
    read: dict[str, Term] = {}
    for type in dict.fromkeys(types.values()):
        if VALUE_AS[type] != "value":
            names = [one for one, other in types.items() if VALUE_AS[other] == VALUE_AS[type]]
            text = _only(name.isin(names), _.value, "string")
            read[VALUE_AS[type]] = text_as(type, text, NOTHING[type]).cast(DTYPES[type])
    return read


def _only(here: Term, term: Term, dtype: str) -> Term:
    """A value where a condition holds: engines gather that much faster than they gather some rows alone."""
    return which((here, term), otherwise=absent(dtype))


def _counts_for(one: Counted) -> Term:
    """Whether a count is of this span: its period ends in it. Without a period it is of the year, if none is told."""
    first, last = one.span
    if first is None or last is None:
        return _.measure == one.measure
    undated = constant(value=not one.told)
    inside = which((_.period_end.isnull(), undated), otherwise=both(_.period_end >= first, _.period_end <= last))
    return both(_.measure == one.measure, inside)


def _joined(one: Table, other: Table, keys: Iterable[str]) -> Table:
    """The rows of one table, with the columns of another where it has them."""
    shared = list(keys)
    renamed = other.rename({f"{name}_": name for name in shared})
    return one.left_join(renamed, [one[name] == renamed[f"{name}_"] for name in shared]).drop(
        *(f"{name}_" for name in shared)
    )


def _beside(one: Table, other: Table) -> Table:
    """What two tables say of each doctor of the first."""
    return _joined(one, other, [DOCTOR])
