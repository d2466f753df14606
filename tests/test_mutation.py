"""What a policy states is defended: change it anywhere, and one of its own cases no longer gets what it expects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any as Anything

import pytest
from syrupy.assertion import SnapshotAssertion

from cli.cores import free_cores
from engine.cases import differences
from engine.decision import Decision, judge
from engine.dossier import read_dossier
from engine.drafting.mutation.apart import example
from engine.drafting.mutation.mutants import Mutant, mutants
from engine.drafting.mutation.mutation import Bench, tried
from engine.linking import link
from engine.loading import PolicyFiles, bundled_policies, read_policy, years
from engine.problems import Invalid
from engine.proving.meaning import differing
from engine.yamltext import parse_json
from tests.conftest import Forfait, policy_files
from tests.made_up import EVERYTHING, dossier, edit, outcome
from tests.made_up_cases import CASES, with_cases

YEARS = years(bundled_policies())
SHARE = 10
"""One mutant in so many of a real year is tried here; all of them are by `bench/mutation.py`."""


def pages(folder: Path, changes: dict[str, str] | None = None) -> PolicyFiles:
    return read_policy(with_cases(folder, changes))


@cache
def made_up() -> tuple[Bench, tuple[Mutant, ...]]:
    """The made-up year with its few cases, and its mutants."""
    with TemporaryDirectory() as folder:
        files = pages(Path(folder))
        return Bench(files), tuple(mutants(files))


def at(file: str, line: int, kind: str) -> list[Mutant]:
    """The mutants of one kind at one line."""
    return [
        mutant
        for mutant in made_up()[1]
        if mutant.spot[0].endswith(f"2031/{file}") and mutant.spot[1] == line and mutant.change.kind == kind
    ]


def fates(file: str, line: int, kind: str) -> list[tuple[str, str, str]]:
    """What each of them changes, and what becomes of it."""
    bench, _ = made_up()
    return [(mutant.before, mutant.after, bench.fate(mutant)) for mutant in at(file, line, kind)]


# --- what becomes of a mutant ---------------------------------------------------------------------------------------


def test_a_threshold_with_a_case_on_it_and_one_below_is_defended() -> None:
    assert fates("care/beacon.yaml", 7, "threshold") == [
        ("low: 12", "low: 11", "killed"),
        ("low: 12", "low: 13", "killed"),
        ("high: 15", "high: 14", "survived"),
        ("high: 15", "high: 16", "survived"),
    ]


def test_a_threshold_with_no_case_near_it_is_not() -> None:
    assert fates("care/tide.yaml", 7, "threshold") == [
        ("more_than: 4", "more_than: 3", "survived"),
        ("more_than: 4", "more_than: 5", "survived"),
    ]


def test_a_weight_is_defended_by_a_case_that_states_the_points() -> None:
    assert fates("care/beacon.yaml", 6, "weight") == [("points: 9.75", "points: 10.75", "killed")]
    assert fates("care/tide.yaml", 6, "weight") == [("points: 11.5", "points: 12.5", "survived")]


def dropped(folder: Path, choice: str, test: str) -> str:
    """What becomes of the mutant without one test of a lamp's choice: lamps are of oil or gas, a torch is refused."""
    window = "{ declared_on: { within: campaign } }"
    files = pages(folder, edit("care/lantern.yaml", window, f"{window[:-2]}, choice: {choice} }}"))
    (mutant,) = (one for one in mutants(files) if one.before == test and not one.after)
    return Bench(files).fate(mutant)


def test_a_test_that_changes_nothing_for_any_value_is_proved_to_have_no_effect(tmp_path: Path) -> None:
    assert dropped(tmp_path, "{ table: lamps, is: [oil, gas] }", "is: [oil, gas]") == "alike"


def test_a_test_that_one_value_alone_fails_has_an_effect(tmp_path: Path) -> None:
    assert dropped(tmp_path, "{ table: lamps, is: [oil] }", "is: [oil]") == "survived"


def test_when_a_component_is_paid_decides_nothing() -> None:
    """The window of payment is told to the doctor; no decision looks at it."""
    bench, everything = made_up()
    paid = [mutant for mutant in everything if mutant.before in ("from: 2032-10-01", "to: 2032-12-31")]
    assert [bench.fate(mutant) for mutant in paid] == ["alike"] * 4


