"""What each contested reading is worth: the same dossier decided under every other computable option.

Most options change nothing for most doctors. One under which every condition turns out as it did, and is worth what
it was, is not decided again: that is found out from the few conditions that are not the very same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from msgspec import Struct

from engine.amount import Amount, total
from engine.claims import leaves, own_claims, parts
from engine.conditions import Observed, walk
from engine.decision import ComponentDecision, Decision, IndicatorDecision, VoletDecision, judge
from engine.dossier import read_dossier
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.observation import Observation
from engine.observe import observe
from engine.policy import Policy
from engine.problems import Invalid
from engine.standing import standing_on
from engine.verdict import derive
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
    policy, settled = decision.policy, _settled(decision)
    asked = {name: option for name, option in policy.choices.items() if option != policy.readings[name].default}
    for name, reading in sorted(policy.readings.items()):
        for option in reading.options.values():
            if option.name == policy.choices[name] or option.silent:
                continue
            try:
                other = linked(files, {**asked, **option.require, name: option.name})
                if other.vocabulary is not policy.vocabulary:
                    yield Alternative(name, option.name, judge(other, read_dossier(page, other), decision.as_of))
                elif _looks(other) != _looks(policy):
                    yield Alternative(name, option.name, judge(other, decision.dossier, decision.as_of))
                elif not (settled and _worth(other) == _worth(policy) and _alike(decision, other)):
                    seen = _seen(decision, leaves(other))
                    yield Alternative(name, option.name, judge(other, decision.dossier, decision.as_of, seen))
            except Invalid:
                # The option excludes another that was asked for: together they are no reading of the text.
                continue


def _alike(decision: Decision, other: Policy) -> bool:
    """Whether every claim of another policy that reads the same facts surely comes out as it did.

    A part that is the very same does if those it names do; another is settled anew, what it names being as it was.
    Claims wait for each other in no circle: if each comes out as it did when the others do, they all do.
    """
    standing = standing_on(decision.dossier, other, decision.as_of)
    for was, now in zip_longest(parts(decision.policy), parts(other)):
        if was is now or was == now:
            continue
        before, after = (dict(own_claims(part)) if part else {} for part in (was, now))
        looking = [node for tree in after.values() for node in walk(tree) if isinstance(node, Observed)]
        seen = _seen(decision, looking)
        verdicts = {leaf.at: (seen.get(leaf.at) or observe(leaf, standing, other)).verdict for leaf in looking}
        settled = derive(after.items(), verdicts, decision.verdicts)
        if set(before) != set(after) or any(settled[name] is not decision.verdicts[name] for name in after):
            return False
    return True


def _seen(decision: Decision, others: Iterable[Observed]) -> dict[str, Observation]:
    """What those of other leaves that are the very same as the decision's saw, by place."""
    known = {id(leaf) for leaf in leaves(decision.policy)}
    return {leaf.at: decision.observations[leaf.at] for leaf in others if id(leaf) in known}


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
