"""The SQL that the product's time is held against counts the same: a ratio between two different things is none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any as Anything

import pytest
from pyarrow import parquet

from tests.plain_count import Rate, Side, count
from tests.random_flows import Drawing, write

BY_SQL = Path(__file__).parent.parent / "bench" / "measuring" / "by_sql.py"
YEAR = 2023
Rates = Mapping[str, Mapping[str, Rate]]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rates]:
    folder = tmp_path_factory.mktemp("sql")
    doctors = [f"9990{rank:07d}" for rank in range(100)]
    flows = Drawing(Random(0), YEAR).flows(doctors, 40)
    write(folder / "flows", flows)
    subprocess.run((sys.executable, str(BY_SQL), str(folder / "flows"), str(folder / "out")), check=True)
    return folder / "out", count(flows, YEAR)


def rows(folder: Path, table: str, *columns: str) -> dict[tuple[Anything, ...], Anything]:
    """The rows of a table, by these columns: the other columns."""
    found = parquet.read_table(folder / f"{table}.parquet").to_pylist()
    return {
        tuple(row[name] for name in columns): tuple(row[name] for name in row if name not in columns) for row in found
    }


def fates(side: Side) -> dict[str, int]:
    known = {name: getattr(side, name) for name in ("counted", "other", "out_of_period", "quarantined")}
    return {name: found for name, found in {**known, **side.excluded}.items() if found}


def test_every_count(both: tuple[Path, Rates]) -> None:
    folder, rates = both
    assert rows(folder, "counts", "doctor", "measure", "side", "fate") == {
        (doctor, name, of, fate): (found,)
        for doctor, own in rates.items()
        for name, rate in own.items()
        for of, side in rate.sides.items()
        for fate, found in fates(side).items()
    }


def test_every_rate(both: tuple[Path, Rates]) -> None:
    folder, rates = both
    assert rows(folder, "measures", "doctor", "measure") == {
        (doctor, name): (rate.numerator, rate.denominator, rate.start, rate.end)
        for doctor, own in rates.items()
        for name, rate in own.items()
        if rate.denominator is not None
    }


def test_every_fact(both: tuple[Path, Rates]) -> None:
    folder, rates = both
    assert rows(folder, "facts", "doctor", "fact") == {
        (doctor, name): (str(rate.numerator),)
        for doctor, own in rates.items()
        for name, rate in own.items()
        if rate.denominator is None
    }
