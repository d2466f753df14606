"""Raw flows of fictitious doctors: the same bytes for a seed, and every sort of row that a count has to set apart."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any as Anything

import pytest
from msgspec.structs import replace
from pyarrow import compute, parquet

from engine.loading import bundled_policies
from engine.measuring.linking import flows_of
from engine.population import flows_drawing
from engine.population.flows_plan import FILE, FlowsPlan, read_flows_plan
from engine.population.flows_writing import write_flows
from engine.population.plan import read_plan
from engine.population.writing import write_population
from engine.problems import Invalid
from tests.conftest import Forfait, policy_files
from tests.plain_count import Rate, count
from tests.plain_flows import FLOWS

YEAR = 2023
FOLDER = bundled_policies() / str(YEAR)
DOCTORS, SEED, LINES = 600, 2, 60_000
WITHIN = 0.02


@cache
def plan() -> FlowsPlan:
    return read_flows_plan(FOLDER, read_plan(FOLDER).groups, flows_of(policy_files(YEAR)))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("flows") / "drawn"
    write_flows(plan(), DOCTORS, SEED, folder, LINES)
    return folder


@pytest.fixture(scope="module")
def rows(drawn: Path) -> Mapping[str, list[dict[str, Anything]]]:
    return {name: parquet.read_table(drawn / f"{name}.parquet").to_pylist() for name in FLOWS}


@pytest.fixture(scope="module")
def rates(rows: Mapping[str, list[dict[str, Anything]]]) -> dict[str, dict[str, Rate]]:
    return count(rows, YEAR)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


# --- the same bytes -------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes(drawn: Path, tmp_path: Path) -> None:
    write_flows(plan(), DOCTORS, SEED, tmp_path / "again", LINES)
    assert contents(tmp_path / "again") == contents(drawn)


def test_another_seed_gives_other_rows(drawn: Path, tmp_path: Path) -> None:
    write_flows(plan(), DOCTORS, SEED + 1, tmp_path / "other", LINES)
    assert (tmp_path / "other" / "acts.parquet").read_bytes() != (drawn / "acts.parquet").read_bytes()


def test_the_rows_are_those_of_every_machine(tmp_path: Path) -> None:
    """What was drawn once: a library, or a machine, that draws otherwise is found out."""
    write_flows(plan(), 2, 0, tmp_path / "two")
    acts = parquet.read_table(tmp_path / "two" / "acts.parquet").to_pylist()
    assert (len(acts), list(acts[0].values())[:4], str(acts[0]["performed_on"]), acts[0]["mode"]) == (
        8126,
        ["99910000001", "000000000000", "000000000000", "a04763c51290ca9d"],
        "2023-08-23",
        "degrade",
    )


def test_what_a_doctor_leaves_hangs_on_no_later_doctor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the doctors are parted; but for `--lines`, which shares rows out among all of them."""
    monkeypatch.setattr(flows_drawing, "AT_ONCE", 20_000)
    write_flows(plan(), 6, SEED, tmp_path / "few")
    write_flows(plan(), 12, SEED, tmp_path / "many")
    few, many = (parquet.read_table(tmp_path / name / "acts.parquet").to_pylist() for name in ("few", "many"))
    assert parquet.ParquetFile(tmp_path / "many" / "acts.parquet").num_row_groups > 1
    assert many[: len(few)] == few
    assert {row["doctor"] for row in many[len(few) :]}.isdisjoint({row["doctor"] for row in few})


# --- who they are ---------------------------------------------------------------------------------------------------


def test_they_are_the_doctors_of_the_population_of_that_seed(drawn: Path, tmp_path: Path, rates: Anything) -> None:
    write_population(read_plan(FOLDER), DOCTORS, SEED, tmp_path / "dossiers")
    doctors = parquet.read_table(tmp_path / "dossiers" / "doctors.parquet").to_pylist()
    assert set(rates) <= {row["doctor"] for row in doctors}
    # Those who follow pregnancies declare them.
    declared = {number for number, own in rates.items() if own["dsg"].sides["denominator"].read > 0}
    gynaecologists = {row["doctor"] for row in doctors if row["specialty"].startswith("gynecologie")}
    often = {number for number in declared if (rates[number]["dsg"].denominator or 0) > 40}
    assert often and often <= gynaecologists


