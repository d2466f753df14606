"""Exact amounts that may not be settled yet: a least and a greatest value, equal once everything is known."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

from engine.verdict import Verdict

ZERO = Decimal(0)


class Amount(Struct, frozen=True):
    """Points or euros between `least` and `most`, both exact."""

    least: Decimal
    most: Decimal

    @classmethod
    def of(cls, value: Decimal) -> Amount:
        return cls(value, value)

    @property
    def settled(self) -> bool:
        return self.least == self.most

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.least + other.least, self.most + other.most)

    def __mul__(self, factor: Decimal) -> Amount:
        """Times a factor that is not negative."""
        return Amount(self.least * factor, self.most * factor)

    def less(self, other: Amount) -> Amount:
        """What is left after `other` is taken, never below zero."""
        return Amount(max(ZERO, self.least - other.most), max(ZERO, self.most - other.least))

    def if_(self, verdict: Verdict) -> Amount:
        """This amount if the condition is met, nothing if unmet, anything between if unknown."""
        match verdict:
            case Verdict.MET:
                return self
            case Verdict.UNMET:
                return NOTHING
            case Verdict.UNKNOWN:
                return Amount(min(ZERO, self.least), self.most)

    def or_(self, other: Amount) -> Amount:
        """One or the other, not known which."""
        return Amount(min(self.least, other.least), max(self.most, other.most))


NOTHING = Amount(ZERO, ZERO)


def total(amounts: Iterable[Amount]) -> Amount:
    """The sum, from least to most."""
    result = NOTHING
    for amount in amounts:
        result += amount
    return result
