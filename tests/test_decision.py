"""What is attained, what is paid, and what is not known yet: exact, and the same whoever asks and however."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any as Anything

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.amount import NOTHING, Amount
from engine.decision import ComponentDecision, Decision, IndicatorDecision, VoletDecision, decide, judge
from engine.record import canonical, record
from engine.verdict import Verdict
from tests.made_up import EVERYTHING, dossier, edit, full, indicator, law, outcome, policy

MET, UNMET, UNKNOWN = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN
TOO_FEW = [{"measure": "trades", "numerator": 3, "denominator": 7}]
Campaign = dict[str, Anything]


def points(least: str, most: str | None = None) -> Amount:
    return Amount(Decimal(least), Decimal(most or least))


def amounts(decision: Decision, volet: str) -> tuple[Amount, Amount, Amount]:
    """Possible, attained and paid points of a volet."""
    found = next(one for one in decision.volets if one.volet.id == volet)
    return found.possible, found.attained, found.paid


def with_fact(name: str, value: object) -> list[Anything]:
    """The facts of the doctor who has everything, one of them changed; None leaves it out."""
    others = [row for row in EVERYTHING["facts"] if row["fact"] != name]
    return others if value is None else [*others, {"fact": name, "value": value}]


# --- attained and paid ----------------------------------------------------------------------------------------------


def test_what_is_attained_is_not_lost_when_the_gate_is_shut() -> None:
    decision = full(law(), measures=TOO_FEW)
    assert amounts(decision, "care") == (points("63"), points("63"), NOTHING)


def test_while_the_gate_is_unknown_all_or_nothing_may_be_paid() -> None:
    decision = full(law(), measures=[])
    assert amounts(decision, "care") == (points("63"), points("63"), points("0", "63"))


def test_a_block_is_paid_whole_or_not_at_all() -> None:
    granted, refused, unknown = (full(law(), measures=rows) for rows in (EVERYTHING["measures"], TOO_FEW, []))
    assert [amounts(one, "base") for one in (granted, refused, unknown)] == [
        (points("47"), points("47"), points("47")),
        (points("47"), NOTHING, NOTHING),
        (points("47"), points("0", "47"), points("0", "47")),
    ]


@pytest.mark.parametrize(
    ("sector", "eligible", "paid"),
    [("blue", MET, points("110")), ("grey", UNMET, NOTHING), (None, UNKNOWN, points("0", "110"))],
)
def test_eligibility_decides_what_is_paid_and_never_what_is_attained(
    sector: str | None, eligible: Verdict, paid: Amount
) -> None:
    decision = full(law(), sector=sector) if sector else full_without("sector")
    assert (decision.eligible, decision.attained, decision.paid) == (eligible, points("110"), paid)


def full_without(*keys: str) -> Decision:
    return decide(law(), dossier(law(), **{key: rows for key, rows in EVERYTHING.items() if key not in keys}))


def test_euros_are_points_times_the_value_of_the_point() -> None:
    decision = full(law(), measures=[])
    assert decision.euros(decision.paid) == points("0", "357.50")


def test_by_default_a_decision_is_that_of_the_calendar_s_day() -> None:
    assert decide(law(), dossier(law())).as_of == date(2032, 9, 30)


# --- ranges ---------------------------------------------------------------------------------------------------------


def test_an_undetermined_indicator_is_a_range_and_not_a_zero() -> None:
    tide = indicator(full(law(), facts=with_fact("tides", None)), "care.tide")
    assert (tide.outcome, tide.attained, tide.paid) == ("undetermined", points("0", "11.5"), points("0", "11.5"))


UNLIT = edit("care/beacon.yaml", ", closes: assessment", "")


def test_a_weight_on_an_unknown_condition_is_one_or_the_other(tmp_path: Path) -> None:
    orchard = indicator(full(policy(tmp_path, UNLIT), facts=with_fact("beacons", None)), "care.orchard")
    assert (orchard.outcome, orchard.attained) == ("granted", points("6", "20.5"))


def test_a_total_is_a_range_over_what_is_possible_together(tmp_path: Path) -> None:
    """With the beacon, 9.75 and an orchard of 6; without it, an orchard of 20.5: never both extremes at once."""
    nothing: Campaign = {"declarations": [], "documents": [], "locations": [{"department": "cc"}]}
    refused = [{"fact": "quarried", "value": True}]
    fewer = {**nothing, "facts": refused}
    decision = full(policy(tmp_path, {**UNLIT, **edit("policy.yaml", "quarry, tide]", "quarry]")}), **fewer)
    assert amounts(decision, "care")[1] == points("15.75", "20.5")


REMOVED = edit("care/orchard.yaml", "points:", "neutralised: { as: removed, label: TEXT, source: SOURCE }\npoints:")


def test_out_of_play_lowers_what_is_possible_whatever_the_weight(tmp_path: Path) -> None:
    decision = full(policy(tmp_path, {**UNLIT, **REMOVED}), facts=with_fact("beacons", None))
    assert indicator(decision, "care.orchard").possible == NOTHING


def test_while_it_is_unknown_whether_it_is_in_play_what_is_possible_is_a_range() -> None:
    harbour = indicator(full_without("specialty", "locations"), "care.harbour")
    assert (harbour.outcome, harbour.possible) == ("undetermined", points("0", "5"))


def test_removed_from_a_block_an_indicator_no_longer_stands_in_its_way() -> None:
    empty = [{"measure": "trades", "numerator": 0, "denominator": 0}]
    decision = full(law(nothing="out"), measures=empty)
    assert (outcome(decision, "base.exchange"), amounts(decision, "base")[2]) == ("out_of_play", points("47"))


# --- grades ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("base.exchange", "measured"),
        ("base.register", "declared"),
        ("care.orchard", "prefilled"),
        ("care.lantern", "documented"),
        ("care.harbour", None),
    ],
)
def test_a_grant_rests_on_the_weakest_of_what_it_needs(name: str, expected: str | None) -> None:
    """Where a paper is required, the declaration that goes with it sets no grade."""
    assert indicator(full(law()), name).grade == expected


def test_of_all_that_is_needed_the_weakest_counts(tmp_path: Path) -> None:
    sworn = edit("care/lantern.yaml", "evidence: justificatif", "evidence: sworn")
    assert indicator(full(policy(tmp_path, sworn)), "care.lantern").grade == "declared"


def test_of_several_ways_that_hold_the_strongest_counts() -> None:
    grafted = with_fact("grafted_on", "2031-05-01")
    assert indicator(full(law(), facts=grafted), "care.orchard").grade == "measured"


# --- components -----------------------------------------------------------------------------------------------------


def garden(
    acres: int | None, as_of: date | None = None, again: str = "more", **instead: Anything
) -> ComponentDecision:
    year = law(again=again)
    campaign = {**EVERYTHING, "facts": with_fact("acres", acres), **instead}
    return decide(year, dossier(year, **campaign), as_of).components[0]


@pytest.mark.parametrize(
    ("again", "acres", "expected"),
    [
        ("more", 2, ["110.10", "0"]),
        ("more", 4, ["110.10", "140.65"]),
        ("more", 5, ["250.75", "0"]),
        ("never", 4, ["110.10", "0"]),
        ("more", 1, ["0", "0"]),
    ],
)
def test_a_period_pays_the_complement_or_nothing_after_any_payment(
    again: str, acres: int, expected: list[str]
) -> None:
    assert [one.paid for one in garden(acres, again=again).periods] == [points(amount) for amount in expected]


@pytest.mark.parametrize(
    ("as_of", "pending", "paid"),
    [
        (date(2031, 8, 30), [True, True], NOTHING),
        (date(2031, 8, 31), [False, True], points("0", "110.10")),
        (date(2032, 2, 29), [False, False], points("250.75")),
    ],
)
def test_a_period_not_ended_is_pending_and_outside_the_total(as_of: date, pending: list[bool], paid: Amount) -> None:
    """The gate is a rate of the year, so that before its end the payment is not certain either."""
    component = garden(4, as_of)
    assert ([one.pending for one in component.periods], component.paid) == (pending, paid)


@pytest.mark.parametrize("again", ["more", "never"])
@pytest.mark.parametrize("acres", [None, 4])
@pytest.mark.parametrize("measures", [[], EVERYTHING["measures"]])
def test_a_component_never_pays_more_than_is_possible(
    again: str, acres: int | None, measures: list[Anything]
) -> None:
    component = garden(acres, again=again, measures=measures)
    assert component.paid.most <= component.attained.most <= component.possible.most


def test_unknown_acres_leave_from_nothing_to_the_highest_tier() -> None:
    component = garden(None)
    assert (component.outcome, component.attained) == ("undetermined", points("0", "250.75"))


@pytest.mark.parametrize(("acres", "expected"), [(4, "granted"), (1, "refused"), (None, "undetermined")])
def test_a_component_has_an_outcome(acres: int | None, expected: str) -> None:
    assert garden(acres).outcome == expected


# --- any dossier ----------------------------------------------------------------------------------------------------

DAYS = st.sampled_from(["2031-02-28", "2031-06-20", "2032-02-29", "2032-03-01", "2032-03-31", "2032-04-01", "none"])
PERIODS = st.sampled_from(["2031-03-01", "2031-06-30", "2031-07-01", "2032-02-29"])
BOOLEANS = st.booleans()


def rows(*required: tuple[str, st.SearchStrategy[Anything]], **optional: st.SearchStrategy[Anything]) -> Anything:
    return st.lists(st.fixed_dictionaries(dict(required), optional=optional), max_size=4)


def fact(name: str, values: st.SearchStrategy[Anything]) -> st.SearchStrategy[Campaign]:
    value = st.one_of(values, st.just("none"))
    return st.fixed_dictionaries(
        {"fact": st.just(name)}, optional={"value": value, "observed_on": st.just("2032-01-01")}
    )


ATTRIBUTES = st.fixed_dictionaries(
    {},
    optional={
        "model": st.sampled_from(["oil", "torch", "candle", "none"]),
        "rented_from": DAYS,
        "rented_to": DAYS,
    },
)
CAMPAIGNS: st.SearchStrategy[Campaign] = st.fixed_dictionaries(
    {},
    optional={
        "specialty": st.sampled_from(["healer", "surgeon", "hermit", "cook"]),
        "sector": st.sampled_from(["blue", "grey"]),
        "first_declaration": st.sampled_from([2030, 2031]),
        "activity_start": st.sampled_from(["2020-01-01", "2032-03-01"]),
        "locations": rows(("department", st.sampled_from(["aa", "cc"]))),
        "measures": rows(
            ("measure", st.just("trades")),
            numerator=st.integers(0, 7),
            denominator=st.just(7),
            period_start=PERIODS,
            period_end=PERIODS,
            recorded_on=PERIODS,
        ),
        "facts": st.lists(
            st.one_of(
                fact("beacons", st.integers(11, 15)),
                fact("grafted_on", DAYS.filter(lambda day: day != "none")),
                fact("quarried", BOOLEANS),
                fact("tides", st.integers(4, 5)),
                fact("acres", st.integers(1, 5)),
            ),
            max_size=6,
        ),
        "prefills": rows(("item", st.just("orchard")), choice=st.sampled_from(["apple", "plum"])),
        "declarations": rows(
            ("item", st.sampled_from(["logbook", "ferry", "meadow"])),
            channel=st.sampled_from(["courier", "rumour"]),
            declared_on=DAYS,
            requested_on=DAYS,
            sworn=BOOLEANS,
            attributes=ATTRIBUTES,
        ),
        "documents": rows(
            ("kind", st.sampled_from(["bill", "letter"])),
            ("items", st.just(["lamp"])),
            issued_on=DAYS,
            received_on=DAYS,
            status=st.sampled_from(["received", "rejected"]),
            attributes=ATTRIBUTES,
        ),
        "findings": rows(
            ("item", st.sampled_from(["logbook", "ferry"])),
            ("outcome", st.sampled_from(["confirmed", "refuted", "not_produced"])),
            ("decided_on", st.sampled_from(["2032-05-01", "2032-06-01"])),
        ),
    },
)
AS_OF = st.sampled_from([date(2031, 9, 1), date(2032, 3, 31), date(2032, 9, 30)])


@given(CAMPAIGNS, AS_OF)
@settings(max_examples=150)
def test_both_derivations_come_to_the_same_end(campaign: Campaign, as_of: date) -> None:
    decision = decide(law(), dossier(law(), **campaign), as_of)
    assert decision.derivation is not None
    assert decision.derivation.verdicts == decision.verdicts


@given(CAMPAIGNS, AS_OF)
@settings(max_examples=150)
def test_paid_is_at_most_attained_and_attained_at_most_possible(campaign: Campaign, as_of: date) -> None:
    decision = judge(law(), dossier(law(), **campaign), as_of)
    decided: list[IndicatorDecision | VoletDecision | ComponentDecision] = [
        *decision.indicators,
        *decision.volets,
        *decision.components,
    ]
    for one in decided:
        assert Decimal(0) <= one.paid.least <= one.attained.least <= one.attained.most
        assert one.paid.most <= one.attained.most <= one.possible.most


LEARNT = ("specialty", "sector", "first_declaration", "activity_start", "locations", "measures", "facts")


@given(CAMPAIGNS, st.sets(st.sampled_from(LEARNT)))
@settings(max_examples=150)
def test_what_is_learnt_falls_within_what_was_thought_possible(campaign: Campaign, unknown: set[str]) -> None:
    """An unknown fact is a range that holds every later answer; beacons, which close, are left out."""
    kept = [row for row in campaign.get("facts", []) if row["fact"] != "beacons"]
    late = {**campaign, "facts": kept}
    early = {key: rows for key, rows in late.items() if key not in unknown}
    before, after = (judge(law(), dossier(law(), **one)) for one in (early, late))
    pairs = [(before.attained, after.attained), (before.paid, after.paid), (before.possible, after.possible)]
    pairs += [(one.paid, other.paid) for one, other in zip(before.components, after.components, strict=True)]
    for one, other in pairs:
        assert one.least <= other.least <= other.most <= one.most


@given(CAMPAIGNS, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_record_does_not_depend_on_the_order_of_the_file(campaign: Campaign, random: Anything) -> None:
    shuffled = {
        key: random.sample(rows, len(rows)) if isinstance(rows, list) else rows for key, rows in campaign.items()
    }
    one, other = (canonical(record(judge(law(), dossier(law(), **rows)))) for rows in (campaign, shuffled))
    assert one == other


# --- the record -----------------------------------------------------------------------------------------------------


@given(CAMPAIGNS, AS_OF)
@settings(max_examples=30)
def test_no_float_is_in_a_record(campaign: Campaign, as_of: date) -> None:
    def refuse(number: str) -> None:
        raise AssertionError(f"a float: {number}")

    written = canonical(record(judge(law(), dossier(law(), **campaign), as_of)))
    json.loads(written, parse_float=refuse)


def test_a_record_names_the_rules_the_facts_and_the_day_it_rests_on() -> None:
    decision = full(law())
    written = record(decision)
    assert (written["policy"]["digest"], written["dossier"]["digest"], written["as_of"], written["readings"]) == (
        law().digest,
        decision.dossier.digest,
        "2032-09-30",
        dict(law().choices),
    )


SCRIPT = """\
import json, sys
from engine.record import canonical, record
from tests.made_up import full, law
sys.stdout.buffer.write(canonical(record(full(law(), specialty="healer", measures=[]))))
"""


def test_a_record_is_the_same_bytes_in_every_process() -> None:
    """Whatever order Python gives to sets, which changes from one process to the next."""
    root = Path(__file__).parent.parent
    written = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert written == {canonical(record(full(law(), specialty="healer", measures=[])))}
