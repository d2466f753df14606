"""What each contested reading is worth: the same dossier decided under every other computable option."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.amount import Amount, total
from engine.decision import Decision, judge
from engine.dossier import read_dossier
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.problems import Invalid
from engine.yamltext import Page


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another reading that changes a decision, and the decision it would give."""

    reading: str
    option: str
    decision: Decision


def flips(before: Decision, after: Decision) -> dict[str, str]:
    """The indicators and components whose outcome differs, with the outcome they have after."""
    was, now = _outcomes(before), _outcomes(after)
    return {name: outcome for name, outcome in now.items() if was[name] != outcome}


def alternatives(files: PolicyFiles, page: Page, decision: Decision) -> tuple[Alternative, ...]:
    """Every other computable option, one at a time with those it requires, that changes the decision.

    `page` is the dossier's, read again under each reading. Options the texts make not computable are left out.
    """
    return tuple(one for one in _others(files, page, decision) if _differs(decision, one.decision))


def _others(files: PolicyFiles, page: Page, decision: Decision) -> Iterator[Alternative]:
    policy = decision.policy
    asked = {name: option for name, option in policy.choices.items() if option != policy.readings[name].default}
    for name, reading in sorted(policy.readings.items()):
        for option in reading.options.values():
            if option.name == policy.choices[name] or option.silent:
                continue
            try:
                other = linked(files, {**asked, **option.require, name: option.name})
                yield Alternative(name, option.name, judge(other, read_dossier(page, other), decision.as_of))
            except Invalid:
                # The option excludes another that was asked for: together they are no reading of the text.
                continue


def _differs(one: Decision, other: Decision) -> bool:
    return _paid(one) != _paid(other) or _outcomes(one) != _outcomes(other)


def _paid(decision: Decision) -> tuple[Amount, Amount, Amount, Amount]:
    euros = total(component.paid for component in decision.components)
    return decision.paid, decision.attained, decision.possible, euros


def _outcomes(decision: Decision) -> dict[str, str]:
    outcomes: dict[str, str] = {one.indicator.id: one.outcome for one in decision.indicators}
    return outcomes | {one.component.id: one.outcome for one in decision.components}
