"""Any measure that the language can say is counted by an engine as it is row by row: not those of the years alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any as Anything

import pytest

from engine.conditions import Day, Entry, Text
from engine.engines.engines import connect
from engine.linking import linked
from engine.measuring.asking import Asking
from engine.measuring.counting import Counting
from engine.measuring.folder import open_flows
from engine.measuring.folding import Folded
from engine.measuring.linking import flows_of
from engine.measuring.listing import all_rows
from engine.measuring.measures import (
    Begins,
    Compared,
    Count,
    Distinct,
    Every,
    Exclusion,
    Has,
    Locations,
    Measuring,
    Never,
    OneOf,
    Part,
    Period,
    Rows,
    Side,
    Some,
    Start,
    Weekly,
    Where,
)
from engine.measuring.owners import owners_of
from engine.measuring.plain import Tally, measured
from tests.conftest import policy_files
from tests.measuring import YEAR
from tests.random_flows import Drawing, write

DOCTORS = [f"9990000000{rank}" for rank in range(5)]
MEASURES = 12
SPANS = (
    Entry("year", date(YEAR, 1, 1), date(YEAR, 12, 31)),
    Entry("spring", date(YEAR, 3, 10), date(YEAR, 6, 20)),
    Entry("before", date(YEAR - 1, 1, 1), date(YEAR - 1, 12, 31)),
)
TOGETHER = Locations("together", ())
FLOWS = ("acts", "forms", "sas_slots")


class Measures:
    """Measures drawn at random over some flows of the year."""

    def __init__(self, random: Random) -> None:
        self.random, self.flows = random, flows_of(policy_files(YEAR))

    def measure(self, name: str) -> Measuring:
        below, part = self.side(), self.random.random() < 0.6
        above = (
            Part(self.where(below.flow, maybe=True), self.count(below.flow), (), False, ()) if part else self.side()
        )
        fact = self.random.random() < 0.2
        period = Period(self.random.choice(SPANS[:2]), None if fact else self.start(below.flow), (), False, ())
        if fact:
            return Measuring(name, "fact", TOGETHER, period, None, self.side(), (), False, ())
        return Measuring(name, "measure", TOGETHER, period, below, above, (), False, ())

    def side(self) -> Side:
        flow = self.random.choice(FLOWS)
        names = [f"reason-{rank}" for rank in range(self.random.randrange(4))]
        exclusions = tuple(Exclusion(name, self.required(flow), (), False, ()) for name in names)
        where = self.where(flow, maybe=True)
        return Side(flow, self.flows[flow].day, where, exclusions, self.count(flow), (), False, ())

    def start(self, flow: str) -> Start | None:
        # Whatever begins a period looks at the rows of one flow: the numerator's own may be another.
        if self.random.random() < 0.5:
            return None
        unless = Day(self.random.choice(("within", "before", "until")), self.random.choice(SPANS))
        return Start(
            self.required(flow),
            self.random.choice((None, unless)),
            self.random.choice(("whole", "nothing")),
            Begins(*[Text("", "")] * 4),
            (),
            False,
            (),
        )

    def where(self, flow: str, *, maybe: bool) -> Where | None:
        return None if maybe and self.random.random() < 0.4 else self.required(flow)

    def required(self, flow: str, depth: int = 2) -> Where:
        kind = self.random.randrange(6) if depth else 0
        if kind == 3:
            return Never(self.required(flow, depth - 1))
        if kind in (4, 5):
            several = tuple(self.required(flow, depth - 1) for _ in range(2))
            return Every(several) if kind == 4 else Some(several)
        columns = [one for one in self.flows[flow].columns.values() if one.values or one.type != "text"]
        column = self.random.choice(columns)
        match column.type:
            case "date":
                relation: Anything = self.random.choice(("within", "before", "until"))
                return Has(column.name, Day(relation, self.random.choice(SPANS)))
            case "integer":
                compared: Anything = self.random.choice(("at_least", "more_than", "less_than"))
                return Has(column.name, Compared(compared, self.random.choice((2, 3, 5))))
            case "boolean":
                return Has(column.name, OneOf((self.random.random() < 0.5,)))
            case _:
                return Has(column.name, OneOf(tuple(self.random.sample(sorted(column.values), 2))))

    def count(self, flow: str) -> Count:
        columns = self.flows[flow].columns
        numbers = [one.name for one in columns.values() if one.type == "integer"]
        kind = self.random.randrange(5)
        if kind == 0:
            return Weekly(self.random.choice(numbers))
        if kind in (1, 2):
            return Distinct(tuple(self.random.sample(sorted(columns), self.random.choice((1, 2)))))
        return Rows()


@pytest.mark.parametrize("seed", range(10))
def test_an_engine_counts_any_measure_as_it_is_counted_row_by_row(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    drawing, files = Measures(random), policy_files(YEAR)
    measures = [drawing.measure(f"measure-{rank}") for rank in range(MEASURES)]
    source = write(tmp_path / "flows", Drawing(random, YEAR, wrong=3).flows(DOCTORS, 60))
    folder = open_flows(source, {name: flow for name, flow in flows_of(files).items() if name in FLOWS})
    askings = {name: Asking(flow, measures) for name, flow in folder.flows.items()}
    owners = owners_of(folder)
    with connect("duckdb", folder, tmp_path) as engine:
        counting = Counting(engine, linked(files, {}).vocabulary, measures, askings, owners)
        [batch] = owners.batches(10_000)
        folded = _folded(counting, batch)
    for rank, doctor in enumerate(batch.doctors):
        rows = all_rows(folder, doctor)
        for one in folded:
            found = measured(one.measuring, folder.flows, rows)
            expected = {
                "first": found.days.first,
                "begun": found.days.begun,
                "undone": found.days.undone,
                "numerator": found.numerator.number,
                "denominator": found.denominator and found.denominator.number,
                "denominator rows": _tallied(found.denominator) if found.denominator else None,
                "numerator rows": _tallied(found.numerator) if "numerator" in one.fates else None,
            }
            assert (doctor, one.measuring, _of(one, rank)) == (doctor, one.measuring, expected)


def _folded(counting: Counting, batch: Anything) -> Sequence[Folded]:
    """The counts, without the quarantine, which names measures by their labels."""
    tables = counting.engine.tables(batch.doctors[0], batch.doctors[-1])
    from engine.measuring.folding import fold  # noqa: PLC0415

    found = {name: counting._found(name, tables[name], batch) for name in counting.askings}
    return fold(counting.measures, counting.askings, found, batch.doctors)


def _of(one: Folded, rank: int) -> Mapping[str, Anything]:
    """What was found of the doctor of some rank."""
    fates = {
        f"{side} rows": {fate.reason or fate.what: int(fate.rows[rank]) for fate in several if fate.rows[rank]}
        for side, several in one.fates.items()
    }
    return {
        "first": one.first[rank].item(),
        "begun": _day(one.begun, rank),
        "undone": _day(one.undone, rank),
        "numerator": int(one.numerator[rank]),
        "denominator": None if one.denominator is None else int(one.denominator[rank]),
        "denominator rows": fates.get("denominator rows"),
        "numerator rows": fates.get("numerator rows"),
    }


def _day(days: Anything, rank: int) -> date | None:
    """The day of the doctor of some rank, if there is one."""
    found: date | None = None if days is None else days[rank : rank + 1].astype("datetime64[D]").tolist()[0]
    return found


def _tallied(one: Tally) -> dict[str, int]:
    known = {name: getattr(one, name) for name in ("other", "quarantined", "out_of_period", "counted")}
    return {name: count for name, count in {**known, **one.excluded}.items() if count}
