"""`forfait policy check` as it is typed: what it prints, what it hands to editors, how it ends."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any as Anything

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from cli.console import console
from cli.excerpt import excerpt
from cli.findings import draw_reports
from engine.drafting.checks.lint import NOTES, WARNINGS, Report
from engine.drafting.checks.sarif import sarif
from engine.drafting.checks.spans import Span, span_of
from engine.problems import Problem
from tests.conftest import Forfait
from tests.made_up import edit, write
from tests.test_schema import told

DOCS = Path(__file__).parent.parent / "docs" / "diagnostics.md"
WIDTH = 80
SLIP = edit("base/exchange.yaml", "measure: trades", "measure: trade")


@pytest.fixture
def slip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A year with one fault, in the folder where the command runs."""
    write(tmp_path, SLIP)
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- the screen -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_fault_is_shown_as_a_compiler_would(
    slip: Path, forfait: Forfait, named: SnapshotAssertion, lang: str
) -> None:
    ran = forfait("policy", "check", "2031", "--lang", lang)
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == named(name=f"check/slip.{lang}.txt")


def test_the_lines_are_no_wider_than_the_screen(slip: Path, forfait: Forfait) -> None:
    write(slip)
    lines = forfait("policy", "check", "2031").out.splitlines()
    assert len(lines) > 20
    assert [line for line in lines if len(line) > WIDTH and " " in line.strip()] == []


@pytest.mark.parametrize("year", [2023, 2024])
def test_a_policy_of_the_product_ends_with_nothing_wrong(forfait: Forfait, year: int) -> None:
    ran = forfait("policy", "check", year)
    assert (ran.code, ran.err) == (0, "")
    assert re.search(r"erreurs\s: 0", ran.out)


def test_without_a_year_every_policy_is_checked(forfait: Forfait) -> None:
    folders = [Path(one["folder"]).name for one in forfait("policy", "check", "--format", "json").data["policies"]]
    assert folders == ["2023", "2024"]


@pytest.mark.parametrize("named", ["2031", "{folder}/2031", "{folder}"])
def test_a_policy_is_named_by_its_year_its_folder_or_the_folder_of_policies(
    slip: Path, forfait: Forfait, named: str
) -> None:
    ran = forfait("policy", "check", named.format(folder=slip), "--policies", slip, "--format", "json")
    assert [one["errors"] for one in ran.data["policies"]] == [1]


@pytest.mark.parametrize("named", ["1999", "nowhere", "empty"])
def test_a_year_or_a_folder_that_is_not_there_is_bad_input(tmp_path: Path, forfait: Forfait, named: str) -> None:
    (tmp_path / "empty").mkdir()
    ran = forfait("policy", "check", named if named == "1999" else tmp_path / named)
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)


def test_what_comes_from_a_file_is_never_obeyed(slip: Path, forfait: Forfait) -> None:
    write(slip, edit("base/exchange.yaml", "measure: trades", 'measure: "\\x1b[2J[red]"'))
    ran = forfait("policy", "check", "2031")
    assert ran.code == 1
    assert "\x1b" not in ran.out and "[red]" in ran.out


# --- the excerpt ----------------------------------------------------------------------------------------------------


def pointed(text: str, column: int, room: int = 60) -> tuple[str, str]:
    """The line drawn, and what of it stands above the carets."""
    line, carets = excerpt(Span(text, 1, column, column + 4), room)
    return line, line[carets.index("^") : carets.rindex("^") + 1]


@pytest.mark.parametrize(
    ("text", "column", "line", "above"),
    [
        ("a: word", 4, "a: word", "word"),
        ("é’« a: word", 8, "é’« a: word", "word"),
        ("\tx: word", 5, "    x: word", "word"),
        ("a\x1b[2J: word", 8, "a\\x1b[2J: word", "word"),
        ("a\N{RIGHT-TO-LEFT OVERRIDE}: word", 5, "a\\u202e: word", "word"),
    ],
)
def test_carets_stand_below_what_is_wrong_whatever_comes_before(
    text: str, column: int, line: str, above: str
) -> None:
    assert pointed(text, column) == (line, above)


