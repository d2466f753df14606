"""Points and euros are exact, and one that is not settled is a range that misses no possibility."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.amount import NOTHING, Amount, total
from engine.text import amount_text, decimal_text
from engine.verdict import Verdict
from tests.strategies import verdicts

cents = st.integers(0, 10**9).map(lambda number: Decimal(number).scaleb(-2))
pairs = st.tuples(cents, cents).map(sorted)
amounts = pairs.map(lambda pair: Amount(pair[0], pair[1]))


@st.composite
def inside(draw: st.DrawFn) -> tuple[Amount, Decimal]:
    """An amount, and one of the values it may turn out to be."""
    least, value, most = sorted([draw(cents), draw(cents), draw(cents)])
    return Amount(least, most), value


def holds(amount: Amount, value: Decimal) -> bool:
    return amount.least <= value <= amount.most


@given(inside(), inside())
def test_no_possible_sum_is_left_out(first: tuple[Amount, Decimal], second: tuple[Amount, Decimal]) -> None:
    assert holds(first[0] + second[0], first[1] + second[1])


@given(inside(), inside())
def test_no_possible_remainder_is_left_out(first: tuple[Amount, Decimal], second: tuple[Amount, Decimal]) -> None:
    assert holds(first[0].less(second[0]), max(Decimal(0), first[1] - second[1]))


@given(inside(), cents)
def test_no_possible_product_is_left_out(case: tuple[Amount, Decimal], factor: Decimal) -> None:
    assert holds(case[0] * factor, case[1] * factor)


@given(inside(), inside())
def test_one_or_the_other_holds_both(first: tuple[Amount, Decimal], second: tuple[Amount, Decimal]) -> None:
    either = first[0].or_(second[0])
    assert holds(either, first[1])
    assert holds(either, second[1])


@given(inside(), verdicts)
def test_learning_whether_a_condition_is_met_only_narrows_an_amount(
    case: tuple[Amount, Decimal], verdict: Verdict
) -> None:
    amount, _ = case
    doubtful, known = amount.if_(Verdict.UNKNOWN), amount.if_(verdict)
    assert doubtful.least <= known.least <= known.most <= doubtful.most


@given(amounts)
def test_an_amount_counts_if_met_and_only_then(amount: Amount) -> None:
    assert (amount.if_(Verdict.MET), amount.if_(Verdict.UNMET)) == (amount, NOTHING)


@given(cents)
def test_an_unknown_condition_leaves_all_or_nothing(value: Decimal) -> None:
    assert Amount.of(value).if_(Verdict.UNKNOWN) == Amount(Decimal(0), value)


@given(amounts, amounts)
def test_an_amount_never_falls_below_zero(amount: Amount, taken: Amount) -> None:
    left = amount.less(taken)
    assert Decimal(0) <= left.least <= left.most


@given(st.lists(cents))
def test_a_total_is_exact_to_the_cent(values: list[Decimal]) -> None:
    in_cents = sum(int(value.scaleb(2)) for value in values)
    assert total(map(Amount.of, values)) == Amount.of(Decimal(in_cents).scaleb(-2))


@given(st.lists(amounts).flatmap(lambda drawn: st.tuples(st.just(drawn), st.permutations(drawn))))
def test_a_total_does_not_depend_on_the_order(pair: tuple[list[Amount], list[Amount]]) -> None:
    assert total(pair[0]) == total(pair[1])


def test_ten_dimes_are_one() -> None:
    """What floats get wrong: ten times a tenth."""
    assert total([Amount.of(Decimal("0.1"))] * 10) == Amount.of(Decimal(1))


@pytest.mark.parametrize(("least", "most", "settled"), [("3", "3.00", True), ("3", "3.01", False)])
def test_an_amount_is_settled_when_nothing_can_change_it(least: str, most: str, settled: bool) -> None:
    assert Amount(Decimal(least), Decimal(most)).settled is settled


@pytest.mark.parametrize(
    ("written", "shown"),
    [("30.50", "30.5"), ("1163.00", "1163"), ("100", "100"), ("0.00", "0"), ("1E+2", "100"), ("8141.00", "8141")],
)
def test_a_decimal_is_written_without_idle_zeros(written: str, shown: str) -> None:
    assert decimal_text(Decimal(written)) == shown


@given(cents)
def test_a_decimal_is_written_without_loss(value: Decimal) -> None:
    assert Decimal(decimal_text(value)) == value


def test_a_range_is_written_by_its_two_ends() -> None:
    assert amount_text(Amount(Decimal("0.00"), Decimal("30.50"))) == "0..30.5"
