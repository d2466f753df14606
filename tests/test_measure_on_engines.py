"""Flows are counted to the same bytes on every engine, wrong rows and all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from tests.measuring import YEAR, measured
from tests.plain_flows import Row
from tests.random_flows import Drawing

DOCTORS = (*(f"9990000000{rank}" for rank in range(6)), None, "12a")
ROWS = 60
OTHERS = {"regimes-usages": "regime-general", "unite-messages": "lettre", "aucune-fse": "non-calculable"}
"""Options under which other columns may be empty, and a period may have no day."""


@cache
def flows() -> Mapping[str, list[Row]]:
    return Drawing(Random(2), YEAR, wrong=3).flows(DOCTORS, ROWS)


@cache
def by_duckdb() -> Mapping[str, bytes]:
    """What every other engine is held to."""
    with TemporaryDirectory() as folder:
        return measured(Path(folder), flows(), readings=OTHERS, engine="duckdb").bytes()


@pytest.mark.parametrize(
    "engine",
    [
        "polars",
        pytest.param("postgres", marks=pytest.mark.xdist_group("postgres")),
        pytest.param("spark", marks=pytest.mark.xdist_group("spark")),
    ],
)
def test_every_engine_counts_alike(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    name = engine
    if engine != "polars":
        server = request.getfixturevalue(engine)
        name = server if engine == "spark" else server.address
    told = measured(tmp_path, flows(), readings=OTHERS, engine=name).bytes()
    assert {table for table, written in by_duckdb().items() if told[table] != written} == set()
