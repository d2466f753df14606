"""A year is prepared from another: dates moved, rules presumed, and each confirmed by a passage of its own."""

from __future__ import annotations

import difflib
import re
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any as Anything

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cases import decide_case, differences, read_cases
from engine.drafting.checks.lint import lint
from engine.drafting.confirming import confirmed
from engine.drafting.newyear import DAY, YEAR, _Mover, new_year
from engine.drafting.presumed import rules
from engine.linking import link
from engine.loading import PolicyFiles, bundled_policies, read_policy, years
from engine.problems import Invalid
from tests.conftest import Forfait

BUNDLED = years(bundled_policies())
LAST = max(BUNDLED)
REGISTERED = """sources:
  decree:
    title: { fr: "Décret", en: "Decree" }
    publisher: Journal officiel
    file: decree.txt
    governs: [2031]
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> PolicyFiles:
    """The latest year, taken over five years later, with a document of that year."""
    folder = tmp_path_factory.mktemp("policies") / "2031"
    new_year(read_policy(BUNDLED[LAST]), 2031, folder)
    page = folder / "policy.yaml"
    page.write_text(page.read_text("utf-8").replace("sources:\n", REGISTERED, 1), encoding="utf-8")
    return read_policy(folder)


def text(files: PolicyFiles, name: str) -> str:
    return (files.folder / name).read_text("utf-8")


def test_every_case_of_the_year_it_comes_from_holds_in_the_new_one(prepared: PolicyFiles) -> None:
    cases = list(read_cases(prepared))
    assert len(cases) == len(list(read_cases(read_policy(BUNDLED[LAST]))))
    sample = cases[::7]
    assert {case.name: differences(case, decide_case(case, prepared)) for case in sample} == {
        case.name: {} for case in sample
    }


def test_nothing_but_dates_and_years_changes() -> None:
    mover = _Mover(LAST, 1, {"year"})
    for path in sorted(BUNDLED[LAST].rglob("*.yaml")):
        before = path.read_text("utf-8")
        after = mover.text(before)
        assert YEAR.sub("", DAY.sub("", after)) == YEAR.sub("", DAY.sub("", before)), path


def test_no_day_of_the_calendar_is_left_in_the_year_it_comes_from(prepared: PolicyFiles) -> None:
    before, after = link(read_policy(BUNDLED[LAST]), {}).calendar, link(prepared, {}).calendar
    moved = {
        name: (entry.first and entry.first.year, entry.last and entry.last.year) for name, entry in after.items()
    }
    by = 2031 - LAST
    assert moved == {
        name: (entry.first and entry.first.year + by, entry.last and entry.last.year + by)
        for name, entry in before.items()
    }


@given(st.dates(date(1950, 1, 1), date(2080, 1, 1)), st.integers(1, 12))
def test_days_keep_their_order(day: date, by: int) -> None:
    mover = _Mover(2024, by, set())
    found, after = (DAY.sub(mover.day, one.isoformat()) for one in (day, day + timedelta(days=1)))
    assert found <= after


def test_what_is_said_of_earlier_years_stays_said_of_them() -> None:
    mover = _Mover(2024, 1, set())
    said = 'label: { fr: "Le guide de 2023, en 2024", en: "2023, 2024" }\nwhy: { fr: "en 2024", en: "x" }\n'
    assert mover.text(said) == said.replace('en 2024", en: "2023, 2024"', 'en 2025", en: "2023, 2025"')


def test_every_rule_of_a_new_year_is_presumed(prepared: PolicyFiles) -> None:
    assert [rule.name for rule in rules(prepared) if not rule.presumed] == []


def test_a_new_year_passes_its_checks(prepared: PolicyFiles) -> None:
    report = lint(prepared.folder)
    found = {problem.code for problem in report.problems if problem.details.get("name") != "decree"}
    # The document registered by the test is cited by nothing yet.
    assert (report.count("error"), "presumed" in found) == (0, True)


@pytest.mark.parametrize("year", [LAST, LAST - 1])
def test_a_year_is_prepared_from_an_earlier_one_alone(year: int, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as raised:
        new_year(read_policy(BUNDLED[LAST]), year, tmp_path / "new")
    assert [problem.code for problem in raised.value.problems] == ["year_not_later"]


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as raised:
        new_year(read_policy(BUNDLED[LAST]), 2031, tmp_path)
    assert ([problem.code for problem in raised.value.problems], list(tmp_path.iterdir())) == (["folder_exists"], [])


def test_confirming_any_rule_settles_that_rule_and_changes_nothing_else(prepared: PolicyFiles) -> None:
    for rule in rules(prepared):
        settled, after = confirmed(prepared, rule.name, "decree:II.1:3-4")
        path = Path(settled.cursor.page.file)
        before = path.read_text("utf-8")
        lines = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]
        added = [line for line in lines if "document: decree, section: II.1, lines: [3, 4]" in line]
        assert len(added) == 1, (rule.name, lines)
        path.write_text(after, encoding="utf-8")
        try:
            presumed = {one.name for one in rules(read_policy(prepared.folder)) if one.presumed}
        finally:
            path.write_text(before, encoding="utf-8")
        assert presumed == {one.name for one in rules(prepared)} - {rule.name}
        link(prepared, {})


@pytest.mark.parametrize(
    ("name", "passage", "code"),
    [
        ("volet-2.nothing", "decree:II.1:3-4", "unknown_rule"),
        ("point_value", "decree", "bad_passage"),
        ("point_value", "decree:II.1:4-3", "bad_passage"),
        ("point_value", "decree:II.1:0", "bad_passage"),
        ("point_value", "degree:II.1:3", "unknown_document"),
        ("point_value", "page:II.1:3", "not_governing"),
    ],
)
def test_what_confirms_nothing_is_refused(prepared: PolicyFiles, name: str, passage: str, code: str) -> None:
    with pytest.raises(Invalid) as raised:
        confirmed(prepared, name, passage)
    assert [problem.code for problem in raised.value.problems] == [code]


def test_a_section_that_yaml_would_misread_is_quoted(prepared: PolicyFiles) -> None:
    _, after = confirmed(prepared, "point_value", "decree:Annexe, { 2 }: fin:3")
    assert '- { document: decree, section: "Annexe, { 2 }: fin", lines: [3, 3] }\n' in after


def test_the_commands_prepare_and_confirm(forfait: Forfait, tmp_path: Path) -> None:
    folder = tmp_path / "2031"
    ran = forfait("policy", "new", "2031", "--from", str(LAST), "--out", str(folder), "--lang", "en")
    assert (ran.code, ran.out.splitlines()[0]) == (
        0,
        f"{folder}: the year 2031 is prepared from {LAST}. Dates are moved on, rules taken over as they are.",
    )
    page = folder / "policy.yaml"
    page.write_text(page.read_text("utf-8").replace("sources:\n", REGISTERED, 1), encoding="utf-8")
    left = sum(rule.presumed for rule in rules(read_policy(folder)))
    ran = forfait("policy", "confirm", str(folder), "point_value", "--source", "decree:I:1-2", "--lang", "en")
    assert (ran.code, ran.out.splitlines()[0]) == (0, f"point_value: confirmed ({page}).")
    assert f" {left - 1} " in ran.out.splitlines()[1]


BLOCK = """source:
    # what the text says
    document: page
    section: Introduction
    lines: [17, 17]