def dossiers() -> Iterator[dict[str, Anything]]:
    """The doctor who has everything, then the same without each row, and without each field."""
    yield dict(EVERYTHING)
    for table, rows in EVERYTHING.items():
        if isinstance(rows, list):
            yield from ({**EVERYTHING, table: [*rows[:index], *rows[index + 1 :]]} for index in range(len(rows)))
        else:
            yield {name: value for name, value in EVERYTHING.items() if name != table}


def test_mutants_without_effect_decide_alike() -> None:
    bench, everything = made_up()
    alike = [mutant.applied(bench.files) for mutant in everything if bench.fate(mutant) == "alike"]
    before = link(bench.files, {})
    assert alike != []
    for policy in (link(files, {}) for files in alike):
        for rows in dossiers():
            given = dossier(before, **rows)
            assert picture(judge(policy, given)) == picture(judge(before, given))


def test_a_mutant_that_survives_is_shown_by_a_dossier_that_it_decides_otherwise() -> None:
    """The dossier is a case to be written: what it should get is for the writer to say."""
    bench, _ = made_up()
    lower = at("care/tide.yaml", 7, "threshold")[0]
    page = example(bench.files, lower)
    assert page is not None
    before, after = link(bench.files, {}), link(lower.applied(bench.files), {})
    shown = [
        judge(policy, read_dossier(parse_json(json.dumps(page), "shown.json"), policy)) for policy in (before, after)
    ]
    assert [outcome(decision, "care.tide") for decision in shown] == ["undetermined", "granted"]


def test_what_one_form_proves_the_solver_proves() -> None:
    """Of complete dossiers, under the default readings."""
    bench, everything = made_up()
    alike = [mutant.applied(bench.files) for mutant in everything if bench.fate(mutant) == "alike"]
    before = link(bench.files, {})
    assert alike != []
    assert [differing(before, link(files, {})) for files in alike] == [None] * len(alike)


def picture(decision: Decision) -> list[object]:
    """Every outcome and amount of a decision."""
    found: list[object] = [(one.outcome, one.attained, one.paid) for one in decision.indicators]
    return found + [(one.outcome, one.attained, one.paid) for one in decision.components]


def test_a_mutant_that_is_no_policy_is_killed_by_nobody() -> None:
    """Others ask for the outcome of these two, and there is none once they are left out: no case has to tell."""
    assert ("exchange", "", "rejected") in fates("policy.yaml", 26, "part")
    assert ("beacon", "", "rejected") in fates("policy.yaml", 32, "part")


def test_another_default_is_told_from_the_one_there_is() -> None:
    """Where every reading is chosen outright the default changes nothing; it is not thereby without effect."""
    assert fates("readings/target.yaml", 4, "default") == [("default: low", "default: high", "killed")]


# --- what is changed ------------------------------------------------------------------------------------------------


def test_what_is_written_for_another_reading_is_changed_too() -> None:
    assert [(mutant.before, mutant.under) for mutant in at("policy.yaml", 17, "date")] == [
        ("on: 2032-04-01", [("stamp-day", "calends")]),
        ("on: 2032-04-01", [("stamp-day", "calends")]),
    ]


@pytest.mark.parametrize(
    ("file", "kind", "change"),
    [
        ("policy.yaml", "weight", ("euros: 3.25", "euros: 4.25")),
        ("policy.yaml", "date", ("from: 2031-03-01", "from: 2031-02-28")),
        ("policy.yaml", "date", ("to: 2032-02-29", "to: 2032-03-01")),
        ("policy.yaml", "gate", ("gate: { outcome: base }", "")),
        ("policy.yaml", "outcome", ("gate: { outcome: base }", "gate: { not: { outcome: base } }")),
        ("policy.yaml", "finding", ("falls: unmet", "falls: ignored")),
        ("base/exchange.yaml", "zero", ("shut: unmet", "shut: met")),
        ("base/exchange.yaml", "window", ("counts_from: year", "")),
        ("base/exchange.yaml", "threshold", ("more_than: 3/7", "more_than: 3007/7000")),
        ("care/quarry.yaml", "value", ("is: true", "is: false")),
        ("care/lantern.yaml", "same", ("same: { lamp: { model: choice } }", "")),
        ("care/lantern.yaml", "row", ("bill", "")),
        ("care/ferry.yaml", "row", ("campaign: earlier", "")),
        ("care/ferry.yaml", "row", ("filed: true", "")),
        ("care/harbour.yaml", "neutralisation", ("as: removed", "as: met")),
        ("tables/lamps.yaml", "refused", ("refused: torch", "entries: torch")),
        ("tables/trees.yaml", "entry", ("entries: pear", "")),
        ("components/garden.yaml", "component", ("more: complement", "more: once")),
        ("vocabulary/measures.yaml", "anomaly", ("above_one: unknown", "above_one: counted")),
    ],
)
def test_everything_a_policy_states_is_changed(file: str, kind: str, change: tuple[str, str]) -> None:
    found = [
        (mutant.before, mutant.after)
        for mutant in made_up()[1]
        if mutant.spot[0].endswith(file) and mutant.change.kind == kind
    ]
    assert change in found


