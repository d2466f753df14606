"""What stands in a dossier on a day: statements, papers and findings, as they were known then."""

from __future__ import annotations

from datetime import date
from typing import Any as Anything
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conditions import Entry
from engine.dossier import RowType
from engine.standing import Candidate, Standing
from tests.made_up import YEAR, dossier, law

LAST = date(2032, 9, 30)
OPENS, CLOSES = date(2032, 3, 1), date(2032, 3, 31)
Rows = list[dict[str, Anything]]


def standing(
    as_of: date = LAST,
    window_end: date | None = CLOSES,
    not_produced: Literal["unmet", "ignored"] = "unmet",
    earlier: dict[int, Anything] | None = None,
    **tables: Rows,
) -> Standing:
    window = Entry("campaign", window_end and OPENS, window_end)
    return Standing(dossier(law(), earlier, **tables), as_of, window, not_produced)


def candidates(stands: Standing, type: RowType = "declaration", name: str = "lamp") -> dict[str | None, Candidate]:
    """The rows of a name, by their id."""
    return {one.row.id: one for one in stands.candidates(type, [name], None, YEAR)}


def struck(stands: Standing, type: RowType = "declaration", name: str = "lamp") -> dict[str | None, str | None]:
    """Why each row can no longer match, by its id."""
    return {id: one.struck for id, one in candidates(stands, type, name).items()}


def lamp(id: str, choice: str = "oil", day: str = "2032-03-10", **more: Anything) -> dict[str, Anything]:
    return {"id": id, "item": "lamp", "choice": choice, "declared_on": day, **more}


def finding(outcome: str, day: str = "2032-05-01", **more: Anything) -> dict[str, Anything]:
    return {"item": "lamp", "outcome": outcome, "decided_on": day, **more}


# --- statements -----------------------------------------------------------------------------------------------------


def test_the_declarations_of_one_day_stand_together() -> None:
    assert struck(standing(declarations=[lamp("a"), lamp("b", "gas")])) == {"a": None, "b": None}


def test_a_later_statement_replaces_one_that_differs() -> None:
    rows = [lamp("a"), lamp("b", "gas", "2032-03-11")]
    assert struck(standing(declarations=rows)) == {"a": "replaced", "b": None}


def test_a_statement_is_replaced_as_a_whole() -> None:
    rows = [lamp("a"), lamp("b", "gas"), lamp("c", "oil", "2032-03-11")]
    assert struck(standing(declarations=rows)) == {"a": "replaced", "b": "replaced", "c": None}


@pytest.mark.parametrize("later", [{"attributes": {"model": "x"}}, {"sworn": True}])
def test_what_is_sworn_or_added_makes_a_statement_differ(later: dict[str, Anything]) -> None:
    rows = [lamp("a"), lamp("b", day="2032-03-11", **later)]
    assert struck(standing(declarations=rows)) == {"a": "replaced", "b": None}


def test_a_repeat_stands_beside_what_it_repeats() -> None:
    rows = [lamp("a", channel="courier"), lamp("b", day="2032-03-31", channel="pigeon")]
    assert struck(standing(declarations=rows)) == {"a": None, "b": None}


def test_a_late_repeat_does_not_erase_a_timely_declaration() -> None:
    assert struck(standing(declarations=[lamp("a"), lamp("b", day="2032-04-01")])) == {"a": None, "b": None}


@pytest.mark.parametrize(("day", "first"), [("2032-03-31", "replaced"), ("2032-04-01", None)])
def test_after_the_window_nothing_is_replaced(day: str, first: str | None) -> None:
    """The last day still replaces; the day after does not."""
    assert struck(standing(declarations=[lamp("a"), lamp("b", "gas", day)])) == {"a": first, "b": None}


def test_a_window_that_never_closes_always_replaces() -> None:
    rows = [lamp("a"), lamp("b", "gas", "2032-08-01")]
    assert struck(standing(window_end=None, declarations=rows)) == {"a": "replaced", "b": None}


def test_items_do_not_replace_each_other() -> None:
    rows = [lamp("a"), {"id": "b", "item": "ferry", "declared_on": "2032-03-12"}]
    assert struck(standing(declarations=rows)) == {"a": None}


# --- prefills -------------------------------------------------------------------------------------------------------

PREFILLED = {"id": "p", "item": "lamp", "choice": "oil"}


