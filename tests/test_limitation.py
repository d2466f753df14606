"""Until when a payment can be claimed back: delays counted from number to number, started again by letters."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.control.cases import Act, Notification, Request
from engine.control.limitation import Basis, Letter, bases, later_by, limit, registered_letters
from engine.telling.legal import legal, legal_text
from engine.words import LANGS
from tests.controlled import ASKED, DATED, REQUEST, TOLD, case_of

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
YEARS = st.integers(0, 30)
THREE = Basis("three", 3, ("notification",), establish=False, notice="", answer=(), time_set=True)


# --- from number to number ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "years", "last"),
    [
        (date(2024, 4, 30), 3, date(2027, 4, 30)),
        (date(2024, 2, 29), 3, date(2027, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2023, 2, 28), 5, date(2028, 2, 28)),
        (date(2024, 12, 31), 1, date(2025, 12, 31)),
        (date(9999, 12, 31), 5, date.max),
    ],
)
def test_a_delay_ends_on_the_day_of_the_same_number_or_the_last_of_the_month(
    day: date, years: int, last: date
) -> None:
    assert later_by(day, years) == last


@given(DAYS, DAYS, YEARS)
def test_what_was_paid_later_never_lapses_sooner(one: date, other: date, years: int) -> None:
    first, second = sorted((one, other))
    assert later_by(first, years) <= later_by(second, years)


@pytest.mark.parametrize(
    ("years", "last"),
    [
        (0, date(2096, 2, 29)),
        (1, date(2097, 2, 28)),
        (3, date(2099, 2, 28)),
        (4, date(2100, 2, 28)),
        (8, date(2104, 2, 29)),
    ],
)
def test_what_was_paid_on_the_29th_of_february_lapses_on_the_last_of_a_month_without_one(
    years: int, last: date
) -> None:
    """2100 is no leap year, 2104 is."""
    assert later_by(date(2096, 2, 29), years) == last


@pytest.mark.parametrize("day", [date(2024, 2, 28), date(2024, 3, 1), date(2024, 8, 31), date(2024, 12, 31)])
def test_no_other_day_changes_its_number(day: date) -> None:
    assert [later_by(day, years).isoformat() for years in (1, 4)] == [
        f"2025{day.isoformat()[4:]}",
        f"2028{day.isoformat()[4:]}",
    ]


# --- letters --------------------------------------------------------------------------------------------------------


def sent(day: date, number: str = "1A") -> Letter:
    return Letter("notification", day, number)


@given(DAYS, st.lists(DAYS, max_size=6))
def test_letters_never_bring_the_last_day_nearer(paid_on: date, days: list[date]) -> None:
    found = limit(THREE, paid_on, [sent(day) for day in sorted(days)])
    assert found.plain == later_by(paid_on, THREE.years) <= found.last
    assert found.last == max([found.plain, *(later_by(one.sent_on, THREE.years) for one in found.letters)])


@given(DAYS, st.integers(0, 4000))
def test_a_letter_counts_up_to_the_last_day_and_not_after(paid_on: date, after: int) -> None:
    """What has lapsed is not started again; nor does a letter sent before the payment count."""
    day = paid_on + timedelta(days=after)
    found = limit(THREE, paid_on, [sent(paid_on - timedelta(days=1), "0A"), sent(day)])
    assert [one.number for one in found.letters] == (["1A"] if day <= found.plain else [])


@pytest.mark.parametrize(
    ("sent_on", "last"),
    [
        (date(2024, 4, 29), date(2027, 4, 30)),
        (date(2024, 4, 30), date(2027, 4, 30)),
        (date(2024, 5, 1), date(2027, 5, 1)),
        (date(2027, 4, 30), date(2030, 4, 30)),
        (date(2027, 5, 1), date(2027, 4, 30)),
    ],
)
def test_a_letter_of_the_last_day_is_in_time(sent_on: date, last: date) -> None:
    assert limit(THREE, date(2024, 4, 30), [sent(sent_on)]).last == last


def test_a_letter_sent_in_a_delay_started_again_starts_it_once_more() -> None:
    days = [date(2026, 1, 1), date(2028, 12, 31), date(2032, 1, 1)]
    found = limit(THREE, date(2024, 1, 1), [sent(day, str(day)) for day in days])
    assert (found.last, len(found.letters)) == (date(2031, 12, 31), 2)


def test_a_letter_of_a_kind_that_the_basis_does_not_name_changes_nothing() -> None:
    paid_on = date(2024, 1, 1)
    letters = [Letter("request", date(2025, 1, 1), "1A")]
    assert limit(THREE, paid_on, letters) == limit(THREE, paid_on, [])


def test_registered_letters_are_those_of_the_register_that_stand() -> None:
    """With a number, sent by the day, and set aside by no correction; the oldest first."""
    known: list[Act] = [
        TOLD,
        REQUEST,
        replace(REQUEST, id=20, letter=None),
        replace(REQUEST, id=21, letter="2A", corrected_by=30),
        replace(TOLD, id=22, letter="3A", sent_on=DATED + timedelta(days=1)),
    ]
    letters = registered_letters(case_of(known), DATED)
    assert [(one.kind, one.number) for one in letters] == [("request", REQUEST.letter), ("notification", TOLD.letter)]
    assert registered_letters(case_of(known), ASKED) == letters[:1]
    assert isinstance(known[0], Notification)
    assert isinstance(known[1], Request)


# --- the data -------------------------------------------------------------------------------------------------------


def test_there_is_a_choice_of_bases_none_of_them_checked_by_a_lawyer() -> None:
    assert len([one for one in bases().values() if not one.establish]) > 1
    assert all(legal()[name]["to_verify"] for name in bases())


@pytest.mark.parametrize("name", bases())
def test_a_basis_says_all_that_is_needed_of_it(name: str) -> None:
    basis = bases()[name]
    assert basis.years > 0
    assert set(basis.interrupted_by) <= {"request", "notification"}
    assert {basis.notice, *basis.answer} <= set(legal())
    for lang in LANGS:
        assert all(legal_text(name, lang, part) for part in ("text", "label", "lapse", "doubt", "reference"))


def test_a_basis_of_established_facts_lasts_longer_than_the_plain_one() -> None:
    """Three years from the payment, five where a fact is established, and five for what was not due."""
    assert {name: one.years for name, one in bases().items()} == {
        "l133-4": 3,
        "l133-4-etabli": 5,
        "repetition-indu": 5,
    }