def test_letters_that_are_two_cells_wide_move_the_carets() -> None:
    assert excerpt(Span("漢字: word", 1, 5, 9), 60) == ("漢字: word", "      ^^^^")


@pytest.mark.parametrize("column", [1, 40, 150, 297])
def test_of_a_long_line_only_the_part_around_the_place_is_shown(column: int) -> None:
    text = "x" * (column - 1) + "word" + "y" * (296 - column + 1)
    line, above = pointed(text, column, room=40)
    assert (len(line) <= 40, above) == (True, "word")


def test_a_place_at_the_end_of_a_line_has_its_caret() -> None:
    assert excerpt(Span("abc", 1, 4, 5), 60) == ("abc", "   ^")


@pytest.mark.parametrize(
    ("line", "column", "pointed"),
    [
        ("  measure: aatt", 3, "measure: aatt"),
        ("  title: Le guide, en bref # note", 3, "title: Le guide"),
        ("  when:", 3, "when"),
        ("{ from: 2023-01-01, to: 2022-01-01 }", 21, "to: 2022-01-01"),
        ('  - { fact: "a b", is: true }', 7, 'fact: "a b"'),
        ("  - { a: b }", 5, "{"),
        ("  lines: [2, 1]", 3, "lines"),
    ],
)
def test_what_is_pointed_at_is_a_key_with_the_value_beside_it(
    tmp_path: Path, line: str, column: int, pointed: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f"first: line\n{line}\n", "utf-8")
    span = span_of(Problem("unknown_key", str(path), 2, column))
    assert span and line[span.column - 1 : span.end - 1] == pointed


