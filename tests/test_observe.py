"""What one leaf sees in a dossier: never more than is known, and the reason when it is not met."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any as Anything
from typing import Literal

import pytest

from engine.conditions import Always, Empty, Entry, Fact, Number, Rate, Silent, Text
from engine.observation import Count, Observation
from engine.verdict import Verdict
from tests.made_up import edit, law, policy
from tests.seeing import leaf, see

MET, UNMET, UNKNOWN = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN
YEAR_ENDS = date(2032, 2, 29)
TWO_PLACES = [{"id": "a", "department": "aa"}, {"id": "b", "department": "bb"}]


def entry(name: str) -> Entry:
    return law().calendar[name]


# --- facts ----------------------------------------------------------------------------------------------------------


def beacons(closes: Entry | None = None, counts_from: Entry | None = None) -> Fact:
    return Fact(
        at="x", fact="beacons", tests=(Number("at_least", Fraction(12)),), closes=closes, counts_from=counts_from
    )


def seen(value: int | str, day: str | None = "2031-12-01", **more: Anything) -> dict[str, Anything]:
    return {"fact": "beacons", "value": value, **({"observed_on": day} if day else {}), **more}


@pytest.mark.parametrize(("value", "expected", "reason"), [(12, MET, None), (11, UNMET, "threshold_missed")])
def test_a_fact_is_compared_with_its_threshold(value: int, expected: Verdict, reason: str | None) -> None:
    observation = see(beacons(), facts=[seen(value)])
    assert (observation.verdict, observation.reason, observation.value) == (expected, reason, value)


def test_an_absent_fact_is_missing_and_never_a_zero() -> None:
    assert see(beacons()) == Observation(UNKNOWN, unknown="missing")


def test_a_fact_looked_for_and_not_found_is_unmet() -> None:
    assert see(beacons(), facts=[seen("none")]).verdict is UNMET


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2032, 2, 28), Observation(UNKNOWN, unknown="not_yet", until=YEAR_ENDS)),
        (YEAR_ENDS, Observation(UNMET, reason="not_recorded")),
    ],
)
def test_a_fact_that_closes_may_come_until_that_day(day: date, expected: Observation) -> None:
    assert see(beacons(closes=entry("year")), day) == expected


def test_a_value_read_too_early_is_provisional() -> None:
    provisional = beacons(counts_from=entry("year"))
    early, late = (see(provisional, day, facts=[seen(12)]) for day in (date(2032, 2, 28), YEAR_ENDS))
    assert (early.verdict, early.unknown, early.until, late.verdict) == (UNKNOWN, "not_yet", YEAR_ENDS, MET)


@pytest.mark.parametrize(
    ("observed", "expected", "told"), [("2032-02-28", UNKNOWN, "missing"), ("2032-02-29", UNMET, "threshold_missed")]
)
def test_a_value_not_reached_when_last_looked_at_may_have_been_since(
    observed: str, expected: Verdict, told: str
) -> None:
    """Only what was observed on the last day of the span tells that it never came."""
    late = see(beacons(counts_from=entry("year")), facts=[seen(11, observed)])
    assert (late.verdict, late.unknown or late.reason) == (expected, told)


def test_the_latest_value_observed_rules() -> None:
    facts = [seen(11, "2031-12-02"), seen(99, "2031-12-01"), seen(99, None)]
    assert see(beacons(), facts=facts).value == 11


@pytest.mark.parametrize(("day", "value"), [(date(2032, 1, 9), 11), (date(2032, 1, 10), 12)])
def test_a_value_counts_from_the_day_it_was_recorded(day: date, value: int) -> None:
    facts = [seen(11, "2031-12-01"), seen(12, "2031-12-31", recorded_on="2032-01-10")]
    assert see(beacons(), day, facts=facts).value == value


@pytest.mark.parametrize(
    ("values", "expected", "unknown"),
    [((12, 13), MET, None), ((10, 11), UNMET, None), ((11, 12), UNKNOWN, "contradictory")],
)
def test_contradicting_values_decide_only_if_they_agree_on_the_verdict(
    values: tuple[int, int], expected: Verdict, unknown: str | None
) -> None:
    """They are shown either way, and no value is picked."""
    observation = see(beacons(), facts=[seen(value) for value in values])
    assert (observation.verdict, observation.unknown, observation.value) == (expected, unknown, None)
    assert sorted(int(str(row.fields["value"])) for row in observation.conflict) == list(values)


# --- rates ----------------------------------------------------------------------------------------------------------


def rate(
    threshold: Fraction = Fraction(1, 2),
    zero: Literal["met", "unmet"] = "unmet",
    measure: str = "trades",
    during: Entry | None = None,
    counts_from: Entry | None = None,
) -> Rate:
    return Rate(
        at="x",
        measure=measure,
        relation="at_least",
        threshold=threshold,
        zero=zero,
        during=during,
        counts_from=counts_from,
    )


def trades(numerator: int | None, denominator: int | None, **more: Anything) -> dict[str, Anything]:
    given = {"numerator": numerator, "denominator": denominator}
    counts = {key: count for key, count in given.items() if count is not None}
    return {"measure": "trades", **counts, **more}


@pytest.mark.parametrize(("numerator", "expected", "reason"), [(6, MET, None), (5, UNMET, "threshold_missed")])
def test_a_rate_tells_the_least_numerator_that_would_do(
    numerator: int, expected: Verdict, reason: str | None
) -> None:
    observation = see(rate(), measures=[trades(numerator, 11)])
    assert (observation.verdict, observation.reason, observation.count) == (expected, reason, Count(numerator, 11, 6))


@pytest.mark.parametrize("row", [None, trades(5, None), trades(None, 5)])
def test_a_count_that_is_missing_is_unknown_and_never_a_zero(row: dict[str, Anything] | None) -> None:
    observation = see(rate(), measures=[row] if row else [])
    assert (observation.verdict, observation.unknown) == (UNKNOWN, "missing")


@pytest.mark.parametrize(("zero", "expected", "reason"), [("unmet", UNMET, "not_calculable"), ("met", MET, None)])
def test_nothing_to_count_is_what_the_rule_says(
    zero: Literal["met", "unmet"], expected: Verdict, reason: str | None
) -> None:
    observation = see(rate(zero=zero), measures=[trades(0, 0)])
    assert (observation.verdict, observation.reason, observation.grade) == (expected, reason, None)


@pytest.mark.parametrize(("denominator", "expected"), [(0, MET), (1, UNMET), (None, UNKNOWN)])
def test_an_empty_denominator_can_be_asked_for(denominator: int | None, expected: Verdict) -> None:
    assert see(Empty(at="x", measure="trades"), measures=[trades(0, denominator)]).verdict is expected


def test_locations_add_up() -> None:
    rows = [trades(10, 10, location="a"), trades(1, 10, location="b")]
    assert see(rate(), locations=TWO_PLACES, measures=rows).count == Count(11, 20, 10)


def test_a_location_without_its_row_leaves_the_rate_unknown() -> None:
    observation = see(rate(), locations=TWO_PLACES, measures=[trades(10, 10, location="a")])
    assert (observation.verdict, observation.unknown) == (UNKNOWN, "missing")


def test_a_location_no_longer_in_force_is_not_waited_for() -> None:
    places = [TWO_PLACES[0], {**TWO_PLACES[1], "to": "2032-02-28"}]
    assert see(rate(), locations=places, measures=[trades(10, 10, location="a")]).verdict is MET


@pytest.mark.parametrize(("above_one", "expected"), [("unknown", UNKNOWN), ("counted", MET)])
def test_a_rate_above_one_is_what_the_text_allows(tmp_path: Path, above_one: str, expected: Verdict) -> None:
    """Bad input where the text forbids it; the dossier's own tests show that."""
    year = policy(tmp_path, edit("vocabulary/measures.yaml", "above_one: unknown", f"above_one: {above_one}"))
    rows = [{"measure": "echoes", "numerator": 12, "denominator": 10}]
    assert see(rate(measure="echoes"), under=year, measures=rows).verdict is expected


