"""The policies that come with the product keep their own cases, and their readings matter."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any as Anything

import pytest

from engine.amount import Amount
from engine.cases import Case, decide_case, differences, read_cases
from engine.conditions import All, Any, Exempt, Node, Not, Outcome
from engine.decision import Decision, judge
from engine.dossier import read_dossier
from engine.linking import linked
from engine.loading import PolicyFiles, bundled_policies, read_policy, years
from engine.policy import Weight
from engine.problems import Invalid
from engine.verdict import Verdict, all_of, any_of, negate

FOLDERS = years(bundled_policies())
TOTALS = "totals"

# The whole a doctor can have, in points and in euros, as the texts announce it for the year.
ANNOUNCED = {2023: (Decimal(1163), Decimal(8141)), 2024: (Decimal(1115), Decimal(7805))}


@cache
def files(year: int) -> PolicyFiles:
    return read_policy(FOLDERS[year])


@cache
def cases(year: int) -> tuple[Case, ...]:
    return tuple(read_cases(files(year)))


def readable() -> Iterator[int]:
    """The years whose policy and cases can be read; the first test below tells of the others."""
    for year in FOLDERS:
        try:
            linked(files(year), {})
            cases(year)
        except Invalid:
            continue
        yield year


YEARS = list(readable())


@pytest.mark.parametrize("year", FOLDERS)
def test_a_policy_and_its_cases_have_no_fault(year: int) -> None:
    linked(files(year), {})
    assert cases(year) != ()


# --- the policy's own cases -----------------------------------------------------------------------------------------


def named() -> Iterator[Anything]:
    for year in YEARS:
        for case in cases(year):
            yield pytest.param(year, case, id=f"{year}-{Path(case.file).stem}-{case.name}")


@pytest.mark.parametrize(("year", "case"), list(named()))
def test_a_case_is_decided_as_it_expects(year: int, case: Case) -> None:
    assert differences(case, decide_case(case, files(year))) == {}


@pytest.mark.parametrize("year", YEARS)
def test_a_case_has_a_name_of_its_own(year: int) -> None:
    names = [(case.file, case.name) for case in cases(year)]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("year", YEARS)
def test_a_case_is_about_something_of_the_policy(year: int) -> None:
    policy = linked(files(year), {})
    known = {TOTALS, *(one.id for one in policy.indicators), *(one.id for one in policy.components)}
    assert {case.about for case in cases(year)} - known == set()


def decided_things() -> Iterator[Anything]:
    """Every indicator and every component, by name."""
    for year in YEARS:
        policy = linked(files(year), {})
        for name in (*(one.id for one in policy.indicators), *(one.id for one in policy.components)):
            yield pytest.param(year, name, id=f"{year}-{name}")


@pytest.mark.parametrize(("year", "name"), list(decided_things()))
def test_an_indicator_or_a_component_has_a_case_of_every_outcome(year: int, name: str) -> None:
    expected = {case.expect.get("outcome") for case in cases(year) if case.about == name}
    assert {"granted", "refused", "undetermined"} - expected == set()


# --- readings -------------------------------------------------------------------------------------------------------


def options() -> Iterator[Anything]:
    """Every computable option that is not the default."""
    for year in YEARS:
        for name, reading in linked(files(year), {}).readings.items():
            for option in reading.options.values():
                if option.name != reading.default and not option.silent:
                    yield pytest.param(year, name, option.name, id=f"{year}-{name}-{option.name}")


def picture(decision: Decision) -> tuple[object, ...]:
    """What a reader of a decision would see change."""
    return (
        [(one.outcome, one.reason, one.unknown, one.possible, one.attained, one.paid) for one in decision.indicators],
        [(one.outcome, one.paid) for one in decision.components],
        decision.eligible,
        decision.paid,
    )


def decided(year: int, case: Case, readings: dict[str, str]) -> Decision:
    policy = linked(files(year), readings)
    return judge(policy, read_dossier(case.page, policy), case.as_of)


def changes(year: int, case: Case, reading: str, option: str) -> bool:
    """Whether the option changes the case's decision, its other readings held."""
    others = {name: chosen for name, chosen in case.readings.items() if name != reading}
    try:
        return picture(decided(year, case, others)) != picture(decided(year, case, {**others, reading: option}))
    except Invalid:  # another reading of the case requires, or excludes, the option
        return False


@pytest.mark.parametrize(("year", "reading", "option"), list(options()))
def test_an_option_changes_a_case(year: int, reading: str, option: str) -> None:
    """A question that decides nothing would be no question; those cases that name it are tried first."""
    tried = sorted(cases(year), key=lambda case: case.readings.get(reading) != option)
    assert any(changes(year, case, reading, option) for case in tried)


# --- announced totals -----------------------------------------------------------------------------------------------


def met(node: Node) -> Verdict:
    """The verdict of a weight's condition when every indicator is granted."""
    match node:
        case Outcome():
            return Verdict.MET
        case All(of=of):
            return all_of(map(met, of))
        case Any(of=of):
            return any_of(map(met, of))
        case Not(of=child):
            return negate(met(child))
        case Exempt(when=when, require=require):
            return any_of([met(when), met(require)])
        case _:
            raise AssertionError(f"{node.at}: a total would depend on the doctor")


def worth(weight: Weight | None) -> Decimal:
    """A weight when every indicator is granted."""
    if weight is None or isinstance(weight, Decimal):
        return weight or Decimal(0)
    return worth(weight.then if met(weight.when) is Verdict.MET else weight.otherwise)


@pytest.mark.parametrize("year", YEARS)
def test_the_totals_the_texts_announce_are_the_sums_of_the_weights(year: int) -> None:
    """Each under the readings that its text supposes."""
    announced = linked(files(year), {}).published
    sums = []
    for total in announced:
        volets = [one for one in linked(files(year), total.under).volets if total.volet in (None, one.id)]
        sums.append(
            sum((worth(one.weight) + sum(worth(i.weight) for i in one.indicators) for one in volets), Decimal(0))
        )
    assert announced != ()
    assert sums == [total.points for total in announced]


@pytest.mark.parametrize("year", YEARS)
def test_a_doctor_can_have_the_whole_that_is_announced(year: int) -> None:
    """The most a decision of the policy's own cases pays, under the default readings, in points and in euros."""
    defaults = [decided(year, case, {}) for case in cases(year) if case.about == TOTALS and not case.readings]
    best = max(defaults, key=lambda decision: decision.paid.least)
    points, euros = ANNOUNCED[year]
    assert (best.possible, best.paid, best.euros(best.paid)) == (
        Amount.of(points),
        Amount.of(points),
        Amount.of(euros),
    )


@pytest.mark.parametrize("year", YEARS)
def test_a_volet_paid_as_a_block_gates_what_follows(year: int) -> None:
    """A case of the totals where a volet is attained and not paid, for want of the one before."""
    found = [decided(year, case, {}) for case in cases(year) if case.about == TOTALS]
    assert any(volet.attained.least > volet.paid.most for decision in found for volet in decision.volets)
