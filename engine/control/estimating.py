"""From what was found of doctors drawn by chance to a total of all those drawn among, with its bounds, exactly.

Each stratum's mean stands for its doctors, drawn without replacement: the total is the sum of N times the mean of
what was found (Horvitz and Thompson, 1952), and its variance is estimated by the sum of N² (1 - n/N) s² / n, with s²
the sum of the squares of what parts each from the mean, over n - 1 (Cochran, Sampling Techniques, 3rd edition, 1977,
2.6 and 5.4). Both are without bias whatever is found; that nineteen bounds in twenty hold the total is an
approximation, for large draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil, isqrt

from msgspec import Struct

from engine.control.drawing import LEAST, NORMAL


class Sample(Struct, frozen=True):
    """A stratum of so many doctors, and what was found of each of those drawn: never below zero."""

    size: int
    found: Sequence[Fraction]


class Estimate(Struct, frozen=True):
    """A total of all doctors, as estimated; `low` and `high` are whole, and hold it nineteen times in twenty.

    `variance` is None where a stratum not wholly drawn gave one doctor alone. There are no bounds then, nor where in
    any one stratum doctors of whom the same was found stand for others: nothing tells how much those differ.
    """

    found: Fraction
    total: Fraction
    variance: Fraction | None
    low: int | None
    high: int | None


def estimate(samples: Sequence[Sample], most: int | None = None) -> Estimate:
    """The total of all strata; `most` is what one doctor can count for, where that is known.

    The bounds allow for what is certain: no less than was found, no more than with the most of everyone not drawn.
    """
    found = sum((sum(one.found, Fraction(0)) for one in samples), Fraction(0))
    total = sum((_mean(one) * one.size for one in samples), Fraction(0))
    if any(len(one.found) < min(LEAST, one.size) for one in samples):
        return Estimate(found, total, None, None, None)
    variance = sum((_variance(one) for one in samples), Fraction(0))
    if any(len(one.found) < one.size and len(set(one.found)) == 1 for one in samples):
        return Estimate(found, total, variance, None, None)
    square = variance * NORMAL**2
    low, high = max(-_beyond(-total, square), ceil(found)), _beyond(total, square)
    if most is not None:
        high = min(high, ceil(found) + most * sum(one.size - len(one.found) for one in samples))
    return Estimate(found, total, variance, low, high)


def _mean(one: Sample) -> Fraction:
    return sum(one.found, Fraction(0)) / len(one.found)


def _variance(one: Sample) -> Fraction:
    size, drawn = one.size, len(one.found)
    if drawn == size:
        return Fraction(0)
    mean = _mean(one)
    spread = sum(((value - mean) ** 2 for value in one.found), Fraction(0)) / (drawn - 1)
    return size**2 * (1 - Fraction(drawn, size)) * spread / drawn


def _beyond(value: Fraction, square: Fraction) -> int:
    """The least whole number that is no less than a value and the root of a square together."""
    whole = ceil(value) + isqrt(int(square))
    while (whole - value) ** 2 < square:
        whole += 1
    # The ceiling of both may be one more than that of their sum.
    while whole - 1 >= value and (whole - 1 - value) ** 2 >= square:
        whole -= 1
    return whole
