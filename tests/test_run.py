"""A run decides a whole population: everyone read is decided or quarantined, as the single decision has it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any as Anything

import pytest
from jsonschema import Draft202012Validator
from pyarrow import parquet

from engine.bundled import bundled
from engine.columnar.layout import as_table, doctor_line, doctors_schema, node_line, nodes_schema
from engine.decision import decide
from engine.dispute.pricing import alternatives
from engine.dossier import read_dossier
from engine.linking import linked
from engine.problems import Invalid
from engine.running.manifest import digest_of
from engine.running.run import BATCH, Request, run
from engine.tables import rows_of
from engine.tabular import write_tables
from tests.conftest import Forfait, campaigns, known, policy_files

YEAR = 2023
DRAWN = 60
SOURCES = {"examples": 5}


def requested(source: Path, out: Path, **more: Anything) -> Request:
    return Request(files=policy_files(YEAR), data=str(source), out=out, **{"sample": 5, **more})


@pytest.fixture(scope="module")
def done(bundled_tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "out"
    run(requested(bundled_tables, out))
    return out


def manifest(folder: Path) -> Anything:
    return json.loads((folder / "manifest.json").read_bytes())


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


# --- what is written ------------------------------------------------------------------------------------------------


def test_every_row_is_that_of_the_single_decision(done: Path) -> None:
    files = policy_files(YEAR)
    policy = linked(files, {})
    lines = []
    for number in sorted(one.number for one in campaigns() if one.year == YEAR):
        page = known()[number].page
        decision = decide(policy, read_dossier(page, policy))
        lines.append((doctor_line(decision, alternatives(files, page, decision)), node_line(decision)))
    for side, (name, schema) in enumerate({"doctors": doctors_schema(policy), "nodes": nodes_schema(policy)}.items()):
        expected = as_table([line[side] for line in lines], schema).to_pylist()
        assert parquet.read_table(done / f"{name}.parquet").to_pylist() == expected


def test_the_manifest_tells_who_was_read_and_the_digest_of_what_was_written(done: Path) -> None:
    told = manifest(done)
    rows = {name: parquet.read_metadata(done / f"{name}.parquet").num_rows for name in told["tables"]}
    digests = {name: digest_of(done / f"{name}.parquet") for name in told["tables"]}
    assert {name: (one["rows"], one["digest"]) for name, one in told["tables"].items()} == {
        name: (rows[name], digests[name]) for name in ("doctors", "nodes", "quarantine")
    }
    counts = told["counts"]
    assert counts["read"] == counts["decided"] + counts["quarantined"] == rows["doctors"]


def test_the_manifest_keeps_its_schema(done: Path) -> None:
    body = json.loads((bundled("schemas") / "run-manifest.schema.json").read_text("utf-8"))
    assert list(Draft202012Validator(body).iter_errors(manifest(done))) == []


def test_the_manifest_of_the_same_question_differs_only_in_how_it_was_made(
    bundled_tables: Path, done: Path, tmp_path: Path
) -> None:
    run(requested(bundled_tables, tmp_path / "other", engine="polars", memory="4GB"))
    one, other = manifest(done), manifest(tmp_path / "other")
    assert one.pop("made") != other.pop("made")
    assert one == other


def test_a_doctor_without_a_campaign_of_the_year_is_counted_apart(done: Path) -> None:
    others = sum(YEAR not in one.years for one in known().values())
    assert manifest(done)["counts"]["elsewhere"] == others > 0


def test_enough_doctors_to_observe_may_all_be_decided_alone(
    bundled_tables: Path, done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fewer than are decided together, and more than it takes to observe leaves: hundreds of dossiers."""
    monkeypatch.setattr("engine.running.deciding.OBSERVING", 5)
    run(requested(bundled_tables, tmp_path / "again"))
    assert contents(tmp_path / "again") == contents(done)


def test_the_same_run_gives_the_same_bytes_whatever_its_batches(
    bundled_tables: Path, done: Path, tmp_path: Path
) -> None:
    run(requested(bundled_tables, tmp_path / "again", batch=7))
    assert contents(tmp_path / "again") == contents(done)


