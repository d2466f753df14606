"""A made-up year is decided, and paid, without a line of Python: no rule and no number of a rule lives there."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from contextvars import copy_context
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any as Anything

import pytest

from cli.main import run_command
from engine.amount import NOTHING, Amount
from engine.decision import decide
from engine.loading import years
from engine.policy import Policy
from engine.problems import Invalid
from engine.record import record
from tests.made_up import DOCTOR, EVERYTHING, dossier, edit, full, indicator, law, outcome, policy, write


@pytest.fixture
def year() -> Policy:
    """The made-up year under its default readings."""
    return law()


def without(table: str, name: str, value: str) -> list[Anything]:
    """The rows of the doctor who has everything, but for one."""
    return [row for row in EVERYTHING[table] if row[name] != value]


def with_fact(name: str, value: object) -> list[Anything]:
    """The facts of the doctor who has everything, one of them changed."""
    return [*without("facts", "fact", name), {"fact": name, "value": value}]


def with_declaration(item: str, **row: Anything) -> list[Anything]:
    """The declarations of the doctor who has everything, those of one item changed."""
    return [*without("declarations", "item", item), {"item": item, **row}]


def test_a_year_is_found_by_the_name_of_its_folder(tmp_path: Path) -> None:
    folder = write(tmp_path)
    assert years(tmp_path) == {2031: folder}


def test_who_has_everything_is_granted_everything(year: Policy) -> None:
    decision = full(year)
    assert {one.indicator.id: one.outcome for one in decision.indicators} == {
        "base.register": "granted",
        "base.exchange": "granted",
        "care.beacon": "granted",
        "care.lantern": "granted",
        "care.orchard": "granted",
        "care.harbour": "granted",
        "care.ferry": "granted",
        "care.meadow": "granted",
        "care.quarry": "granted",
        "care.tide": "granted",
    }


def test_the_points_are_those_the_folder_gives(year: Policy) -> None:
    decision = full(year)
    assert {volet.volet.id: volet.paid for volet in decision.volets} == {
        "base": Amount.of(Decimal(47)),
        "care": Amount.of(Decimal(63)),
    }


def test_the_euros_follow_the_value_of_the_point_in_the_folder(year: Policy, tmp_path: Path) -> None:
    dearer = policy(tmp_path, edit("policy.yaml", "euros: 3.25", "euros: 4.10"))
    assert (year.point_value, dearer.point_value) == (Decimal("3.25"), Decimal("4.10"))
    assert [decision.euros(decision.paid) for decision in (full(year), full(dearer))] == [
        Amount.of(Decimal("357.50")),
        Amount.of(Decimal("451.00")),
    ]


def test_the_gate_between_volets_is_the_one_the_folder_gives(year: Policy, tmp_path: Path) -> None:
    """Without the gate, the same doctor is paid for the second volet though the first is not reached."""
    late = {"declarations": with_declaration("logbook", channel="rumour", declared_on="2032-03-05", sworn=True)}
    ungated = policy(tmp_path, edit("policy.yaml", "    gate: { outcome: base }\n", ""))
    assert full(year, **late).paid == NOTHING
    assert full(ungated, **late).paid == Amount.of(Decimal(63))


GRAFTED = {"prefills": [], "facts": with_fact("grafted_on", "2031-03-21")}
NO_TRADE = {"measures": [{"measure": "trades", "numerator": 0, "denominator": 0}]}
HEALER = {"specialty": "healer", "declarations": []}
NEWCOMER = {"first_declaration": 2031, "declarations": []}


@pytest.mark.parametrize(
    ("readings", "instead", "name", "expected"),
    [
        ({"target": "low"}, {"facts": with_fact("beacons", 12)}, "care.beacon", "granted"),
        ({"target": "high"}, {"facts": with_fact("beacons", 12)}, "care.beacon", "refused"),
        ({"guild": "wide"}, HEALER, "base.register", "granted"),
        ({"guild": "narrow"}, HEALER, "base.register", "refused"),
        ({"graft": "counts"}, GRAFTED, "care.orchard", "granted"),
        ({"graft": "ignored"}, GRAFTED, "care.orchard", "refused"),
        ({"waiver": "granted"}, NEWCOMER, "base.register", "granted"),
        ({"waiver": "refused"}, NEWCOMER, "base.register", "refused"),
        ({"nothing": "shut"}, NO_TRADE, "base.exchange", "refused"),
        ({"nothing": "out"}, NO_TRADE, "base.exchange", "out_of_play"),
        ({"nothing": "given"}, NO_TRADE, "base.exchange", "granted"),
    ],
)
def test_a_contested_reading_decides_as_its_option_says(
    readings: Mapping[str, str], instead: Mapping[str, Anything], name: str, expected: str
) -> None:
    """On a threshold, a table, a node, a neutralisation and an empty denominator."""
    assert outcome(full(law(**readings), **instead), name) == expected


@pytest.mark.parametrize(("option", "expected"), [("ides", "refused"), ("calends", "granted")])
def test_a_contested_day_moves_the_deadline(option: str, expected: str) -> None:
    """The bill is of 15 March: too late when it must come before the ides, in time before the calends."""
    bills = [{**EVERYTHING["documents"][0], "issued_on": "2032-03-15"}]
    assert outcome(full(law(stamp_day=option), documents=bills), "care.lantern") == expected


def test_an_option_the_texts_make_not_computable_is_refused_with_its_bounds() -> None:
    with pytest.raises(Invalid) as raised:
        law(target="vague")
    problem = raised.value.problems[0]
    bounds = [problem.details[key] for key in ("least", "most", "unit")]
    assert (problem.code, bounds) == ("option_silent", ["0", "9.75", "@unit.points"])


@pytest.mark.parametrize(("beacons", "weight"), [(12, "6"), (11, "20.5")])
def test_a_weight_may_depend_on_another_outcome(year: Policy, beacons: int, weight: str) -> None:
    decision = full(year, facts=with_fact("beacons", beacons))
    assert indicator(decision, "care.orchard").attained == Amount.of(Decimal(weight))


@pytest.mark.parametrize(
    ("instead", "name", "how"),
    [
        ({}, "base.register", "fact"),
        (HEALER, "base.register", "exemption"),
        (NEWCOMER, "base.register", "neutralisation"),
    ],
)
def test_a_grant_says_how_it_came(year: Policy, instead: Mapping[str, Anything], name: str, how: str) -> None:
    assert indicator(full(year, **instead), name).how == how


@pytest.mark.parametrize(("numerator", "expected"), [(429, "granted"), (428, "refused")])
def test_more_than_three_sevenths_is_exact(year: Policy, numerator: int, expected: str) -> None:
    """3/7 of 1,000 is 428.57…; of 7 it is 3 exactly, which is not more."""
    rows = [{"measure": "trades", "numerator": numerator, "denominator": 1000}]
    exactly = [{"measure": "trades", "numerator": 3, "denominator": 7}]
    assert outcome(full(year, measures=rows), "base.exchange") == expected
    assert outcome(full(year, measures=exactly), "base.exchange") == "refused"


@pytest.mark.parametrize(("department", "expected"), [("aa", "granted"), ("bb", "granted"), ("cc", "refused")])
def test_a_location_counts_by_its_department(year: Policy, department: str, expected: str) -> None:
    assert outcome(full(year, locations=[{"department": department}]), "care.harbour") == expected


def test_a_removed_indicator_is_worth_nothing_and_costs_nothing(year: Policy) -> None:
    harbour = indicator(full(year, specialty="hermit", locations=[{"department": "cc"}]), "care.harbour")
    assert (harbour.outcome, harbour.possible, harbour.attained) == ("out_of_play", NOTHING, NOTHING)


@pytest.mark.parametrize(("value", "expected"), [(False, "granted"), (True, "refused")])
def test_not_grants_what_did_not_happen(year: Policy, value: bool, expected: str) -> None:
    assert outcome(full(year, facts=with_fact("quarried", value)), "care.quarry") == expected


def test_where_the_law_is_silent_nobody_decides(year: Policy) -> None:
    tide = indicator(full(year, facts=with_fact("tides", 4)), "care.tide")
    at_stake = Amount(Decimal(0), Decimal("11.5"))
    assert (tide.outcome, tide.unknown, tide.attained) == ("undetermined", "silent", at_stake)


@pytest.mark.parametrize(("sworn", "expected"), [(True, "granted"), (False, "refused")])
def test_an_earlier_campaign_may_count(year: Policy, sworn: bool, expected: str) -> None:
    """The latest earlier campaign that holds the item: 2029 here, as 2030 says nothing of it."""
    earlier = {
        2028: {"declarations": [{"item": "ferry", "sworn": not sworn}]},
        2029: {"declarations": [{"item": "ferry", "sworn": sworn}]},
        2030: {"declarations": [{"item": "lamp", "choice": "oil"}]},
    }
    decision = full(year, earlier, declarations=without("declarations", "item", "ferry"))
    assert outcome(decision, "care.ferry") == expected


def test_filed_overlooks_the_day_of_a_declaration(year: Policy) -> None:
    late = {"item": "ferry", "declared_on": "2032-08-01"}
    declarations = [*without("declarations", "item", "ferry"), late]
    assert outcome(full(year, declarations=declarations), "care.ferry") == "granted"


def test_the_paper_must_name_what_was_declared(year: Policy) -> None:
    bills = [{**EVERYTHING["documents"][0], "attributes": {"model": "gas"}}]
    lantern = indicator(full(year, documents=bills), "care.lantern")
    assert (lantern.outcome, lantern.reason) == ("refused", "document_mismatch")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2031-06-20", "2032-01-01", "granted"),
        ("2031-06-21", "2032-01-01", "refused"),
        ("2020-01-01", "2031-03-21", "granted"),
        ("2020-01-01", "2031-03-20", "refused"),
        ("2020-01-01", None, "granted"),
    ],
)
def test_a_span_counts_if_it_meets_the_entry(year: Policy, start: str, end: str | None, expected: str) -> None:
    span = {"rented_from": start, "rented_to": end}
    declarations = with_declaration("meadow", attributes=span)
    assert outcome(full(year, declarations=declarations), "care.meadow") == expected


@pytest.mark.parametrize(
    ("option", "acres", "paid"),
    [("more", 2, "110.10"), ("more", 4, "250.75"), ("more", 5, "250.75"), ("never", 4, "110.10"), ("never", 1, "0")],
)
def test_a_component_pays_its_tiers_in_euros(option: str, acres: int, paid: str) -> None:
    """A complement tops up what the first period paid; `once`, the second period adds nothing."""
    decision = full(law(again=option), facts=with_fact("acres", acres))
    assert decision.components[0].paid == Amount.of(Decimal(paid))


def test_a_component_waits_for_its_own_gate(year: Policy) -> None:
    component = full(year, measures=[{"measure": "trades", "numerator": 1, "denominator": 7}]).components[0]
    assert (component.attained, component.paid) == (Amount.of(Decimal("250.75")), NOTHING)


def test_before_its_day_a_thing_is_still_possible(year: Policy) -> None:
    """The window of 2031 ends on 31 March 2032, whatever that of any other year."""
    empty = dossier(year, sector="blue", specialty="cook", first_declaration=2030)
    outcomes = [outcome(decide(year, empty, date(2032, 3, day)), "base.register") for day in (30, 31)]
    assert outcomes == ["undetermined", "refused"]


@pytest.mark.parametrize(
    ("sector", "start", "expected"),
    [("blue", "2020-01-01", "met"), ("grey", "2020-01-01", "unmet"), ("blue", "2032-03-01", "unmet")],
)
def test_who_is_eligible_is_written_in_the_folder(year: Policy, sector: str, start: str, expected: str) -> None:
    assert full(year, sector=sector, activity_start=start).eligible.word == expected


def test_the_announced_total_is_reached_with_every_indicator_granted() -> None:
    year = law(target="high")
    announced = {total.volet: total.points for total in year.published}
    decision = full(year)
    assert announced == {"base": decision.volets[0].paid.most, None: decision.paid.most}


# --- by the command -------------------------------------------------------------------------------------------------


def forfait(monkeypatch: pytest.MonkeyPatch, root: Path, *words: str) -> int:
    """Run the command on the doctor who has everything, and give its exit code."""
    write(root / "policies")
    data = root / "doctor.json"
    data.write_text(json.dumps({"doctor": DOCTOR, "campaigns": {"2031": EVERYTHING}}), encoding="utf-8")
    options = ("--policies", str(root / "policies"), "--data", str(data))
    monkeypatch.setattr(sys, "argv", ["forfait", words[0], DOCTOR, *options, *words[1:]])
    with pytest.raises(SystemExit) as ended:
        copy_context().run(run_command)
    code = ended.value.code
    return code if isinstance(code, int) else 0


def test_the_command_writes_the_same_record(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert forfait(monkeypatch, tmp_path, "explain", "--format", "json") == 0
    written = json.loads(capsys.readouterr().out)
    del written["contested"]
    assert written == {key: value for key, value in record(full(law())).items() if key != "contested"}


@pytest.mark.parametrize(("lang", "expected"), [("fr", "110 points, 357,50 €"), ("en", "110 points, €357.50")])
def test_the_command_says_what_is_paid(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str, expected: str
) -> None:
    assert forfait(monkeypatch, tmp_path, "decide", "--lang", lang) == 0
    assert expected in re.sub(r"\s", " ", capsys.readouterr().out)


def test_the_command_takes_the_readings_of_the_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert forfait(monkeypatch, tmp_path, "explain", "--format", "json", "--reading", "target=high") == 0
    assert json.loads(capsys.readouterr().out)["readings"]["target"] == "high"


def test_the_command_refuses_an_option_of_another_year(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert forfait(monkeypatch, tmp_path, "decide", "--reading", "cible=page", "--lang", "en") == 2
    assert "Unknown reading: “cible”" in re.sub(r"\s", " ", capsys.readouterr().err)
