"""What a change of rules does to a population: the figures are those of deciding each doctor, and all adds up."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any as Anything

import pytest
from msgspec.structs import replace
from pyarrow import parquet

from engine.amount import NOTHING, Amount
from engine.columnar.layout import doctor_line
from engine.decision import Decision
from engine.network import EngineFault
from engine.running.impact.measured import Impact, reconcile
from engine.running.impact.outcomes import alone, subjects
from tests.compared import Both, both

SWEPT = {"addendum-8": "neutralise"}
"""Without it, hardly anyone of 2023 would reach volet 1 in 2024, and little else would show."""
DOCTORS = 120


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """The doctors of 2023 under the rules of either year."""
    return both(tmp_path_factory.mktemp("years"), DOCTORS, (2023, {}), (2024, SWEPT))


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """The doctors of 2023 under the default readings, then under another target."""
    return both(tmp_path_factory.mktemp("readings"), DOCTORS, (2023, {}), (2023, {"cible-aat": "page"}))


def euros(decision: Decision) -> Amount:
    line = doctor_line(decision, ())
    return Amount(line["euros.least"], line["euros.most"])


# --- the figures ----------------------------------------------------------------------------------------------------


def test_the_whole_is_the_sum_of_the_decisions_on_either_side(years: Both) -> None:
    whole = years.measured.impact.whole
    for found, decisions in zip((whole.before, whole.after), years.decisions, strict=True):
        assert found == sum(map(euros, decisions), NOTHING)


def test_who_gains_and_who_loses_is_told_doctor_by_doctor(years: Both) -> None:
    changes = [euros(after).least - euros(before).least for before, after in zip(*years.decisions, strict=True)]
    measured = years.measured
    whole = measured.impact.whole
    assert measured.doctors["change"].to_pylist() == changes
    assert (whole.gaining, whole.losing) == (sum(one > 0 for one in changes), sum(one < 0 for one in changes))
    assert whole.gained == sum((one for one in changes if one > 0), Decimal(0))
    assert whole.lost == sum((one for one in changes if one < 0), Decimal(0))
    assert whole.gaining and whole.losing


def test_what_is_paid_under_each_title_is_the_sum_of_the_decisions(years: Both) -> None:
    shares = {share.id: share for share in years.measured.impact.shares}
    for indicator in years.policies[1].indicators:
        if indicator.weight is None:
            continue
        for side, decisions in enumerate(years.decisions):
            own = [one for decision in decisions for one in decision.indicators if one.indicator.id == indicator.id]
            paid = sum((one.paid for one in own), NOTHING) * years.policies[side].point_value
            assert paid == (shares[indicator.id].before, shares[indicator.id].after)[side]


def test_what_one_policy_alone_pays_is_told_as_such(years: Both) -> None:
    assert [(share.id, share.after) for share in years.measured.impact.shares if share.side != "both"] == [
        ("vsm", NOTHING)
    ]


def test_an_indicator_that_one_policy_alone_has_is_told_even_where_it_pays_nothing_by_itself(years: Both) -> None:
    one, other = years.policies
    block, *rest = other.volets
    assert block.pays == "block"
    without = replace(other, volets=(replace(block, indicators=block.indicators[1:]), *rest))
    assert alone(one, other) == {"vsm": "first"}
    assert alone(one, without) == {block.indicators[0].id: "first", "vsm": "first"}
    assert alone(without, one) == {block.indicators[0].id: "second", "vsm": "second"}


def test_the_other_way_round_gains_are_losses(readings: Both) -> None:
    there, back = readings, replace(readings, policies=readings.policies[::-1], folder=readings.folder / "back")
    (back.folder).mkdir()
    for side in (0, 1):
        (back.folder / str(side)).symlink_to(there.folder / str(1 - side))
    one, other = there.measured.impact, back.measured.impact
    assert (one.whole.gained, one.whole.losing) == (-other.whole.lost, other.whole.gaining)
    assert {number: one.steps[-number] for number in other.steps} == dict(other.steps)
    assert one.whole.losing


def test_a_policy_changes_nothing_in_place_of_itself(readings: Both, tmp_path: Path) -> None:
    for side in (0, 1):
        (tmp_path / str(side)).symlink_to(readings.folder / "0")
    same = replace(readings, folder=tmp_path, policies=(readings.policies[0],) * 2).measured
    assert (same.impact.whole.gaining, same.impact.whole.losing, same.flips.num_rows) == (0, 0, 0)
    assert dict(same.impact.steps) == {0: DOCTORS}


def test_steps_begin_where_something_changes(years: Both) -> None:
    """A cent is a step begun, and a step reached is not yet the next."""
    impact = years.measured.impact
    changes = [euros(after).least - euros(before).least for before, after in zip(*years.decisions, strict=True)]
    for number, count in impact.steps.items():
        low, high = sorted(((abs(number) - 1) * impact.step, abs(number) * impact.step))
        sign = 1 if number > 0 else -1
        assert count == sum((low < sign * one <= high) if number else one == 0 for one in changes)


# --- all adds up, or the comparison is refused ----------------------------------------------------------------------

CENT = Decimal("0.01")
TAMPERED: dict[str, Callable[[Impact], Impact]] = {
    "a cent more in all": lambda impact: replace(
        impact, whole=replace(impact.whole, after=impact.whole.after + Amount.of(CENT))
    ),
    "a cent less in a specialty": lambda impact: replace(
        impact,
        specialties=(
            replace(impact.specialties[0], before=impact.specialties[0].before + Amount.of(-CENT)),
            *impact.specialties[1:],
        ),
    ),
    "a département forgotten": lambda impact: replace(impact, departments=impact.departments[1:]),
    "a cent gained by nobody": lambda impact: replace(
        impact, whole=replace(impact.whole, gained=impact.whole.gained + CENT)
    ),
    "a doctor of no step": lambda impact: replace(impact, steps={**impact.steps, 99: 1}),
}


@pytest.mark.parametrize("name", sorted(TAMPERED))
def test_figures_that_do_not_add_up_are_a_fault(name: str, years: Both) -> None:
    impact = years.measured.impact
    reconcile(impact)
    with pytest.raises(EngineFault):
        reconcile(TAMPERED[name](impact))


def test_a_doctor_paid_other_than_the_sum_of_the_titles_is_a_fault(readings: Both, tmp_path: Path) -> None:
    """Held doctor by doctor: two errors that make up for each other are seen."""
    (tmp_path / "0").symlink_to(readings.folder / "0")
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "nodes.parquet").symlink_to(readings.folder / "1" / "nodes.parquet")
    table = parquet.read_table(readings.folder / "1" / "doctors.parquet")
    names = ["euros.least", "euros.most"]
    others = table.select(names).take(list(reversed(range(DOCTORS))))
    table = (
        table.drop_columns(names).append_column(*_column(others, names[0])).append_column(*_column(others, names[1]))
    )
    parquet.write_table(table, tmp_path / "1" / "doctors.parquet")
    with pytest.raises(EngineFault):
        replace(readings, folder=tmp_path).measured  # noqa: B018


def _column(table: Anything, name: str) -> tuple[str, Anything]:
    return name, table[name]


# --- what flipped, and why ------------------------------------------------------------------------------------------


def outcome(decision: Decision, subject: str) -> str:
    line = doctor_line(decision, ())
    verdicts = {True: "granted", False: "refused", None: "undetermined"}
    return str(line[f"{subject}.outcome"]) if f"{subject}.outcome" in line else verdicts[line[subject]]


def test_every_outcome_that_flips_is_there_once_with_both_outcomes(years: Both) -> None:
    found = [(row["doctor"], row["subject"], row["was"], row["now"]) for row in years.measured.flips.to_pylist()]
    expected = [
        (before.dossier.doctor, subject, outcome(before, subject), outcome(after, subject))
        for before, after in zip(*years.decisions, strict=True)
        for subject in sorted(subjects(*years.policies))
        if outcome(before, subject) != outcome(after, subject)
    ]
    assert found == expected
    assert len(found) > DOCTORS


@pytest.mark.parametrize("population", ["years", "readings"])
def test_a_condition_that_both_policies_have_did_flip(population: str, request: pytest.FixtureRequest) -> None:
    found: Both = request.getfixturevalue(population)
    decisions = {one.dossier.doctor: (one, other) for one, other in zip(*found.decisions, strict=True)}
    rows = [row for row in found.measured.flips.to_pylist() if row["side"] == "both"]
    for row in rows:
        before, after = decisions[row["doctor"]]
        if row["place"] in before.verdicts:
            assert before.verdicts[row["place"]] != after.verdicts[row["place"]]
    assert rows


def test_a_condition_that_one_policy_alone_has_is_found_in_that_one(years: Both) -> None:
    places = [decisions[0].verdicts.keys() for decisions in years.decisions]
    rows = [row for row in years.measured.flips.to_pylist() if row["side"] != "both"]
    for row in rows:
        holder = 0 if row["side"] == "first" else 1
        assert row["place"] in places[holder]
        assert row["place"] not in places[1 - holder]
    assert rows


def test_the_reading_that_was_changed_is_where_decisions_flip(readings: Both) -> None:
    """The target of sick leave certificates, and what hangs on that indicator alone."""
    impact = readings.measured.impact
    assert {(flip.subject, flip.was, flip.now, flip.cause.place) for flip in impact.flips} == {
        ("volet-2.aat", "granted", "refused", "volet-2.aat#when")
    }


def test_a_neutralisation_that_goes_is_the_reason_and_not_the_condition_it_hid(years: Both) -> None:
    lost = {
        (flip.cause.place, flip.cause.side)
        for flip in years.measured.impact.flips
        if (flip.subject, flip.now) == ("volet-2.dcmt", "refused")
    }
    assert lost == {("volet-2.dcmt#neutralised1", "first")}


def test_a_volet_is_lost_for_the_reason_of_its_indicator(years: Both) -> None:
    rows = years.measured.flips.to_pylist()
    reasons = {(row["doctor"], row["place"]) for row in rows if row["subject"].startswith("volet-1.")}
    volets = [row for row in rows if row["subject"] == "volet-1"]
    assert volets
    assert {(row["doctor"], row["place"]) for row in volets} <= reasons
