"""The bundled doctors: invented, and between them every way a decision can turn out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import get_args

import pytest

from engine.amount import Amount
from engine.conditions import walk
from engine.decision import Decision, OutcomeWord, decide
from engine.observation import GRADES, REASONS, UNKNOWNS
from engine.reasons import How
from engine.stores import bundled_examples
from engine.verdict import Verdict
from tests.conftest import Example, campaigns, known

README = (bundled_examples() / "README.md").read_text("utf-8")
ROW = re.compile(r"\| \[(\d+)\]\((\S+)\) (.+?) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|")

# What no example meets under the default readings on the day of decision, and where it is met.
UNDER_A_READING = Example("99900000292", 2023, ("denominateur-nul=neutre",))  # empty counts leave the game
DURING_THE_CAMPAIGN = (Example("99900000003", 2023), date(2024, 1, 15))  # the deadline has not come

# Reasons that only conditions have, never an indicator of these years.
NEVER_THE_REASON_OF_AN_INDICATOR = {
    "not_eligible": "each indicator asks something of the doctor beside who he is; who he is decides the eligibility",
    "not_prefilled": "where a prefill counts, a declaration does too, and that is what the doctor is told",
    "prerequisite": "volet 1 opens the gate of volet 2: it stands on the volet, and on no indicator",
}


@cache
def decisions() -> tuple[Decision, ...]:
    """Every campaign as it is decided, and the two decisions named above."""
    example, day = DURING_THE_CAMPAIGN
    early = decide(example.decision.policy, example.decision.dossier, day)
    return (*(one.decision for one in campaigns()), UNDER_A_READING.decision, early)


def met(field: str) -> set[str]:
    """Every value of a field of the indicators decided."""
    found = {getattr(one, field) for decision in decisions() for one in decision.indicators}
    return {value for value in found if value is not None}


def reasons_of_conditions() -> Iterator[str]:
    for decision in decisions():
        gates = [volet.gate for volet in decision.policy.volets if volet.gate]
        for tree in [decision.policy.eligible, *gates, *(one.when for one in decision.policy.indicators)]:
            for node in walk(tree):
                if decision.verdicts[node.at] is Verdict.UNMET:
                    yield decision.reasons.unmet(node)


# --- who they are ---------------------------------------------------------------------------------------------------


def test_there_are_enough_of_them() -> None:
    assert len(known()) >= 24


@pytest.mark.parametrize("number", known())
def test_a_number_belongs_to_no_real_doctor(number: str) -> None:
    """It begins with 999, has eleven digits, and the last is a Luhn key."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    assert number.startswith("999")
    assert len(number) == 11
    assert (sum(digits[::2]) + sum(doubled)) % 10 == 0


def test_a_file_bears_the_number_of_its_doctor() -> None:
    files = sorted(path.stem for path in bundled_examples().glob("*.yaml"))
    assert files == sorted(known())


def test_each_has_a_name_of_their_own() -> None:
    names = Counter(one.name for one in known().values())
    assert None not in names
    assert set(names.values()) == {1}


def test_both_years_are_there_and_some_doctors_have_both() -> None:
    years = Counter(one.year for one in campaigns())
    assert set(years) == {2023, 2024}
    assert max(Counter(one.number for one in campaigns()).values()) == 2


# --- what becomes of them -------------------------------------------------------------------------------------------


def test_every_outcome_is_met() -> None:
    assert met("outcome") == set(get_args(OutcomeWord))


def test_every_way_to_a_grant_is_met() -> None:
    assert met("how") == set(get_args(How))


def test_every_grade_is_met() -> None:
    assert met("grade") == set(GRADES)


def test_every_kind_of_doubt_is_met() -> None:
    assert met("unknown") == set(UNKNOWNS)


def test_every_reason_is_met() -> None:
    assert set(reasons_of_conditions()) == set(REASONS)
    assert met("reason") == set(REASONS) - set(NEVER_THE_REASON_OF_AN_INDICATOR)


@pytest.mark.parametrize("year", [2023, 2024])
def test_every_indicator_of_a_year_is_granted_to_someone(year: int) -> None:
    own = [one for decision in decisions() if decision.policy.year == year for one in decision.indicators]
    granted = {one.indicator.id for one in own if one.outcome == "granted"}
    assert granted == {one.indicator.id for one in own}


def test_every_indicator_is_refused_to_someone() -> None:
    """In one year at least: an indicator neutralised for everyone is refused to no one in that year."""
    every = [one for decision in decisions() for one in decision.indicators]
    assert {one.indicator.id for one in every if one.outcome == "refused"} == {one.indicator.id for one in every}


def test_eligibility_volets_and_components_turn_out_every_way() -> None:
    assert {decision.eligible for decision in decisions()} == set(Verdict)
    assert {volet.verdict for decision in decisions() for volet in decision.volets} == set(Verdict)
    assert {one.outcome for decision in decisions() for one in decision.components} >= {"granted", "refused"}


# --- what their page says -------------------------------------------------------------------------------------------


def written(amount: Amount, unit: str) -> str:
    """An amount as the page writes it: `719.5 points`, `€0.00 to €4,200.00`."""
    ends = [amount.least] if amount.settled else [amount.least, amount.most]
    if unit == "euros":
        return " to ".join(f"€{end:,.2f}" for end in ends)
    return f"{' to '.join(f'{end.normalize():,f}' for end in ends)} {unit}"


def paid(decision: Decision) -> str:
    """What is paid, as the page writes it."""
    points = written(decision.paid, "points"), written(decision.euros(decision.paid), "euros")
    beside = [f"VSM {written(one.paid, 'euros')}" for one in decision.components if one.paid.most > Decimal(0)]
    return "; ".join([", ".join(points) if decision.paid.most else "nothing", *beside])


def test_the_page_of_the_examples_tells_what_each_is_paid() -> None:
    told = {number: (name, years, amounts) for number, _, name, years, amounts, _ in ROW.findall(README)}
    expected = {}
    for number, one in known().items():
        own = [example for example in campaigns() if example.number == number]
        years = ", ".join(str(example.year) for example in own)
        expected[number] = (one.name, years, " — ".join(paid(example.decision) for example in own))
    assert told == expected


def test_the_page_of_the_examples_leads_to_their_files() -> None:
    assert [file for number, file, *_ in ROW.findall(README) if file != f"{number}.yaml"] == []
    assert all((bundled_examples() / file).is_file() for _, file, *_ in ROW.findall(README))


def test_the_page_of_the_examples_counts_them() -> None:
    assert "Forty-three invented doctors" in README
    assert len(known()) == 43


def test_the_commands_on_the_page_of_the_examples_name_what_there_is() -> None:
    commands = re.findall(r"^forfait explain (\d+)(?: --year (\d+))?(?: --reading (\S+))?$", README, re.MULTILINE)
    assert len(commands) == 3
    for number, year, reading in commands:
        example = Example(number, int(year or known()[number].years[-1]), (reading,) if reading else ())
        assert example.decision.dossier.doctor == number
