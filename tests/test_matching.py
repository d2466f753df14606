"""One test against one value: exact to the act and to the day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conditions import Day, Entry, FieldTest, InTable, Is, Number, Same, Stated, Table, TableEntry, Test, Text
from engine.dossier import NONE, Row, RowType, Value
from engine.matching import check_field, check_same, least_numerator, test_span, test_value
from engine.verdict import Verdict

# Their names are those of the engine, not of promises.
test_value.__test__ = test_span.__test__ = False  # type: ignore[attr-defined]

MET, UNMET, UNKNOWN = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN
Relation = Literal["until", "within", "before", "during"]

MAY = Entry("may", date(2031, 5, 1), date(2031, 5, 31))
OPEN = Entry("open", None, None)
WORD = Text("mot", "word")
LAMPS = Table(
    "lamps",
    WORD,
    (),
    (
        TableEntry("oil", Text("Lampe à huile", "Oil lamp"), ("7",), (), refused=False),
        TableEntry("torch", Text("Torche", "Torch"), (), (), refused=True),
    ),
)

days = st.dates(date(2031, 4, 1), date(2031, 6, 30))
every_test: st.SearchStrategy[Test] = st.sampled_from(
    [Is(("x",)), InTable(LAMPS), Number("at_least", Fraction(1)), Day("until", MAY), Day("until", OPEN), Stated()]
)


# --- rates ----------------------------------------------------------------------------------------------------------


@given(st.integers(0, 60), st.integers(1, 40), st.integers(1, 100), st.booleans())
def test_the_least_numerator_is_the_first_that_passes(
    over: int, under: int, denominator: int, strictly: bool
) -> None:
    """Held against trying every numerator in turn."""
    threshold = Fraction(over, under)
    rates = ((numerator, Fraction(numerator, denominator)) for numerator in range(6_002))
    first = next(number for number, rate in rates if (rate > threshold if strictly else rate >= threshold))
    assert least_numerator(threshold, strictly, denominator) == first


@pytest.mark.parametrize(
    ("threshold", "strictly", "denominator", "needed"),
    [
        (Fraction(2, 3), False, 3000, 2000),
        (Fraction(2, 3), True, 3000, 2001),
        (Fraction(2, 3), False, 10_000, 6667),
        (Fraction(7, 10), False, 10**17, 7 * 10**16),
    ],
)
def test_a_threshold_is_exact_to_one_act(threshold: Fraction, strictly: bool, denominator: int, needed: int) -> None:
    assert least_numerator(threshold, strictly, denominator) == needed


# --- values ---------------------------------------------------------------------------------------------------------


@given(every_test)
def test_an_absent_value_is_unknown(test: Test) -> None:
    assert test_value(test, None) is UNKNOWN


@given(every_test)
def test_a_value_looked_for_and_not_found_is_unmet(test: Test) -> None:
    assert test_value(test, NONE) is UNMET


@pytest.mark.parametrize(
    ("test", "value", "expected"),
    [
        (Is(("blue", "green")), "green", MET),
        (Is(("blue", "green")), "grey", UNMET),
        (Is(("true",)), True, MET),
        (Is(("true",)), False, UNMET),
        (Is(("4",)), 4, MET),
        (Is(("01",)), 1, UNMET),
        (Is(("2031-05-01",)), date(2031, 5, 1), MET),
        (InTable(LAMPS), "oil", MET),
        (InTable(LAMPS), "7", MET),
        (InTable(LAMPS), "Oil lamp", MET),
        (InTable(LAMPS), "Lampe à huile", MET),
        (InTable(LAMPS), "torch", UNMET),
        (InTable(LAMPS), "candle", UNMET),
        (Stated(), "anything", MET),
        (Stated(), False, MET),
        (Stated(), 0, MET),
        (Number("at_least", Fraction(1)), True, UNMET),
        (Number("at_least", Fraction(1)), "2", UNMET),
    ],
)
def test_a_value_passes_or_not(test: Test, value: Value, expected: Verdict) -> None:
    assert test_value(test, value) is expected


@given(st.integers(-100, 100), st.fractions(-50, 50, max_denominator=12))
def test_numbers_compare_exactly(value: int, threshold: Fraction) -> None:
    at_least, more_than = (test_value(Number(relation, threshold), value) for relation in ("at_least", "more_than"))
    assert (at_least is MET, more_than is MET) == (value >= threshold, value > threshold)


# --- days -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("relation", "day", "expected"),
    [
        ("until", date(2031, 5, 31), MET),
        ("until", date(2031, 6, 1), UNMET),
        ("until", date(1999, 1, 1), MET),
        ("within", date(2031, 4, 30), UNMET),
        ("within", date(2031, 5, 1), MET),
        ("within", date(2031, 5, 31), MET),
        ("within", date(2031, 6, 1), UNMET),
        ("before", date(2031, 4, 30), MET),
        ("before", date(2031, 5, 1), UNMET),
    ],
)
def test_the_last_day_counts_and_the_day_after_does_not(relation: Relation, day: date, expected: Verdict) -> None:
    assert test_value(Day(relation, MAY), day) is expected


@given(days)
def test_within_is_until_and_not_before(day: date) -> None:
    until, within, before = (test_value(Day(relation, MAY), day) for relation in ("until", "within", "before"))
    assert (within is MET) == (until is MET and before is UNMET)


@given(days, st.sampled_from(["until", "within", "before"]))
def test_an_open_entry_is_never_late(day: date, relation: Relation) -> None:
    assert test_value(Day(relation, OPEN), day) is MET


def test_a_word_is_no_day() -> None:
    assert test_value(Day("until", MAY), "tomorrow") is UNMET


# --- spans ----------------------------------------------------------------------------------------------------------


@given(days, days)
def test_a_span_counts_when_one_of_its_days_is_in_the_entry(one: date, other: date) -> None:
    """Held against looking at every day of the span."""
    start, end = sorted([one, other])
    span = [start + timedelta(days=day) for day in range((end - start).days + 1)]
    met = any(test_value(Day("within", MAY), day) is MET for day in span)
    assert test_span([Day("during", MAY)], start, end) is (MET if met else UNMET)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2031, 5, 31), None, MET),
        (date(2031, 6, 1), None, UNMET),
        (date(2000, 1, 1), NONE, MET),
        (None, date(2031, 4, 30), UNMET),
        (None, date(2031, 5, 1), UNKNOWN),
        (None, None, UNKNOWN),
        (NONE, None, UNMET),
    ],
)
def test_a_span_may_be_open_at_its_end_but_not_at_its_start(
    start: Value | None, end: Value | None, expected: Verdict
) -> None:
    assert test_span([Day("during", MAY)], start, end) is expected


@pytest.mark.parametrize(("start", "expected"), [(date(2031, 1, 1), MET), (None, UNKNOWN), (NONE, UNMET)])
def test_a_span_meets_an_open_entry_once_it_has_a_start(start: Value | None, expected: Verdict) -> None:
    assert test_span([Day("during", OPEN)], start, None) is expected


# --- fields of a row ------------------------------------------------------------------------------------------------

EITHER = FieldTest(("bought", "promised"), span=False, tests=(Day("until", MAY),))


@pytest.mark.parametrize(
    ("fields", "looked_at", "expected"),
    [
        ({"bought": date(2031, 5, 1), "promised": date(2031, 9, 1)}, "bought", MET),
        ({"bought": date(2031, 9, 1), "promised": date(2031, 5, 1)}, "bought", UNMET),
        ({"promised": date(2031, 5, 1)}, "promised", MET),
        ({"bought": NONE, "promised": date(2031, 5, 1)}, "promised", MET),
        ({"bought": NONE}, "bought", UNMET),
        ({"promised": NONE}, "promised", UNMET),
        ({}, "bought", UNKNOWN),
    ],
)
def test_a_or_b_is_the_first_of_them_that_is_given(
    fields: Mapping[str, Value], looked_at: str, expected: Verdict
) -> None:
    check = check_field(EITHER, fields, "document")
    assert (check.field, check.verdict) == (looked_at, expected)


@pytest.mark.parametrize(
    ("test", "field", "value", "type", "reason"),
    [
        (Day("within", MAY), "declared_on", date(2031, 4, 30), "declaration", "declared_early"),
        (Day("within", MAY), "declared_on", date(2031, 6, 1), "declaration", "declared_late"),
        (Day("until", MAY), "requested_on", date(2031, 6, 1), "declaration", "declared_late"),
        (Day("before", MAY), "declared_on", date(2031, 5, 1), "declaration", "declared_late"),
        (Day("until", MAY), "issued_on", date(2031, 6, 1), "document", "out_of_period"),
        (Number("at_least", Fraction(4)), "meetings", 3, "declaration", "threshold_missed"),
        (InTable(LAMPS), "choice", "candle", "declaration", "not_qualifying"),
        (Is(("x",)), "model", "y", "document", "document_mismatch"),
        (Is(("x",)), "model", NONE, "document", "document_incomplete"),
        (Is(("x",)), "model", NONE, "declaration", "not_recorded"),
    ],
)
def test_what_fails_says_why(test: Test, field: str, value: Value, type: RowType, reason: str) -> None:
    assert check_field(FieldTest((field,), False, (test,)), {field: value}, type).reason == reason


def test_an_express_refusal_is_quoted() -> None:
    check = check_field(FieldTest(("choice",), False, (InTable(LAMPS),)), {"choice": "torch"}, "declaration")
    assert check.refused == LAMPS.find("torch")


def test_several_tests_must_all_hold() -> None:
    test = FieldTest(("acres",), False, (Number("at_least", Fraction(2)), Number("more_than", Fraction(4))))
    verdicts = [check_field(test, {"acres": acres}, "declaration").verdict for acres in (1, 4, 5)]
    assert verdicts == [UNMET, UNMET, MET]


# --- agreement with another item ------------------------------------------------------------------------------------


def row(**fields: Value) -> Row:
    return Row("declaration", "lamp", 2031, fields)


@pytest.mark.parametrize(
    ("mine", "standing", "expected", "reason"),
    [
        ("oil", ["gas", "oil"], MET, None),
        ("oil", ["gas"], UNMET, "document_mismatch"),
        ("oil", ["gas", None], UNKNOWN, None),
        ("oil", [], UNKNOWN, None),
        (None, ["oil"], UNKNOWN, None),
        (NONE, ["oil"], UNMET, "document_incomplete"),
    ],
)
def test_same_agrees_with_one_row_of_the_standing_statement(
    mine: str | None, standing: list[str | None], expected: Verdict, reason: str | None
) -> None:
    paper = row() if mine is None else row(model=mine)
    others = [row() if choice is None else row(choice=choice) for choice in standing]
    check = check_same(Same("model", "lamp", "choice"), paper, others)
    assert (check.verdict, check.reason) == (expected, reason)