"""
LISTED = """source:
    - { document: page, section: Introduction, lines: [17, 17] }  # first
    # between
    - { document: page, section: Introduction, lines: [18, 18] }
"""


@pytest.mark.parametrize("source", [BLOCK, LISTED, "source: { document: page, section: A, lines: [1, 2] }  # why\n"])
def test_confirming_keeps_every_comment_and_line(source: str, prepared: PolicyFiles, tmp_path: Path) -> None:
    folder = tmp_path / "2031"
    shutil.copytree(prepared.folder, folder)
    page = folder / "volet-2" / "aat.yaml"
    head, _, rest = page.read_text("utf-8").partition("source:")
    rest = rest[re.search(r"^(?=\w)", rest, re.MULTILINE).start() :]  # type: ignore[union-attr]
    page.write_text(head + source + rest, encoding="utf-8")
    files = read_policy(folder)
    before, cited = page.read_text("utf-8"), files.indicators["volet-2.aat"].data["source"]
    _, after = confirmed(files, "volet-2.aat", "decree:null:3")
    comments = [line.partition("#")[2] for line in before.splitlines() if "#" in line]
    assert [line.partition("#")[2] for line in after.splitlines() if "#" in line] == comments
    page.write_text(after, encoding="utf-8")
    told = {"document": "decree", "section": "null", "lines": ["3", "3"]}
    assert read_policy(folder).indicators["volet-2.aat"].data["source"] == [
        told,
        *(cited if isinstance(cited, list) else [cited]),
    ]


def test_a_passage_is_not_cited_twice(prepared: PolicyFiles, tmp_path: Path) -> None:
    folder = tmp_path / "2031"
    shutil.copytree(prepared.folder, folder)
    rule, after = confirmed(read_policy(folder), "point_value", "decree:I:3")
    Path(rule.cursor.page.file).write_text(after, encoding="utf-8")
    with pytest.raises(Invalid) as raised:
        confirmed(read_policy(folder), "point_value", "decree:I:3-3")
    assert [problem.code for problem in raised.value.problems] == ["already_cited"]


def test_a_year_of_the_product_is_never_written_over(forfait: Forfait, tmp_path: Path, monkeypatch: Anything) -> None:
    monkeypatch.chdir(tmp_path)
    ran = forfait("policy", "confirm", str(LAST), "point_value", "--source", "page:I:3", "--lang", "en")
    assert (ran.code, ran.err) == (
        2,
        f"“{LAST}”: give the folder of the policy being written, such as policies/2025.\n",
    )


def test_a_year_no_page_can_say_is_refused(forfait: Forfait, tmp_path: Path) -> None:
    assert forfait("policy", "new", "12024", "--from", str(LAST), "--out", str(tmp_path / "x")).code == 2
