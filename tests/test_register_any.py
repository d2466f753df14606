"""Whatever is tried, in whatever order, a case keeps its promises; a text that is kept is shown as it was written."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from cli.failing import printable
from engine.control.cases import Case, finding_rows
from engine.problems import Invalid
from engine.register.acts import (
    Answered,
    Asked,
    Closed,
    Corrected,
    Deed,
    Entry,
    Found,
    Notified,
    Observed,
    Opened,
    Purged,
    Read,
    Received,
    act_of,
    plain,
)
from engine.register.clean import SEVERAL_LINES, check_text
from engine.register.filing import check
from engine.register.folding import case_of
from engine.schema import check as keeps
from engine.yamltext import Page
from tests.registers import AGENT, ASKED, DOCTOR, OPENED, YEAR

Kind = TypeVar("Kind", bound=Deed)

MOST = 20
ITEMS = ("codage", "video")
CHOICES = ("maison", "cabinet")
DAYS = st.integers(-1, 4).map(lambda days: OPENED + timedelta(days=days))
NUMBERS = st.integers(1, 6)
ITEM = st.sampled_from(ITEMS)

OUTCOMES = st.sampled_from(("confirmed", "refuted", "not_produced"))
CHOICE = st.sampled_from((None, *CHOICES))
REASONED: st.SearchStrategy[Deed] = st.builds(Found, ITEM, OUTCOMES, CHOICE, st.just("faux"))

DEEDS: st.SearchStrategy[Deed] = st.one_of(
    st.builds(Asked, st.lists(ITEM, min_size=1, max_size=2, unique=True).map(tuple), DAYS),
    st.builds(Received, ITEM, st.just("facture"), st.booleans(), st.none() | NUMBERS),
    st.builds(Observed, st.just("Non."), ITEM),
    st.builds(Observed, st.just("Non."), st.none(), NUMBERS),
    st.builds(Answered, NUMBERS, st.just("Si.")),
    st.builds(Found, ITEM, st.just("not_produced"), ground=st.just("faux")),
    st.builds(Asked, st.just(ITEMS), DAYS),
    st.builds(Found, ITEM, OUTCOMES, CHOICE, st.none() | st.just("faux")),
    st.builds(Notified, st.just("constats"), DAYS),
    st.sampled_from((Closed(), Opened(), Asked(ITEMS, ASKED))),
    st.just(Closed()),
)
CORRECTIONS = st.builds(Corrected, NUMBERS, st.just("erreur"), st.none() | DEEDS, DAYS)
ACTS: st.SearchStrategy[Deed | Corrected] = st.integers(0, 2).flatmap(lambda number: DEEDS if number else CORRECTIONS)


def entry(number: int, day: date, act: Deed | Corrected) -> Entry:
    return Entry(sequence=number, doctor=DOCTOR, year=YEAR, by=AGENT, day=day, written_at="", act=act)


def entered(tried: list[tuple[date, Deed | Corrected]]) -> list[Entry]:
    """What is entered of what is tried, after a case was opened and something asked for."""
    known = [entry(1, OPENED, Opened()), entry(2, ASKED, Asked(ITEMS, ASKED))]
    for day, act in tried:
        try:
            check(known, DOCTOR, YEAR, AGENT, day, act)
        except Invalid:
            continue
        known.append(entry(len(known) + 1, day, act))
    return known


def made(known: list[Entry]) -> Case:
    case = case_of(known)
    assert case is not None
    return case


TRIED = st.lists(st.tuples(DAYS, ACTS), max_size=MOST) | st.lists(st.tuples(DAYS, REASONED), max_size=MOST)
"""Anything, or findings alone: those that contradict each other seldom meet otherwise."""


# --- what every case keeps, looked for among the entries themselves, not in the case they make ----------------------

Stands = dict[int, tuple[Deed, date]]


def stands(known: list[Entry]) -> Stands:
    """The deeds that stand, by the number of their entry, with the day they were done."""
    found: Stands = {}
    for one in known:
        match one.act:
            case Corrected(corrects=number, instead=deed, done_on=day):
                del found[number]
                if deed is not None and day is not None:
                    found[one.sequence] = (deed, day)
            case Read() | Purged():
                raise AssertionError("none is tried")
            case deed:
                assert one.day is not None
                found[one.sequence] = (deed, one.day)
    return found


def of(kind: type[Kind], found: Stands) -> list[tuple[Kind, date]]:
    return [(deed, day) for deed, day in found.values() if isinstance(deed, kind)]


@given(TRIED)
def test_a_case_is_opened_once_and_first(tried: list[tuple[date, Deed | Corrected]]) -> None:
    found = stands(entered(tried))
    ((_, opened),) = of(Opened, found)
    assert opened == min(day for _, day in found.values())


@given(TRIED)
def test_a_case_is_closed_once_and_last(tried: list[tuple[date, Deed | Corrected]]) -> None:
    """By its day as by its number."""
    found = stands(entered(tried))
    for number, (deed, day) in found.items():
        if isinstance(deed, Closed):
            assert (number, day) == (max(found), max(day for _, day in found.values()))


@given(TRIED)
def test_what_is_found_against_the_doctor_has_a_ground(tried: list[tuple[date, Deed | Corrected]]) -> None:
    assert all(deed.ground or deed.outcome == "confirmed" for deed, _ in of(Found, stands(entered(tried))))


@given(TRIED)
def test_one_day_finds_one_thing_of_each_choice(tried: list[tuple[date, Deed | Corrected]]) -> None:
    """What is found of an item is found of all its choices."""
    found: dict[tuple[str, str | None, date], set[str]] = {}
    for deed, day in of(Found, stands(entered(tried))):
        for choice in CHOICES if deed.choice is None else (deed.choice,):
            found.setdefault((deed.item, choice, day), set()).add(deed.outcome)
    assert all(len(outcomes) == 1 for outcomes in found.values())


@given(TRIED)
def test_a_delay_ends_after_it_begins(tried: list[tuple[date, Deed | Corrected]]) -> None:
    found = stands(entered(tried))
    assert all(day <= asked.until for asked, day in of(Asked, found))
    assert all(day <= letter.until for letter, day in of(Notified, found))


@given(TRIED)
def test_an_answer_follows_an_observation(tried: list[tuple[date, Deed | Corrected]]) -> None:
    found = stands(entered(tried))
    for deed, day in of(Answered, found):
        observed, on = found[deed.observation]
        assert isinstance(observed, Observed)
        assert on <= day


@given(TRIED)
def test_nothing_is_found_unproduced_that_came_or_could_still_come(
    tried: list[tuple[date, Deed | Corrected]],
) -> None:
    found = stands(entered(tried))
    for deed, day in of(Found, found):
        if deed.outcome == "not_produced":
            delays = [asked.until for asked, on in of(Asked, found) if deed.item in asked.items and on <= day]
            came = [one for one, on in of(Received, found) if one.item == deed.item and one.complete and on <= day]
            assert (bool(delays), all(until < day for until in delays), came) == (True, True, [])


@given(TRIED)
def test_what_is_set_aside_is_cited_once_and_stays_on_file(tried: list[tuple[date, Deed | Corrected]]) -> None:
    known = entered(tried)
    case = made(known)
    cited = [one.corrects for one in case.corrections]
    assert len(set(cited)) == len(cited)
    assert {act.id for act in case.acts if not act.stands} == set(cited)
    withdrawn = sum(isinstance(one.act, Corrected) and one.act.instead is None for one in known)
    assert len(case.acts) == len(known) - withdrawn


@given(TRIED)
def test_findings_are_rows_that_a_dossier_takes(tried: list[tuple[date, Deed | Corrected]]) -> None:
    for row in finding_rows(made(entered(tried))):
        assert keeps(Page("", row, {}), "finding") == []


@given(ACTS)
def test_an_act_is_read_as_it_was_written(act: Deed | Corrected) -> None:
    assert act_of(plain(act)) == act


@given(st.text(max_size=60), st.sampled_from(("by", "reference", "letter", "ground", "why")))
def test_a_text_that_is_kept_is_shown_as_it_was_written(text: str, holds: str) -> None:
    """But for the line breaks of the longer ones, which a terminal shows as spaces."""
    if not list(check_text(holds, text)):
        assert printable(text) == (text.replace("\n", " ") if holds in SEVERAL_LINES else text)


@given(st.text(max_size=20), st.characters(categories=("Cc", "Cf", "Cs", "Co", "Zl", "Zp"), exclude_characters="\n"))
def test_a_character_that_nobody_would_see_is_refused(text: str, hidden: str) -> None:
    middle = len(text) // 2
    assert [problem.code for problem in check_text("ground", text[:middle] + hidden + text[middle:])][
        -1
    ] == "text_hidden"
