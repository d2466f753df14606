"""A dossier is the same facts whatever file they came in, and a slip of the hand is told at its place."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any as Anything

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.dossier import Dossier, campaigns, read_dossier
from engine.problems import Invalid, Problem
from engine.schema import check
from engine.yamltext import Page, parse_json, parse_yaml
from tests.made_up import DOCTOR, EVERYTHING, dossier, law

Plain = dict[str, Anything]


def whole(**campaign: Anything) -> Plain:
    return {"doctor": DOCTOR, "name": "Dr Ève Lumière", "campaigns": {"2031": campaign}}


def read(page: Page) -> Dossier:
    assert check(page, "dossier") == []
    return read_dossier(page, law())


def from_json(data: Plain) -> Dossier:
    return read(parse_json(json.dumps(data), "dossier.json"))


def from_yaml(data: Plain) -> Dossier:
    return read(parse_yaml(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "dossier.yaml"))


def fault(**campaign: Anything) -> Problem:
    """The one thing wrong in a dossier."""
    with pytest.raises(Invalid) as raised:
        dossier(law(), **campaign)
    (problem,) = raised.value.problems
    return problem


# --- one canonical form ---------------------------------------------------------------------------------------------


@st.composite
def rearranged(draw: st.DrawFn) -> tuple[Plain, Plain]:
    """A dossier, and the same with its rows and its keys in another order."""

    def shuffle(data: Anything) -> Anything:
        match data:
            case dict():
                return {key: shuffle(data[key]) for key in draw(st.permutations(list(data)))}
            case list():
                return [shuffle(data[index]) for index in draw(st.permutations(range(len(data))))]
            case _:
                return data

    data = whole(**EVERYTHING)
    return data, shuffle(data)


@given(rearranged())
def test_the_order_of_rows_and_keys_leaves_no_trace(pair: tuple[Plain, Plain]) -> None:
    one, other = pair
    assert from_json(one).plain() == from_json(other).plain()
    assert from_json(one).digest == from_json(other).digest


def test_yaml_and_json_give_one_dossier() -> None:
    data = whole(**EVERYTHING)
    assert from_yaml(data).plain() == from_json(data).plain()
    assert from_yaml(data).digest == from_json(data).digest


def test_absent_and_null_are_one() -> None:
    bare = {"item": "meadow", "attributes": {"rented_from": "2031-05-01"}}
    empty = {"item": "meadow", "attributes": {"rented_from": "2031-05-01", "rented_to": None}}
    assert from_json(whole(declarations=[bare])).digest == from_json(whole(declarations=[empty])).digest


@pytest.mark.parametrize("written", ["healer", "07", "Guérisseur", "Healer"])
def test_a_label_or_an_alias_is_its_code(written: str) -> None:
    assert dossier(law(), specialty=written).fields == {"specialty": "healer"}


@pytest.mark.parametrize(
    "other",
    [
        whole(sector="green"),
        whole(sector="blue", specialty="cook"),
        whole(sector="blue", facts=[{"fact": "beacons", "value": 0}]),
        whole(sector="blue", facts=[{"fact": "beacons"}]),
        {**whole(sector="blue"), "name": "Dr Ève Lumiere"},
        {
            **whole(sector="blue"),
            "campaigns": {"2031": {"sector": "blue"}, "2030": {"prefills": [{"item": "ferry"}]}},
        },
    ],
)
def test_any_other_fact_gives_another_digest(other: Plain) -> None:
    assert from_json(other).digest != from_json(whole(sector="blue")).digest


def test_not_found_is_not_the_same_as_not_known() -> None:
    bills = [{}, {"issued_on": "none"}, {"issued_on": "2032-01-01"}]
    read = [dossier(law(), documents=[{"kind": "bill", "items": ["lamp"], **bill}]).rows[0].fields for bill in bills]
    assert read == [{}, {"issued_on": "none"}, {"issued_on": date(2032, 1, 1)}]


def test_the_canonical_form_is_plain_json_without_floats() -> None:
    def scalars(data: Anything) -> set[type]:
        match data:
            case dict():
                return {kind for value in data.values() for kind in scalars(value)}
            case list():
                return {kind for value in data for kind in scalars(value)}
            case _:
                return {type(data)}

    assert scalars(from_json(whole(**EVERYTHING)).plain()) <= {str, int, bool}


def test_the_digest_says_how_it_was_made() -> None:
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", from_json(whole()).digest)


@pytest.mark.parametrize("name", ["Dr \U0001f600", "Dr \u2028", "Dr \x85", "Dr \x00"])
def test_a_name_may_hold_any_letter(name: str) -> None:
    assert from_json({**whole(), "name": name}).plain()["name"] == name


def test_half_a_letter_is_bad_input_and_no_crash() -> None:
    """JSON can write a lone surrogate, which no text can hold."""
    text = json.dumps({**whole(), "name": "Dr \ud800"})
    with pytest.raises(Invalid):
        assert read(parse_json(text, "dossier.json")).digest


# --- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("campaign", "code", "nearest", "place"),
    [
        ({"measures": [{"measure": "trade"}]}, "unknown_measure", "trades", "measures.0.measure"),
        ({"facts": [{"fact": "beacon"}]}, "unknown_fact", "beacons", "facts.0.fact"),
        ({"prefills": [{"item": "orchad"}]}, "unknown_item", "orchard", "prefills.0.item"),
        ({"declarations": [{"item": "lamb"}]}, "unknown_item", "lamp", "declarations.0.item"),
        ({"documents": [{"kind": "bil", "items": ["lamp"]}]}, "unknown_kind", "bill", "documents.0.kind"),
        ({"documents": [{"kind": "bill", "items": ["lump"]}]}, "unknown_item", "lamp", "documents.0.items.0"),
        (
            {"declarations": [{"item": "lamp", "attributes": {"modal": "x"}}]},
            "unknown_field",
            "model",
            "declarations.0.attributes.modal",
        ),
        ({"declarations": [{"item": "lamp", "choice": "oyl"}]}, "not_in_table", "oil", "declarations.0.choice"),
        (
            {"declarations": [{"item": "lamp", "channel": "pidgin"}]},
            "unknown_value",
            "pigeon",
            "declarations.0.channel",
        ),
        ({"specialty": "heeler"}, "not_in_table", "healer", "specialty"),
        ({"sector": "bleu"}, "unknown_value", "blue", "sector"),
        (
            {"measures": [{"measure": "trades", "exclusions": {"gift": 3}}]},
            "unknown_exclusion",
            "gifts",
            "measures.0.exclusions.gift",
        ),
    ],
)
def test_a_name_the_year_does_not_know_is_answered_with_the_nearest(
    campaign: Plain, code: str, nearest: str, place: str
) -> None:
    problem = fault(**campaign)
    assert (problem.code, problem.details["nearest"], problem.place) == (code, nearest, f"campaigns.2031.{place}")


def test_a_fault_has_its_line_and_column() -> None:
    text = f'doctor: "{DOCTOR}"\ncampaigns:\n  2031:\n    sector: blue\n    specialty: heeler\n'
    with pytest.raises(Invalid) as raised:
        read_dossier(parse_yaml(text, "dossier.yaml"), law())
    (problem,) = raised.value.problems
    assert (problem.file, problem.line, problem.column) == ("dossier.yaml", 5, 5)


def test_an_attribute_may_not_speak_for_the_row_itself() -> None:
    row = {"item": "logbook", "declared_on": "2032-04-01", "attributes": {"declared_on": "2032-03-01"}}
    assert fault(declarations=[row]).code == "unknown_field"


# --- values ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("campaign", "code"),
    [
        ({"activity_start": "2031-02-29"}, "no_such_day"),
        ({"declarations": [{"item": "lamp", "declared_on": "2031-13-01"}]}, "no_such_day"),
        ({"declarations": [{"item": "meadow", "attributes": {"rented_from": "soon"}}]}, "no_such_day"),
        ({"documents": [{"kind": "bill", "items": ["lamp"], "recorded_on": "2031-06-31"}]}, "no_such_day"),
        ({"facts": [{"fact": "beacons", "value": 1.5}]}, "not_an_integer"),
        ({"facts": [{"fact": "beacons", "value": "many"}]}, "not_an_integer"),
        ({"facts": [{"fact": "beacons", "value": "٣"}]}, "not_an_integer"),
        ({"facts": [{"fact": "beacons", "value": 10**15}]}, "not_an_integer"),
        ({"facts": [{"fact": "quarried", "value": "yes"}]}, "not_a_boolean"),
        ({"facts": [{"fact": "quarried", "value": 1}]}, "not_a_boolean"),
        ({"measures": [{"measure": "trades", "numerator": 2, "denominator": 1}]}, "above_one"),
        ({"measures": [{"measure": "trades", "numerator": 1, "denominator": 0}]}, "above_one"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told(campaign: Plain, code: str) -> None:
    assert fault(**campaign).code == code


def test_the_largest_count_allowed_is_exact_to_the_last_act() -> None:
    most = 10**15 - 1
    rows = [{"measure": "trades", "numerator": most - 1, "denominator": most}]
    assert dossier(law(), measures=rows).plain()["rows"][0]["fields"] == {"numerator": most - 1, "denominator": most}
    assert dossier(law(), measures=rows).digest != dossier(law(), measures=[{**rows[0], "numerator": most}]).digest


def test_a_numerator_may_exceed_where_the_text_allows_it() -> None:
    row = {"measure": "echoes", "numerator": 2, "denominator": 1}
    assert dossier(law(), measures=[row]).rows[0].fields == {"numerator": 2, "denominator": 1}


def test_what_is_excluded_is_kept_by_reason() -> None:
    assert dossier(law(), measures=[{"measure": "trades", "exclusions": {"gifts": 3}}]).rows[0].exclusions == {
        "gifts": 3
    }


@pytest.mark.parametrize("number", ["", "doctor", "9990000000 3", "9990000000٣", "99900000003\n"])
def test_a_doctor_has_a_number_made_of_digits(number: str) -> None:
    page = parse_json(json.dumps({**whole(), "doctor": number}), "dossier.json")
    assert [problem.place for problem in check(page, "dossier")] == ["doctor"]


# --- campaigns ------------------------------------------------------------------------------------------------------


def test_a_dossier_without_the_year_says_which_years_it_has() -> None:
    page = parse_json(json.dumps({"doctor": DOCTOR, "campaigns": {"2030": {}, "2029": {}}}), "dossier.json")
    with pytest.raises(Invalid) as raised:
        read_dossier(page, law())
    (problem,) = raised.value.problems
    assert (problem.code, dict(problem.details)) == ("no_campaign", {"year": "2031", "names": "2029, 2030"})


def test_the_campaigns_of_a_page_are_its_years() -> None:
    page = parse_json(json.dumps({"doctor": DOCTOR, "campaigns": {"2031": {}, "2029": {}}}), "dossier.json")
    assert campaigns(page) == [2029, 2031]


def test_earlier_campaigns_bring_what_a_rule_may_read() -> None:
    """Declarations, prefills, papers and findings; not the counts of another year, nor what is no longer asked."""
    earlier = {
        2030: {
            "sector": "green",
            "measures": [{"measure": "trades", "numerator": 1, "denominator": 2}],
            "facts": [{"fact": "beacons", "value": 3}],
            "declarations": [{"item": "ferry"}, {"item": "abolished"}],
            "prefills": [{"item": "lamp"}],
            "documents": [{"kind": "bill", "items": ["lamp"]}, {"kind": "seal", "items": ["lamp"]}],
            "findings": [{"item": "lamp", "outcome": "confirmed", "decided_on": "2031-06-01"}],
        }
    }
    read = dossier(law(), earlier, sector="blue")
    assert read.fields == {"sector": "blue"}
    assert sorted((row.type, row.name, row.campaign) for row in read.rows) == [
        ("declaration", "ferry", 2030),
        ("document", "bill", 2030),
        ("finding", "lamp", 2030),
        ("prefill", "lamp", 2030),
    ]


def test_an_earlier_choice_that_left_the_list_is_no_fault_of_this_year() -> None:
    earlier = {2030: {"declarations": [{"item": "lamp", "choice": "candle"}]}}
    assert [row.name for row in dossier(law(), earlier).rows] in (["lamp"], [])


def test_a_later_campaign_is_not_read() -> None:
    data = {"doctor": DOCTOR, "campaigns": {"2031": {}, "2032": {"declarations": [{"item": "ferry"}]}}}
    assert from_json(data).rows == ()
