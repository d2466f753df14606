"""A doctor of a run is explained from the source it read, under what it decided under, or not at all."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from random import Random

import pytest
from pyarrow import parquet

from engine.bundled import bundled
from engine.population.plan import read_plan
from engine.population.writing import write_population
from engine.running.run import Request, run
from engine.stores import doctors, find_doctor
from tests.conftest import Forfait, Ran, policy_files

YEAR = 2023
DRAWN, ASKED = 40, 5


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic population."""
    folder = tmp_path_factory.mktemp("population") / "drawn"
    write_population(read_plan(bundled("policies") / str(YEAR)), DRAWN, 3, folder)
    return folder


@pytest.fixture(scope="module")
def done(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on it, under another reading than the default."""
    out = tmp_path_factory.mktemp("run") / "out"
    readings = {"cible-aat": "page"}
    run(Request(files=policy_files(YEAR), data=str(source), out=out, readings=readings, sample=0))
    return out


@pytest.fixture
def drawn(source: Path) -> list[str]:
    """Some of the doctors, drawn at random."""
    return Random(5).sample([one.number for one in doctors(source)], ASKED)


def refusal(ran: Ran) -> str:
    """What was said of a refusal."""
    assert (ran.code, ran.out) == (2, "")
    return ran.err


def test_the_record_is_that_of_the_doctor_decided_from_a_file(
    forfait: Forfait, source: Path, done: Path, drawn: list[str], tmp_path: Path
) -> None:
    for number in drawn:
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(find_doctor(source, number).page.data), "utf-8")
        alone = forfait(
            "explain", number, "--data", file, "--year", YEAR, "--reading", "cible-aat=page", "--format", "json"
        )
        assert alone.code == 0
        assert forfait("explain", number, "--data", done, "--format", "json") == alone


def test_asking_for_what_the_run_was_made_with_is_no_fault(forfait: Forfait, done: Path, drawn: list[str]) -> None:
    made = json.loads((done / "manifest.json").read_bytes())
    options = ["--year", YEAR, "--as-of", made["as_of"], "--reading", "cible-aat=page"]
    assert forfait("explain", drawn[0], "--data", done, *options) == forfait("explain", drawn[0], "--data", done)


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (["--year", "2024"], "2023"),
        (["--as-of", "2023-06-01"], "2024-06-30"),
        (["--reading", "cible-aat=guide"], "page"),
        (["--reading", "cible-dmp=page"], "guide"),
    ],
)
def test_another_question_than_that_of_the_run_is_refused(
    forfait: Forfait, done: Path, drawn: list[str], options: list[str], kept: str
) -> None:
    said = refusal(forfait("explain", drawn[0], "--data", done, *options, "--lang", "en"))
    assert f"this run was made with {kept}" in said


@pytest.fixture
def own(source: Path, tmp_path: Path) -> Path:
    """A source of its own, in `source`, and a run on it."""
    shutil.copytree(source, tmp_path / "source")
    run(Request(files=policy_files(YEAR), data=str(tmp_path / "source"), out=tmp_path / "out", sample=0))
    return tmp_path / "out"


def test_a_source_that_changed_since_is_refused(forfait: Forfait, own: Path, drawn: list[str]) -> None:
    file = own.parent / "source" / "prefills.parquet"
    rows = parquet.read_table(file)
    parquet.write_table(rows.slice(1), file)
    said = refusal(forfait("explain", drawn[0], "--data", own, "--lang", "en"))
    assert f"the data changed since this run: {file.parent}." in said


def test_a_source_that_is_gone_is_refused(forfait: Forfait, own: Path, drawn: list[str]) -> None:
    shutil.rmtree(own.parent / "source")
    said = refusal(forfait("explain", drawn[0], "--data", own, "--lang", "en"))
    assert f"the data of this run can no longer be read: {own.parent / 'source'}." in said


def test_another_policy_than_that_of_the_run_is_refused(
    forfait: Forfait, own: Path, drawn: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "policies" / str(YEAR)
    shutil.copytree(bundled("policies") / str(YEAR), folder)
    forfait("explain", drawn[0], "--data", own, "--policies", folder.parent)
    (folder / "policy.yaml").write_text((folder / "policy.yaml").read_text("utf-8") + "# read again\n", "utf-8")
    said = refusal(forfait("explain", drawn[0], "--data", own, "--policies", folder.parent, "--lang", "en"))
    assert f"the policy {folder} is no longer that of this run" in said


def test_who_is_not_in_the_run_is_not_in_its_answers(forfait: Forfait, done: Path) -> None:
    said = refusal(forfait("explain", "99900000003", "--data", done, "--lang", "en"))
    assert f"{done}: no doctor “99900000003”" in said


def test_a_run_without_its_manifest_is_refused(forfait: Forfait, own: Path, drawn: list[str]) -> None:
    (own / "manifest.json").unlink()
    assert str(own / "manifest.json") in refusal(forfait("explain", drawn[0], "--data", own))


def test_a_manifest_of_another_kind_is_refused(forfait: Forfait, own: Path, drawn: list[str]) -> None:
    (own / "manifest.json").write_text('{"schema": "run/1"}', "utf-8")
    assert "manifest" in refusal(forfait("explain", drawn[0], "--data", own))


def test_a_run_without_its_tables_is_refused(forfait: Forfait, own: Path, drawn: list[str]) -> None:
    (own / "doctors.parquet").unlink()
    said = refusal(forfait("explain", drawn[0], "--data", own, "--lang", "en"))
    assert f"{own / 'doctors.parquet'}: unreadable file" in said


def test_a_run_whose_tables_are_none_is_refused(forfait: Forfait, own: Path, drawn: list[str]) -> None:
    (own / "doctors.parquet").write_text("none")
    assert str(own / "doctors.parquet") in refusal(forfait("explain", drawn[0], "--data", own))


def test_what_is_still_due_is_as_of_the_day_of_the_run(
    forfait: Forfait, source: Path, drawn: list[str], tmp_path: Path
) -> None:
    asked = date(2024, 1, 15)
    run(Request(files=policy_files(YEAR), data=str(source), out=tmp_path / "out", as_of=asked, sample=0))
    alone = forfait("duties", drawn[0], "--data", source, "--year", YEAR, "--as-of", asked)
    assert alone.code == 0
    assert forfait("duties", drawn[0], "--data", tmp_path / "out") == alone


def test_a_case_is_opened_on_the_source_of_a_run_for_its_year(
    forfait: Forfait, done: Path, drawn: list[str], tmp_path: Path
) -> None:
    held = ("--register", tmp_path / "control.db", "--by", "un agent", "--on", "2024-09-02")
    ran = forfait("control", "open", drawn[0], "--data", done, *held, "--lang", "en")
    assert (ran.code, ran.err) == (0, "")
    assert str(YEAR) in ran.out
    refused = forfait("control", "open", drawn[0], "--data", done, "--year", YEAR + 1, *held)
    assert (refused.code, refused.out) == (2, "")


def test_a_finding_is_checked_against_the_source_of_a_run_and_a_record_replayed_on_it(
    forfait: Forfait, done: Path, drawn: list[str], tmp_path: Path
) -> None:
    held = ("--register", tmp_path / "control.db", "--by", "un agent", "--on", "2024-09-02")
    assert forfait("control", "open", drawn[0], "--data", done, *held).code == 0
    found = ("record", drawn[0], "--item", "sas", "--outcome", "confirmed", "--data", done)
    assert "locations" not in forfait("control", *found, *held).err
    record = tmp_path / "record.json"
    assert forfait("issue", drawn[0], "--data", done, "--output", record).code == 0
    assert forfait("replay", record, "--data", done).code == 0
