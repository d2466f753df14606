"""The tables that come of counting flows: counts as dossiers hold them, what became of every row, the quarantine."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any as Anything

import numpy
import pyarrow as arrow
from msgspec import Struct

from engine.measuring.carrying import FACTS, MEASURES, Carried
from engine.measuring.folding import NEVER, Fate, Folded, Numbers
from engine.measuring.measures import DOCTOR, Flow, Measuring
from engine.measuring.origins import Why, begins, origin
from engine.measuring.quarantine import SCHEMA
from engine.running.manifest import Written, digest_of
from engine.running.writing import TableOut
from engine.tables import EXCLUSIONS
from engine.tabular import arrow_schema

COUNTS = arrow.schema(
    [
        (DOCTOR, arrow.string()),
        ("measure", arrow.string()),
        ("side", arrow.string()),
        ("what", arrow.string()),
        ("reason", arrow.string()),
        ("rows", arrow.int64()),
    ]
)
"""One row for each thing that became of rows of a doctor for a side of a measure: how many, and why if they were left
out. Those of one doctor, measure and side add up to the rows of the doctor in the flow."""
RANK = arrow.field("rank", arrow.int64())
"""What rows of a doctor are put in order by: measure by measure, side by side."""


class Owned(Struct, frozen=True):
    """What every row counted for a year says: the year, the day it is recorded on, and where it comes from.

    `readings` are those that are not the defaults: a count made under one says so wherever its origin is told.
    """

    year: int
    recorded_on: date | None
    flows: Mapping[str, Flow]
    readings: Mapping[str, str]

    def origin(self, one: Folded) -> Anything:
        """The flows that a measure is counted from, why each doctor's days begin where they do, unusual readings."""
        measuring = one.measuring
        chosen = {name: option for name, option in measuring.readings if self.readings.get(name) == option}
        before, after = origin([self.flows[flow].label for flow in _flows(measuring)], chosen)
        if one.begun is None:
            return before + after
        why = _said("begun", one.begun)
        if one.undone is not None:
            why = numpy.where(one.undone == NEVER, why, _said("before", one.undone))
        return numpy.strings.add(numpy.strings.add(before, why), after)


def _said(why: Why, days: Numbers) -> Numbers:
    """Why the days of each doctor begin where they do, from the days of the rows that decided."""
    known, ranks = numpy.unique(days, return_inverse=True)
    # To numpy NEVER is no day.
    said = [begins(why, day) if day else begins("never") for day in known.astype("datetime64[D]").tolist()]
    return numpy.array(said, str)[ranks]


