"""What a decision must settle: the named conditions of a policy, in an order in which each can be settled.

An indicator gives up to four claims. With neutralisations tried in order, each of them either counts the indicator
as met or takes it out of play; the names of nodes made here, and not in the policy, hold a `~`:

* `volet-2.aat#when`: its own tree, always observed and shown;
* `volet-2.aat`: granted;
* `volet-2.aat~out`: out of play (only where a neutralisation can remove it);
* `volet-2.aat~standing`: does not stand in the way of its volet: granted or out of play.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from msgspec import Struct

from engine.conditions import All, Always, Any, Gate, Node, Not, Observed, Outcome, children
from engine.policy import Branch, Component, Indicator, Neutralisation, Policy, Volet, Weight

Claim = tuple[str, Node]


class CyclicOutcomes(ValueError):
    """Conditions that depend on each other; `cycle` lists their names."""

    def __init__(self, cycle: list[str]) -> None:
        super().__init__(" → ".join(cycle))
        self.cycle = cycle


Part = Indicator | Volet | Component | Node
"""What a policy is made of: each part has claims of its own. A condition alone is that of eligibility."""


def claims(policy: Policy) -> tuple[Claim, ...]:
    """Every claim of the policy, each after the claims its `outcome` leaves name.

    Raises CyclicOutcomes when there is no such order.
    """
    return _ordered(policy)[0]


def leaves(policy: Policy) -> tuple[Observed, ...]:
    """Every leaf of the policy that looks at a dossier, in the order of its claims. Raises as `claims` does."""
    return _ordered(policy)[1]


def hanging_on(policy: Policy, places: Iterable[str]) -> tuple[Claim, ...]:
    """The claims that hang on leaves at these places, however far, in the order of `claims`."""
    hanging = _hanging(policy)
    names = {name for at in places for name in hanging.get(at, ())}
    return tuple([claim for claim in claims(policy) if claim[0] in names])


@lru_cache(maxsize=64)
def _hanging(policy: Policy) -> Mapping[str, Set[str]]:
    """The claims that hang on a leaf or on another claim, by its place or name."""
    named = {name: one for part in parts(policy) for name, one in listed(part).items()}
    hanging: dict[str, set[str]] = {}
    # Those that name a claim come after it: of the last, everything that hangs on it is known.
    for name, _ in reversed(claims(policy)):
        above = {name, *hanging.get(name, ())}
        for below in (*named[name].names, *(leaf.at for leaf in named[name].leaves)):
            hanging.setdefault(below, set()).update(above)
    return hanging


@lru_cache(maxsize=256)
def _ordered(policy: Policy) -> tuple[tuple[Claim, ...], tuple[Observed, ...]]:
    named = {name: one for part in parts(policy) for name, one in listed(part).items()}
    order = _sorted(tuple([(name, *one.names) for name, one in named.items()]))
    below = [leaf for name in order for leaf in named[name].leaves]
    return tuple([(name, named[name].tree) for name in order]), tuple(below)


class Listed(Struct, frozen=True):
    """A claim's tree, the leaves in it that look at a dossier, and the claims that it names."""

    tree: Node
    leaves: tuple[Observed, ...]
    names: tuple[str, ...]


@lru_cache(maxsize=1024)
def listed(part: Part) -> Mapping[str, Listed]:
    """The claims of a part by name, in the order of `own_claims`: most parts are shared by most readings."""
    return {name: _listed(tree) for name, tree in own_claims(part)}


def _listed(tree: Node) -> Listed:
    ends = list(_ends(tree))
    return Listed(tree, tuple(_looking(ends)), tuple([node.of for node in ends if isinstance(node, Outcome)]))


def looking(tree: Node) -> list[Observed]:
    """The leaves of a tree that look at a dossier, in the text's order."""
    return _looking(_ends(tree))


def _looking(ends: Iterable[Observed | Outcome]) -> list[Observed]:
    return [node for node in ends if not isinstance(node, Outcome)]


@lru_cache(maxsize=256)
def _sorted(named: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """The names in order, from each with those it names; under most readings they are the same."""
    try:
        return tuple(TopologicalSorter({name: of for name, *of in named}).static_order())
    except CycleError as error:
        raise CyclicOutcomes(error.args[1]) from None


def _ends(node: Node) -> Iterator[Observed | Outcome]:
    """The nodes that have none below, in the text's order."""
    if not isinstance(node, Gate):
        yield node
        return
    for child in children(node):
        yield from _ends(child)


def parts(policy: Policy) -> Iterator[Part]:
    """The parts of a policy, in its own order."""
    yield policy.eligible
    for volet in policy.volets:
        yield from volet.indicators
        yield volet
    yield from policy.components


def own_claims(part: Part) -> Iterator[Claim]:
    """The claims of one part, each after those of the same part that it names."""
    match part:
        case Indicator():
            yield from _indicator(part)
            yield from _weight(part.weight)
        case Volet():
            yield part.id, _condition(part)
            yield from _weight(part.weight)
            if part.gate is not None:
                yield part.gate.at, part.gate
        case Component():
            if part.gate is not None:
                yield part.gate.at, part.gate
            for period in part.periods:
                for tier in period.tiers:
                    yield tier.when.at, tier.when
        case _:
            yield part.at, part


def _indicator(indicator: Indicator) -> Iterator[Claim]:
    granted, out, stands = indicator.id, out_of_play(indicator), standing(indicator)
    steps, tree = indicator.neutralisations, indicator.when
    yield tree.at, tree
    for step in steps:
        yield step.when.at, step.when
    yield granted, _fold(granted, steps, tree, counts_as_met={"met"})
    yield stands, _fold(stands, steps, tree, counts_as_met={"met", "removed"})
    if removable(indicator):
        yield out, _fold(out, steps, None, counts_as_met={"removed"})


def removable(indicator: Indicator) -> bool:
    """Whether a neutralisation can take the indicator out of play."""
    return any(step.effect == "removed" for step in indicator.neutralisations)


def out_of_play(indicator: Indicator) -> str:
    """The name of the claim that the indicator is out of play."""
    return f"{indicator.id}~out"


def standing(indicator: Indicator) -> str:
    """The name of the claim that the indicator does not stand in the way of its volet."""
    return f"{indicator.id}~standing"


def _fold(
    claim: str,
    steps: tuple[Neutralisation, ...],
    tree: Node | None,
    counts_as_met: Set[str],
    index: int = 0,
) -> Node:
    """The first neutralisation that holds decides; after the last, the tree does (without one: unmet)."""
    here = claim if index == 0 else f"{claim}~{index}"
    if index == len(steps):
        return Any(at=here, of=(Outcome(at=f"{claim}~tree", of=tree.at),) if tree else ())
    lifted = Outcome(at=f"{claim}~lifted{index}", of=steps[index].when.at)
    rest = _fold(claim, steps, tree, counts_as_met, index + 1)
    if steps[index].effect in counts_as_met:
        return Any(at=here, of=(lifted, rest))
    return All(at=here, of=(Not(at=f"{claim}~unless{index}", of=lifted), rest))


def _condition(volet: Volet) -> Node:
    """A volet's own condition: all its indicators that are in play."""
    if not volet.indicators:
        return Always(at=volet.id)
    return All(
        at=volet.id,
        sources=volet.sources,
        of=tuple(Outcome(at=f"{volet.id}~{i.id}", of=standing(i)) for i in volet.indicators),
    )


def _weight(weight: Weight | None) -> Iterator[Claim]:
    if isinstance(weight, Branch):
        yield weight.when.at, weight.when
        yield from _weight(weight.then)
        yield from _weight(weight.otherwise)
