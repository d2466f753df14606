"""Counts put in dossiers: what was counted before goes, all else stays, and doctors are decided and explained."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from typing import Any as Anything

import pytest
from jsonschema import Draft202012Validator
from pyarrow import Table, parquet

from engine.bundled import bundled
from engine.stores import bundled_examples, find_doctor
from engine.tables import TABLES, rows_of
from engine.tabular import write_tables
from engine.yamltext import read_page
from tests.conftest import Forfait, policy_files
from tests.measuring import BEFORE, DOCTOR, YEAR, act, acts, dossiers, measured

OTHER = "99900000011"


def held(folder: Path, **counts: Anything) -> list[dict[str, Anything]]:
    """The rows of measures in the page of the doctor."""
    campaign = find_doctor(folder, DOCTOR).page.data["campaigns"][str(YEAR)]
    return [row for row in campaign["measures"] if all(row[name] == value for name, value in counts.items())]


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_what_was_counted_before_goes_and_all_else_stays(suffix: str, tmp_path: Path) -> None:
    source = dossiers(tmp_path / "dossiers", suffix)
    before = find_doctor(source, DOCTOR).page.data
    done = measured(tmp_path, {"acts": [act(**BEFORE), *acts(3), *acts(2, ame=True)]}, data=source)
    after = find_doctor(done.folder, DOCTOR).page.data
    [rate] = held(done.folder, measure="teletransmission")
    assert (rate["numerator"], rate["denominator"], rate["exclusions"]) == ("3", "3", {"ame": "2"})
    known = set(policy_files(YEAR).measures)
    one, other = before["campaigns"][str(YEAR)], after["campaigns"][str(YEAR)]
    for table in set(one) - {"measures", "facts"}:
        assert one[table] == other[table]
    for table, name in {"measures": "measure", "facts": "fact"}.items():
        kept = [row for row in one.get(table, ()) if row[name] not in known]
        assert [row for row in other[table] if row[name] not in known] == kept


def test_who_is_in_no_flow_keeps_what_was_counted(tmp_path: Path) -> None:
    source = dossiers(tmp_path / "dossiers")
    done = measured(tmp_path, {"acts": acts(3, doctor=OTHER)}, data=source)
    assert find_doctor(done.folder, DOCTOR).page.data == find_doctor(source, DOCTOR).page.data


def two_years(folder: Path) -> Path:
    """Dossiers of a doctor for the year counted, and of another for the year after alone."""
    folder.mkdir()
    data = read_page(bundled_examples() / f"{DOCTOR}.yaml").data
    people = [
        {"doctor": doctor, "campaigns": {str(year): data["campaigns"][str(YEAR)]}}
        for doctor, year in ((DOCTOR, YEAR), (OTHER, YEAR + 1))
    ]
    write_tables(folder, chain.from_iterable(map(rows_of, people)), ".parquet")
    return folder


def test_who_has_a_dossier_of_another_year_alone_has_none_and_is_left_as_found(tmp_path: Path) -> None:
    """Counts of a year of which the dossier says nothing would have the reader refuse the other years as well."""
    source, flows = two_years(tmp_path / "dossiers"), {"acts": [act(**BEFORE), *acts(3), *acts(3, doctor=OTHER)]}
    done = measured(tmp_path, flows, data=source)
    assert (done.manifest.doctors, done.manifest.without_dossier) == (2, 1)
    assert find_doctor(done.folder, OTHER).page.data == find_doctor(source, OTHER).page.data
    assert [row["numerator"] for row in held(done.folder, measure="teletransmission")] == ["3"]


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("fr", f"aucun dossier de {YEAR} ; années présentes : {YEAR + 1}. Donnez les dossiers de l’année comptée."),
        ("en", f"no dossier of {YEAR}; years present: {YEAR + 1}. Give the dossiers of the year being counted."),
    ],
)
def test_dossiers_of_other_years_alone_are_refused(lang: str, said: str, forfait: Forfait, tmp_path: Path) -> None:
    done, source = measured(tmp_path / "first", {"acts": acts(3)}), two_years(tmp_path / "dossiers")
    doctors = source / "doctors.parquet"
    kept = [row for row in parquet.read_table(doctors).to_pylist() if row["year"] != YEAR]
    parquet.write_table(Table.from_pylist(kept, parquet.read_schema(doctors)), doctors)
    asked = ("--flows", done.folder.parent / "flows", "--year", YEAR, "--data", source, "--out", tmp_path / "out")
    told = forfait("measure", *asked, "--lang", lang)
    assert (told.code, (tmp_path / "out").exists()) == (2, False)
    assert said in told.err.replace("\N{NO-BREAK SPACE}", " ")


def test_counts_are_not_recorded_before_the_year_is_over(forfait: Forfait, tmp_path: Path) -> None:
    done = measured(tmp_path / "first", {"acts": acts(3)})
    asked = ("--flows", done.folder.parent / "flows", "--year", YEAR, "--out", tmp_path / "out")
    early, on_the_day = (forfait("measure", *asked, "--recorded-on", f"{YEAR}-12-{day}") for day in (30, 31))
    assert (early.code, on_the_day.code) == (2, 0)
    assert "la fin de l’année comptée, le 31 décembre 2023." in early.err.replace("\N{NO-BREAK SPACE}", " ")


def test_counts_are_recorded_on_the_day_told(forfait: Forfait, tmp_path: Path) -> None:
    done = measured(tmp_path / "first", {"acts": acts(3)})
    source = dossiers(tmp_path / "dossiers")
    asked = ("--flows", done.folder.parent / "flows", "--year", YEAR, "--data", source, "--out", tmp_path / "out")
    told = forfait("measure", *asked, "--recorded-on", "2024-03-11")
    assert (told.code, told.err) == (0, "")
    assert {row["recorded_on"] for row in held(tmp_path / "out", measure="teletransmission")} == {"2024-03-11"}


def test_the_manifest_keeps_its_schema(tmp_path: Path) -> None:
    body = json.loads((bundled("schemas") / "measure-manifest.schema.json").read_text("utf-8"))
    done = measured(tmp_path, {"acts": [*acts(3), act(doctor="x")]}, data=dossiers(tmp_path / "dossiers"))
    told = json.loads((done.folder / "manifest.json").read_bytes())
    assert list(Draft202012Validator(body).iter_errors(told)) == []
    rows = {name: parquet.read_metadata(done.folder / f"{name}.parquet").num_rows for name in told["tables"]}
    assert {name: one["rows"] for name, one in told["tables"].items()} == rows


def test_from_flows_to_the_explanation_of_any_doctor(forfait: Forfait, tmp_path: Path) -> None:
    """As they are typed: a small population, its flows counted, its doctors decided on the counts, one explained."""
    dossier, flows, out, decided = (tmp_path / name for name in ("dossiers", "flows", "measured", "decided"))
    drawn = ("population", "--doctors", 40, "--seed", 1, "--year", YEAR)
    for command in (
        (*drawn, "--out", dossier),
        (*drawn, "--flows", "--lines", 20_000, "--out", flows),
        ("measure", "--flows", flows, "--data", dossier, "--year", YEAR, "--out", out),
        ("run", "--data", out, "--year", YEAR, "--sample", 5, "--out", decided),
    ):
        told = forfait(*command)
        assert (told.code, told.err) == (0, "")
    assert {file.stem for file in out.glob("*.parquet")} == {*TABLES, "counts", "quarantine"}
    rates = [row for row in parquet.read_table(out / "measures.parquet").to_pylist() if row["denominator"]]
    doctor = next(row["doctor"] for row in rates if row["measure"] == "teletransmission")
    told = forfait("explain", doctor, "--data", decided)
    assert (told.code, told.err) == (0, "")
    assert "Hors décompte" in told.out
