"""What a doctor has at stake: exact, item by item, and never more than the columns of a run say."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest
from msgspec.structs import replace

from engine.columnar.layout import DOCTOR, as_table, doctor_line, doctors_schema
from engine.control.frame import CENTS, Bounding
from engine.control.stakes import Stakes, loss, refuted, refuting, stakes
from engine.decision import Decision, judge
from engine.dossier import read_dossier
from engine.linking import linked
from engine.policy import Policy
from engine.problems import Invalid
from tests.conftest import Example, campaigns, known, policy_files
from tests.random_dossiers import Drawing
from tests.random_policies import random_policy

EVERYTHING = Example("99900000011", 2023)


def most(decisions: list[Decision], policy: Policy) -> dict[int, int]:
    """The most that each of these decisions could lose, from the columns that a run would write."""
    lines = [doctor_line(decision, None) | {DOCTOR: str(rank)} for rank, decision in enumerate(decisions)]
    found = Bounding(policy, ()).of(as_table(lines, doctors_schema(policy)))
    return dict(zip(map(int, found[DOCTOR].to_pylist()), found["most"].to_pylist(), strict=True))


def by_item(found: Stakes) -> dict[str, tuple[str, int, int]]:
    """Of each item what it rests on, and the points lost: those that it brings by itself, and all that fall."""
    return {one.item: (one.grade, int(one.loss.points_alone), int(one.loss.points)) for one in found.items}


# --- exact ----------------------------------------------------------------------------------------------------------


def test_refuting_items_gives_what_deciding_the_refuted_dossier_anew_gives(example: Example) -> None:
    """Leaves that look at none of the items are not asked again: that changes nothing."""
    decision = example.decision
    names = [one.item for one in stakes(decision).items]
    for items in [*([name] for name in names), names]:
        again = judge(decision.policy, refuted(decision.dossier, items, decision), decision.as_of)
        found = refuting(decision, items)
        assert (found.verdicts, found.observations, found.paid) == (again.verdicts, again.observations, again.paid)


def test_one_bad_paper_costs_everything_that_volet_1_opens() -> None:
    """The maximum: 280 points fall by themselves, and the 883 of volet 2 with them."""
    assert by_item(stakes(EVERYTHING.decision))["logiciel-lap"] == ("documented", 280, 1163)
    found = loss(EVERYTHING.decision, ["logiciel-lap"])
    assert (int(found.euros_alone), int(found.euros)) == (1960, 8141)


def test_an_indicator_of_volet_2_costs_its_own_points_alone() -> None:
    assert by_item(stakes(EVERYTHING.decision))["codage"] == ("declared", 50, 50)
    assert loss(EVERYTHING.decision, ["codage"]).flips == {"volet-2.codage": "refused"}


def test_what_a_control_confirmed_is_no_longer_open() -> None:
    decision = EVERYTHING.decision
    day = decision.as_of.isoformat()
    page = known()[EVERYTHING.number].page
    confirmed = {"item": "codage", "outcome": "confirmed", "decided_on": day}
    campaign = {**page.data["campaigns"]["2023"], "findings": [confirmed]}
    data = {**page.data, "campaigns": {**page.data["campaigns"], "2023": campaign}}
    page = replace(page, data=data)
    found = by_item(stakes(judge(decision.policy, read_dossier(page, decision.policy))))
    assert by_item(stakes(decision))["codage"][0] == "declared"
    assert found["codage"][0] == "documented"


def test_nothing_is_at_stake_for_who_is_paid_nothing() -> None:
    unpaid = [one.decision for one in campaigns() if one.decision.paid.least == 0]
    assert unpaid
    assert {stakes(decision).together.points for decision in unpaid} == {Decimal(0)}


def test_only_the_items_asked_about_are_looked_at() -> None:
    found = stakes(EVERYTHING.decision, ["codage", "video"])
    assert [one.item for one in found.items] == ["codage", "video"]
    assert found.together == loss(EVERYTHING.decision, ["codage", "video"])


def test_all_together_cost_no_more_than_is_paid(example: Example) -> None:
    decision = example.decision
    paid = sum((one.paid.least for one in decision.components), decision.euros(decision.paid).least)
    together = stakes(decision).together
    assert 0 <= together.euros <= paid


# --- bounded by the columns of a run --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "readings"),
    [(2023, {}), (2024, {}), (2023, {"asalee": "utilite"}), (2023, {"report-mss": "selon-mss"})],
    ids=str,
)
def test_of_the_bundled_doctors_the_columns_tell_what_is_at_stake(year: int, readings: dict[str, str]) -> None:
    policy = linked(policy_files(year), readings)
    pages = [known()[one.number].page for one in campaigns() if one.year == year]
    decisions = [judge(policy, read_dossier(page, policy)) for page in pages]
    bounds = most(decisions, policy)
    exact = {rank: int(stakes(one).together.euros * CENTS) for rank, one in enumerate(decisions)}
    assert any(exact.values())
    assert {rank: bounds.get(rank, 0) for rank in exact} == exact


@pytest.mark.parametrize("seed", range(107, 117))
def test_under_no_rules_is_more_at_stake_than_the_columns_allow(seed: int) -> None:
    """Policies that no law would write: eligibility, weights and components that hang on declarations."""
    random = Random(seed)
    _, policy = random_policy(random)
    drawing = Drawing([policy])
    decisions: list[Decision] = []
    while len(decisions) < 15:
        try:
            page = drawing.page(random, "99900000003", plain=True)
            decisions.append(judge(policy, read_dossier(page, policy)))
        except Invalid:
            continue
    bounds = most(decisions, policy)
    exceeding = {
        rank: (found, bounds.get(rank, 0))
        for rank, one in enumerate(decisions)
        if (found := int(stakes(one).together.euros * CENTS)) > bounds.get(rank, 0)
    }
    assert exceeding == {}
