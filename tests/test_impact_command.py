"""`forfait diff … --impact`: from dossiers to figures, by real runs; whole or nothing; never a traceback."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any as Anything

import pytest

from engine.loading import bundled_policies
from engine.population.plan import read_plan
from engine.population.writing import write_population
from engine.running.impact import comparing
from engine.running.run import Request
from engine.stores import bundled_examples
from tests.compared import both, run_singly
from tests.conftest import Forfait
from tests.made_up import write

DOCTORS = 12
REAL = "test_two_runs_come_to_what_deciding_each_doctor_comes_to"
PRICED = ("--reading", "cible-aat=guide", "--against", "cible-aat=page")


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("population") / "drawn"
    write_population(read_plan(bundled_policies() / "2023"), DOCTORS, 2, folder)
    return folder


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """One test makes real runs; the others, whose subject is what is made of them, decide singly."""
    if request.node.name != REAL:
        monkeypatch.setattr(comparing, "run", run_singly)


def test_two_runs_come_to_what_deciding_each_doctor_comes_to(
    forfait: Forfait, population: Path, tmp_path: Path
) -> None:
    """The command's figures, made by `forfait run`, and those made without it."""
    ran = forfait("diff", 2023, 2024, "--impact", population, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    expected = both(tmp_path, DOCTORS, (2023, {}), (2024, {})).measured.impact
    whole = ran.data["whole"]
    assert (whole["doctors"], whole["gaining"], whole["losing"]) == (
        DOCTORS,
        expected.whole.gaining,
        expected.whole.losing,
    )
    assert {(one["subject"], one["place"], one["doctors"]) for one in ran.data["flips"]} == {
        (flip.subject, flip.cause.place, flip.doctors) for flip in expected.flips
    }
    assert [side["year"] for side in ran.data["sides"]] == [2023, 2024]
    assert ran.data["source"]["year"] == 2023


def test_dossiers_of_the_second_year_are_moved_back_to_the_first(forfait: Forfait, tmp_path: Path) -> None:
    write_population(read_plan(bundled_policies() / "2024"), 6, 2, tmp_path / "drawn")
    ran = forfait("diff", 2023, 2024, "--impact", tmp_path / "drawn", "--format", "json")
    assert (ran.code, ran.data["source"]["year"], ran.data["source"]["where"]) == (0, 2024, str(tmp_path / "drawn"))
    assert [side["decided"] for side in ran.data["sides"]] == [6, 6]


def test_dossier_files_are_a_source_as_well(forfait: Forfait) -> None:
    ran = forfait("diff", 2023, 2024, "--impact", bundled_examples(), "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    decided = [side["decided"] for side in ran.data["sides"]]
    assert decided[0] >= ran.data["whole"]["doctors"] > 0


def test_a_reading_is_priced(forfait: Forfait, population: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(population.parent)
    ran = forfait("diff", 2023, "--impact", "drawn", *PRICED, "--lang", "en")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    sides = "From “at least 70% of the certificates” to “at least 90% of the certificates”"
    assert " ".join(lines[:2]) == f"{sides}: what changes for doctors"
    assert "Readings taken for “at least 90% of the certificates”: cible-aat=page" in lines
    assert "Files of drawn, campaign 2023." in lines
    assert any("target 70% → 90%" in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_the_same_question_gives_the_same_bytes(forfait: Forfait, population: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        assert forfait("diff", 2023, "--impact", population, *PRICED, "--out", tmp_path / name).code == 0
    files = {file.name: file.read_bytes() for file in (tmp_path / "one").iterdir()}
    assert files == {file.name: file.read_bytes() for file in (tmp_path / "other").iterdir()}
    assert sorted(files) == ["doctors.parquet", "flips.parquet", "impact.html", "impact.json"]
    assert json.loads(files["impact.json"])["schema"] == "impact/1"


@pytest.mark.parametrize("format", ["html", "markdown"])
def test_a_page_is_printed(format: str, forfait: Forfait, population: Path) -> None:
    ran = forfait("diff", 2023, "--impact", population, *PRICED, "--format", format)
    head = "<!doctype html>" if format == "html" else "# De «\N{NO-BREAK SPACE}au moins 70"
    assert (ran.code, ran.out.startswith(head)) == (0, True)


# --- what is refused ------------------------------------------------------------------------------------------------


def test_a_folder_that_is_there_is_left_as_it_is(forfait: Forfait, population: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    ran = forfait("diff", 2023, "--impact", population, *PRICED, "--out", tmp_path)
    assert (ran.code, ran.out, "--out" in ran.err) == (2, "", True)
    assert [file.name for file in tmp_path.iterdir()] == ["mine"]


def test_a_comparison_that_fails_leaves_no_folder(forfait: Forfait, tmp_path: Path) -> None:
    ran = forfait("diff", 2023, "--impact", tmp_path / "nothing", "--out", tmp_path / "out")
    assert (ran.code, [*tmp_path.iterdir()]) == (2, [])


def test_a_source_that_changes_meanwhile_is_refused(
    forfait: Forfait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who the doctors are was read from what was there before."""
    write_population(read_plan(bundled_policies() / "2023"), 3, 2, tmp_path / "drawn")

    def meanwhile(request: Request, told: object) -> object:
        shutil.rmtree(tmp_path / "drawn")
        write_population(read_plan(bundled_policies() / "2023"), 3, 3, tmp_path / "drawn")
        return run_singly(request, told)

    monkeypatch.setattr(comparing, "run", meanwhile)
    ran = forfait("diff", 2023, "--impact", tmp_path / "drawn", *PRICED, "--out", tmp_path / "out", "--lang", "en")
    assert (ran.code, str(tmp_path / "drawn") in ran.err, (tmp_path / "out").exists()) == (2, True, False)


def test_dossiers_of_neither_year_are_refused(forfait: Forfait, population: Path, tmp_path: Path) -> None:
    ran = forfait("diff", write(tmp_path), "--impact", population, "--lang", "en")
    assert ran.code == 2
    assert "no doctor has a campaign of" in ran.err


REFUSED: dict[str, tuple[Anything, ...]] = {
    "--text": ("--text",),
    "--labels": ("--labels",),
    "--sources": ("--sources",),
    "--witnesses": ("--witnesses", "out"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_asked_of_texts_is_not_asked_of_an_impact(name: str, forfait: Forfait, population: Path) -> None:
    ran = forfait("diff", 2023, 2024, "--impact", population, *REFUSED[name])
    assert (ran.code, name in ran.err) == (2, True)


def test_one_indicator_is_not_asked_of_an_impact(forfait: Forfait, population: Path) -> None:
    ran = forfait("diff", 2023, 2024, "volet-2.aat", "--impact", population)
    assert (ran.code, "volet-2.aat" in ran.err) == (2, True)


def test_a_revision_is_told_to_be_written_first(forfait: Forfait, population: Path) -> None:
    ran = forfait("diff", f"{bundled_policies() / '2023'}@HEAD", 2023, "--impact", population)
    assert (ran.code, "Traceback" in ran.err) == (2, False)
