"""The rules of one year are asked of a dossier of another year: on its days, where both have them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from engine.decision import judge
from engine.drafting.diff.days import days_of, same_days
from engine.drafting.newyear import new_year
from engine.linking import link, linked
from engine.loading import read_policy
from tests.conftest import policy_files
from tests.made_up import EVERYTHING, dossier, edit, law, pages, write


def test_the_days_that_both_years_have_are_those_of_the_first() -> None:
    one, other = (linked(policy_files(year), {}) for year in (2023, 2024))
    days = days_of(one, other)
    assert [(days[name].first, days[name].last) for name in ("year", "assessment", "decision")] == [
        (date(2023, 1, 1), date(2023, 12, 31)),
        (date(2023, 12, 31), date(2023, 12, 31)),
        (date(2024, 6, 30), date(2024, 6, 30)),
    ]


def test_days_that_only_the_second_year_has_move_with_the_others() -> None:
    one, other = (linked(policy_files(year), {}) for year in (2023, 2024))
    assert days_of(one, other)["cloture"].last == date(2024, 6, 30)
    assert days_of(other, one)["equipement"].last == date(2025, 1, 31)


def test_what_the_second_year_leaves_open_stays_open() -> None:
    one, other = (linked(policy_files(year), {}) for year in (2023, 2024))
    assert days_of(one, other)["campaign"].is_open


def test_rules_on_other_days_are_the_same_rules_under_the_same_readings() -> None:
    one, other = (linked(policy_files(year), {}) for year in (2023, 2024))
    same = same_days(one, other, policy_files(2024))
    assert (same.year, same.choices) == (2023, other.choices)
    assert [(one.id, one.weight) for one in same.indicators] == [(one.id, one.weight) for one in other.indicators]


def test_policies_of_one_year_keep_their_own_days(tmp_path: Path) -> None:
    """There, a deadline that moved is a rule that changed."""
    files = pages(tmp_path, edit("policy.yaml", "to: 2032-03-31", "to: 2032-04-30"))
    other = link(files, {})
    assert same_days(law(), other, files) is other


def test_a_year_copied_to_the_next_decides_a_doctor_of_the_first_alike(tmp_path: Path) -> None:
    first = write(tmp_path)
    new_year(read_policy(first), 2032, tmp_path / "2032")
    files = read_policy(tmp_path / "2032")
    same = same_days(law(), link(files, {}), files)
    doctor = dossier(law(), **{**EVERYTHING, "first_declaration": 2020})
    assert [one.outcome for one in judge(same, doctor).indicators] == [
        one.outcome for one in judge(law(), doctor).indicators
    ]