@pytest.mark.parametrize(
    ("versions", "expected", "unknown"),
    [((5, 6), MET, None), ((1, 2), UNMET, None), ((4, 5), UNKNOWN, "contradictory")],
)
def test_contradicting_counts_decide_only_if_they_agree_on_the_verdict(
    versions: tuple[int, int], expected: Verdict, unknown: str | None
) -> None:
    observation = see(rate(), measures=[trades(number, 10) for number in versions])
    assert (observation.verdict, observation.unknown, len(observation.conflict)) == (expected, unknown, 2)


def test_the_latest_count_recorded_rules() -> None:
    rows = [trades(9, 10, recorded_on="2032-01-01"), trades(1, 10, recorded_on="2032-01-02")]
    assert see(rate(), measures=rows).count == Count(1, 10, 5)


def test_only_the_counts_whose_period_ends_in_the_entry_are_kept() -> None:
    ends = {"2031-03-20": 9, "2031-03-21": 1, "2031-06-20": 2, "2031-06-21": 9}
    rows = [trades(count, 10, period_end=day, location=day) for day, count in ends.items()]
    assert see(rate(during=entry("spring")), measures=rows).count == Count(3, 20, 10)


def period(numerator: int, first: str, last: str, **more: Anything) -> dict[str, Anything]:
    return trades(numerator, 10, period_start=first, period_end=last, **more)


