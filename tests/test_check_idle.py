"""Conditions that decide nothing are told, at their place; those that decide something never are."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.drafting.checks.lint import lint, severity_of
from tests.made_up import FILES, write
from tests.test_check import new

CODES = ("never_met", "never_missed", "implied", "implied_together", "undecided")


def idle(folder: Path, tree: str) -> list[tuple[str, str]]:
    """What of a tree decides nothing, when an indicator asks it besides its own condition: code and place."""
    text, _, when = FILES["care/quarry.yaml"].partition("when: ")
    changed = f"{text}when:\n  all:\n    - {when.strip()}\n    - {tree}\n"
    told = [one for one in new(folder, {"care/quarry.yaml": changed}) if one[0] in CODES]
    return [(code, place.removeprefix("when.all.1").lstrip(".")) for code, _, place in told]


def when(file: str, tree: str) -> dict[str, str]:
    """A file whose indicator asks this and nothing else."""
    return {file: f"{FILES[file].partition('when:')[0]}when: {tree}\n"}


def sector(*values: str) -> str:
    return f"{{ attribute: {{ field: sector, is: [{', '.join(values)}] }} }}"


def place_of_practice(*values: str) -> str:
    return f"{{ attribute: {{ field: location.department, is: [{', '.join(values)}] }} }}"


def trades(threshold: str, extra: str = "") -> str:
    return f"{{ rate: {{ measure: trades, at_least: {threshold}{extra} }} }}"


def tides(test: str) -> str:
    return f"{{ fact: {{ fact: tides, {test} }} }}"


def lamp(where: str, extra: str = "") -> str:
    return f"{{ record: {{ declaration: lamp, where: {{ {where} }}{extra} }} }}"


def negated(tree: str) -> str:
    return f"{{ not: {tree} }}"


def every(*trees: str) -> str:
    return f"{{ all: [{', '.join(trees)}] }}"


def either(*trees: str) -> str:
    return f"{{ any: [{', '.join(trees)}] }}"


def exempt(when: str, require: str) -> str:
    return f"{{ exempt: {{ when: {when}, require: {require} }} }}"


BLUE, GREEN = sector("blue"), sector("green")
HEALERS = "{ attribute: { field: specialty, table: healers } }"
SURGEON = "{ attribute: { field: specialty, is: surgeon } }"
SILENT = "{ silent: { fr: Quand ?, en: When? } }"

IDLE = {
    "two values at once": (every(BLUE, GREEN), "never_met", ""),
    "a value outside of the list asked": (
        "{ attribute: { field: specialty, is: cook, table: healers } }",
        "never_met",
        "",
    ),
    "a number above and below": (every(tides("at_least: 5"), negated(tides("more_than: 3"))), "never_met", ""),
    "a day before and within": (lamp("declared_on: { before: campaign, within: campaign }"), "never_met", ""),
    "days that do not meet": (lamp("issued_on: { within: spring, before: first-half }"), "never_met", ""),
    "a rate and its contrary": (every(trades("1/2"), negated(trades("1/2"))), "never_met", ""),
    "what cannot be, among what can": (either(BLUE, every(GREEN, sector("grey"))), "never_met", "any.1"),
    "a value or its contrary": (either(BLUE, negated(BLUE)), "never_missed", ""),
    "more than 3 or less than 4": (either(tides("more_than: 3"), negated(tides("at_least: 4"))), "never_missed", ""),
    "an exemption of all who would be held": (exempt(BLUE, negated(BLUE)), "never_missed", ""),
    "the same twice": (either(BLUE, BLUE), "implied", "any.1"),
    "the same twice, required": (every(BLUE, BLUE), "implied", "all.1"),
    "a higher threshold where any will do": (either(trades("1/2"), trades("3/5")), "implied", "any.1"),
    "a lower one where all are asked": (every(trades("1/2"), trades("3/5")), "implied", "all.0"),
    "one value of several": (either(sector("blue", "grey"), sector("grey")), "implied", "any.1"),
    "an entry of a list": (either(HEALERS, SURGEON), "implied", "any.1"),
    "a row that asks more": (either(lamp("sworn: true"), lamp("sworn: true, model: x")), "implied", "any.1"),
    "a part of a sibling": (either(BLUE, every(BLUE, tides("at_least: 5"))), "implied", "any.1"),
    "an exemption of those who are not held": (exempt(BLUE, sector("blue", "green")), "implied", "exempt.when"),
    "one outcome twice": (either("{ outcome: care.tide }", "{ outcome: care.tide }"), "implied", "any.1"),
    "three conditions of which no two exclude each other": (
        every(either(BLUE, tides("at_least: 5")), GREEN, negated(tides("at_least: 5"))),
        "never_met",
        "",
    ),
    "three values of which one is always there": (
        either(tides("at_least: 5"), every(BLUE, negated(tides("at_least: 5"))), negated(BLUE)),
        "never_missed",
        "",
    ),
    "what is left when a part is excluded": (
        either(every(either(BLUE, tides("at_least: 5")), negated(BLUE)), tides("at_least: 5")),
        "implied",
        "any.0",
    ),
    "what two siblings come to together": (
        either(every(BLUE, tides("at_least: 5")), every(negated(BLUE), tides("at_least: 5")), tides("at_least: 6")),
        "implied_together",
        "any.2",
    ),
    "a rate that its own numbers forbid": (trades("3/2"), "never_met", ""),
    "a field that its row never has": (lamp("received_on: { within: spring }"), "never_met", ""),
    "one place of practice twice": (
        either(place_of_practice("aa", "bb"), place_of_practice("aa")),
        "implied",
        "any.1",
    ),
}

USEFUL = {
    "two values, either": either(BLUE, GREEN),
    "two values of a list that share one": either(sector("blue", "green"), sector("green", "grey")),
    "a condition and its contrary, where one may be unknown": every(BLUE, negated(tides("at_least: 5"))),
    "two places of practice": every(place_of_practice("aa"), place_of_practice("bb")),
    "two rows": every(lamp("channel: courier"), lamp("channel: pigeon")),
    "a rate and a number": every(trades("1/2"), tides("at_least: 5")),
    "a wider row that closes sooner": either(
        lamp("sworn: true", ", closes: spring"), lamp("sworn: true, model: x", ", closes: decision")
    ),
    "a row of this campaign and one of an earlier": either(
        lamp("sworn: true"), lamp("sworn: true", ", campaign: earlier")
    ),
    "counts of different spans": either(trades("1/2", ", during: spring"), trades("1/2", ", during: year")),
    "a count that is settled later": either(trades("1/2"), trades("3/5", ", counts_from: year")),
    "what the law leaves open": either(every(BLUE, SILENT), GREEN),
    "two things that the law leaves open": every(SILENT, SILENT),
}


@pytest.mark.parametrize("name", IDLE)
def test_a_condition_that_decides_nothing_is_told(tmp_path: Path, name: str) -> None:
    tree, code, place = IDLE[name]
    assert idle(tmp_path, tree) == [(code, place)]


@pytest.mark.parametrize("name", USEFUL)
def test_a_condition_that_decides_something_is_not(tmp_path: Path, name: str) -> None:
    assert idle(tmp_path, USEFUL[name]) == []


def test_what_the_solver_cannot_settle_is_told_as_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.proving.useful.EFFORT", 1)
    found = [one for one in lint(write(tmp_path)).problems if one.code in CODES]
    assert {(one.code, severity_of(one)) for one in found} == {("undecided", "warning")}


def test_what_hangs_on_a_dead_condition_is_not_told_again(tmp_path: Path) -> None:
    """Quarry can never be granted: its own condition says why, those that ask for its outcome do not."""
    dead = every(BLUE, GREEN)
    outcome = "{ outcome: care.quarry }"
    changed = {**when("care/quarry.yaml", dead), **when("care/tide.yaml", outcome)}
    told = [one for one in new(tmp_path, changed) if one[0] in CODES]
    assert told == [("never_met", "care/quarry.yaml", "when")]


def test_what_one_reading_alone_makes_idle_is_what_that_reading_means(tmp_path: Path) -> None:
    contested = "{ choose: guild, wide: %s, narrow: %s }"
    wider, narrower = sector("blue", "green"), sector("grey")
    assert idle(tmp_path / "one", either(contested % (wider, narrower), BLUE)) == []
    assert idle(tmp_path / "both", either(contested % (wider, wider), BLUE)) == [("implied", "any.1")]
