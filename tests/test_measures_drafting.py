"""Who writes how rates are counted is told what no row can fall under, what no case defends, and what changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.drafting.checks.lint import lint
from engine.drafting.diff.counting import with_countings
from engine.drafting.diff.diff import diff
from engine.drafting.diff.differing import Change
from engine.drafting.diff.told import Shown, told
from engine.drafting.mutation.mutants import Mutant, mutants
from engine.drafting.mutation.mutation import Bench
from engine.linking import link
from engine.loading import PolicyFiles, read_policy
from engine.measuring.alike import counted_alike
from engine.measuring.cases import counted
from engine.measuring.linking import flows_of
from engine.problems import Invalid
from tests.conftest import Forfait
from tests.made_up import SOURCE
from tests.made_up_counting import COUNTING, change, counting, measuring, written

TRADES = "measures/trades.yaml"
ANY = "expect: { numerator: 3, denominator: 4, excluded: { gifts: 1, feathers: 1 }, out_of_period: 1 }"


def codes(folder: Path, changes: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """What `policy check` says of pages of counting: its codes, and the names at fault."""
    counting(folder, changes)
    found = lint(folder / "2031").problems
    own = ("measures", "flows.yaml", "never-sealed.yaml", "measures.yaml", "policy.yaml")
    return [(one.code, one.details.get("name", "")) for one in found if any(part in one.file for part in own)]


# --- checks ---------------------------------------------------------------------------------------------------------


def new(folder: Path, changes: dict[str, str]) -> set[tuple[str, str]]:
    """What a change makes `policy check` say that it did not say before."""
    return set(codes(folder / "after", changes)) - set(codes(folder / "before"))


@pytest.mark.parametrize(
    ("old", "instead", "name"),
    [
        ("when: { kind: gift }", "when: { kind: gift, weight: { less_than: 0 } }", "gifts"),
        ("{ weight: { less_than: 3 }, not: { kind: sale } }", "{ kind: gift, weight: { less_than: 3 } }", "feathers"),
    ],
)
def test_an_exclusion_that_leaves_nothing_out_is_told(tmp_path: Path, old: str, instead: str, name: str) -> None:
    assert new(tmp_path, change(TRADES, old, instead)) == {("excludes_nothing", name)}


def test_an_exclusion_that_the_vocabulary_names_and_no_measure_has_is_told(tmp_path: Path) -> None:
    gone = change(TRADES, "    - reason: gifts\n      when: { kind: gift }\n", "")
    assert new(tmp_path, gone) == {("never_used", "trades.gifts")}


def test_a_day_that_no_measure_looks_at_any_more_is_told(tmp_path: Path) -> None:
    assert new(tmp_path, change(TRADES, "    unless: { within: year-before }\n", "")) == {
        ("never_used", "year-before")
    }


def test_a_question_that_no_measure_asks_is_told(tmp_path: Path) -> None:
    settled = change(TRADES, "{ choose: never-sealed, whole-year: whole, no-day: nothing }", "whole")
    assert new(tmp_path, settled) == {("never_used", "never-sealed")}


def test_an_answer_that_no_choice_of_readings_reaches_is_told(tmp_path: Path) -> None:
    old = "{ choose: never-sealed, whole-year: whole, no-day: nothing }"
    assert new(tmp_path, change(TRADES, old, old.replace("whole,", f"{old},"))) == {("never_taken", "")}


def test_a_question_that_rests_on_no_text_is_told(tmp_path: Path) -> None:
    page = COUNTING["readings/never-sealed.yaml"].replace(f", source: {SOURCE}", "")
    counting(tmp_path, {"readings/never-sealed.yaml": page})
    assert "never-sealed.yaml" in {Path(one.file).name for one in lint(tmp_path / "2031").problems}


def test_what_is_wrong_under_another_reading_is_told(tmp_path: Path) -> None:
    broken = change(TRADES, "no-day: nothing }", "no-day: ~ }")
    counting(tmp_path, broken)
    assert [one.code for one in lint(tmp_path / "2031").problems] == ["empty_option"]


# --- cases ----------------------------------------------------------------------------------------------------------


def test_a_case_that_comes_to_something_else_says_what(tmp_path: Path) -> None:
    file = "measures/cases/trades.yaml"
    files = counting(tmp_path, change(file, "{ gifts: 1, feathers: 1 }", "{ gifts: 2 }"))
    assert [one.differences for one in counted(files)] == [{"excluded": ("gifts: 2", "feathers: 1, gifts: 1")}]


@pytest.mark.parametrize(
    ("old", "instead", "code"),
    [
        ("about: trades", "about: trade", "unknown_measure"),
        ("  bargains: { buyer", "  bargain: { buyer", "unknown_flow"),
        ("kind: barter, weight: 2", "kind: loan", "unknown_value"),
        ("weight: 3 }", "wait: 3 }", "unknown_column"),
        ("struck_on: 2031-02-28", "struck_on: 2031-02-30", "no_such_day"),
    ],
)
def test_a_case_that_cannot_be_read_is_told_where_it_is_written(
    tmp_path: Path, old: str, instead: str, code: str
) -> None:
    files = counting(tmp_path, change("measures/cases/trades.yaml", old, instead))
    with pytest.raises(Invalid) as raised:
        list(counted(files))
    assert [(one.code, one.line is not None) for one in raised.value.problems] == [(code, True)]


def test_the_command_tells_a_case_of_counting_beside_those_of_deciding(forfait: Forfait, tmp_path: Path) -> None:
    counting(tmp_path, change("measures/cases/trades.yaml", "numerator: 3", "numerator: 4"))
    ran = forfait("policy", "test", tmp_path / "2031")
    assert (ran.code, "trades.yaml:" in ran.out, "numerator" in ran.out) == (1, True, True)


# --- mutants --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fates(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str, str], str]:
    """What becomes of each mutant of the pages of counting, by its kind and what it changes."""
    files = counting(tmp_path_factory.mktemp("mutants"))
    bench = Bench(files)
    return {(one.change.kind, one.before, one.after): bench.fate(one) for one in of_counting(files)}


def of_counting(files: PolicyFiles) -> Iterator[Mutant]:
    return (one for one in mutants(files) if one.part in ("measures", "countings"))


@pytest.mark.parametrize(
    "mutant",
    [
        ("exclusion", "{ reason: gifts, when: { kind: gift } }", ""),
        ("value", "kind: gift", "kind: barter"),
        ("threshold", "less_than: 3", "less_than: 2"),
        ("threshold", "less_than: 3", "less_than: 4"),
        ("value", "sealed: true", "sealed: false"),
        ("period", "span: year", "span: assessment"),
    ],
)
def test_what_a_case_shows_is_defended(fates: dict[tuple[str, str, str], str], mutant: tuple[str, str, str]) -> None:
    assert fates[mutant] == "killed"


@pytest.mark.parametrize(
    "mutant",
    [
        ("period", "whole-year: whole", "whole-year: nothing"),
        ("default", "default: whole-year", "default: no-day"),
        ("distinct", "buyer", ""),
        ("count", "count: { sum: minutes, per: week }", "count: rows"),
    ],
)
def test_what_no_case_shows_is_not(fates: dict[tuple[str, str, str], str], mutant: tuple[str, str, str]) -> None:
    assert fates[mutant] == "survived"


def test_what_no_row_can_tell_is_proved_alike(tmp_path: Path) -> None:
    """Two exclusions of different kinds of bargain leave out the same rows in either order."""
    apart = change(TRADES, "when: { weight: { less_than: 3 }, not: { kind: sale } }", "when: { kind: barter }")
    files = counting(tmp_path, {**apart, **change("measures/cases/trades.yaml", ANY, "expect: { out_of_period: 1 }")})
    bench = Bench(files)
    assert [bench.fate(one) for one in of_counting(files) if one.change.kind == "order"] == ["alike"]


@pytest.mark.parametrize("name", ["trades", "echoes", "beacons"])
def test_a_measure_counts_like_itself(name: str) -> None:
    assert counted_alike(measuring(name), measuring(name), flows_of(written()))


def test_measures_that_begin_otherwise_are_not_said_to_count_alike() -> None:
    other = measuring("trades", never_sealed="no-day")
    assert not counted_alike(measuring("trades"), other, flows_of(written()))


# --- comparison -----------------------------------------------------------------------------------------------------


def changes(folder: Path, other: dict[str, str], readings: dict[str, str] | None = None) -> list[Change]:
    """What differs between the made-up counting and the same with a change."""
    files = (counting(folder / "one"), counting(folder / "other", other))
    found = with_countings(diff(link(files[0], {}), link(files[1], {})), files, ({}, readings or {}))
    assert told(found, None, Shown("en", ("one", "other"))).sections != ()
    return [one for one in found.changes if one.subject.kind == "counting"]


@pytest.mark.parametrize(
    ("old", "instead", "expected"),
    [
        ("less_than: 3", "less_than: 4", [("exclusion", "denominator.feathers", "changed")]),
        ("    - reason: gifts\n      when: { kind: gift }\n", "", [("exclusion", "denominator.gifts", "removed")]),
        (
            "  count: rows\nnumerator",
            "  count: { distinct: [buyer] }\nnumerator",
            [("unit", "denominator", "changed")],
        ),
        ("where: { sealed: true }", "where: { sealed: false }", [("counted_rows", "numerator", "changed")]),
        ("span: year", "span: spring", [("counting_period", "period", "changed")]),
        ("    unless: { within: year-before }\n", "", [("counting_start", "unless", "removed")]),
    ],
)
def test_each_thing_that_changes_is_told_once(
    tmp_path: Path, old: str, instead: str, expected: list[tuple[str, str, str]]
) -> None:
    found = changes(tmp_path, change(TRADES, old, instead))
    assert [(one.aspect, one.at, one.kind) for one in found] == expected


def test_the_order_of_exclusions_is_told_when_it_changes(tmp_path: Path) -> None:
    first, second = "    - reason: gifts\n      when: { kind: gift }\n", "    - reason: feathers\n"
    page = COUNTING[TRADES]
    head, _, rest = page.partition(first)
    feathers, _, tail = rest.partition("  count: rows\n")
    assert feathers.startswith(second)
    turned = {TRADES: f"{head}{feathers}{first}  count: rows\n{tail}"}
    assert [one.aspect for one in changes(tmp_path, turned)] == ["exclusion_order"]


def test_what_only_another_reading_shows_is_told_with_it(tmp_path: Path) -> None:
    old = "unless: { within: year-before }"
    instead = "unless: { choose: never-sealed, whole-year: { within: year-before }, no-day: { before: year } }"
    found = changes(tmp_path, change(TRADES, old, instead))
    assert [(one.aspect, one.at, one.under) for one in found] == [
        ("counting_start", "unless", ("never-sealed", "no-day"))
    ]


def test_a_reading_of_one_side_is_told_as_what_it_changes(tmp_path: Path) -> None:
    found = changes(tmp_path, {}, {"never-sealed": "no-day"})
    assert [(one.aspect, one.at) for one in found] == [("counting_start", "without")]


def test_a_measure_that_comes_or_goes_is_told_whole(tmp_path: Path) -> None:
    one, gone = counting(tmp_path / "one"), counting(tmp_path / "gone")
    Path(gone.measures["beacons"].file).unlink()
    files = (one, read_policy(gone.folder))
    found = with_countings(diff(link(files[0], {}), link(files[1], {})), files, ({}, {}))
    assert [(c.aspect, c.at, c.kind) for c in found.changes] == [("counting", "beacons", "removed")]


def test_years_that_follow_each_other_are_counted_alike(forfait: Forfait) -> None:
    """No text of 2024 counts otherwise than the guide of 2023."""
    text = forfait("diff", "2023", "2024", "--text").out
    assert "Comment les taux sont calculés" not in text
