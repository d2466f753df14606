"""What every test shares: how examples are drawn, where snapshots live, the bundled doctors and their records."""

from __future__ import annotations

import json
import os
import pickle
import sys
from collections.abc import Callable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any as Anything

import pytest
from hypothesis import settings
from syrupy.assertion import SnapshotAssertion
from syrupy.data import SnapshotCollections
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation
from syrupy.types import SnapshotIndex

from cli.main import run_command
from engine.decision import Decision, decide
from engine.dispute.pricing import alternatives
from engine.dossier import read_dossier
from engine.linking import linked
from engine.loading import PolicyFiles, bundled_policies, read_policy, years
from engine.record import record as written
from engine.stores import Known, bundled_examples, doctors
from engine.tables import rows_of
from engine.tabular import write_tables
from tests.made_up import DOCTOR, EVERYTHING, YEAR, write
from tests.services import postgres, spark

__all__ = ["postgres", "spark"]

SNAPSHOTS = Path(__file__).parent.parent / "snapshots"

# The same examples on every machine: a failure seen once is seen by everyone.
settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.load_profile("ci")


# --- snapshots ------------------------------------------------------------------------------------------------------


class ReadableSnapshot(SingleFileSnapshotExtension):
    """One text file a snapshot, `snapshots/<test file>/<test>.txt`, to be read as a doctor reads it."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"
    snapshot_dirname = SNAPSHOTS

    def owns_snapshot_collection(self, *, filepath: str, test_location: PyTestLocation) -> bool:
        """The other folders hold snapshots that tests name."""
        kept_by_a_test = Path(filepath).parent.name.startswith("test_")
        return kept_by_a_test and super().owns_snapshot_collection(filepath=filepath, test_location=test_location)


class NamedSnapshot(ReadableSnapshot):
    """One text file a snapshot, under the name that the test gives: `named(name="explain/99900000003-2023.md")`.

    Which files there may be is for the test to say: nothing here is found unused.
    """

    @classmethod
    def get_location(cls, *, test_location: PyTestLocation, index: SnapshotIndex) -> str:
        return str(SNAPSHOTS / str(index))

    @classmethod
    def matches_test_location(cls, *, test_location: PyTestLocation, snapshot_location: str) -> bool:
        return Path(snapshot_location).is_relative_to(SNAPSHOTS)

    def discover_snapshots(
        self, *, test_location: PyTestLocation, ignore_extensions: list[str] | None = None
    ) -> SnapshotCollections:
        return SnapshotCollections()


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compare a text with its snapshot; `pytest --snapshot-update` writes the new one."""
    return snapshot.use_extension(ReadableSnapshot)


@pytest.fixture
def named(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Compare a text with the snapshot of a given name."""
    return snapshot.use_extension(NamedSnapshot)


# --- nothing left behind --------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the product keeps from one command to the next is kept apart from the user's own while tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


# --- the bundled doctors --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Example:
    """One campaign of one bundled doctor, under some readings (`name=option`)."""

    number: str
    year: int
    readings: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "-".join([self.number, str(self.year), *(reading.replace("=", "-") for reading in self.readings)])

    def under(self, *readings: str) -> Example:
        return Example(self.number, self.year, readings)

    @property
    def decision(self) -> Decision:
        return decided(self)

    def priced(self) -> dict[str, Anything]:
        """The record, with what the other readings would change."""
        return written(self.decision, alternatives(policy_files(self.year), known()[self.number].page, self.decision))


@cache
def known() -> dict[str, Known]:
    """The bundled doctors, by number."""
    return {one.number: one for one in doctors(bundled_examples())}


@cache
def policy_files(year: int) -> PolicyFiles:
    """The pages of a bundled policy."""
    return read_policy(years(bundled_policies())[year])


@cache
def decided(example: Example) -> Decision:
    """The decision on an example, made once."""
    readings = dict(reading.split("=") for reading in example.readings)
    policy = linked(policy_files(example.year), readings)
    return decide(policy, read_dossier(known()[example.number].page, policy))


@cache
def campaigns() -> tuple[Example, ...]:
    """Every campaign of every bundled doctor that a bundled policy decides."""
    decidable = years(bundled_policies())
    return tuple(Example(one.number, year) for one in known().values() for year in one.years if year in decidable)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for an `example` is run for each of them."""
    if "example" in metafunc.fixturenames:
        metafunc.parametrize("example", campaigns(), ids=str)


@pytest.fixture(scope="session")
def kept_records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the records made in this run are kept, for all the processes that share the tests."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "records"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def record(example: Example, kept_records: Path) -> dict[str, Anything]:
    """The record of the example, priced: made once in a run, for it takes half a second."""
    kept = kept_records / str(example)
    if not kept.exists():
        fresh = kept.with_name(f"{kept.name}.{os.getpid()}")
        fresh.write_bytes(pickle.dumps(example.priced()))
        fresh.replace(kept)
    made: dict[str, Anything] = pickle.loads(kept.read_bytes())
    return made


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def bundled_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled doctors, as tables that nobody changes."""
    folder = tmp_path_factory.mktemp("bundled")
    write_tables(folder, [row for one in known().values() for row in rows_of(one.page.data)])
    return folder


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Anything]:
        data: dict[str, Anything] = json.loads(self.out)
        return data


Forfait = Callable[..., Ran]


@pytest.fixture
def forfait(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Forfait:
    """The command, run in this process on an 80-column screen; the language it speaks ends with it."""
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["forfait", *map(str, arguments)])
        code: Anything = 0
        try:
            copy_context().run(run_command)
        except SystemExit as end:
            code = end.code or 0
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture
def third_year(tmp_path: Path) -> list[object]:
    """The options for the made-up year and its one doctor, who has everything."""
    data = tmp_path / "data.json"
    campaign = {"doctor": DOCTOR, "name": "Dr Jonas Vert", "campaigns": {str(YEAR): EVERYTHING}}
    data.write_text(json.dumps(campaign), "utf-8")
    write(tmp_path / "policies")
    return ["--policies", tmp_path / "policies", "--data", data]