@pytest.mark.parametrize(
    ("choice", "day", "expected"),
    [("gas", "2032-03-10", "yielded"), ("oil", "2032-03-10", None), ("gas", "2032-04-01", None)],
)
def test_a_prefill_yields_to_a_timely_declaration_of_another_choice(
    choice: str, day: str, expected: str | None
) -> None:
    stands = standing(prefills=[PREFILLED], declarations=[lamp("a", choice, day)])
    assert struck(stands, "prefill") == {"p": expected}


def test_the_standing_statement_of_an_item_counts_the_prefill_not_corrected() -> None:
    confirmed = standing(prefills=[PREFILLED], declarations=[lamp("a")])
    corrected = standing(prefills=[PREFILLED], declarations=[lamp("a", "gas")])
    assert [row.id for row in confirmed.standing_rows("lamp", YEAR)] == ["a", "p"]
    assert [row.id for row in corrected.standing_rows("lamp", YEAR)] == ["a"]


def test_a_newer_prefill_replaces_an_older_one() -> None:
    rows = [{**PREFILLED, "recorded_on": "2032-01-01"}, {**PREFILLED, "id": "q", "recorded_on": "2032-01-02"}]
    assert struck(standing(prefills=rows), "prefill") == {"p": "replaced", "q": None}


def test_prefills_of_one_day_that_differ_contradict_each_other() -> None:
    found = candidates(standing(prefills=[PREFILLED, {**PREFILLED, "id": "q", "choice": "gas"}]), "prefill")
    assert {id: sorted(str(row.id) for row in one.conflict) for id, one in found.items()} == {
        "p": ["p", "q"],
        "q": ["p", "q"],
    }


# --- papers ---------------------------------------------------------------------------------------------------------


def bill(id: str, **more: Anything) -> dict[str, Anything]:
    return {"id": id, "kind": "bill", "items": ["lamp"], **more}


def test_a_paper_is_replaced_only_by_one_that_says_so() -> None:
    papers = standing(documents=[bill("a"), bill("b"), bill("c", supersedes="a")])
    assert struck(papers, "document", "bill") == {"a": "superseded", "b": None, "c": None}


def test_a_paper_supersedes_nothing_before_it_is_known() -> None:
    rows = [bill("a"), bill("b", supersedes="a", received_on="2032-06-01")]
    before, after = (struck(standing(date(2032, month, 1), documents=rows), "document", "bill") for month in (5, 6))
    assert (before, after) == ({"a": None}, {"a": "superseded", "b": None})


@pytest.mark.parametrize(("status", "expected"), [("received", None), ("validated", None), ("rejected", "rejected")])
def test_a_rejected_paper_no_longer_counts(status: str, expected: str | None) -> None:
    assert struck(standing(documents=[bill("a", status=status)]), "document", "bill") == {"a": expected}


@pytest.mark.parametrize(("day", "expected"), [(date(2032, 4, 30), None), (date(2032, 5, 1), "rejected")])
def test_a_status_given_later_reads_as_received(day: date, expected: str | None) -> None:
    rows = [bill("a", received_on="2032-03-01", status="rejected", status_on="2032-05-01")]
    assert struck(standing(day, documents=rows), "document", "bill") == {"a": expected}


# --- findings -------------------------------------------------------------------------------------------------------


def test_what_a_control_refuted_no_longer_counts() -> None:
    stands = standing(declarations=[lamp("a")], documents=[bill("x")], findings=[finding("refuted")])
    assert struck(stands) == {"a": "refuted"}
    assert struck(stands, "document", "bill") == {"x": "refuted"}


def test_a_finding_about_one_choice_spares_the_others() -> None:
    stands = standing(declarations=[lamp("a"), lamp("b", "gas")], findings=[finding("refuted", choice="gas")])
    assert struck(stands) == {"a": None, "b": "refuted"}


@pytest.mark.parametrize(
    ("first", "then", "expected"), [("refuted", "confirmed", None), ("confirmed", "refuted", "refuted")]
)
def test_the_latest_finding_rules(first: str, then: str, expected: str | None) -> None:
    findings = [finding(then, "2032-06-01"), finding(first, "2032-05-01")]
    assert struck(standing(declarations=[lamp("a")], findings=findings)) == {"a": expected}


def test_what_a_control_confirmed_is_known_as_such() -> None:
    stands = standing(declarations=[lamp("a"), lamp("b", "gas")], findings=[finding("confirmed", choice="oil")])
    assert {id: one.confirmed for id, one in candidates(stands).items()} == {"a": True, "b": False}


@pytest.mark.parametrize(("reading", "expected"), [("unmet", "not_produced"), ("ignored", None)])
def test_what_a_paper_not_shown_does_is_a_reading(reading: Literal["unmet", "ignored"], expected: str | None) -> None:
    stands = standing(not_produced=reading, declarations=[lamp("a")], findings=[finding("not_produced")])
    assert struck(stands) == {"a": expected}