def test_counts_of_periods_apart_add_up() -> None:
    rows = [period(3, "2031-03-01", "2031-06-30"), period(4, "2031-07-01", "2032-02-29")]
    assert see(rate(), measures=rows).count == Count(7, 20, 10)


def test_a_later_count_replaces_those_of_the_days_it_covers() -> None:
    first = period(3, "2031-03-01", "2031-06-30", recorded_on="2031-07-05")
    whole = period(9, "2031-03-01", "2032-02-29", recorded_on="2032-03-05")
    assert see(rate(), measures=[first, whole]).count == Count(9, 10, 5)


def test_counts_of_overlapping_periods_do_not_depend_on_their_order() -> None:
    half, other_half = period(6, "2031-03-01", "2031-06-30"), period(0, "2031-07-01", "2032-02-29")
    rows = [half, other_half, period(6, "2031-03-01", "2032-02-29")]
    seen_in = {see(rate(), measures=list(order)).verdict for order in permutations(rows)}
    assert len(seen_in) == 1


def test_a_count_that_is_not_counted_is_shown_with_its_reason() -> None:
    """Of another year, or counted again since: neither is lost."""
    rows = [
        trades(9, 10, period_end="2030-12-31", recorded_on="2032-01-03"),
        trades(1, 10, recorded_on="2032-01-01"),
        trades(8, 10, recorded_on="2032-01-02"),
    ]
    observation = see(rate(), measures=rows)
    shown = {one.row.fields["numerator"]: one.struck for one in observation.seen}
    assert (observation.verdict, shown) == (MET, {9: "out_of_span", 1: "recounted", 8: None})


def test_a_count_without_its_period_is_missing_where_one_is_asked() -> None:
    assert see(rate(during=entry("spring")), measures=[trades(9, 10)]).unknown == "missing"


def test_a_rate_read_before_its_year_is_over_is_provisional() -> None:
    provisional = rate(counts_from=entry("year"))
    early, late = (see(provisional, day, measures=[trades(9, 10)]) for day in (date(2032, 2, 28), YEAR_ENDS))
    assert (early.verdict, early.unknown, early.until, late.verdict) == (UNKNOWN, "not_yet", YEAR_ENDS, MET)


# --- the doctor -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([], UNKNOWN),
        ([("cc", None)], UNMET),
        ([("cc", None), ("aa", None)], MET),
        ([("aa", "2032-02-28")], UNKNOWN),
        ([("aa", "2032-02-29")], MET),
        ([("none", None)], UNMET),
    ],
)
def test_a_location_counts_if_in_force_at_the_assessment(
    places: list[tuple[str, str | None]], expected: Verdict
) -> None:
    rows = [{"department": department, **({"to": end} if end else {})} for department, end in places]
    assert see(leaf("care.harbour#when"), locations=rows).verdict is expected


@pytest.mark.parametrize(
    ("given", "expected"), [({"sector": "blue"}, MET), ({"sector": "grey"}, UNMET), ({}, UNKNOWN)]
)
def test_an_absent_attribute_is_unknown(given: dict[str, Anything], expected: Verdict) -> None:
    assert see(leaf("eligible#1"), **given).verdict is expected


# --- the rest -------------------------------------------------------------------------------------------------------


def test_where_the_law_is_silent_the_leaf_is_unknown_for_that_reason() -> None:
    silent = Silent(at="x", question=Text("Question", "Question"))
    assert see(silent) == Observation(UNKNOWN, unknown="silent")


def test_what_holds_for_everyone_is_met() -> None:
    assert see(Always(at="x")) == Observation(MET)