def test_rows_stand_by_doctor_each_in_one_part_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows_drawing, "AT_ONCE", 20_000)
    write_flows(plan(), 12, SEED, tmp_path / "drawn")
    file = parquet.ParquetFile(tmp_path / "drawn" / "acts.parquet")
    found = [sorted(set(file.read_row_group(part)["doctor"].to_pylist())) for part in range(file.num_row_groups)]
    assert [number for part in found for number in part] == sorted({number for part in found for number in part})


@pytest.mark.parametrize("name", FLOWS)
def test_the_columns_are_those_that_the_year_names(name: str, drawn: Path) -> None:
    columns = flows_of(policy_files(YEAR))[name].columns
    types = {"text": "string", "date": "date32[day]", "integer": "int64", "boolean": "bool"}
    written = parquet.read_schema(drawn / f"{name}.parquet")
    assert {column.name: str(column.type) for column in written} == {
        "doctor": "string",
        **{column: types[one.type] for column, one in columns.items()},
    }


def test_a_patient_is_a_name_that_tells_nothing_and_no_two_doctors_share_one(rows: Anything) -> None:
    owners: dict[str, set[str]] = {}
    for row in rows["acts"]:
        if row["patient"]:
            owners.setdefault(row["patient"], set()).add(row["doctor"])
    assert {len(name) for name in owners} == {16}
    assert {len(doctors) for doctors in owners.values()} == {1}
    assert not {row["dmp"] for row in rows["dmp_feeds"]} & set(owners)


# --- what there is to count -----------------------------------------------------------------------------------------


def test_the_size_asked_for_is_that_of_the_acts(rows: Anything) -> None:
    year = [row for row in rows["acts"] if row["performed_on"] and row["performed_on"].year == YEAR]
    assert abs(len(year) / LINES - 1) <= WITHIN


def test_most_doctors_keep_the_forfait_as_the_plan_assumes(rates: Anything) -> None:
    kept = [
        2 * (own["teletransmission"].denominator or 0) <= 3 * own["teletransmission"].numerator
        for own in rates.values()
    ]
    assert 0.9 < sum(kept) / len(kept) < 0.99


ODD: Mapping[str, Callable[[Rate], bool]] = {
    "a period of its own": lambda rate: rate.start.month > 1,
    "no claim sent at all": lambda rate: rate.numerator == 0 and (rate.denominator or 0) > 0,
    "acts before the period": lambda rate: rate.sides["denominator"].out_of_period > 0,
    "every exclusion": lambda rate: len(rate.sides["denominator"].excluded) >= 5,
}


@pytest.mark.parametrize("what", ODD)
def test_there_are_doctors_with(what: str, rates: Anything) -> None:
    assert any(ODD[what](own["teletransmission"]) for own in rates.values())


def test_some_doctors_work_in_several_places_and_some_leave_no_act(rows: Anything, rates: Anything) -> None:
    places = Counter(number for number, _ in {(row["doctor"], row["location"]) for row in rows["acts"]})
    assert set(places.values()) == {1, 2, 3}
    assert sum(several > 1 for several in places.values()) < len(places) // 10
    assert set(rates) - set(places)