def test_findings_of_one_day_that_disagree_settle_nothing() -> None:
    findings = [finding("confirmed", id="yes"), finding("refuted", id="no")]
    found = candidates(standing(declarations=[lamp("a")], findings=findings))["a"]
    assert (found.struck, found.confirmed, sorted(str(row.id) for row in found.conflict)) == (
        None,
        False,
        ["no", "yes"],
    )


def test_a_finding_after_the_day_is_not_known_yet() -> None:
    stands = standing(date(2032, 4, 30), declarations=[lamp("a")], findings=[finding("refuted")])
    assert struck(stands) == {"a": None}


# --- as of a day ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "known"),
    [
        ({}, True),
        ({"declared_on": "2032-03-10"}, True),
        ({"declared_on": "2032-03-11"}, False),
        ({"declared_on": "2032-03-01", "recorded_on": "2032-03-11"}, False),
        ({"declared_on": "2032-03-11", "recorded_on": "2032-03-10"}, True),
    ],
)
def test_a_row_is_known_from_the_day_it_was_recorded_or_else_filed(row: dict[str, Anything], known: bool) -> None:
    """The end of the day counts; a row without any date is taken as always known."""
    stands = standing(date(2032, 3, 10), declarations=[{"item": "lamp", "choice": "oil", **row}])
    assert (len(stands.rows), len(stands.later)) == ((1, 0) if known else (0, 1))


@pytest.mark.parametrize(
    ("day", "there"),
    [
        (date(2031, 4, 30), []),
        (date(2031, 5, 1), ["a"]),
        (date(2031, 6, 30), ["a"]),
        (date(2031, 7, 1), []),
    ],
)
def test_a_location_is_in_force_from_its_first_day_to_its_last(day: date, there: list[str]) -> None:
    rows = [{"id": "a", "department": "aa", "from": "2031-05-01", "to": "2031-06-30"}]
    assert [row.id for row in standing(locations=rows).locations(day)] == there


def test_a_location_is_replaced_by_one_that_says_so() -> None:
    rows = [{"id": "a", "department": "aa"}, {"id": "b", "department": "bb", "supersedes": "a"}]
    assert [row.id for row in standing(locations=rows).locations(LAST)] == ["b"]


def test_the_latest_earlier_campaign_is_the_one_that_holds_the_item() -> None:
    earlier = {
        2028: {"declarations": [lamp("a")]},
        2029: {"declarations": [lamp("b")]},
        2030: {"documents": [bill("x")]},
    }
    stands = standing(earlier=earlier)
    assert stands.latest_campaign("declaration", ["lamp"], None) == 2029
    assert stands.latest_campaign("document", ["bill"], "lamp") == 2030
    assert stands.latest_campaign("document", ["bill"], "ferry") is None


# --- order ----------------------------------------------------------------------------------------------------------


@st.composite
def shuffled(draw: st.DrawFn) -> tuple[Rows, Rows, Rows, Rows]:
    """Declarations and findings, and the same in another order."""
    days = st.sampled_from(["2032-03-10", "2032-03-31", "2032-04-01", "2032-05-01"])
    choices = st.sampled_from(["oil", "gas"])
    count = draw(st.integers(1, 5))
    rows = [lamp(f"d{n}", draw(choices), draw(days), sworn=draw(st.booleans())) for n in range(count)]
    outcomes = st.sampled_from(["confirmed", "refuted", "not_produced"])
    found = [finding(draw(outcomes), draw(days), choice=draw(choices)) for _ in range(draw(st.integers(0, 3)))]
    return rows, draw(st.permutations(rows)), found, draw(st.permutations(found))


@given(shuffled())
def test_what_stands_does_not_depend_on_the_order_of_the_file(case: tuple[Rows, Rows, Rows, Rows]) -> None:
    rows, other_rows, findings, other_findings = case
    one = candidates(standing(declarations=rows, findings=findings))
    other = candidates(standing(declarations=other_rows, findings=other_findings))
    assert {id: (found.struck, found.confirmed, len(found.conflict)) for id, found in one.items()} == {
        id: (found.struck, found.confirmed, len(found.conflict)) for id, found in other.items()
    }


@given(shuffled())
def test_something_always_stands_of_what_was_said(case: tuple[Rows, Rows, Rows, Rows]) -> None:
    """However often a doctor changes a declaration, the last one made in time is there."""
    rows, *_ = case
    assert None in struck(standing(declarations=rows)).values()