# --- whole or not at all --------------------------------------------------------------------------------------------


def test_a_folder_that_is_there_is_left_as_it_is(bundled_tables: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(Invalid, match="already there"):
        run(requested(bundled_tables, tmp_path / "mine"))
    assert list(tmp_path.iterdir()) == [tmp_path / "mine"]
    assert list((tmp_path / "mine").iterdir()) == []


def test_what_a_run_came_to_is_told(forfait: Forfait, bundled_tables: Path, tmp_path: Path) -> None:
    ran = forfait("run", "--year", YEAR, "--data", bundled_tables, "--out", tmp_path / "out", "--sample", 3)
    assert (ran.code, ran.err) == (0, "")
    assert "Médecins lus : 38 = 38 avec décision + 0 en quarantaine" in " ".join(ran.out.split())


def test_a_source_without_anyone_of_the_year_is_refused_and_leaves_nothing(
    forfait: Forfait, bundled_tables: Path, tmp_path: Path
) -> None:
    known_years = ", ".join(map(str, sorted({year for one in known().values() for year in one.years})))
    older = [row for one in known().values() for row in rows_of(one.page.data) if row[1]["year"] != str(YEAR)]
    (tmp_path / "older").mkdir()
    write_tables(tmp_path / "older", older)
    out = tmp_path / "new" / "out"
    ran = forfait("run", "--year", YEAR, "--data", tmp_path / "older", "--out", out, "--lang", "en")
    assert (ran.code, ran.out) == (2, "")
    assert f"no data for the {YEAR} campaign" in ran.err
    assert known_years.replace(f"{YEAR}, ", "") in ran.err
    assert [one.name for one in tmp_path.iterdir()] == ["older"]


def test_a_source_that_is_missing_leaves_no_folder_made_for_the_result(forfait: Forfait, tmp_path: Path) -> None:
    ran = forfait("run", "--year", YEAR, "--data", tmp_path / "none", "--out", tmp_path / "new" / "deep" / "out")
    assert (ran.code, list(tmp_path.iterdir())) == (2, [])


@pytest.mark.parametrize(
    "command",
    [["run", "--year", YEAR, "--out", "none", "--data"], ["doctors", "--data"], ["diff", YEAR, 2024, "--impact"]],
)
def test_a_run_is_no_source(forfait: Forfait, done: Path, command: list[str | int]) -> None:
    ran = forfait(*command, done, "--lang", "en")
    assert (ran.code, ran.out) == (2, "")
    assert "this folder is that of a run" in ran.err


def test_the_less_memory_the_fewer_doctors_at_once(bundled_tables: Path, tmp_path: Path) -> None:
    assert requested(bundled_tables, tmp_path).at_once == BATCH
    assert (
        requested(bundled_tables, tmp_path, memory="300MB").at_once
        < requested(bundled_tables, tmp_path, memory="1GB").at_once
    )
    assert requested(bundled_tables, tmp_path, memory="256MB", batch=7).at_once == 7


@pytest.mark.parametrize("option", ["--sample", "--seed"])
def test_a_number_below_zero_is_refused(forfait: Forfait, bundled_tables: Path, tmp_path: Path, option: str) -> None:
    ran = forfait(
        "run", "--year", YEAR, "--data", bundled_tables, "--out", tmp_path / "out", option, -1, "--lang", "en"
    )
    assert (ran.code, ran.out, ran.err) == (2, "", f"“{option}”: -1 is below the minimum 0.\n")
    assert list(tmp_path.iterdir()) == []


def test_nothing_but_the_result_is_said(bundled_tables: Path, tmp_path: Path) -> None:
    """Not even by the libraries of an engine when the process ends."""
    command = [sys.executable, "-c", "from cli.start import main; main()", "run", "--engine", "duckdb"]
    options = ["--year", str(YEAR), "--data", str(bundled_tables), "--out", str(tmp_path / "out"), "--sample", "0"]
    assert subprocess.run([*command, *options], capture_output=True, check=True).stderr == b""
