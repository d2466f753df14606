"""A synthetic population: the same bytes for a seed, and every way a dossier can go wrong."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any as Anything

import pytest

from engine.decision import Decision, judge
from engine.linking import linked
from engine.loading import bundled_policies
from engine.population.plan import FILE, Plan, read_plan
from engine.population.writing import write_population
from engine.problems import Invalid
from engine.tables import TABLES
from tests.conftest import Forfait, policy_files
from tests.drawn import decided, rows

YEAR = 2023
FOLDER = bundled_policies() / str(YEAR)
DOCTORS, SEED = 2_000, 2


@cache
def plan() -> Plan:
    return read_plan(FOLDER)


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("population") / "drawn"
    write_population(plan(), DOCTORS, SEED, folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def decisions(population: Path) -> list[Decision]:
    """Every doctor of the population decided."""
    return decided(population, YEAR)


# --- what there is to dispute ---------------------------------------------------------------------------------------


def test_dossiers_go_wrong_in_every_way_that_is_disputed(decisions: list[Decision]) -> None:
    """Late, without papers, with papers that say too little or were rejected, refused choices, controls."""
    reasons = {one.reason for decision in decisions for one in decision.indicators}
    wanted = {"declared_late", "not_declared", "document_missing", "document_incomplete", "document_rejected"}
    assert wanted | {"not_qualifying", "threshold_missed", "not_calculable", "refuted", "not_produced"} <= reasons


def test_some_doctors_are_exempt_some_not_eligible_and_some_facts_contradict_each_other(
    decisions: list[Decision],
) -> None:
    indicators = [one for decision in decisions for one in decision.indicators]
    assert any(one.how == "exemption" for one in indicators)
    assert {"missing", "contradictory"} <= {one.unknown for one in indicators}
    assert any(decision.paid.most == 0 and decision.attained.least > 0 for decision in decisions)


@pytest.mark.parametrize(
    "reading", ["lap-provisoire=annexe", "seuil-teletransmission=plus-de", "video-gratuite=exclue"]
)
def test_some_decisions_hang_on_a_contested_reading(decisions: list[Decision], reading: str) -> None:
    name, _, option = reading.partition("=")
    policy = linked(policy_files(YEAR), {name: option})
    assert any(judge(policy, one.dossier).attained != one.attained for one in decisions)


# --- the same bytes -------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes(population: Path, tmp_path: Path) -> None:
    write_population(plan(), DOCTORS, SEED, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(population)


def test_another_seed_gives_other_doctors(population: Path, tmp_path: Path) -> None:
    write_population(plan(), DOCTORS, SEED + 1, tmp_path / "other")
    assert rows(tmp_path / "other")["doctors"] != rows(population)["doctors"]


def test_the_bytes_are_those_of_every_machine(tmp_path: Path) -> None:
    """What was drawn once: a library, or a machine, that draws otherwise is found out."""
    write_population(plan(), 2, 0, tmp_path / "two")
    drawn = [
        [row[name] for name in ("doctor", "name", "specialty", "sector")] for row in rows(tmp_path / "two")["doctors"]
    ]
    assert drawn == [
        ["99910000001", "Dr Olivier Cazenave", "medecine-generale", "1"],
        ["99910000019", "Dr Hervé Hautecœur", "radiodiagnostic-imagerie-medicale", "1"],
    ]


def test_the_first_doctors_of_a_large_population_are_those_of_a_small_one(population: Path, tmp_path: Path) -> None:
    write_population(plan(), 50, SEED, tmp_path / "few")
    few = rows(tmp_path / "few")
    numbers = {row["doctor"] for row in few["doctors"]}
    many = {table: [row for row in found if row["doctor"] in numbers] for table, found in rows(population).items()}
    assert few == many


# --- who they are ---------------------------------------------------------------------------------------------------


def test_every_number_is_fictitious_and_stands_once(population: Path) -> None:
    """It begins with 999, and its last digit is the check digit of the others."""
    numbers = [row["doctor"] for row in rows(population)["doctors"]]
    assert len(set(numbers)) == DOCTORS
    for number in numbers:
        digits = [int(digit) for digit in reversed(number)]
        total = sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
        assert (number[:3], len(number), total % 10) == ("999", 11, 0)


def test_rows_stand_by_doctor(population: Path) -> None:
    """So that one doctor is found without reading the others."""
    for found in rows(population).values():
        assert [row["doctor"] for row in found] == sorted(row["doctor"] for row in found)


# --- the manifest ---------------------------------------------------------------------------------------------------


def manifest(folder: Path) -> Mapping[str, Anything]:
    read: dict[str, Anything] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return read


def test_the_manifest_counts_the_rows_of_each_table_and_keeps_its_digest(population: Path) -> None:
    told, found = manifest(population), rows(population)
    for table in TABLES:
        digest = hashlib.sha256((population / f"{table}.parquet").read_bytes()).hexdigest()
        assert told["tables"][table] == {"rows": len(found[table]), "digest": f"sha256:{digest}"}
    assert (told["synthetic"], told["doctors"], told["seed"], told["year"]) == (True, DOCTORS, SEED, YEAR)


@pytest.mark.parametrize("part", ["targets", "groups", "draws"])
def test_every_figure_says_its_source_and_whether_it_is_published_or_assumed(population: Path, part: str) -> None:
    figures = manifest(population)["figures"][part]
    assert figures
    for figure in figures.values():
        assert figure["basis"] in ("published", "assumed")
        assert figure["source"]


# --- whole or nothing -----------------------------------------------------------------------------------------------


def test_a_run_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    def broken(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_population(plan(), 10, SEED, tmp_path / "broken", broken)
    assert list(tmp_path.iterdir()) == []


def problem(*arguments: Anything) -> str:
    with pytest.raises(Invalid) as caught:
        write_population(*arguments)
    return caught.value.problems[0].code


def test_a_folder_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    assert problem(plan(), 10, SEED, tmp_path) == "folder_exists"
    assert (tmp_path / "mine").read_text() == "kept"


@pytest.mark.parametrize(("doctors", "seed"), [(0, 0), (-1, 0), (10**9, 0), (1, -1), (1, 2**63)])
def test_a_number_of_doctors_or_a_seed_out_of_bounds_is_refused(doctors: int, seed: int, tmp_path: Path) -> None:
    assert problem(plan(), doctors, seed, tmp_path / "none") == "out_of_bounds"
    assert not (tmp_path / "none").exists()


# --- a plan that is wrong -------------------------------------------------------------------------------------------

WRONG = {
    "unknown_value": ("{ value: editor }", "{ value: nobody }", "unknown_drawn"),
    "unknown_draw": ("when: { segur:", "when: { nothing:", "unknown_draw"),
    "unknown_way": ("when: { segur: [prerempli,", "when: { segur: [neither,", "unknown_way"),
    "a chance of no way": ("all: { non: 992,", "all: { none: 992,", "unknown_way"),
    "a column of no table": (
        "{ fact: horaires_affiches, value",
        "{ fat: horaires_affiches, value",
        "unknown_column",
    ),
    "a share of no column": (
        "{ of: denominator, spread: { 0: 20 %",
        "{ of: period_end, spread: { 0: 20 %",
        "unknown_column",
    ),
    "a field of no doctor": ('doctor: { sector: "2" }', 'doctor: { sectr: "2" }', "unknown_field"),
    "a kind forgotten": ("kinds: [generaliste]", "kinds: [other]", "kind_missing"),
    "days that go back": ("installed: { from: 1985-01-01", "installed: { from: 2025-01-01", "days_backwards"),
    "a spread that goes back": ("spread: { 0: 2017, 100: 2024 }", "spread: { 100: 2017, 0: 2024 }", "bad_spread"),
    "weights of nothing": ("{ connus: 95, absents: 5 }", "{ connus: 0, absents: 0 }", "no_weight"),
}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_a_plan_that_is_wrong_is_told_with_its_place(name: str, tmp_path: Path) -> None:
    before, after, code = WRONG[name]
    text = (FOLDER / FILE).read_text("utf-8")
    assert before in text
    (tmp_path / FILE).write_text(text.replace(before, after), "utf-8")
    with pytest.raises(Invalid) as caught:
        read_plan(tmp_path)
    found = caught.value.problems[0]
    assert found.code == code
    assert found.line


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_command_tells_what_it_wrote(forfait: Forfait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = forfait("population", "--doctors", 1000, "--seed", 3, "--out", "drawn", "--lang", "en")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[0].startswith("drawn: 1,000 fictitious doctors, ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["drawn"]


def test_a_doctor_drawn_is_decided_as_any_other(forfait: Forfait, population: Path) -> None:
    number = rows(population)["doctors"][0]["doctor"]
    ran = forfait("decide", number, "--data", population)
    assert (ran.code, ran.out.split(",")[0]) == (0, number)


def test_a_policy_without_a_plan_is_told(forfait: Forfait, tmp_path: Path) -> None:
    copytree(FOLDER, tmp_path / "policies" / str(YEAR), ignore=ignore_patterns(FILE))
    out = tmp_path / "none"
    ran = forfait("population", "--doctors", 1, "--out", out, "--policies", tmp_path / "policies", "--lang", "en")
    assert (ran.code, "population.yaml" in ran.err, out.exists()) == (2, True, False)
