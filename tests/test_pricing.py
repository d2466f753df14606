"""What another reading would give is what deciding under it gives: nothing is lost by deciding less often."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from engine.decision import Decision, judge
from engine.dispute.pricing import alternatives
from engine.dossier import read_dossier
from engine.linking import link
from engine.loading import read_policy
from engine.policy import Policy
from engine.problems import Invalid
from tests.conftest import Example, campaigns, known, policy_files

Told = tuple[str, str, object]


@cache
def alone(year: int, asked: tuple[tuple[str, str], ...]) -> Policy | None:
    """A policy linked from pages that nothing was linked from before; None when the readings exclude each other."""
    try:
        return link(read_policy(policy_files(year).folder), dict(asked))
    except Invalid:
        return None


def told(decision: Decision) -> object:
    """All that a reader is told of another reading: every amount, every outcome."""
    points = (decision.possible, decision.attained, decision.paid)
    components = [(one.component.id, one.outcome, one.paid) for one in decision.components]
    return points, components, [(one.indicator.id, one.outcome) for one in decision.indicators]


def one_by_one(example: Example, decision: Decision) -> list[Told]:
    """Every other option, each decided anew from its pages, that changes what a reader is told."""
    policy, page = decision.policy, known()[example.number].page
    asked = {name: option for name, option in policy.choices.items() if option != policy.readings[name].default}
    found: list[Told] = []
    for name, reading in sorted(policy.readings.items()):
        for option in reading.options.values():
            if option.name == policy.choices[name] or option.silent:
                continue
            other = alone(example.year, tuple(sorted({**asked, **option.require, name: option.name}.items())))
            if other is not None:
                decided = judge(other, read_dossier(page, other), decision.as_of)
                if told(decided) != told(decision):
                    found.append((name, option.name, told(decided)))
    return found


def priced(example: Example, decision: Decision) -> list[Told]:
    others = alternatives(policy_files(example.year), known()[example.number].page, decision)
    return [(one.reading, one.option, told(one.decision)) for one in others]


@pytest.mark.parametrize("doctor", campaigns()[::3], ids=str)
def test_a_reading_is_priced_as_it_would_be_decided(doctor: Example) -> None:
    assert priced(doctor, doctor.decision) == one_by_one(doctor, doctor.decision)


ELSEWHERE = [
    Example("99900000003", 2023, ("addendum-8=retire", "poids-teleservices=page")),
    Example("99900000110", 2023, ("lap-chaque-annee=chaque-annee",)),
    Example("99900000292", 2023, ("denominateur-nul=neutre",)),
    Example("99900000409", 2024, ("addendum-8=neutralise",)),
]


@pytest.mark.parametrize("other", ELSEWHERE, ids=str)
def test_so_it_is_from_another_reading(other: Example) -> None:
    assert priced(other, other.decision) == one_by_one(other, other.decision)


@pytest.mark.parametrize("day", [date(2024, 1, 15), date(2024, 3, 1)], ids=str)
def test_so_it_is_while_much_is_still_unknown(day: date) -> None:
    for example in campaigns()[:4]:
        early = judge(example.decision.policy, example.decision.dossier, day)
        assert priced(example, early) == one_by_one(example, early)
