"""Draws that can be defended: who is drawn hangs on a seed alone, and each doctor's chance is told exactly."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.control.drawing import LEAST, Drawn, Stratum, allocate, draw, margin, needed
from engine.control.strata import BANDS, cuts

Sizes = dict[tuple[str, ...], int]
SIZES = some.dictionaries(some.tuples(some.text(max_size=3)), some.integers(1, 400), min_size=1, max_size=12)


def doctors(count: int) -> list[str]:
    return [f"{number:05}" for number in range(count)]


# --- how many of each stratum ---------------------------------------------------------------------------------------


@given(SIZES, some.integers(0, 2_000))
def test_as_many_are_drawn_as_were_asked_for(sizes: Sizes, more: int) -> None:
    wanted = needed(sizes) + more
    assert sum(allocate(sizes, wanted).values()) == min(wanted, sum(sizes.values()))


@given(SIZES, some.integers(0, 2_000))
def test_no_stratum_is_left_out_nor_drawn_beyond_its_size(sizes: Sizes, more: int) -> None:
    shares = allocate(sizes, needed(sizes) + more)
    least = LEAST if len(sizes) > 1 else 0
    assert all(min(least, size) <= shares[key] <= size for key, size in sizes.items())


@given(SIZES, some.integers(0, 500))
def test_asking_for_one_more_takes_nobody_away_from_a_stratum(sizes: Sizes, more: int) -> None:
    wanted = needed(sizes) + more
    fewer, further = allocate(sizes, wanted), allocate(sizes, wanted + 1)
    assert all(fewer[key] <= further[key] for key in sizes)


@given(SIZES, some.integers(0, 500))
def test_of_two_strata_the_larger_is_drawn_as_much_at_least(sizes: Sizes, more: int) -> None:
    shares = allocate(sizes, needed(sizes) + more)
    assert all(shares[one] >= shares[other] for one in sizes for other in sizes if sizes[one] > sizes[other])


def test_strata_are_drawn_in_proportion() -> None:
    assert allocate({("a",): 6000, ("b",): 3000, ("c",): 1000}, 100) == {("a",): 60, ("b",): 30, ("c",): 10}


def test_too_few_for_every_stratum_is_refused() -> None:
    with pytest.raises(ValueError, match="3"):
        allocate({("a",): 10, ("b",): 10}, 3)


# --- who ------------------------------------------------------------------------------------------------------------


def test_the_same_seed_draws_the_same_doctors_whatever_their_order() -> None:
    mixed = Random(1).sample(doctors(500), 500)
    assert draw([Stratum((), doctors(500))], 40, 7) == draw([Stratum((), mixed)], 40, 7)


def test_another_seed_draws_others() -> None:
    drawn = {draw([Stratum((), doctors(500))], 40, seed)[0].doctors for seed in range(20)}
    assert len(drawn) == 20


def test_every_doctor_is_drawn_as_often_as_the_chance_told() -> None:
    """Over 2,000 seeds, 5 of 25: each about 400 times, within five standard deviations."""
    counts = dict.fromkeys(doctors(25), 0)
    for seed in range(2_000):
        (one,) = draw([Stratum((), doctors(25))], 5, seed)
        assert one.chance == Fraction(1, 5)
        for doctor in one.doctors:
            counts[doctor] += 1
    assert max(abs(count - 400) for count in counts.values()) < 5 * 18


def test_weighed_by_the_inverse_of_their_chance_those_drawn_stand_for_everyone() -> None:
    """The estimator of Horvitz and Thompson of how many doctors there are is exact in any stratified draw."""
    strata = [Stratum(("a",), doctors(70)), Stratum(("b",), doctors(900)), Stratum(("c",), doctors(3))]
    drawn = draw(strata, 50, 3)
    assert sum(len(one.doctors) / one.chance for one in drawn) == 973


# --- how precise ----------------------------------------------------------------------------------------------------


def test_a_share_is_estimated_as_closely_as_the_books_say() -> None:
    """1.96 times the root of 1/4 over 300, nearly: 5.66 points; one point takes 9,604 doctors of very many."""
    assert margin([Drawn((), 672_378, tuple(doctors(300)))]) == 57
    assert margin([Drawn((), 10**9, tuple(doctors(9_604)))]) == 10


def test_drawing_everyone_leaves_nothing_to_estimate() -> None:
    assert margin([Drawn((), 40, tuple(doctors(40)))]) == 0


def test_drawing_more_is_never_less_precise() -> None:
    margins = [margin([Drawn((), 1_000, tuple(doctors(count)))]) for count in range(1, 1_001, 37)]
    assert margins == sorted(margins, reverse=True)


# --- the bands of what is at stake ----------------------------------------------------------------------------------


def test_bands_hold_about_as_many_doctors_each() -> None:
    assert cuts(list(range(1, 101))) == [26, 51, 76]


@given(some.lists(some.integers(1, 50), max_size=80))
def test_equal_amounts_are_in_one_band(amounts: list[int]) -> None:
    found = cuts(amounts)
    assert found == sorted(set(found))
    assert len(found) < BANDS
    assert all(min(amounts) < cut <= max(amounts) for cut in found)
