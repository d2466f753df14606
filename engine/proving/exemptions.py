"""Whether being exempt can cost: the same doctor, under the policy and under one that lifts nothing for anyone."""

from __future__ import annotations

import z3
from msgspec.structs import replace

from engine.claims import claims
from engine.conditions import All, Any, Exempt, Node, Not, Outcome, walk
from engine.formula import decision_day
from engine.policy import Indicator, Neutralisation, Policy
from engine.problems import Invalid
from engine.proving.amounts import Sums, Truth
from engine.proving.meaning import Mismatch, Together, deciding
from engine.proving.monotone import opening, paid
from engine.proving.terms import Term
from engine.proving.witness import Page, page_of, shrunk


def exemptions(policy: Policy) -> list[Exempt]:
    """Every exemption of the policy's indicators."""
    trees = [tree for one in policy.indicators for tree in (one.when, *(step.when for step in one.neutralisations))]
    return [node for tree in trees for node in walk(tree) if isinstance(node, Exempt)]


def without(policy: Policy, exemption: Exempt) -> Policy:
    """The policy that requires of everyone what an exemption lifts for some."""
    volets = tuple(
        replace(volet, indicators=tuple(_required(one, exemption) for one in volet.indicators))
        for volet in policy.volets
    )
    return replace(policy, volets=volets)


def _required(indicator: Indicator, exemption: Exempt) -> Indicator:
    steps = tuple(Neutralisation(one.effect, _without(one.when, exemption)) for one in indicator.neutralisations)
    return replace(indicator, when=_without(indicator.when, exemption), neutralisations=steps)


def _without(node: Node, exemption: Exempt) -> Node:
    match node:
        case Exempt(at=at, require=require) if at == exemption.at:
            return replace(require, at=at)
        case Exempt(when=when, require=require):
            return replace(node, when=_without(when, exemption), require=_without(require, exemption))
        case All(of=of) | Any(of=of):
            return replace(node, of=tuple(_without(child, exemption) for child in of))
        case Not(of=child):
            return replace(node, of=_without(child, exemption))
        case _:
            return node


def costing(policy: Policy, exemption: Exempt) -> Page | None:
    """A doctor to whom the policy pays less than one without the exemption would.

    None when it is proved that there is none. Raises Mismatch when the engine pays otherwise than the solver found.
    """
    other, changed = without(policy, exemption), _changed(policy, exemption)
    names = [name for name in deciding(policy) if name in changed]
    if _losing(policy, other, names) is None:
        return None
    # What is found with any gate open is looked for again with every gate in full.
    gates = opening(policy)
    page = _losing(policy, other, [name for name in deciding(policy) if name in changed or name in gates])
    if page is None:
        return None
    if not _less(policy, other, page):
        raise Mismatch(f"{exemption.at}: {page}")
    return shrunk(page, [policy], lambda smaller: _less(policy, other, smaller))


def _losing(policy: Policy, other: Policy, names: list[str]) -> Page | None:
    """A dossier that the policy pays less than the other, as the solver finds it: these claims alone told in full."""
    together = Together([(one, name) for one in (policy, other) for name in names])
    ours, theirs = (Sums(one, _truth(together, one, set(names)), decision_day(one)) for one in (policy, other))
    known = [together.pair(one, name).known for one in (policy, other) for name in names]
    model = together.question.smallest([ours.total < theirs.total, *known], (together.facts.nones,))
    return None if model is None else page_of(model, together.facts, policy)


def _less(policy: Policy, other: Policy, page: Page) -> bool:
    try:
        ours, theirs = paid(policy, page), paid(other, page)
    except Invalid:
        return False
    return ours.least < theirs.least and ours.most < theirs.most


def _changed(policy: Policy, exemption: Exempt) -> set[str]:
    """The claims that hang on an exemption."""
    found: set[str] = set()
    for name, tree in claims(policy):
        nodes = list(walk(tree))
        if exemption in nodes or any(isinstance(node, Outcome) and node.of in found for node in nodes):
            found.add(name)
    return found


def _truth(together: Together, policy: Policy, told: set[str]) -> Truth:
    def truth(name: str) -> Term:
        return together.pair(policy, name).met if name in told else z3.Bool(f"claim {name}")

    return truth
