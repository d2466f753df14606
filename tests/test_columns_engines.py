"""The columns come to the same on every engine, to the byte: the same doctors vouched for, decided alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any as Anything

import pytest

from engine.columnar.layout import DOCTOR
from engine.columns import Columns
from engine.engines.engines import connect
from engine.linking import linked
from engine.loading import bundled_policies
from engine.population.plan import read_plan
from engine.population.writing import write_population
from engine.sourcing.opening import open_source
from tests.conftest import policy_files

YEARS = (2023, 2024)
DOCTORS = 300
FIRST, LAST = "0", "9" * 20
"""Numbers between which every other stands."""


@pytest.fixture(scope="module", params=YEARS)
def population(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path]:
    """A year, and doctors of it, with the irregular ones among them."""
    folder: Path = tmp_path_factory.mktemp("drawn") / "doctors"
    write_population(read_plan(bundled_policies() / str(request.param)), DOCTORS, request.param, folder)
    return request.param, folder


@cache
def columns(year: int) -> Columns:
    files = policy_files(year)
    return Columns(files, linked(files, {}))


def digests(engine: str, year: int, folder: Path, scratch: Path) -> dict[str, str]:
    """The digest of each column of each table, rows in the order of the doctors' numbers."""
    with open_source(str(folder)) as source, connect(engine, source, scratch) as opened:
        found = opened.found(columns(year).expression(opened.tables(FIRST, LAST)))
    results = columns(year).results(found)
    assert len(results.doctors) > DOCTORS // 2, "most are vouched for"
    return dict(_digests(results.doctors)) | dict(_digests(results.nodes))


def _digests(table: Anything) -> Iterator[tuple[str, str]]:
    ordered = table.sort_by(DOCTOR)
    for name in ordered.schema.names:
        written = json.dumps(ordered[name].to_pylist(), default=str)
        yield name, hashlib.sha256(written.encode()).hexdigest()


@cache
def by_polars(year: int, folder: Path) -> dict[str, str]:
    """The same, which every other engine is held to."""
    scratch = folder.parent / "scratch"
    scratch.mkdir()
    return digests("polars", year, folder, scratch)


@pytest.fixture(
    params=[
        "duckdb",
        pytest.param("postgres", marks=pytest.mark.xdist_group("postgres")),
        pytest.param("spark", marks=pytest.mark.xdist_group("spark")),
    ]
)
def engine(request: pytest.FixtureRequest) -> str:
    """Another engine, as a run is told it; its server runs."""
    if request.param == "duckdb":
        return "duckdb"
    server = request.getfixturevalue(request.param)
    return str(server if request.param == "spark" else server.address)


def test_every_engine_decides_alike(engine: str, population: tuple[int, Path], tmp_path: Path) -> None:
    year, folder = population
    told = digests(engine, year, folder, tmp_path)
    expected = by_polars(year, folder)
    assert {name for name, digest in expected.items() if told[name] != digest} == set()
    assert told.keys() == expected.keys()