def test_rows_are_bad_in_every_way_that_the_plan_says(tmp_path: Path) -> None:
    """Here one row in a hundred, in each of these ways."""
    acts = plan().flows["acts"]
    often = replace(acts, wrong=tuple(replace(one, per_million=10_000) for one in acts.wrong))
    write_flows(replace(plan(), flows={"acts": often}), 10, SEED, tmp_path / "drawn", 20_000)
    table = parquet.read_table(tmp_path / "drawn" / "acts.parquet")
    found = {
        "act": table.num_rows - len(compute.unique(table["act"])),
        "mode": table.filter(compute.equal(table["mode"], "inconnu")).num_rows,
        "age_months": table.filter(compute.equal(table["age_months"], -1)).num_rows,
        **{name: table[name].null_count for name in ("patient", "performed_on", "ame")},
    }
    assert set(found) == {one.column for one in acts.wrong}
    assert all(table.num_rows // 200 < rows < table.num_rows // 50 for rows in found.values())


# --- the manifest ---------------------------------------------------------------------------------------------------


def test_the_manifest_counts_the_rows_of_each_flow_and_keeps_its_digest(drawn: Path, rows: Anything) -> None:
    told = json.loads((drawn / "manifest.json").read_text("utf-8"))
    for name in FLOWS:
        digest = hashlib.sha256((drawn / f"{name}.parquet").read_bytes()).hexdigest()
        assert told["flows"][name] == {"rows": len(rows[name]), "digest": f"sha256:{digest}"}
    assert [told[key] for key in ("synthetic", "year", "doctors", "seed", "lines")] == [
        True,
        YEAR,
        DOCTORS,
        SEED,
        LINES,
    ]


@pytest.mark.parametrize("part", ["values", "flows"])
def test_every_figure_says_its_source_and_whether_it_is_published_or_assumed(drawn: Path, part: str) -> None:
    figures = json.loads((drawn / "manifest.json").read_text("utf-8"))["figures"][part]
    assert all(one["source"] and one["basis"] in ("published", "assumed") for one in figures.values())


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("flow: acts }", "flow: axes }", "unknown_flow"),
        ("value: actes,", "value: actas,", "unknown_drawn"),
        ("among: patients }", "among: patiants }", "unknown_drawn"),
        ("among: patients }", "among: rythme }", "unknown_drawn"),
        ("case: kind", "case: mode", "unknown_column"),
        ("ame: { share: 0.6 %", "amo: { share: 0.6 %", "unknown_column"),
        ("rythme: [habituel] }, count: actes }", "rythme: [habitual] }, count: actes }", "unknown_way"),
        ("{ of: actes, share: { 0: 2 %, 100: 8 % } }", "{ of: actes, share: { 0: 2 %, 90: 8 % } }", "bad_spread"),
        ("  dmp_feeds:\n", "  dmp_fed:\n", "unknown_flow"),
        ("together:", "togethre:", "unknown_key"),
    ],
)
def test_a_plan_that_names_what_is_not_there_is_refused(old: str, new: str, code: str, tmp_path: Path) -> None:
    text = (FOLDER / FILE).read_text("utf-8")
    assert old in text
    (tmp_path / FILE).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(Invalid) as refused:
        read_flows_plan(tmp_path, plan().groups, flows_of(policy_files(YEAR)))
    assert [problem.code for problem in refused.value.problems][:1] == [code]


@pytest.mark.parametrize(("doctors", "seed", "lines"), [(0, 0, None), (1, -1, None), (1, 0, 0), (1, 0, 10**12)])
def test_a_number_out_of_its_bounds_is_refused(doctors: int, seed: int, lines: int | None, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="is not between"):
        write_flows(plan(), doctors, seed, tmp_path / "none", lines)
    assert not list(tmp_path.iterdir())


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_command_tells_what_it_wrote(forfait: Forfait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = forfait("population", "--flows", "--doctors", 10, "--lines", 500, "--out", "drawn", "--lang", "en")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[0].startswith("drawn: 10 fictitious doctors, ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["drawn"]


def test_how_many_lines_says_nothing_of_dossiers(forfait: Forfait, tmp_path: Path) -> None:
    ran = forfait("population", "--doctors", 10, "--lines", 500, "--out", tmp_path / "none", "--lang", "en")
    assert (ran.code, "--flows" in ran.err, (tmp_path / "none").exists()) == (2, True, False)


def test_a_policy_without_a_plan_is_told(forfait: Forfait, tmp_path: Path) -> None:
    copytree(FOLDER, tmp_path / "policies" / str(YEAR), ignore=ignore_patterns(FILE))
    out, policies = tmp_path / "none", tmp_path / "policies"
    ran = forfait("population", "--flows", "--doctors", 1, "--out", out, "--policies", policies, "--lang", "en")
    assert (ran.code, FILE in ran.err, out.exists()) == (2, True, False)
