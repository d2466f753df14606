"""What verdicts pay, as terms of the solver: whole numbers of a unit small enough for every amount of a policy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm

import z3

from engine.policy import Branch, Component, Indicator, Period, Policy, Volet, Weight, euros_of, points_of
from engine.proving.terms import TRUE, Term, both

Truth = Callable[[str], Term]
"""Whether a claim is met, by its name: every claim is taken as settled."""


class Sums:
    """The amounts of a policy under some truth of its claims, on a day; in `unit`s of a euro, or of a point."""

    def __init__(self, policy: Policy, truth: Truth, day: date) -> None:
        self.policy, self.truth, self.day = policy, truth, day

    @cached_property
    def unit(self) -> int:
        """How many units a point is, and a euro."""
        numbers = [*points_of(self.policy), *euros_of(self.policy)]
        return lcm(*(Fraction(number).denominator for number in numbers))

    @property
    def scale(self) -> int:
        """How many units of `total` a euro is."""
        return self.unit * Fraction(self.policy.point_value).denominator

    def number(self, amount: Decimal) -> int:
        """A stated amount in units."""
        exact = Fraction(amount) * self.unit
        assert exact.denominator == 1, "the unit divides every amount"
        return exact.numerator

    # --- points -------------------------------------------------------------------------------------------------

    def attained(self, volet: Volet) -> Term:
        if volet.pays == "block":
            return z3.If(self.truth(volet.id), self.weight(volet.weight), 0)
        return z3.Sum([z3.IntVal(0), *(self.of(indicator) for indicator in volet.indicators)])

    def of(self, indicator: Indicator) -> Term:
        return z3.If(self.truth(indicator.id), self.weight(indicator.weight), 0)

    def opened(self, gate: str | None) -> Term:
        return both([self.truth(self.policy.eligible.at), self.truth(gate) if gate else TRUE])

    def paid(self, volet: Volet) -> Term:
        return z3.If(self.opened(volet.gate.at if volet.gate else None), self.attained(volet), 0)

    def weight(self, weight: Weight | None) -> Term:
        match weight:
            case None:
                return z3.IntVal(0)
            case Branch(when=when, then=then, otherwise=otherwise):
                return z3.If(self.truth(when.at), self.weight(then), self.weight(otherwise))
            case _:
                return z3.IntVal(self.number(weight))

    @cached_property
    def points(self) -> Term:
        """All the points attained."""
        return z3.Sum([self.attained(volet) for volet in self.policy.volets])

    # --- euros --------------------------------------------------------------------------------------------------

    @cached_property
    def total(self) -> Term:
        """All that is paid, in units of a euro times the denominator of a point's value."""
        value = Fraction(self.policy.point_value)
        points = z3.Sum([self.paid(volet) for volet in self.policy.volets])
        euros = [self.component(component) for component in self.policy.components]
        return points * value.numerator + z3.Sum([z3.IntVal(0), *euros]) * value.denominator

    def component(self, component: Component) -> Term:
        """Complements add up to the greatest amount reached; paid once, the first reached is all."""
        reached = [self.reached(period) for period in component.periods if self._ended(period)]
        total: Term = z3.IntVal(0)
        for amount in reversed(reached):
            if component.pays == "complement":
                total = z3.If(amount > total, amount, total)
            else:
                total = z3.If(amount > 0, amount, total)
        return z3.If(self.opened(component.gate.at if component.gate else None), total, 0)

    def reached(self, period: Period) -> Term:
        amount: Term = z3.IntVal(0)
        for tier in period.tiers:
            amount = z3.If(self.truth(tier.when.at), z3.IntVal(self.number(tier.euros)), amount)
        return amount

    def _ended(self, period: Period) -> bool:
        return period.ends.last is not None and self.day >= period.ends.last