class Results:
    """The tables of a count, written in a folder while it goes on; whole when the block has ended."""

    def __init__(self, folder: Path, owned: Owned, carried: Carried) -> None:
        self.folder, self.owned, self.carried, self.opened = folder, owned, carried, ExitStack()
        schemas = {"counts": COUNTS, "quarantine": SCHEMA}
        self.tables = {name: TableOut(self.file(name), schema) for name, schema in schemas.items()}
        self.made: dict[str, list[Anything]] = {MEASURES: [], FACTS: [], EXCLUSIONS: []}
        self.settled: dict[str, int] = {}

    def __enter__(self) -> Results:
        for table in self.tables.values():
            self.opened.enter_context(table)
        return self

    def __exit__(self, *error: Anything) -> None:
        self.opened.__exit__(*error)

    def write(self, doctors: Sequence[str], folded: Sequence[Folded], quarantined: Anything) -> None:
        """The counts of more doctors, and the rows of theirs in quarantine. Raises OSError."""
        self.refuse(quarantined)
        numbers = arrow.array(doctors, arrow.string())
        self.tables["counts"].write(_counts(numbers, folded))
        rates = [one for one in folded if one.denominator is not None]
        facts = [one for one in folded if one.denominator is None]
        for rank, one in enumerate(rates, start=self.carried.after(MEASURES)):
            self.made[MEASURES].append(self._measure(numbers, rank, one))
            self.made[EXCLUSIONS] += self._exclusions(numbers, rank, one)
        for rank, one in enumerate(facts, start=self.carried.after(FACTS)):
            self.made[FACTS].append(self._fact(numbers, rank, one))

    def refuse(self, rows: Anything) -> None:
        """More rows of the quarantine. Raises OSError."""
        self.tables["quarantine"].write(rows)

    def settle(self, doctors: Collection[str]) -> None:
        """Write the tables of dossiers, these doctors' counts in place of those there were. Raises OSError."""
        made = {
            name: arrow.concat_tables([arrow_schema(name).empty_table(), *some]) for name, some in self.made.items()
        }
        for name, rows in self.carried.merged(made, doctors):
            ordered = rows.sort_by([(column, "ascending") for column in rows.schema.names])
            with TableOut(self.file(name), ordered.schema) as table:
                table.write(ordered)
            self.settled[name] = len(ordered)
        self.carried.copy(self.folder)

    def file(self, table: str) -> Path:
        """Where a table is."""
        return self.folder / f"{table}.parquet"

    def written(self) -> dict[str, Written]:
        """The rows and the digest of each table that was not copied as it was, once it is whole."""
        made = {**self.settled, **{name: table.rows for name, table in self.tables.items()}}
        return {name: Written(rows, digest_of(self.file(name))) for name, rows in sorted(made.items())}

    def _measure(self, doctors: Anything, rank: int, one: Folded) -> Anything:
        span = one.measuring.period.span
        own = {
            "measure": one.measuring.id,
            "numerator": one.numerator,
            "denominator": one.denominator,
            "period_start": one.first,
            "period_end": span.last,
            "origin": self.owned.origin(one),
        }
        return self._table(MEASURES, doctors, rank, own)

    def _fact(self, doctors: Anything, rank: int, one: Folded) -> Anything:
        value = arrow.array(one.numerator).cast(arrow.string())
        last, where = one.measuring.period.span.last, self.owned.origin(one)
        own = {"fact": one.measuring.id, "value": value, "observed_on": last, "origin": where}
        return self._table(FACTS, doctors, rank, own)

    def _exclusions(self, doctors: Anything, rank: int, one: Folded) -> Iterator[Anything]:
        for fate in one.fates["denominator"]:
            if fate.reason:
                some = fate.rows > 0
                own = {"reason": fate.reason, "count": fate.rows[some]}
                yield self._table(EXCLUSIONS, doctors.filter(arrow.array(some)), rank, own)

    def _table(self, name: str, doctors: Anything, rank: int, own: Mapping[str, Anything]) -> Anything:
        """Rows of a table of dossiers, one a doctor."""
        known = {
            DOCTOR: doctors,
            "year": self.owned.year,
            "row": rank,
            "recorded_on": self.owned.recorded_on,
            **own,
        }
        return _rows(known, arrow_schema(name), len(doctors))


def _flows(measuring: Measuring) -> list[str]:
    sides = [measuring.denominator, measuring.numerator]
    return list(dict.fromkeys(flow for side in sides if (flow := getattr(side, "flow", None))))


def _counts(doctors: Anything, folded: Iterable[Folded]) -> Anything:
    """What became of the rows of doctors, in the order of their numbers."""
    parts = [COUNTS.append(RANK).empty_table()]
    for rank, (one, side, fate) in enumerate(_fates(folded)):
        some = numpy.flatnonzero(fate.rows)
        own = {
            DOCTOR: doctors.take(arrow.array(some)),
            "measure": one.measuring.id,
            "side": side,
            "what": fate.what,
            "reason": fate.reason,
            "rows": fate.rows[some],
            RANK.name: rank,
        }
        parts.append(_rows(own, parts[0].schema, len(some)))
    whole = arrow.concat_tables(parts)
    return whole.sort_by([(DOCTOR, "ascending"), (RANK.name, "ascending")]).drop_columns(RANK.name)


def _fates(folded: Iterable[Folded]) -> Iterator[tuple[Folded, str, Fate]]:
    for one in folded:
        for side, fates in one.fates.items():
            for fate in fates:
                yield one, side, fate


def _rows(given: Mapping[str, Anything], schema: Anything, rows: int) -> Anything:
    """A table of as many rows; what is given is one value for all of them, or an array, and else nothing."""
    return arrow.table([_column(given.get(field.name), field.type, rows) for field in schema], schema)


def _column(value: Anything, type: Anything, rows: int) -> Anything:
    if isinstance(value, numpy.ndarray):
        return arrow.array(value).cast(type)
    return value if isinstance(value, arrow.Array) else arrow.repeat(arrow.scalar(value, type), rows)
