"""The tables of dossiers spread out: one wide row a doctor, with everything that leaves look at.

A doctor is vouched for when each of his rows surely reads as it is (`vouching`, `suspects`), and when no more than
one stands for each thing looked at: then nothing replaces, contradicts or repeats anything, and what stands of the
dossier is what is written. Counts by place of practice are the exception: they add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import reduce
from itertools import chain

from ibis import _

from engine.columnar.asking import Given, Term, both, constant, either, passes, sure, which
from engine.columnar.bits import bits, marks
from engine.columnar.counting import Counting
from engine.columnar.families import PARENTS, Families
from engine.columnar.gathering import Gathering, HeldField, Thing
from engine.columnar.held import MOST, TEXT
from engine.columnar.known import Known, beside
from engine.columnar.layout import DOCTOR, READ, VOUCHED
from engine.columnar.pools import Looked, Pool, type_of
from engine.columnar.reading import Reading, of_field, reading, values_of
from engine.columnar.suspects import Table, doubtful, suspects
from engine.columnar.vouching import row_field
from engine.conditions import FieldTest
from engine.dossier import DOCTOR_FIELDS, RowType
from engine.policy import Policy
from engine.tables import ATTRIBUTES, DOCTORS, OWNER, ROWS

Gathered = tuple[Table, Mapping[str, Term]]
"""One row a doctor, and the columns that can be had of it, beside others too."""
RECORDS: tuple[RowType, ...] = ("prefill", "declaration", "document")
OBSERVED = HeldField("observed_on", reading("date"))


class Spread:
    """What is looked at of dossiers, as columns of short names; `names` tells which is which."""

    def __init__(self, looked: Looked, policies: Iterable[Policy], as_of: date) -> None:
        self.looked, self.policies, self.as_of = looked, list(policies), as_of
        self.policy = self.policies[0]
        self.year = self.policy.year
        self.values = values_of(ATTRIBUTES, self.policies)
        self.names = {key: f"w{number}" for number, key in enumerate(self._keys())}
        counts = ((counted, "numerator") for counted in looked.counts)
        self.crowds = bits("many", [*self._there(), *counts])
        items = self.policy.vocabulary.items.values()
        codes = (entry.code for item in items for table in item.choices for entry in table.entries)
        self.choices = reading("text", dict.fromkeys(codes))
        self.gatherings = {f"{row}s": self._gathering(row) for row in RECORDS}
        self.families = Families(self.policies, {table: self.gatherings[table] for table in PARENTS})

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
        return Given(field, self.column(DOCTOR, field), reading(DOCTOR_FIELDS[field]))

    def of_row(self, pool: Pool, field: str) -> Given:
        """A field of the row of a pool."""
        return Given(field, self.column(pool, field), self._reading(pool, field))

    def of_fact(self, fact: str) -> Given:
        """The value of a fact."""
        return Given("value", self.column(fact, "value"), of_field(self.policy.vocabulary.facts[fact]))

    def found(self, item: str, part: str) -> Given:
        """The `outcome` of a control about an item, or the `choice` that it bears on."""
        return Given(part, self.column(item, part), self._established(item)[part])

    def department(self, test: FieldTest, day: date | None) -> Term:
        """Whether a test on the department is met by a place of practice."""
        return self.column(test, day)

    def wide(self, tables: Mapping[str, Table]) -> Table:
        """One row for each doctor of the year: `doctor`, the columns of `names`, and for whom these can be relied on.

        A doctor is `read` when his rows surely read as they are, and `vouched` when nothing is crowded besides; the
        columns of `crowds` tell what is.
        """
        known = Known(tables, tuple(self.policies), self.as_of)
        gathered = [*(self._records(row, known) for row in RECORDS), self._facts(known), self._findings(known)]
        counted = Counting(known, self.looked.counts, self.names).found()
        parts = [*(table for table, _columns in gathered), counted, *self._departments(known)]
        failed = suspects(tables, self.families.asked, self.policies, self.year)
        whole = reduce(beside, parts, beside(self._doctors(tables), failed))
        unread = [whole.suspect.notnull(), whole.n_doctor > 1]
        unread += [sure(whole[name]) for name in whole.columns if name.startswith("wrong_")]
        if self.looked.counts:
            unread.append(sure(whole.most_counted > MOST))
        # What a control found about one of the items of a paper bears on it, whichever item is asked for.
        whatever = [whole[f"n_{self.names[pool]}"] > 0 for pool in self.looked.pools if pool.item is None]
        unread.append(both(sure(whole.n_findings > 0), sure(either(*whatever))))
        crowded = [sure(whole[f"n_{self.names[crowd.of]}"] > _most(crowd.of)) for crowd in self.crowds]
        read = ~either(*unread)
        told = {READ: read, VOUCHED: both(read, ~either(*crowded)), **marks(self.crowds, crowded)}
        there = {self.names[key]: sure(whole[f"n_{self.names[key]}"] > 0) for key in self._there()}
        taken = dict(chain.from_iterable(columns.items() for _table, columns in gathered))
        columns = {name: there.get(name, taken.get(name, _[name])) for name in self.names.values()}
        return whole.select(DOCTOR, **told, **columns)

    # --- the doctor, and where he practises ------------------------------------------------------------------------

    def _doctors(self, tables: Mapping[str, Table]) -> Table:
        held = {
            self.names[DOCTOR, name]: reading(type).of_column(_[name], type).max()
            for name, type in DOCTOR_FIELDS.items()
        }
        here = tables[DOCTORS].filter(_.year == self.year)
        return here.group_by(DOCTOR).aggregate(n_doctor=_.count(), **held)

    def _departments(self, known: Known) -> Iterator[Table]:
        for test, day in self.looked.departments:
            department = Given("department", _.department, TEXT)
            here = both(*(passes(one, department) for one in test.tests))
            column = {self.names[test, day]: here.max()}
            yield known.in_force(day).group_by(DOCTOR).aggregate(**column)

    # --- what is observed, declared and sent -----------------------------------------------------------------------

    def _facts(self, known: Known) -> Gathered:
        values = values_of("facts", self.policies)
        things = [
            Thing(
                f"n_{self.names[fact, 'there']}",
                both(_.known, _.fact == fact),
                {
                    self.names[fact, "value"]: HeldField("value", values.known[fact]),
                    self.names[fact, "observed_on"]: OBSERVED,
                },
            )
            for fact in self.looked.facts
        ]
        gathering = Gathering(things)
        own = {HeldField("value", one): _[column] for one, (column, _names) in values.held.items()}
        own[OBSERVED] = OBSERVED.reading.of_column(_.observed_on, "date")
        looked = {field: term for field, term in own.items() if field in gathering.fields}
        rows = known.rows("fact").mutate(**gathering.packed(looked))
        return gathering.gathered(rows, wrong_facts=doubtful())

    def _gathering(self, row: RowType) -> Gathering:
        """The pools of a kind of rows."""
        return Gathering([self._thing(pool, fields) for pool, fields in self.looked.pools.items() if pool.row == row])

    def _thing(self, pool: Pool, names: Iterable[str]) -> Thing:
        fields = {self.names[pool, name]: HeldField(name, self._reading(pool, name)) for name in names}
        if pool.earlier:
            fields[self.names[pool, "year"]] = HeldField("year", reading("year"))
        return Thing(f"n_{self.names[pool]}", self._in_pool(pool), fields)

    def _reading(self, pool: Pool, name: str) -> Reading:
        """How a field of the row of a pool is held."""
        table = f"{pool.row}s"
        if name == "choice":
            return self._choice("" if pool.earlier else pool.name)
        if name in ROWS[table]:
            return row_field(table, name, self.policy)
        return self.values.known.get(name) or reading(type_of(name, self.policy))

    def _choice(self, item: str) -> Reading:
        """How a choice of an item is held: of the campaign decided, each is one of its lists, if it has any."""
        items = self.policy.vocabulary.items
        if item not in items or not items[item].choices:
            return reading("text")
        return self.choices

    def _records(self, row: RowType, known: Known) -> Gathered:
        """The row of each pool of a kind."""
        table, gathering = f"{row}s", self.gatherings[f"{row}s"]
        rows = known.rows(row, earlier=True)
        if row == "document":
            # A status given after the day reads as received.
            late = sure(_.status_on > self.as_of)
            rows = rows.mutate(status=which((late, constant("received")), otherwise=_.status))
        columns = {**OWNER, **ROWS[table]}
        own = {
            field: field.reading.of_column(_[field.name], columns[field.name])
            for field in gathering.fields
            if field.name in columns
        }
        packed = rows.mutate(**gathering.packed(own))
        if row == "declaration":
            packed = self.families.with_attributes(packed, known.tables, table)
        elif row == "document":
            packed = self.families.papers(packed, known.tables)
        return gathering.gathered(packed, **{f"wrong_{table}": doubtful()})

    def _findings(self, known: Known) -> Gathered:
        """What a control established about each item."""
        rows = known.rows("finding")
        gathering = Gathering([self._finding(item) for item in self._items()])
        columns = ROWS["findings"]
        own = {field: field.reading.of_column(_[field.name], columns[field.name]) for field in gathering.fields}
        more = {"wrong_findings": doubtful(), "n_findings": _.known.sum()}
        return gathering.gathered(rows.mutate(**gathering.packed(own)), **more)

    def _finding(self, item: str) -> Thing:
        fields = {self.names[item, name]: HeldField(name, one) for name, one in self._established(item).items()}
        return Thing(f"n_{self.names[item, 'finding']}", both(_.known, _.item == item), fields)

    def _established(self, item: str) -> dict[str, Reading]:
        """How what a control established about an item is held."""
        return {"outcome": row_field("findings", "outcome", self.policy), "choice": self._choice(item)}

    def _in_pool(self, pool: Pool) -> Term:
        campaign = _.year < self.year if pool.earlier else _.year == self.year
        if pool.row != "document":
            return both(_.known, campaign, _.item == pool.name)
        return both(_.known, campaign, _.kind == pool.name, *([_.covers == pool.of] if pool.of else []))


def _most(thing: object) -> int:
    """The rows of one thing that columns can tell apart."""
    return 0 if isinstance(thing, Pool) and thing.earlier and thing.row == "prefill" else 1
