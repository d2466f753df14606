"""A total estimated from a draw: over all the draws there could be, right on average, and as sure as it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, product
from math import comb
from statistics import fmean

from hypothesis import given
from hypothesis import strategies as some

from engine.control.estimating import Estimate, Sample, estimate

Population = Sequence[tuple[Sequence[int], int]]
"""Strata: what would be found of each doctor, and how many of them are drawn."""


@some.composite
def populations(draw: some.DrawFn, least: int = 2) -> Population:
    """Up to three small strata, of each at least so many doctors drawn."""
    strata = []
    for _ in range(draw(some.integers(1, 3))):
        worth = draw(some.lists(some.integers(0, 9), min_size=least, max_size=5))
        strata.append((worth, draw(some.integers(least, len(worth)))))
    return strata


def samples(population: Population) -> Iterator[Estimate]:
    """The estimate of every draw there could be, each as likely as another."""
    draws = [list(combinations(worth, drawn)) for worth, drawn in population]
    for one in product(*draws):
        yield estimate(
            [
                Sample(len(worth), tuple(map(Fraction, found)))
                for (worth, _), found in zip(population, one, strict=True)
            ]
        )


def mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


@given(populations(least=1))
def test_over_all_draws_the_total_is_right_on_average(population: Population) -> None:
    true = sum(sum(worth) for worth, _ in population)
    assert mean([one.total for one in samples(population)]) == true


@given(populations())
def test_over_all_draws_the_variance_told_is_that_of_the_totals(population: Population) -> None:
    """On average, and exactly: what is told of each draw by itself is without bias."""
    found = list(samples(population))
    true = sum(sum(worth) for worth, _ in population)
    told = [one.variance for one in found if one.variance is not None]
    assert len(told) == len(found)
    assert mean(told) == mean([(one.total - true) ** 2 for one in found])


@given(populations())
def test_bounds_are_the_least_whole_numbers_beyond_two_deviations(population: Population) -> None:
    """But for what is certain: no less than was found."""
    for one in samples(population):
        if one.low is None or one.high is None or one.variance is None:
            continue
        square = one.variance * Fraction(196, 100) ** 2
        assert one.high >= one.total
        assert (one.high - one.total) ** 2 >= square
        assert one.high - 1 < one.total or (one.high - 1 - one.total) ** 2 < square
        assert one.found <= one.low <= one.total
        assert one.low == one.found or (one.total - one.low) ** 2 >= square
        assert one.low + 1 > one.total or (one.total - one.low - 1) ** 2 < square


@given(populations(least=1))
def test_there_are_bounds_where_each_stratum_tells_how_much_its_doctors_differ(population: Population) -> None:
    draws = [list(combinations(worth, drawn)) for worth, drawn in population]
    for found, one in zip(product(*draws), samples(population), strict=True):
        strata = [(given, len(worth)) for given, (worth, _) in zip(found, population, strict=True)]
        alone = any(len(given) == 1 < size for given, size in strata)
        differ = all(len(set(given)) > 1 for given, size in strata if len(given) < size)
        assert (one.variance is None) == alone
        assert (one.low is not None, one.high is not None) == (differ,) * 2


def test_everyone_drawn_leaves_nothing_to_estimate() -> None:
    assert estimate([Sample(3, (Fraction(5), Fraction(0), Fraction(7)))]) == Estimate(
        Fraction(12), Fraction(12), Fraction(0), 12, 12
    )


def test_worked_out_by_hand() -> None:
    """Of four doctors two, 10 and 30: 20 on average, so 80. s² is 200, the variance 16 × 1/2 × 200 / 2 = 800.

    80 less 1.96 × 28.3 is less than the 40 that were found.
    """
    one = estimate([Sample(4, (Fraction(10), Fraction(30)))])
    assert one == Estimate(Fraction(40), Fraction(80), Fraction(800), 40, 136)


def test_no_more_are_concerned_than_all_those_not_drawn_and_those_found() -> None:
    """Nine of ten drawn of a hundred: s² is 1/10, the variance 10,000 × 0.9 × 0.1 / 10, 1.96 times its root 18.6."""
    found = [Fraction(1)] * 9 + [Fraction(0)]
    assert estimate([Sample(100, found)]).high == 109
    assert estimate([Sample(100, found)], most=1).high == 99


def test_the_bounds_of_a_small_draw_hold_the_total_a_little_less_often_than_they_say() -> None:
    """Over the 8,008 draws of 6 among 16."""
    population = [([0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 7, 7, 8, 9], 6)]
    found = list(samples(population))
    held = [one.low is not None and one.high is not None and one.low <= 63 <= one.high for one in found]
    assert len(held) == 8_008
    assert 0.90 < fmean(held) < 0.95


def test_bounds_are_not_told_of_a_stratum_alike_beside_one_that_varies() -> None:
    """A large stratum where few are concerned: told when none of them is drawn, the bounds would hold one in ten."""
    population = [([0] * 12 + [50, 50], 3), ([0, 3, 0, 3, 0, 3], 3)]
    true = sum(sum(worth) for worth, _ in population)
    told = [(one, one.low, one.high) for one in samples(population) if one.low is not None and one.high is not None]
    assert 0 < len(told) < comb(14, 3) * comb(6, 3)
    assert all(one.found > 50 for one, _, _ in told)
    assert fmean(low <= true <= high for _, low, high in told) > 0.9
