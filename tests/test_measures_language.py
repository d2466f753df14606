"""How a rate is counted is data: what each row of a flow comes to is what its page says, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any as Anything

import pytest
from hypothesis import given
from hypothesis import strategies as some

from engine.linking import link
from engine.measuring.linking import counting_readings, flows_of, link_measures, measures_of
from engine.measuring.measures import Every, Has, Measuring, Never, OneOf, Part, Side
from engine.measuring.plain import Measured, Tally, asked
from engine.problems import Invalid
from engine.verdict import Verdict
from tests.made_up import pages
from tests.made_up_counting import COUNTING, change, counted, counting, filled, measuring, written

Row = Mapping[str, Anything]
BEFORE: Row = {"struck_on": date(2031, 2, 28)}
"""A sealed bargain of the year before: its doctor is counted over the whole year."""


def trades(*rows: Row, **readings: str) -> Measured:
    return counted("trades", {"bargains": [BEFORE, *rows]}, **readings)


def whole(found: Measured) -> Tally:
    return found.denominator or found.numerator


# --- what is linked -------------------------------------------------------------------------------------------------


def test_measures_come_in_the_order_of_the_vocabulary_and_facts_after_them() -> None:
    assert [one.id for one in link_measures(written(), {})] == ["trades", "echoes", "beacons"]


def test_values_have_the_type_of_their_column() -> None:
    match measuring("trades"):
        case Measuring(numerator=Part(where=Has(field="sealed", test=OneOf(values=(True,))))):
            pass
        case other:
            pytest.fail(str(other))


def test_what_is_asked_in_one_mapping_is_asked_together() -> None:
    side = measuring("trades").denominator
    assert isinstance(side, Side)
    match side.exclusions[1].when:
        case Every(of=(Has(field="weight"), Never(of=Has(field="kind")))):
            pass
        case other:
            pytest.fail(str(other))


def test_a_reading_of_counting_is_none_of_a_decision() -> None:
    assert (set(counting_readings(written())), "never-sealed" in link(written(), {}).readings) == (
        {"never-sealed"},
        False,
    )


def test_a_day_that_only_counts_look_at_is_no_parameter_of_a_decision() -> None:
    assert "year-before" not in link(written(), {}).calendar


@pytest.mark.parametrize(
    ("reading", "code"),
    [({"never-sealed": "no-day"}, "reading_counts"), ({"target": "low"}, "reading_decides")],
)
def test_a_reading_asked_of_the_wrong_command_is_sent_to_the_right_one(reading: dict[str, str], code: str) -> None:
    ask = link if code == "reading_counts" else link_measures
    with pytest.raises(Invalid) as raised:
        ask(written(), reading)
    assert [problem.code for problem in raised.value.problems] == [code]


def test_a_year_may_say_nothing_of_counting(tmp_path: Path) -> None:
    files = pages(tmp_path)
    assert (link_measures(files, {}), flows_of(files)) == ((), {})


GIFT, LIGHTS = "{ reason: gifts, when: { kind: gift } }", "{ flow: lights, count: rows }"
MISTAKES = [
    ("measures/trades.yaml", "flow: bargains", "flow: bargain", "unknown_flow"),
    ("measures/trades.yaml", "first: { sealed: true }", "first: { seeled: true }", "unknown_column"),
    ("measures/trades.yaml", "first: { sealed: true }", "first: { sealed: perhaps }", "not_a_boolean"),
    ("measures/trades.yaml", "when: { kind: gift }", "when: { kind: gifts }", "unknown_value"),
    ("measures/trades.yaml", "when: { kind: gift }", "when: { weight: heavy }", "not_an_integer"),
    ("measures/trades.yaml", "when: { kind: gift }", "when: { struck_on: 2031-05-01 }", "test_not_of_type"),
    ("measures/trades.yaml", "when: { kind: gift }", "when: { kind: { less_than: 3 } }", "test_not_of_type"),
    ("measures/trades.yaml", "when: { kind: gift }", "when: { kind: { within: year } }", "test_not_of_type"),
    ("measures/trades.yaml", "reason: gifts", "reason: presents", "unknown_exclusion"),
    ("measures/trades.yaml", "reason: feathers", "reason: gifts", "duplicate_id"),
    ("measures/trades.yaml", "within: year-before", "within: year-after", "unknown_entry"),
    ("measures/trades.yaml", "span: year\n", "span: papers\n", "entry_open"),
    ("measures/trades.yaml", "choose: never-sealed", "choose: ever-sealed", "unknown_reading"),
    ("measures/trades.yaml", ", no-day: nothing", "", "options_not_listed"),
    ("measures/trades.yaml", "id: trades", "id: barter", "id_not_file"),
    ("measures/trades.yaml", "year: 2031\ngives", "year: 2030\ngives", "year_not_policy"),
    ("measures/trades.yaml", "numerator:\n", f"numerator:\n  exclude: [{GIFT}]\n", "excluded_below"),
    ("measures/echoes.yaml", "distinct: [buyer, struck_on]", "distinct: [bidder]", "unknown_column"),
    ("measures/echoes.yaml", "gives: measure", "gives: fact", "unknown_fact"),
    ("measures/beacons.yaml", "gives: fact", "gives: measure", "unknown_measure"),
    ("measures/beacons.yaml", "sum: minutes", "sum: hill", "test_not_of_type"),
    ("measures/beacons.yaml", "numerator: {", f"denominator: {LIGHTS}\nnumerator: {{", "measure_denominator"),
    ("measures/beacons.yaml", "flow: lights, ", "", "missing_key"),
    ("vocabulary/flows.yaml", "key: bargain\n", "key: weight\n", "unknown_column"),
    ("vocabulary/flows.yaml", "day: lit_on", "day: minutes", "unknown_column"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "code"), MISTAKES)
def test_a_mistake_is_told_where_it_is_written(tmp_path: Path, file: str, old: str, new: str, code: str) -> None:
    with pytest.raises(Invalid) as raised:
        link_measures(counting(tmp_path, change(file, old, new)), {})
    problem = raised.value.problems[0]
    assert (problem.code, Path(problem.file).name, problem.line is not None) == (code, Path(file).name, True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("count: rows\nnumerator", "count: some\nnumerator"),
        ("first: { sealed: true }", "first: {}"),
        ("locations: together", "locations: apart"),
        ("unless: { within: year-before }", "unless: { within: year-before, before: year }"),
    ],
)
def test_what_the_language_has_no_words_for_is_refused(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(Invalid):
        counting(tmp_path, change("measures/trades.yaml", old, new))


# --- what becomes of a row ------------------------------------------------------------------------------------------


def test_each_row_is_in_one_count_and_nothing_is_lost() -> None:
    found = trades(
        {"kind": "gift"}, {"kind": "barter", "weight": 1}, {"sealed": False}, {"sealed": None}, {"weight": 100}
    )
    tally = whole(found)
    assert (tally.read, tally.out_of_period, dict(tally.excluded), tally.counted, tally.quarantined, tally.other) == (
        6,
        1,
        {"gifts": 1, "feathers": 1},
        1,
        2,
        0,
    )


def test_a_row_that_falls_under_two_exclusions_is_left_out_once_under_the_first() -> None:
    assert dict(whole(trades({"kind": "gift", "weight": 1})).excluded) == {"gifts": 1}


def test_a_row_outside_the_period_is_not_looked_at_further() -> None:
    outside = whole(trades({"struck_on": date(2032, 3, 1), "kind": "gift"}))
    assert (outside.out_of_period, dict(outside.excluded)) == (2, {})


def test_a_row_that_the_side_does_not_look_at_is_other_whenever_it_is() -> None:
    rows: list[Row] = [
        {"kind": "barter", "weight": 9, "struck_on": date(2001, 1, 1)},
        {"struck_on": date(2031, 4, 1)},
    ]
    tally = whole(counted("echoes", {"bargains": rows}))
    assert (tally.other, tally.counted) == (1, 1)


@pytest.mark.parametrize(
    "flaw",
    [
        {"kind": "loan"},
        {"weight": -1},
        {"weight": 100},
        {"weight": True},
        {"kind": None},
        {"struck_on": "2031-06-01"},
    ],
)
def test_a_row_that_is_not_sound_is_quarantined_and_begins_nothing(flaw: Row) -> None:
    found = counted(
        "trades", {"bargains": [{"struck_on": date(2031, 4, 2), **flaw}, {"struck_on": date(2031, 5, 2)}]}
    )
    assert (whole(found).quarantined, found.days.first) == (1, date(2031, 6, 1))


def test_a_name_that_two_rows_bear_names_neither() -> None:
    assert whole(trades({"bargain": "same"}, {"bargain": "same"}, {})).quarantined == 2


def test_an_empty_column_that_decides_quarantines_and_one_that_decides_nothing_does_not() -> None:
    lights: list[Row] = [{"hill": None}, {"hill": "high"}, {"hill": "flat"}]
    above = counted("echoes", {"lights": lights}).numerator
    weekly = counted("beacons", {"lights": lights}).numerator
    assert (above.quarantined, above.counted, above.other, weekly.quarantined) == (1, 1, 1, 0)


# --- how rows count -------------------------------------------------------------------------------------------------


def test_what_is_distinct_counts_once() -> None:
    rows: list[Row] = [{}, {}, {"buyer": "b2"}, {"struck_on": date(2031, 6, 2)}]
    assert whole(counted("echoes", {"bargains": rows})).number == 3


@pytest.mark.parametrize(("minutes", "weekly"), [(365, 6), (366, 7), (0, 0)])
def test_a_sum_by_the_week_is_over_all_the_days_of_the_period_and_rounded_down(minutes: int, weekly: int) -> None:
    """The made-up year has 366 days: 366 minutes are seven a week, and one less is not."""
    assert counted("beacons", {"lights": [{"minutes": minutes}]}).numerator.number == weekly


def test_a_numerator_with_a_flow_of_its_own_is_counted_apart_in_the_same_days() -> None:
    found = counted("echoes", {"lights": [{}, {"lit_on": date(2031, 6, 21)}]})
    assert (found.numerator.number, found.numerator.out_of_period, whole(found).read) == (1, 1, 0)


# --- from which day -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "counts_from"),
    [
        (date(2031, 5, 1), date(2031, 6, 1)),
        (date(2031, 5, 31), date(2031, 6, 1)),
        (date(2031, 12, 31), date(2032, 1, 1)),
        (date(2032, 1, 31), date(2032, 2, 1)),
        (date(2032, 2, 29), date(2032, 3, 1)),
    ],
)
def test_who_begins_is_counted_from_the_first_of_the_next_month(first: date, counts_from: date) -> None:
    found = counted("trades", {"bargains": [{"struck_on": first}, {"struck_on": date(2032, 2, 29)}]})
    assert (found.days.first, found.days.last) == (counts_from, date(2032, 2, 29))


def test_who_had_begun_the_year_before_is_counted_over_the_whole_year() -> None:
    assert trades({"struck_on": date(2031, 9, 1)}).days.first == date(2031, 3, 1)


def test_who_began_long_before_and_stopped_begins_again() -> None:
    rows: list[Row] = [{"struck_on": date(2030, 2, 28)}, {"struck_on": date(2031, 9, 1)}]
    assert counted("trades", {"bargains": rows}).days.first == date(2031, 10, 1)


@pytest.mark.parametrize(
    ("option", "first", "read"), [("whole-year", date(2031, 3, 1), 1), ("no-day", date(2032, 3, 1), 0)]
)
def test_who_never_begins_is_counted_as_the_reading_says(option: str, first: date, read: int) -> None:
    found = counted("trades", {"bargains": [{"sealed": False}]}, never_sealed=option)
    assert (found.days.first, whole(found).counted) == (first, read)


# --- laws of the algebra --------------------------------------------------------------------------------------------

ROWS = some.fixed_dictionaries(
    {
        "struck_on": some.dates(date(2030, 1, 1), date(2032, 12, 31)),
        "kind": some.sampled_from(["sale", "gift", "barter", "loan", None]),
        "sealed": some.sampled_from([True, False, None]),
        "weight": some.sampled_from([0, 2, 3, 9, 10, 99, 100, None]),
        "buyer": some.sampled_from(["b1", "b2"]),
    }
)


@given(some.lists(ROWS, max_size=12), some.sampled_from(["trades", "echoes"]))
def test_read_is_the_sum_of_what_becomes_of_rows(rows: list[Row], name: str) -> None:
    tally = whole(counted(name, {"bargains": rows}))
    kept = tally.counted + tally.quarantined + tally.out_of_period + sum(tally.excluded.values()) + tally.other
    assert tally.read == len(rows) == kept


@given(some.lists(ROWS, max_size=12), some.randoms(use_true_random=False))
def test_the_order_of_rows_says_nothing(rows: list[Row], random: Anything) -> None:
    named = [{"bargain": str(number), **row} for number, row in enumerate(rows)]
    other = random.sample(named, len(named))
    assert counted("trades", {"bargains": named}) == counted("trades", {"bargains": other})


@given(ROWS)
def test_a_test_and_its_contrary_are_never_both_met_nor_both_missed(row: Row) -> None:
    side = measuring("trades").denominator
    assert isinstance(side, Side)
    for one in side.exclusions:
        both = {asked(one.when, row), asked(Never(one.when), row)}
        assert both in ({Verdict.MET, Verdict.UNMET}, {Verdict.UNKNOWN})


def test_what_was_linked_for_one_choice_says_nothing_of_another() -> None:
    policy = link(written(), {})
    other = measures_of(written(), policy, {"never-sealed": "no-day"})
    assert [one.readings for one in other] == [(("never-sealed", "no-day"),), (), ()]


def test_every_page_of_the_made_up_counting_keeps_its_schema(tmp_path: Path) -> None:
    assert set(counting(tmp_path, {"measures/trades.yaml": filled(COUNTING["measures/trades.yaml"])}).measures) == {
        "trades",
        "echoes",
        "beacons",
    }