def test_a_mutant_leaves_the_policy_as_it_was() -> None:
    bench, everything = made_up()
    before = {page.file: repr(page.data) for page in (bench.files.policy, *bench.files.indicators.values())}
    changed = [mutant.applied(bench.files) for mutant in everything]
    assert all(files is not bench.files for files in changed)
    assert {page.file: repr(page.data) for page in (bench.files.policy, *bench.files.indicators.values())} == before


# --- short cuts ---------------------------------------------------------------------------------------------------


def killed_at_length(files: PolicyFiles, bench: Bench, mutant: Mutant) -> bool:
    """Whether a case no longer holds, the policy linked afresh and decided as a whole."""
    pages = mutant.applied(files)
    for trial in bench.trials:
        try:
            policy = link(pages, trial.case.readings)
        except Invalid:
            continue
        try:
            decision = judge(policy, read_dossier(trial.case.page, policy), trial.case.as_of)
        except Invalid:
            return True
        if differences(trial.case, decision):
            return True
    return False


def test_a_case_decided_by_what_it_hangs_on_is_decided_as_by_the_whole() -> None:
    bench, everything = made_up()
    short = [bench.fate(mutant) == "killed" for mutant in everything]
    assert short == [killed_at_length(bench.files, bench, mutant) for mutant in everything]


def test_several_processes_find_what_one_finds(tmp_path: Path) -> None:
    files = pages(tmp_path)
    alone, together = list(tried(files, 1)), list(tried(files, 2))
    assert [one.fate for one in together] == [one.fate for one in alone]


# --- the real years -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", YEARS)
def test_a_real_year_is_defended(year: int) -> None:
    """One mutant in ten, drawn alike each time: killed by a case of the year, or proved to have no effect."""
    files = policy_files(year)
    everything = list(mutants(files))
    drawn = Random(year).sample(everything, len(everything) // SHARE)
    bench = Bench(files)
    survived = [mutant for mutant in drawn if bench.fate(mutant) == "survived"]
    assert [(mutant.spot, mutant.after) for mutant in survived] == []


def test_a_system_that_does_not_say_which_cores_are_free_gives_all_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: 5)
    assert free_cores() == 5


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_survivors_are_told_with_what_a_case_would_show(
    forfait: Forfait, named: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lang: str
) -> None:
    with_cases(tmp_path)
    monkeypatch.chdir(tmp_path)
    ran = forfait("policy", "mutate", "2031", "--policies", ".", "--jobs", 1, "--lang", lang)
    assert (ran.code, ran.err) == (1, "")
    assert max(map(len, ran.out.splitlines())) <= 80
    assert ran.out == named(name=f"policy/mutate.{lang}.txt")


def test_a_case_that_already_fails_stops_the_trial(forfait: Forfait, tmp_path: Path) -> None:
    """Mutants would all seem killed by it."""
    wrong = CASES["cases/tide.yaml"].replace("outcome: granted", "outcome: refused")
    ran = forfait("policy", "mutate", with_cases(tmp_path, {"cases/tide.yaml": wrong}), "--lang", "en")
    assert ran.code == 1
    assert "cases/tide.yaml:4" in ran.out
    assert ran.out.splitlines()[-1] == "The cases first: a case that fails would seem to kill every mutant."
