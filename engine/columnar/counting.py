"""The counts of a measure over a span: of the whole practice, or added up from each of its places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import ibis
from ibis import _

from engine.columnar.asking import Term, both, constant, either, sure, which
from engine.columnar.gathering import Gathering, HeldField, Thing, only
from engine.columnar.known import Known, beside
from engine.columnar.layout import DOCTOR
from engine.columnar.pools import Counted
from engine.columnar.reading import reading
from engine.columnar.suspects import Table, doubtful

PARTS = ("numerator", "denominator")
FIELDS = {part: HeldField(part, reading("integer")) for part in PARTS}


class Counting:
    """What the tables count for each of these; `names` are the columns of their parts."""

    def __init__(self, known: Known, counts: Iterable[Counted], names: Mapping[object, str]) -> None:
        self.known, self.names = known, names
        self.counts = dict(enumerate(counts))
        self.days: Sequence[date | None] = list(dict.fromkeys(one.day for one in self.counts.values()))

    def found(self) -> Table:
        """One row a doctor: the parts, NULL where one of them, or a row of a place in force, is missing.

        Beside each numerator, as `n_`, how many rows there are of one place, or of the whole; `most_counted` is the
        greatest of all parts, and `wrong_measures` tells whether a row is.
        """
        rows = self.known.rows("measure")
        rows = rows.mutate(**{part: field.reading.of_column(_[part], "integer") for part, field in FIELDS.items()})
        rows = rows.mutate(**{f"is_{n}": sure(both(_.known, _counts_for(one))) for n, one in self.counts.items()})
        gathering = Gathering([self._whole(n) for n in self.counts])
        packed = rows.mutate(**gathering.packed({field: _[part] for part, field in FIELDS.items()}))
        found, whole = gathering.gathered(packed, wrong_measures=doubtful())
        found = self._with_places(found.mutate(**whole), rows.filter(_.location.notnull()))
        columns: dict[str, Term] = {}
        for n, one in self.counts.items():
            parts = self._parts(n, self.days.index(one.day))
            columns |= {self.names[one, part]: term for part, term in zip(PARTS, parts, strict=True)}
            most = ibis.greatest(_[f"most_{n}"].fill_null(0), _[f"whole_{n}"])
            columns[f"n_{self.names[one, PARTS[0]]}"] = most
        greatest = ibis.greatest(0, *(_[self.names[one, part]] for one in self.counts.values() for part in PARTS))
        told = found.select(DOCTOR, "wrong_measures", **columns)
        return told.mutate(most_counted=greatest)

    def _whole(self, n: int) -> Thing:
        """The rows of no place."""
        fields = {f"whole_{part}_{n}": field for part, field in FIELDS.items()}
        return Thing(f"whole_{n}", both(_[f"is_{n}"], _.location.isnull()), fields)

    def _with_places(self, found: Table, rows: Table) -> Table:
        """What rows of places come to, beside the rest; how many places are waited for, and how many have a row."""
        counted: dict[str, Term] = {}
        for n in self.counts:
            here = _[f"is_{n}"]
            counted[f"rows_{n}"] = here.sum()
            counted[f"told_{n}"] = both(here, *(_[part].notnull() for part in PARTS)).sum()
            counted |= {f"{part}_{n}": only(here, _[part], "int64").sum() for part in PARTS}
        places = rows.group_by(DOCTOR, "location").aggregate(**counted)
        most = {f"most_{n}": _[f"rows_{n}"].max() for n in self.counts}
        found = beside(found, places.group_by(DOCTOR).aggregate(**most, **{name: _[name].sum() for name in counted}))
        for number, day in enumerate(self.days):
            inside = self.known.in_force(day).filter(_.id.notnull())
            waited = inside.group_by(DOCTOR).aggregate(**{f"waited_{number}": _.count()})
            met = places.inner_join(inside.select(DOCTOR, location="id"), [DOCTOR, "location"]).group_by(DOCTOR)
            of_day = [n for n, one in self.counts.items() if one.day == day]
            matched = met.aggregate(**{f"met_{n}": sure(_[f"rows_{n}"] > 0).sum() for n in of_day})
            found = beside(beside(found, waited), matched)
        return found

    def _parts(self, n: int, day: int) -> Iterator[Term]:
        """Both parts of a count, where every row tells both, and no place is missing."""
        whole = [_[f"whole_{part}_{n}"] for part in PARTS]
        told = which((both(*(one.notnull() for one in whole)), _[f"whole_{n}"]), otherwise=constant(0))
        rows = _[f"whole_{n}"] + _[f"rows_{n}"].fill_null(0)
        every = either(_[f"whole_{n}"] > 0, _[f"met_{n}"].fill_null(0) >= _[f"waited_{day}"].fill_null(0))
        known = sure(both(rows > 0, rows == told + _[f"told_{n}"].fill_null(0), every))
        for one, part in zip(whole, PARTS, strict=True):
            # Added up, counts may be wider on some engines than on others.
            yield only(known, one.fill_null(0) + _[f"{part}_{n}"].fill_null(0), "int64").cast("int64")


def _counts_for(one: Counted) -> Term:
    """Whether a count is of this span: its period ends in it. Without a period it is of the year, if none is told."""
    first, last = one.span
    if first is None or last is None:
        return _.measure == one.measure
    undated = constant(value=not one.told)
    inside = which((_.period_end.isnull(), undated), otherwise=both(_.period_end >= first, _.period_end <= last))
    return both(_.measure == one.measure, inside)
