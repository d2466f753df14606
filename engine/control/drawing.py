"""How doctors are drawn for a control: each strategy, and the chance that it gave each doctor.

A draw hangs on a seed and the doctors' numbers alone, never on a clock or an order: whoever draws again draws the
same doctors. A doctor's chance, the inclusion probability of Horvitz and Thompson (« A generalization of sampling
without replacement from a finite universe », Journal of the American Statistical Association, 1952), is the exact
fraction of their stratum that is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from heapq import heapify, heapreplace
from math import isqrt

from msgspec import Struct

from engine.running.sampling import chosen

LEAST = 2
"""The doctors drawn of each of several strata that has so many: from one alone nothing tells how much they differ."""
HALF = Fraction(1, 2)
NORMAL = Fraction(196, 100)
"""The deviations within which nineteen estimates in twenty fall, where many doctors are drawn."""
TENTHS = 1000
"""The tenths of a percentage point in a whole."""


class Stratum(Struct, frozen=True):
    """Doctors among whom so many are drawn; `key` says what they have in common."""

    key: tuple[str, ...]
    doctors: Sequence[str]


class Drawn(Struct, frozen=True):
    """What was drawn of a stratum, in the order of the numbers."""

    key: tuple[str, ...]
    size: int
    doctors: tuple[str, ...]

    @property
    def chance(self) -> Fraction:
        """The chance that each of its doctors had of being drawn."""
        return Fraction(len(self.doctors), self.size)


def draw(strata: Sequence[Stratum], wanted: int, seed: int) -> tuple[Drawn, ...]:
    """So many doctors of all the strata together, or all of them where there are fewer.

    Within a stratum each is as likely as another. Raises ValueError where `wanted` is too few for every stratum.
    """
    shares = allocate({one.key: len(one.doctors) for one in strata}, wanted)
    return tuple(
        Drawn(one.key, len(one.doctors), tuple(sorted(chosen(one.doctors, shares[one.key], seed)))) for one in strata
    )


def needed(sizes: Mapping[tuple[str, ...], int]) -> int:
    """The fewest doctors that can be drawn of strata of these sizes."""
    return sum(_fewest(sizes).values())


def allocate(sizes: Mapping[tuple[str, ...], int], wanted: int) -> dict[tuple[str, ...], int]:
    """How many to draw of each stratum: in proportion to its size, and of several never fewer than `needed`.

    One more at a time goes where the share is smallest for the size, by the rule of Sainte-Laguë, which favours
    neither large nor small (Balinski and Young, Fair Representation, 1982). Raises ValueError: too few are wanted.
    """
    shares = _fewest(sizes)
    if wanted < sum(shares.values()):
        raise ValueError(wanted)
    waiting = [(_claim(sizes[key], share), key) for key, share in shares.items()]
    heapify(waiting)
    for _ in range(min(wanted, sum(sizes.values())) - sum(shares.values())):
        _, key = waiting[0]
        shares[key] += 1
        heapreplace(waiting, (_claim(sizes[key], shares[key]), key))
    return shares


def _fewest(sizes: Mapping[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
    least = LEAST if len(sizes) > 1 else 0
    return {key: min(least, size) for key, size in sizes.items()}


def _claim(size: int, share: int) -> Fraction:
    """How weak a stratum's claim to one more is; one that is wholly drawn has none."""
    return Fraction(2 * share + 1, size) if share < size else Fraction(2 * size + 1)


def margin(strata: Sequence[Drawn]) -> int:
    """Within how many tenths of a point a share is estimated, at worst, nineteen times in twenty.

    The share of all doctors is estimated by the sum over the strata of each one's share, weighed by its size. Its
    variance is the sum of W² (1 - f) S² / n, with W the weight of a stratum, f the fraction drawn, n their number and
    S² = N / (N - 1) p (1 - p), largest where p is one half (Cochran, Sampling Techniques, 3rd edition, 1977, 5.3 and
    3.2). Rounded up.
    """
    everyone = sum(one.size for one in strata)
    variance = sum((_variance(one, everyone) for one in strata), Fraction(0))
    square = variance * (NORMAL * TENTHS) ** 2
    whole = -(-square.numerator // square.denominator)
    return min(TENTHS, isqrt(whole - 1) + 1 if whole else 0)


def _variance(one: Drawn, everyone: int) -> Fraction:
    if one.chance == 1:
        return Fraction(0)
    spread = Fraction(one.size, one.size - 1) * HALF * HALF
    return Fraction(one.size, everyone) ** 2 * (1 - one.chance) * spread / len(one.doctors)
