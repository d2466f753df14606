"""Chance that is the same everywhere: whole numbers drawn by name from one seed, a batch of doctors at a time.

Each thing drawn has a stream of its own, so that what is added to a plan moves nothing else, and the first doctors of
a large population are those of a small one. Only the raw numbers of PCG64 are used, which numpy promises never to
change; what is made of them is ours, in whole numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import numpy
from numpy.typing import NDArray

Numbers = NDArray[numpy.int64]
HALF = 32
"""The bits kept of a raw number of 64: enough for any count drawn here."""
MILLION = 1_000_000
"""The steps that shares are counted in."""


class Chance:
    """What is drawn for `count` doctors, those of one batch."""

    def __init__(self, seed: int, batch: int, count: int) -> None:
        self.seed, self.batch, self.count = seed, batch, count

    def below(self, name: str, limit: int | Numbers) -> Numbers:
        """A number from 0 to `limit` excluded for each, all as likely, under a name; a limit for all, or for each."""
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])
        raw = numpy.random.PCG64(numpy.random.SeedSequence([self.seed, self.batch, key])).random_raw(self.count)
        limits = numpy.asarray(limit).astype(numpy.uint64)
        return ((raw >> numpy.uint64(HALF)) * limits >> numpy.uint64(HALF)).astype(numpy.int64)

    def weighted(self, name: str, weights: Sequence[Fraction]) -> Numbers:
        """The rank of one of the weights for each doctor, the heavier the likelier."""
        scale = lcm(*(weight.denominator for weight in weights))
        ends = numpy.cumsum([int(weight * scale) for weight in weights])
        return numpy.searchsorted(ends, self.below(name, int(ends[-1])), side="right").astype(numpy.int64)

    def spread(self, name: str, points: Sequence[tuple[Fraction, Fraction]], unit: int = 1) -> Numbers:
        """A value for each doctor, in `unit` parts of one: straight lines between points of hundredths and values."""
        steps = numpy.array([int(share * MILLION / 100) for share, _ in points])
        values = numpy.array([int(value * unit) for _, value in points])
        drawn = self.below(name, MILLION)
        after = numpy.searchsorted(steps, drawn, side="right")
        rise = (values[after] - values[after - 1]) * (drawn - steps[after - 1])
        return numpy.asarray(values[after - 1] + rise // (steps[after] - steps[after - 1]))


def share_of(counts: Numbers, shares: Numbers) -> Numbers:
    """So many millionths of each count, to the nearest whole."""
    return (2 * counts * shares + MILLION) // (2 * MILLION)
