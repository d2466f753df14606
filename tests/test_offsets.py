"""A day is told by its distance to the calendar: moved to another year, it stands to every entry as it did."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.conditions import Entry
from engine.decision import judge
from engine.dossier import read_dossier
from engine.linking import linked
from engine.offsets import Calendar, Move, Offsets, moved
from engine.policy import Policy
from engine.schema import check
from engine.yamltext import parse_json
from tests.conftest import Example, known, policy_files
from tests.made_up import DOCTOR, EVERYTHING, FILES, YEAR, dossier, law, policy

START = date(2030, 1, 1)
NAMES = ("year", "campaign", "decision", "spring")

days = st.integers(0, 500).map(lambda days: START + timedelta(days))
around = st.integers(-200, 900).map(lambda days: START + timedelta(days))
spans = st.tuples(days, days).map(sorted)


def calendar(entries: dict[str, list[date]]) -> Calendar:
    return {name: Entry(name, first, last) for name, (first, last) in entries.items()}


calendars = st.dictionaries(st.sampled_from(NAMES), spans, min_size=1).map(calendar)
pairs = st.tuples(calendars, calendars).filter(lambda pair: bool(set(pair[0]) & set(pair[1])))


def span(first: date, last: date) -> Entry:
    return Entry("campaign", first, last)


def stands(day: date, entry: Entry) -> tuple[bool, bool]:
    """Before the entry, after the entry: what every test of a day asks."""
    assert entry.first and entry.last
    return day < entry.first, day > entry.last


@given(pairs, around)
def test_a_day_stands_to_every_shared_entry_as_it_did(pair: tuple[Calendar, Calendar], day: date) -> None:
    """Wherever both calendars put their entries in the same order."""
    one, other = pair
    offsets = Offsets(one, other)
    kept = (set(one) & set(other)) - set(offsets.unkept)
    there = offsets.day(day)
    assert {name: stands(there, other[name]) for name in kept} == {name: stands(day, one[name]) for name in kept}


@given(pairs, around, around)
def test_the_order_of_two_days_is_never_turned(pair: tuple[Calendar, Calendar], one: date, other: date) -> None:
    early, late = sorted((one, other))
    assert moved(early, *pair) <= moved(late, *pair)


@given(calendars, around)
def test_a_day_stays_where_it_is_in_its_own_calendar(one: Calendar, day: date) -> None:
    assert moved(day, one, one) == day


@given(calendars, around, st.integers(-400, 400))
def test_a_calendar_moved_as_a_whole_moves_every_day_alike(one: Calendar, day: date, by: int) -> None:
    shift = timedelta(by)
    other = {name: Entry(name, e.first and e.first + shift, e.last and e.last + shift) for name, e in one.items()}
    assert moved(day, one, other) == day + shift


@given(spans, spans)
def test_the_ends_of_an_entry_move_to_its_ends(one: list[date], other: list[date]) -> None:
    """One that lasts a single day in one of the years has no two ends to tell apart."""
    assume(one[0] < one[1] and other[0] < other[1])
    here, there = calendar({"campaign": one}), calendar({"campaign": other})
    assert [moved(day, here, there) for day in one] == other


def test_a_day_keeps_its_distance_to_the_nearer_end() -> None:
    one = {"campaign": span(date(2030, 12, 11), date(2031, 2, 4))}
    other = {"campaign": span(date(2031, 12, 1), date(2032, 3, 1))}
    near = {date(2030, 12, 13): date(2031, 12, 3), date(2031, 2, 3): date(2032, 2, 29)}
    assert {day: moved(day, one, other) for day in near} == near


def test_an_open_entry_is_no_boundary() -> None:
    one = {"year": Entry("year", START, date(2030, 12, 31)), "campaign": Entry("campaign", None, None)}
    other = {
        "year": Entry("year", date(2031, 1, 1), date(2031, 12, 31)),
        "campaign": span(date(2031, 3, 1), date(2031, 4, 1)),
    }
    assert moved(date(2030, 3, 15), one, other) == date(2031, 3, 15)


def test_entries_in_another_order_are_named() -> None:
    """The campaign comes after the year there, and inside it here: the year, written first, is kept."""
    year = Entry("year", START, date(2030, 12, 31))
    here = {"year": year, "campaign": span(date(2030, 12, 11), date(2031, 2, 4))}
    there = {"year": year, "campaign": span(date(2031, 1, 2), date(2031, 1, 31))}
    assert Offsets(here, there).unkept == ("campaign",)
    assert moved(date(2030, 12, 31), here, there) == date(2030, 12, 31)


def test_no_day_falls_off_the_calendar() -> None:
    here, there = ({"year": span(date(year, 1, 1), date(year, 12, 31))} for year in (2030, 2031))
    assert (moved(date.max, here, there), moved(date.min, there, here)) == (date.max, date.min)


# --- dossiers -------------------------------------------------------------------------------------------------------


def test_a_dossier_comes_to_the_year_with_its_campaigns_days_and_years() -> None:
    one, other = (linked(policy_files(year), {}) for year in (2023, 2024))
    page = known()["99900000003"].page
    there = Move(one, other).dossier(read_dossier(page, one))
    first = next(row for row in there.rows if row.id == "d2")
    assert (there.year, there.fields["first_declaration"]) == (2024, 2019)
    assert (first.campaign, first.fields["declared_on"]) == (2024, date(2025, 1, 14))


def test_a_page_and_the_dossier_read_from_it_move_alike(later: Policy) -> None:
    page, move = parse_json(json.dumps(PAGE), "dossier.json"), Move(law(), later)
    moved_page = parse_json(json.dumps(move.page(page.data)), "dossier.json")
    assert check(moved_page, "dossier") == []
    assert read_dossier(moved_page, later).plain() == move.dossier(read_dossier(page, law())).plain()


def test_a_dossier_moved_to_its_own_year_is_itself(example: Example) -> None:
    decision = example.decision
    assert Move(decision.policy, decision.policy).dossier(decision.dossier).plain() == decision.dossier.plain()


@given(st.data())
def test_the_same_law_in_another_year_decides_the_moved_doctor_alike(later: Policy, data: st.DataObject) -> None:
    """Whatever the days of the declarations, papers and facts."""
    drawn = st.integers(-400, 800).map(lambda day: (date(YEAR, 3, 1) + timedelta(day)).isoformat())
    instead = {
        "declarations": [{**row, "declared_on": data.draw(drawn)} for row in EVERYTHING["declarations"]],
        "documents": [{**row, "issued_on": data.draw(drawn)} for row in EVERYTHING["documents"]],
        "facts": [{**row, "observed_on": data.draw(drawn)} for row in EVERYTHING["facts"]],
    }
    doctor = dossier(law(), **{**EVERYTHING, **instead})
    here, there = judge(law(), doctor), judge(later, Move(law(), later).dossier(doctor))
    assert [one.outcome for one in there.indicators] == [one.outcome for one in here.indicators]
    assert there.paid == here.paid


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    """The made-up law four years on, 29 February to 29 February."""
    moved_text = {
        name: re.sub(r"\b20\d\d\b", lambda year: str(int(year[0]) + 4), text) for name, text in FILES.items()
    }
    return policy(tmp_path_factory.mktemp("later"), moved_text)


PAGE = {"doctor": DOCTOR, "campaigns": {str(YEAR): EVERYTHING, str(YEAR - 1): {"declarations": [{"item": "ferry"}]}}}
