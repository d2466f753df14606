"""The formula agrees with the engine: on every dossier there is, and on every dossier the solver makes up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.cases import read_cases
from engine.decision import judge, settled
from engine.dossier import Dossier, read_dossier
from engine.formula import Formula, decision_day
from engine.linking import linked
from engine.policy import Policy
from engine.proving.needs import cone, named, needed
from engine.proving.slots import Facts, symbolic
from engine.proving.solving import Question
from engine.proving.terms import Pair, Term
from engine.proving.witness import page_of, read
from engine.standing import standing_on
from engine.verdict import Verdict
from tests.conftest import Example, policy_files
from tests.made_up import EVERYTHING, dossier, law
from tests.pinned import Beyond, verdicts
from tests.test_decision import AS_OF, CAMPAIGNS, Campaign

YEARS = (2023, 2024)


def agrees(policy: Policy, dossier: Dossier, day: date) -> bool:
    """Whether the formula gives every node the verdict of the engine; False when the dossier is beyond it."""
    standing, _, expected = settled(policy, standing_on(dossier, policy, day))
    try:
        found = verdicts(policy, standing)
    except Beyond:
        return False
    assert found == expected
    return True


# --- real dossiers --------------------------------------------------------------------------------------------------


def test_the_formula_agrees_on_every_bundled_doctor(example: Example) -> None:
    """Every node of every campaign."""
    decision = example.decision
    assert agrees(decision.policy, decision.dossier, decision.as_of) or contradicts(decision.dossier)


def contradicts(dossier: Dossier) -> bool:
    """Whether a dossier is one of those that the symbolic one leaves out: docs/proofs.md says why."""
    decisions = judge(linked(policy_files(dossier.year), {}), dossier)
    by_choice = any(row.type == "finding" and "choice" in row.fields for row in dossier.rows)
    return by_choice or any(one.conflict for one in decisions.observations.values())


@pytest.mark.parametrize("year", YEARS)
def test_the_formula_agrees_on_every_case(year: int) -> None:
    """Every node, on the day and under the readings of each of a policy's own cases; one in twenty-five is drawn."""
    files, beyond, tried = policy_files(year), [], 0
    for case in list(read_cases(files))[::25]:
        policy = linked(files, case.readings)
        dossier = read_dossier(case.page, policy)
        tried += 1
        if not agrees(policy, dossier, case.as_of or decision_day(policy)):
            beyond.append(dossier)
    assert all(map(contradicts, beyond))
    assert len(beyond) * 10 < tried


@settings(max_examples=60)
@given(CAMPAIGNS, AS_OF, st.sampled_from(["falls", "stays"]))
def test_the_formula_agrees_on_any_dossier_of_a_made_up_year(campaign: Campaign, day: date, unshown: str) -> None:
    """On any day, whatever is missing, unless facts contradict each other."""
    year = law(unshown=unshown)
    agrees(year, dossier(year, **campaign), day)


def test_most_dossiers_of_the_made_up_year_are_compared() -> None:
    """The promise above would hold of itself if every dossier were beyond the formula."""
    year = law()
    assert agrees(year, dossier(year, **EVERYTHING), decision_day(year))


def test_an_entry_goes_by_its_label_in_a_paper_too() -> None:
    year = law()
    bill = {"kind": "bill", "items": ["lamp"], "issued_on": "2032-03-14", "received_on": "2032-09-01"}
    said = {"documents": [{**bill, "attributes": {"model": "Gaz"}}]}
    assert agrees(year, dossier(year, **said), decision_day(year))


# --- made-up dossiers -----------------------------------------------------------------------------------------------


def reachable(policy: Policy, at: str) -> Iterator[tuple[Facts, Formula, Term]]:
    """A complete dossier for each verdict that a claim can have, as a model of the solver."""
    for complete in (True, False):
        asked = [(policy, leaf) for leaf in cone(policy, [at])]
        facts = symbolic(asked, needed([(policy, at)]), decision_day(policy), complete=complete)
        formula, question = Formula(policy, facts), Question(facts.constraints)
        pair: Pair = formula[at]
        for term in (pair.met, pair.unmet, pair.unknown):
            model = question.model(term)
            if model is not None:
                yield facts, formula, model


def claimed(formula: Formula, model: Term, at: str) -> dict[str, Verdict]:
    """The verdicts of a claim and of the claims it names, in a model."""
    names = named(formula.policy, [at])
    return {name: verdict_in(formula[name], model) for name in names}


def verdict_in(pair: Pair, model: Term) -> Verdict:
    met, may = (z3.is_true(model.eval(term, model_completion=True)) for term in (pair.met, pair.may))
    return Verdict.MET if met else Verdict.UNKNOWN if may else Verdict.UNMET


def check_realised(policy: Policy) -> int:
    """Write down what the solver makes up, and have the engine decide it: how many dossiers were."""
    count = 0
    for at in (policy.eligible.at, *(one.id for one in policy.indicators)):
        for facts, formula, model in reachable(policy, at):
            page = page_of(model, facts, policy)
            _, _, found = settled(policy, standing_on(read(page, policy), policy, decision_day(policy)))
            expected = claimed(formula, model, at)
            assert {name: found[name] for name in expected} == expected, page
            count += 1
    return count


@pytest.mark.parametrize("year", YEARS)
def test_what_the_solver_makes_up_is_decided_as_it_claims(year: int) -> None:
    """A dossier for each indicator met, missed and unknown, complete or not."""
    policy = linked(policy_files(year), {})
    assert check_realised(policy) > 3 * len(policy.indicators)


def test_what_the_solver_makes_up_of_a_made_up_year_is_decided_as_it_claims() -> None:
    assert check_realised(law()) > 3 * len(law().indicators)
