"""What each contested reading is worth: the same dossier decided under every other computable option.

Most options change nothing for most doctors. One under which every condition turns out as it did, and is worth what
it was, is not decided again: that is found out from the few conditions that are not the very same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import zip_longest

from msgspec import Struct

from engine.amount import Amount, total
from engine.claims import leaves, listed, looking, own_claims, parts
from engine.conditions import Node, Observed
from engine.decision import ComponentDecision, Decision, IndicatorDecision, VoletDecision, judge, settled, worth
from engine.dossier import Dossier, read_dossier
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.observation import Observation
from engine.observe import observe
from engine.policy import Policy
from engine.problems import Invalid
from engine.ranges import question
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
    others = _Pricing(files, page, decision).others()
    return tuple(one for one in others if _differs(decision, one.decision))


def other_policies(files: PolicyFiles, policy: Policy) -> Iterator[tuple[str, str, Policy]]:
    """Each reading with another computable option, and the policy under it and those it requires."""
    choices, readings = policy.choices, policy.readings
    asked = {name: option for name, option in choices.items() if option != readings[name].default}
    for name, reading in sorted(readings.items()):
        for option in reading.options.values():
            if option.name == choices[name] or option.silent:
                continue
            try:
                yield name, option.name, linked(files, {**asked, **option.require, name: option.name})
            except Invalid:
                # The option excludes another that was asked for: together they are no reading of the text.
                continue


class _Pricing:
    """One decision, and what of it holds under other readings too."""

    def __init__(self, files: PolicyFiles, page: Page, decision: Decision) -> None:
        self.files, self.page, self.decision, self.policy = files, page, decision, decision.policy
        self.leaves = {leaf.at: leaf for leaf in leaves(decision.policy)}
        self.standing = standing_on(decision.dossier, decision.policy, decision.as_of)
        self.settled = _settled(decision)

    def others(self) -> Iterator[Alternative]:
        """Every other computable option but those that surely change nothing."""
        for name, option, other in other_policies(self.files, self.policy):
            try:
                decided = self.under(other)
            except Invalid:
                # Under that reading the dossier says what it must not: there is nothing to compare.
                continue
            if decided is not None:
                yield Alternative(name, option, decided)

    def under(self, other: Policy) -> Decision | None:
        """What would be decided under another policy; None where that is surely the same."""
        day, dossier = self.decision.as_of, self.decision.dossier
        if other.vocabulary is not self.policy.vocabulary:
            return judge(other, read_dossier(self.page, other), day)
        if _looks(other, dossier) != _looks(self.policy, dossier):
            return judge(other, dossier, day)
        if worth_alike(self.policy, other) and self.alike(other):
            return None
        return worth(other, dossier, settled(other, self.standing, self.seen(leaves(other))))

    def alike(self, other: Policy) -> bool:
        """Whether every claim of another policy that looks at the same facts comes out as it did.

        One whose tree is the very same does if those it names do; another is settled anew, what it names being as it
        was. Claims wait for each other in no circle: if each comes out as it did when the others do, they all do.

        Amounts not settled hang on what claims come to whatever the facts turn out to be. One that is known stays
        what it is; and as long as it leaves the same questions open, those are answered together as they were.
        """
        changes = changed(self.policy, other)
        return changes is not None and all(self.same(change, other) for change in changes)

    def same(self, change: Change, other: Policy) -> bool:
        """Whether a claim that another policy states otherwise comes out as it did."""
        verdicts, seen = self.decision.verdicts, self.seen(change.leaves)
        found = {
            leaf.at: (seen.get(leaf.at) or observe(leaf, self.standing, other)).verdict for leaf in change.leaves
        }
        verdict = derive([(change.name, change.tree)], found, verdicts)[change.name]
        if verdict is not verdicts[change.name]:
            return False
        if self.settled:
            return True
        return verdict is not Verdict.UNKNOWN and _open(change.before, verdicts) == _open(change.leaves, found)

    def seen(self, others: Iterable[Observed]) -> dict[str, Observation]:
        """What those of other leaves that ask the very same as the decision's saw, by place."""
        saw, asked = self.decision.observations, self.leaves.get
        return {leaf.at: saw[leaf.at] for leaf in others if leaf is (same := asked(leaf.at)) or leaf == same}


class Change(Struct, frozen=True):
    """A claim that another policy states otherwise: its tree there, the leaves of that, and those that it had."""

    name: str
    tree: Node
    leaves: tuple[Observed, ...]
    before: tuple[Observed, ...]


@lru_cache(maxsize=1024)
def changed(policy: Policy, other: Policy) -> tuple[Change, ...] | None:
    """What another policy states otherwise; None where it does not state the same claims."""
    found: list[Change] = []
    for was, now in zip_longest(parts(policy), parts(other)):
        if was is now or was == now:
            continue
        before, after = listed(was) if was else {}, dict(own_claims(now)) if now else {}
        if before.keys() != after.keys():
            return None
        found += [
            Change(name, tree, tuple(looking(tree)), before[name].leaves)
            for name, tree in after.items()
            if tree != before[name].tree
        ]
    return tuple(found)


@lru_cache(maxsize=1024)
def worth_alike(policy: Policy, other: Policy) -> bool:
    """Whether two policies turn the same verdicts into the same amounts."""
    return _worth(policy) == _worth(other)


def _open(below: Iterable[Observed], verdicts: Mapping[str, Verdict]) -> set[Node]:
    """What leaves ask that is not known."""
    return {question(leaf) for leaf in below if verdicts[leaf.at] is Verdict.UNKNOWN}


def _looks(policy: Policy, dossier: Dossier) -> tuple[object, ...]:
    """What a leaf looks at in a policy beside itself: what unproduced papers do matters where there are some."""
    unproduced = any(row.fields.get("outcome") == "not_produced" for row in dossier.rows)
    days = [policy.calendar[name] for name in ("campaign", "year", "assessment")]
    return *days, unproduced and policy.not_produced


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