# --- data -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["2031", "2023"])
def test_the_data_keep_their_schema(slip: Path, forfait: Forfait, target: str) -> None:
    policies = ["--policies", slip] if target == "2031" else []
    data = forfait("policy", "check", target, *policies, "--format", "json").data
    schema = json.loads((files("schemas") / "check.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(data)
    assert len(data["policies"][0]["problems"]) > 0


def test_the_data_say_what_and_where(slip: Path, forfait: Forfait) -> None:
    (policy,) = forfait("policy", "check", "2031", "--format", "json", "--lang", "en").data["policies"]
    (problem,) = policy["problems"]
    assert (policy["folder"], policy["complete"], policy["errors"]) == ("2031", False, 1)
    assert problem == {
        "code": "unknown_measure",
        "severity": "error",
        "file": "2031/base/exchange.yaml",
        "line": 8,
        "column": 5,
        "end_column": 19,
        "place": "when.rate.measure",
        "message": "unknown measure: “trade”.",
        "nearest": "trades",
        "help": "The nearest name is “trades”.",
    }


def sarif_faults(log: Mapping[str, Anything]) -> list[str]:
    """What SARIF 2.1.0 requires and a log lacks (OASIS, sections 3.13 to 3.30)."""
    faults = [] if log["version"] == "2.1.0" and log["$schema"].endswith("sarif-schema-2.1.0.json") else ["version"]
    for run in log["runs"]:
        rules = run["tool"]["driver"]["rules"]
        faults += [] if run["tool"]["driver"]["name"] else ["3.19.8 name"]
        faults += [] if run["columnKind"] == "unicodeCodePoints" else ["3.14.27 columnKind"]
        faults += [] if len({rule["id"] for rule in rules}) == len(rules) else ["3.19.23 rules are unique"]
        for result in run["results"]:
            region = result["locations"][0]["physicalLocation"].get("region", {"startLine": 1})
            uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            faults += [] if rules[result["ruleIndex"]]["id"] == result["ruleId"] else ["3.27.6 ruleIndex"]
            faults += [] if result["level"] in ("error", "warning", "note", "none") else ["3.27.10 level"]
            faults += [] if result["message"]["text"] else ["3.11 message"]
            faults += [] if region["startLine"] >= 1 and region.get("startColumn", 1) >= 1 else ["3.30 region"]
            faults += [] if region.get("endColumn", 2) > region.get("startColumn", 1) else ["3.30.8 endColumn"]
            faults += [] if re.fullmatch(r"[\w.~:/%-]+", uri, re.ASCII) else ["3.4.3 uri"]
    return faults


@pytest.mark.parametrize("target", ["2031", "2023"])
def test_editors_and_forges_can_read_it(slip: Path, forfait: Forfait, target: str) -> None:
    policies = ["--policies", slip] if target == "2031" else []
    log = forfait("policy", "check", target, *policies, "--format", "sarif").data
    assert sarif_faults(log) == []
    assert len(log["runs"][0]["results"]) > 0


def test_a_file_below_is_named_from_here_and_another_whole(slip: Path, forfait: Forfait) -> None:
    def uri(*target: object) -> str:
        log = forfait("policy", "check", *target, "--format", "sarif").data
        place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
        named: str = place["artifactLocation"]["uri"]
        return named

    assert uri("2031") == "2031/base/exchange.yaml"
    assert uri(slip / "2031") == (slip / "2031/base/exchange.yaml").as_uri()


# --- readings that cannot stand together ----------------------------------------------------------------------------

CLASH = edit("readings/graft.yaml", "counts: {", "counts: { require: { target: low },")


@pytest.mark.parametrize("format", ["text", "sarif"])
def test_a_default_whose_requirement_another_option_breaks_is_shown_where_it_is_written(
    tmp_path: Path, forfait: Forfait, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    write(tmp_path, CLASH)
    monkeypatch.chdir(tmp_path)
    ran = forfait("policy", "check", "2031", "--format", format)
    lines = (tmp_path / "2031/readings/graft.yaml").read_text("utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "require" in text)
    assert ran.code == 1
    if format == "text":
        assert ran.out.startswith(f"2031/readings/graft.yaml:{line}:")
        return
    (place,) = [result["locations"][0]["physicalLocation"] for result in ran.data["runs"][0]["results"]]
    assert place["artifactLocation"]["uri"] == "2031/readings/graft.yaml"
    assert place["region"]["startLine"] == line


NOWHERE = Report(Path("2031"), (Problem("unknown_reading", details={"name": "x"}),), complete=False)


def test_a_problem_of_no_file_has_no_location() -> None:
    (result,) = sarif([NOWHERE], "en")["runs"][0]["results"]
    assert "locations" not in result
    assert result["message"]["text"]


def test_a_problem_of_no_file_is_drawn_without_a_blank_place(capsys: pytest.CaptureFixture[str]) -> None:
    draw_reports(console(), [NOWHERE], "en")
    assert capsys.readouterr().out.startswith("unknown_reading ")


# --- the codes ------------------------------------------------------------------------------------------------------

ROW = re.compile(r"^\| `(\w+)`( \((?:warning|note)\))? \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)


def test_every_code_there_is_is_explained_and_no_other() -> None:
    rows = [row[0] for row in ROW.findall(DOCS.read_text("utf-8"))]
    assert sorted(rows) == sorted(told())


def test_every_code_has_an_example_a_reason_and_a_remedy() -> None:
    rows = ROW.findall(DOCS.read_text("utf-8"))
    assert [row[0] for row in rows if not all(cell.strip() for cell in row[2:])] == []


def test_the_codes_that_only_warn_are_marked() -> None:
    rows = ROW.findall(DOCS.read_text("utf-8"))
    assert {row[0] for row in rows if row[1] == " (warning)"} == WARNINGS
    assert {row[0] for row in rows if row[1] == " (note)"} == NOTES
