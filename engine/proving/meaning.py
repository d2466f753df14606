"""What a claim of one policy comes to in another, for every complete dossier: proved, and shown by dossiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.claims import claims, out_of_play, removable, standing
from engine.conditions import Fact, Node, Outcome, walk
from engine.decision import settled
from engine.formula import Formula, decision_day
from engine.policy import Branch, Policy, Weight
from engine.problems import Invalid
from engine.proving.needs import cone, needed
from engine.proving.slots import Facts, symbolic
from engine.proving.solving import Question
from engine.proving.terms import Pair, Term, inverse
from engine.proving.witness import Page, page_of, read, shrunk
from engine.standing import standing_on
from engine.verdict import Verdict

Word = Literal["equivalent", "stricter", "laxer", "incomparable"]


class Mismatch(Exception):
    """A dossier that the solver found is decided otherwise by the engine: one of the two is wrong."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a claim comes to in the other policy, and a dossier for each way they differ.

    `granted_by_one` is met in the first policy and not in the other; `granted_by_other` the reverse.
    """

    word: Word
    granted_by_one: Page | None = None
    granted_by_other: Page | None = None


class Together:
    """Some policies asked of one symbolic dossier, each claim with any verdict."""

    def __init__(self, goals: Sequence[tuple[Policy, str]], days: dict[int, date] | None = None) -> None:
        self.policies = list({id(policy): policy for policy, _ in goals}.values())
        self.days = {id(policy): (days or {}).get(id(policy), decision_day(policy)) for policy in self.policies}
        leaves = [(policy, leaf) for policy, name in goals for leaf in cone(policy, [name])]
        self.facts: Facts = symbolic(leaves, needed(goals), max(self.days.values()))
        self.formulas: dict[int, Formula] = {}
        for policy in self.policies:
            alike = (one for one in self.formulas.values() if self._look_alike(one.policy, policy))
            seen = next((one.seen for one in alike), None)
            self.formulas[id(policy)] = Formula(policy, self.facts, self.days[id(policy)], seen)
        known = [
            self.formula(policy)[leaf.at].known
            for policy, leaf in leaves
            if isinstance(leaf, Fact) and leaf.closes is None
        ]
        self.question = Question([*self.facts.constraints, *known])

    def _look_alike(self, one: Policy, other: Policy) -> bool:
        """Whether the same leaf sees the same in two policies."""
        return looks(one) == looks(other) and self.days[id(one)] == self.days[id(other)]

    def formula(self, policy: Policy) -> Formula:
        return self.formulas[id(policy)]

    def pair(self, policy: Policy, name: str) -> Pair:
        return self.formula(policy)[name]

    def page(self, *terms: Term) -> Page | None:
        """A dossier of which the terms hold, as found: see `Together.shown` for one that is confirmed and small."""
        model = self.question.model(*terms)
        return None if model is None else page_of(model, self.facts, self.policies[0])

    def shown(self, terms: Sequence[Term], wanted: Sequence[Wanted]) -> Page | None:
        """The same, confirmed by the engine and made small. Raises Mismatch when the engine decides otherwise."""
        model = self.question.smallest(terms, (self.facts.nones, self.facts.switches))
        if model is None:
            return None
        page = page_of(model, self.facts, self.policies[0])

        def holds(other: Page) -> bool:
            try:
                dossier = read(other, *self.policies)
            except Invalid:
                return False
            return all(
                settled(one.policy, standing_on(dossier, one.policy, self.days[id(one.policy)]))[2][one.claim]
                in one.verdicts
                for one in wanted
            )

        if not holds(page):
            raise Mismatch(f"{[(one.claim, one.verdicts) for one in wanted]}: {page}")
        return shrunk(page, self.policies, holds)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A claim of a policy that must have one of these verdicts."""

    policy: Policy
    claim: str
    verdicts: tuple[Verdict, ...]


MET, UNMET, UNKNOWN = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN


def compare(one: Policy, other: Policy, claim: str) -> Meaning:
    """What a claim of the first policy (an indicator, a volet, any condition by its place) comes to in the other.

    Seen from the first: `stricter` when the other grants to fewer. A dossier that one grants and the other refuses
    is looked for first; where there is none, one that the other leaves unknown.
    """
    if alike(one, other, claim):
        return Meaning("equivalent")
    both = Together([(one, claim), (other, claim)])
    ours, theirs = _only(both, one, other, claim), _only(both, other, one, claim)
    if ours is None and theirs is None:
        return Meaning("equivalent")
    if theirs is None:
        return Meaning("stricter", granted_by_one=ours)
    if ours is None:
        return Meaning("laxer", granted_by_other=theirs)
    return Meaning("incomparable", ours, theirs)


def _only(both: Together, one: Policy, other: Policy, claim: str) -> Page | None:
    """A dossier to which the first policy grants more than the other."""
    ours, theirs = both.pair(one, claim), both.pair(other, claim)
    ways = (
        ([ours.met, theirs.unmet], (MET,), (UNMET,)),
        ([ours.met, inverse(theirs.met)], (MET,), (UNMET, UNKNOWN)),
        ([ours.may, theirs.unmet], (MET, UNKNOWN), (UNMET,)),
    )
    found = (
        both.shown(terms, [Wanted(one, claim, here), Wanted(other, claim, there)]) for terms, here, there in ways
    )
    return next((page for page in found if page is not None), None)


def alike(one: Policy, other: Policy, claim: str) -> bool:
    """Whether a claim is written the very same in both, and looks at a dossier the same way: nothing to prove."""
    trees, others = dict(claims(one)), dict(claims(other))
    pending, seen = [claim], set[str]()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        if trees[name] is not others[name] and trees[name] != others[name]:
            return False
        pending += _outcomes(trees[name])
    return looks(one) == looks(other)


def _outcomes(tree: Node) -> Iterator[str]:
    yield from (node.of for node in walk(tree) if isinstance(node, Outcome))


def looks(policy: Policy) -> tuple[object, ...]:
    """All that a leaf looks at in a policy beside itself."""
    days = [
        (entry.first, entry.last)
        for entry in (policy.calendar[name] for name in ("campaign", "year", "assessment", "decision"))
    ]
    return days, policy.not_produced, {name: one.above_one for name, one in policy.vocabulary.measures.items()}


def differing(one: Policy, other: Policy) -> Page | None:
    """A dossier that the two policies decide otherwise; None when it is proved that there is none.

    Amounts are not weighed: policies that pay otherwise for the same outcomes are not told apart here.
    """
    for claim in deciding(one):
        found = compare(one, other, claim)
        page = found.granted_by_one or found.granted_by_other
        if page is not None:
            return page
    return None


def deciding(policy: Policy) -> Iterator[str]:
    """Every claim that a decision hangs on: eligibility, gates, outcomes, weights, tiers."""
    yield policy.eligible.at
    for volet in policy.volets:
        yield from ([volet.id] if volet.pays == "block" else [])
        yield from weighed(volet.weight)
        yield from ([volet.gate.at] if volet.gate else [])
        for indicator in volet.indicators:
            yield indicator.id
            yield from ([out_of_play(indicator), standing(indicator)] if removable(indicator) else [])
            yield from weighed(indicator.weight)
    for component in policy.components:
        yield from ([component.gate.at] if component.gate else [])
        yield from (tier.when.at for period in component.periods for tier in period.tiers)


def weighed(weight: Weight | None) -> Iterator[str]:
    """The claims that a weight hangs on."""
    if isinstance(weight, Branch):
        yield weight.when.at
        yield from weighed(weight.then)
        yield from weighed(weight.otherwise)
