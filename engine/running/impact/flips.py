"""Why an outcome flipped: the first condition, from the top down, that another policy decides otherwise.

From a condition that differs one goes down to the first condition below that moved the same way, and so on to the
last. Conditions stand for each other as in a comparison of the texts; one that only one policy has is the reason
where it stands in the way, or opens it, alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Literal

import numpy
from msgspec import Struct

from engine.claims import claims, standing
from engine.conditions import All, Always, Exempt, Node, Not, Outcome, children
from engine.drafting.diff.nodes import aligned
from engine.policy import Component, Indicator, Policy, Volet
from engine.running.impact.pair import MET, UNMET, Mask, Pair, Verdicts

Side = Literal["both", "first", "second"]
"""Which of the two policies has something."""


class Cause(Struct, frozen=True):
    """The condition that flipped: its place, in the second policy unless only the first has it."""

    place: str
    side: Side


Found = Iterator[tuple[Cause, Mask]]
"""Causes, and the doctors of each: no doctor has two."""


class Causes:
    """Looks for the causes of flips in two runs, each made under one of the policies."""

    def __init__(self, pair: Pair, one: Policy, other: Policy) -> None:
        self.pair = pair
        self.trees = tuple(dict(claims(policy)) for policy in (one, other))

    # --- what is decided --------------------------------------------------------------------------------------------

    def condition(self, one: Node, other: Node, among: Mask) -> Found:
        """The causes of a condition that differs for all of these doctors."""
        pair, gone, come = _below(one, other)
        if isinstance(one, Outcome) and isinstance(other, Outcome):
            pair = [(self.trees[0][one.of], self.trees[1][other.of])]
        left, way = among.copy(), self._way(one, other)
        for was, now in pair:
            moved = self._way(was, now)
            mask = left & ((moved == -way) if isinstance(other, Not) else (moved == way))
            if mask.any():
                yield from self.condition(was, now, mask)
                left &= ~mask
        for node, side in [*((node, "second") for node in come), *((node, "first") for node in gone)]:
            mask = left & self._alone(other if side == "second" else one, node, side, way)  # type: ignore[arg-type]
            if mask.any():
                yield Cause(node.at, side), mask  # type: ignore[arg-type]
                left &= ~mask
        if left.any():
            yield Cause(other.at, "both"), left

    def indicator(self, one: Indicator, other: Indicator, among: Mask) -> Found:
        """The causes of an indicator whose outcome differs: a neutralisation that holds decides before its tree."""
        left = among.copy()
        for was, now in zip_longest(one.neutralisations, other.neutralisations):
            if was and now and was.effect == now.effect:
                mask = left & (self._way(was.when, now.when) != 0)
                found = self.condition(was.when, now.when, mask)
            elif now:
                mask = left & (self.pair.verdicts(1, now.when.at) != UNMET)
                found = iter([(Cause(now.when.at, "second"), mask)])
            else:
                mask = left & (self.pair.verdicts(0, was.when.at) != UNMET)
                found = iter([(Cause(was.when.at, "first"), mask)])
            if mask.any():
                yield from found
                left &= ~mask
        yield from self._first([(one.when, other.when)], other.id, left)

    def volet(self, one: Volet, other: Volet, among: Mask) -> Found:
        """The causes of a volet's condition that differs: those of its first indicator that stands otherwise."""
        left = among.copy()
        before, after = ({indicator.id: indicator for indicator in volet.indicators} for volet in (one, other))
        for name, now in after.items():
            stands = self.pair.verdicts(1, standing(now))
            if name in before:
                mask = left & (self.pair.verdicts(0, standing(before[name])) != stands)
                found = self.indicator(before[name], now, mask)
            else:
                mask = left & (stands != MET)
                found = iter([(Cause(name, "second"), mask)])
            if mask.any():
                yield from found
                left &= ~mask
        for name in before.keys() - after.keys():
            mask = left & (self.pair.verdicts(0, standing(before[name])) != MET)
            if mask.any():
                yield Cause(name, "first"), mask
                left &= ~mask
        if left.any():
            yield Cause(other.id, "both"), left

    def component(self, one: Component, other: Component, among: Mask) -> Found:
        """The causes of a component whose outcome differs: its gate, then its tiers."""
        gates = [(one.gate, other.gate)] if one.gate and other.gate else []
        theirs = {tier.when.at: tier.when for period in one.periods for tier in period.tiers}
        tiers = [tier.when for period in other.periods for tier in period.tiers if tier.when.at in theirs]
        yield from self._first([*gates, *((theirs[tier.at], tier) for tier in tiers)], other.id, among)

    # --- how --------------------------------------------------------------------------------------------------------

    def _first(self, pairs: Sequence[tuple[Node, Node]], otherwise: str, among: Mask) -> Found:
        """The causes of the first of some conditions that differs; of the whole where none does."""
        left = among.copy()
        for was, now in pairs:
            mask = left & (self._way(was, now) != 0)
            if mask.any():
                yield from self.condition(was, now, mask)
                left &= ~mask
        if left.any():
            yield Cause(otherwise, "both"), left

    def _way(self, one: Node, other: Node) -> Verdicts:
        """Which way a condition moved: 1 towards met, -1 towards unmet, 0 nowhere."""
        return numpy.asarray(numpy.sign(self.pair.verdicts(1, other.at) - self.pair.verdicts(0, one.at)))

    def _alone(self, gate: Node, node: Node, side: Side, way: Verdicts) -> Mask:
        """Where a condition that one policy alone has moved its gate that way, by coming or going."""
        verdicts = self.pair.verdicts(0 if side == "first" else 1, node.at)
        # To one of `all`, what is not met is an obstacle; to one of `any`, what is not unmet is a way through.
        matters, effect = (verdicts != MET, -1) if isinstance(gate, All) else (verdicts != UNMET, 1)
        return numpy.asarray(matters & (way == (effect if side == "second" else -effect)))


def _below(one: Node, other: Node) -> tuple[list[tuple[Node, Node]], list[Node], list[Node]]:
    """The conditions below that stand for each other, and those that one has alone."""
    match one, other:
        case Exempt(), Exempt():
            return [(one.when, other.when), (one.require, other.require)], [], []
        case Exempt(), _:
            return [(one.require, other)], [one.when], []
        case _, Exempt():
            return [(one, other.require)], [], [other.when]
        case Always(), _:
            return [], [], []
        case _ if children(one) and children(other):
            return aligned(children(one), children(other))
        case _:
            return [], [], []
