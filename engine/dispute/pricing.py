"""What each contested reading is worth: the same dossier decided under every other computable option.

Most options change nothing for most doctors. One under which every condition turns out as it did, and is worth what
it was, is not decided again: that is found out from the few conditions that are not the very same.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from engine.amount import Amount, total
from engine.claims import claims
from engine.conditions import Observed, walk
from engine.decision import ComponentDecision, Decision, IndicatorDecision, VoletDecision, judge
from engine.dossier import Dossier, read_dossier
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.observe import observe
from engine.policy import Policy
from engine.problems import Invalid
from engine.standing import standing_on
from engine.verdict import Verdict, derive
from engine.yamltext import Page


class Alternative(Struct, frozen=True):
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
                dossier = decision.dossier if other.vocabulary is policy.vocabulary else read_dossier(page, other)
                if not _same(decision, other, dossier):
                    yield Alternative(name, option.name, judge(other, dossier, decision.as_of))
            except Invalid:
                # The option excludes another that was asked for: together they are no reading of the text.
                continue


def _same(decision: Decision, other: Policy, dossier: Dossier) -> bool:
    """Whether another policy surely decides the same: what it is worth is the same, and every claim comes out so.

    Amounts not settled hang on more than the verdicts of claims: there, nothing is sure before it is decided.
    """
    policy = decision.policy
    alike = dossier is decision.dossier and _worth(other) == _worth(policy) and _settled(decision)
    if not alike or _looks(other) != _looks(policy):
        return False
    standing = standing_on(dossier, other, decision.as_of)
    known = {id(leaf): decision.verdicts[leaf.at] for leaf in _leaves(policy)}
    verdicts: dict[str, Verdict] = {}
    for leaf in _leaves(other):
        seen = known.get(id(leaf))
        verdicts[leaf.at] = observe(leaf, standing, other).verdict if seen is None else seen
    derived = derive(claims(other), verdicts)
    return {name: derived[name] for name, _ in claims(other)} == {
        name: decision.verdicts[name] for name, _ in claims(policy)
    }


@lru_cache(maxsize=256)
def _leaves(policy: Policy) -> tuple[Observed, ...]:
    return tuple(node for _, tree in claims(policy) for node in walk(tree) if isinstance(node, Observed))


def _looks(policy: Policy) -> tuple[object, ...]:
    """What a leaf looks at in a policy beside itself."""
    return *(policy.calendar[name] for name in ("campaign", "year", "assessment")), policy.not_produced


def _worth(policy: Policy) -> tuple[object, ...]:
    """Everything that verdicts are turned into amounts by."""
    volets = [(one.weight, [indicator.weight for indicator in one.indicators]) for one in policy.volets]
    components = [
        (one.pays, [(period.ends, [tier.euros for tier in period.tiers]) for period in one.periods])
        for one in policy.components
    ]
    return volets, components, policy.point_value


def _settled(decision: Decision) -> bool:
    parts: list[IndicatorDecision | VoletDecision | ComponentDecision] = [
        *decision.indicators,
        *decision.volets,
        *decision.components,
    ]
    return all(one.settled for part in parts for one in (part.possible, part.attained, part.paid))


def _differs(one: Decision, other: Decision) -> bool:
    return _paid(one) != _paid(other) or _outcomes(one) != _outcomes(other)


def _paid(decision: Decision) -> tuple[Amount, Amount, Amount, Amount]:
    euros = total(component.paid for component in decision.components)
    return decision.paid, decision.attained, decision.possible, euros


def _outcomes(decision: Decision) -> dict[str, str]:
    outcomes: dict[str, str] = {one.indicator.id: one.outcome for one in decision.indicators}
    return outcomes | {one.component.id: one.outcome for one in decision.components}
