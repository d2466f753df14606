"""`forfait measure` against the count written by hand from the texts, on random flows of every sort."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any as Anything

import pytest
from pyarrow import parquet

from engine.loading import bundled_policies, years
from engine.population import flows_drawing
from tests.conftest import Forfait
from tests.plain_count import Side, count
from tests.plain_flows import FLOWS, Row, Value, fault, is_doctor
from tests.random_flows import Drawing, write
from tests.test_measure_plain import OTHERS, READINGS, beginning

YEARS = sorted(years(bundled_policies()))
DOCTORS = tuple(f"9990000000{rank}" for rank in range(8))
NOBODY = (None, "12a", "", "1" * 21)
"""What is no number of a doctor."""
ROWS = 40


def measured(forfait: Forfait, folder: Path, year: int, *options: str) -> Path:
    """The folder that the command writes."""
    out = folder / "measured"
    ran = forfait("measure", "--flows", folder / "flows", "--year", year, "--out", out, *options)
    assert (ran.code, ran.err) == (0, "")
    return out


def rows(folder: Path, table: str) -> list[dict[str, Anything]]:
    found: list[dict[str, Anything]] = parquet.read_table(folder / f"{table}.parquet").to_pylist()
    return found


def by_command(folder: Path) -> dict[str, dict[str, dict[str, object]]]:
    """What the tables say of each doctor and measure, as `by_hand` says it."""
    counts: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for row in rows(folder, "counts"):
        counts[row["doctor"], row["measure"], row["side"]][row["reason"] or row["what"]] += row["rows"]
    found: dict[str, dict[str, dict[str, object]]] = defaultdict(dict)
    for row in rows(folder, "measures"):
        rate, period = (row["numerator"], row["denominator"]), (row["period_start"], row["period_end"])
        found[row["doctor"]][row["measure"]] = {"rate": rate, "period": period}
    for row in rows(folder, "facts"):
        found[row["doctor"]][row["fact"]] = {"rate": (int(row["value"]), None)}
    for (doctor, measure, side), fates in counts.items():
        found[doctor][measure][side] = fates
    return found


def expected(year: int, reading: str, flows: Mapping[str, Sequence[Row]]) -> dict[str, dict[str, dict[str, object]]]:
    """The count by hand in the same form: a fact has no period in the tables, and what is zero is not there."""
    found: dict[str, dict[str, dict[str, object]]] = defaultdict(dict)
    for doctor, rates in count(flows, year, READINGS[reading][1]).items():
        for name, rate in rates.items():
            period = {} if rate.denominator is None else {"period": (rate.start, rate.end)}
            sides = {side: fates for side, one in rate.sides.items() if (fates := _fates(one))}
            found[doctor][name] = {"rate": (rate.numerator, rate.denominator), **period, **sides}
    return found


def _fates(side: Side) -> Counter[str]:
    known = {name: getattr(side, name) for name in ("counted", "other", "out_of_period", "quarantined")}
    return +Counter({**known, **side.excluded})


def flaws(flows: Mapping[str, Sequence[Row]]) -> Counter[tuple[object, ...]]:
    """The rows that are unsound whatever is counted: flow, key, doctor and what is wrong."""
    found: Counter[tuple[object, ...]] = Counter()
    for name, every in flows.items():
        key = FLOWS[name][0]
        keys: dict[Value, Counter[Value]] = defaultdict(Counter)
        for row in every:
            keys[row["doctor"]][row[key]] += 1
        for row in every:
            wrong = fault(name, row, keys[row["doctor"]]) if is_doctor(row["doctor"]) else "bad_doctor"
            if wrong:
                found[name, row[key], row["doctor"], wrong] += 1
    return found


@pytest.mark.parametrize(("year", "reading"), [(YEARS[0], OTHERS), *((year, "defaults") for year in YEARS)])
def test_the_command_counts_as_the_texts_do(year: int, reading: str, forfait: Forfait, tmp_path: Path) -> None:
    """Exclusion by exclusion, with the period of each doctor and what is set aside."""
    flows = Drawing(Random(f"{year} {reading}"), year).flows([*DOCTORS, *NOBODY], ROWS)
    write(tmp_path / "flows", flows)
    chosen = [part for name, option in READINGS[reading][0].items() for part in ("--reading", f"{name}={option}")]
    assert by_command(measured(forfait, tmp_path, year, *chosen)) == expected(year, reading, flows)


def test_the_period_of_who_begins_is_the_same(forfait: Forfait, tmp_path: Path) -> None:
    year = YEARS[0]
    flows = {"acts": beginning(Random(year), year, [f"999000000{rank:02d}" for rank in range(100)])}
    write(tmp_path / "flows", flows)
    assert by_command(measured(forfait, tmp_path, year)) == expected(year, "defaults", flows)


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
def test_texts_that_are_no_value_of_their_column_are_set_aside(engine: str, forfait: Forfait, tmp_path: Path) -> None:
    """In CSV every cell is a text: those that are no number, no day or no truth cost their row, and are told."""
    year = YEARS[0]
    flows = Drawing(Random("texts"), year, mistyped=True).flows([*DOCTORS, *NOBODY], ROWS)
    write(tmp_path / "flows", flows, ".csv")
    read = {name: [{**row, "doctor": row["doctor"] or None} for row in own] for name, own in flows.items()}
    out = measured(forfait, tmp_path, year, "--engine", engine)
    assert by_command(out) == expected(year, "defaults", read)
    told = rows(out, "quarantine")
    whole = Counter((row["flow"], row["key"], row["doctor"], row["code"]) for row in told if row["measure"] is None)
    assert whole == flaws(read)


def test_flows_drawn_are_counted_where_they_are(
    forfait: Forfait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sorted by doctor, in several parts: what a population leaves."""
    year = YEARS[0]
    monkeypatch.setattr(flows_drawing, "AT_ONCE", 3_000)
    ran = forfait(
        "population", "--flows", "--year", year, "--doctors", 60, "--lines", 9_000, "--out", tmp_path / "flows"
    )
    assert (ran.code, parquet.ParquetFile(tmp_path / "flows" / "acts.parquet").num_row_groups > 2) == (0, True)
    flows = {name: rows(tmp_path / "flows", name) for name in FLOWS}
    assert by_command(measured(forfait, tmp_path, year)) == expected(year, "defaults", flows)
