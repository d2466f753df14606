"""What a record leaf sees: declarations, prefills and papers, row by row, until the day it closes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any as Anything

import pytest

from engine.conditions import Record
from engine.observation import Observation
from engine.verdict import Verdict
from tests.made_up import edit, policy
from tests.seeing import DECISION, leaf, see

MET, UNMET, UNKNOWN = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN


def lamp(choice: str = "oil", day: str = "2032-03-10", **more: Anything) -> dict[str, Anything]:
    return {"item": "lamp", "choice": choice, "declared_on": day, **more}


def bill(**more: Anything) -> dict[str, Anything]:
    given = {"issued_on": "2032-03-01", "received_on": "2032-03-02", "attributes": {"model": "oil"}, **more}
    return {"kind": "bill", "items": ["lamp"], **{key: value for key, value in given.items() if value is not None}}


@pytest.mark.parametrize(
    ("at", "last", "reason"),
    [
        ("care.lantern#said", date(2032, 3, 31), "not_declared"),
        ("base.register#filed", date(2032, 3, 31), "not_declared"),
        ("care.lantern#shown", DECISION, "document_missing"),
        ("care.orchard#prefilled", DECISION, "not_prefilled"),
        ("care.ferry#now", DECISION, "not_declared"),
        ("care.meadow#when", DECISION, "not_declared"),
    ],
)
def test_a_row_may_come_until_the_record_closes(at: str, last: date, reason: str) -> None:
    """On its own filing deadline; papers, prefills and what stays open, on the day of decision."""
    before, after = (see(leaf(at), day) for day in (last.replace(day=last.day - 1), last))
    assert before == Observation(UNKNOWN, unknown="not_yet", until=last)
    assert after == Observation(UNMET, reason=reason)  # type: ignore[arg-type]


def test_an_earlier_campaign_is_closed() -> None:
    assert see(leaf("care.ferry#before"), date(2031, 3, 1)) == Observation(UNMET, reason="not_declared")


def test_this_campaign_is_no_earlier_one() -> None:
    rows = [{"item": "ferry", "declared_on": "2032-03-10", "sworn": True}]
    assert see(leaf("care.ferry#before"), declarations=rows) == Observation(UNMET, reason="not_declared")


def test_a_deadline_that_must_be_beaten_closes_the_day_before(tmp_path: Path) -> None:
    year = policy(tmp_path, edit("care/lantern.yaml", "{ within: campaign }", "{ before: stamp }"))
    days = (date(2032, 3, 13), date(2032, 3, 14))
    assert [see(leaf("care.lantern#said", year), day, under=year).verdict for day in days] == [UNKNOWN, UNMET]


def test_of_two_deadlines_the_first_closes(tmp_path: Path) -> None:
    both = "where: { declared_on: { within: campaign }, requested_on: { until: stamp } }"
    year = policy(tmp_path, edit("care/lantern.yaml", "where: { declared_on: { within: campaign } }", both))
    days = (date(2032, 3, 14), date(2032, 3, 15))
    assert [see(leaf("care.lantern#said", year), day, under=year).verdict for day in days] == [UNKNOWN, UNMET]


def test_a_row_without_the_day_tested_is_not_there_yet() -> None:
    rows = [{"item": "lamp", "choice": "oil"}]
    early, late = (see(leaf("care.lantern#said"), day, declarations=rows) for day in (date(2032, 3, 1), DECISION))
    assert (early.unknown, late.reason) == ("not_yet", "not_declared")


@pytest.mark.parametrize(
    ("paper", "verdict", "told"),
    [
        (bill(), MET, "documented"),
        (bill(attributes={}), UNKNOWN, "missing"),
        (bill(attributes={"model": "none"}), UNMET, "document_incomplete"),
        (bill(attributes={"model": "gas"}), UNMET, "document_mismatch"),
        (bill(issued_on="2032-03-15"), UNMET, "out_of_period"),
        (bill(issued_on=None), UNKNOWN, "missing"),
        (bill(status="rejected"), UNMET, "document_rejected"),
        (bill(items=["ferry"]), UNMET, "document_missing"),
        (bill(kind="letter"), MET, "documented"),
    ],
)
def test_a_paper_is_judged_on_what_it_says(paper: dict[str, Anything], verdict: Verdict, told: str) -> None:
    observation = see(leaf("care.lantern#shown"), declarations=[lamp()], documents=[paper])
    assert (observation.verdict, observation.grade or observation.reason or observation.unknown) == (verdict, told)


def test_one_good_row_is_enough() -> None:
    rows = [bill(attributes={"model": "gas"}), bill()]
    assert see(leaf("care.lantern#shown"), declarations=[lamp()], documents=rows).verdict is MET


def test_a_paper_cannot_agree_with_what_was_never_declared() -> None:
    observation = see(leaf("care.lantern#shown"), documents=[bill()])
    assert (observation.verdict, observation.unknown) == (UNKNOWN, "missing")


def test_a_choice_expressly_refused_is_quoted() -> None:
    rows = [bill(attributes={"model": "torch"})]
    refused = see(leaf("care.lantern#shown"), declarations=[lamp("torch")], documents=rows).refused
    assert refused is not None
    assert (refused.code, refused.refused) == ("torch", True)


def test_the_row_that_came_nearest_gives_the_reason() -> None:
    logbook = {"item": "logbook", "declared_on": "2032-03-10"}
    far = {**logbook, "channel": "rumour", "sworn": False}
    near = {**logbook, "channel": "courier", "declared_on": "2032-04-01", "sworn": True}
    assert see(leaf("base.register#filed"), declarations=[far, near]).reason == "declared_late"


@pytest.mark.parametrize(
    ("day", "requested", "expected"),
    [
        ("2032-02-29", None, "declared_early"),
        ("2032-04-01", None, "declared_late"),
        ("none", "2032-03-31", None),
        ("none", "2032-04-01", "declared_late"),
    ],
)
def test_early_and_late_are_reasons_of_a_refusal(day: str, requested: str | None, expected: str | None) -> None:
    filed = {"declared_on": day, **({"requested_on": requested} if requested else {})}
    row = {"item": "logbook", "channel": "courier", "sworn": True, **filed}
    assert see(leaf("base.register#filed"), declarations=[row]).reason == expected


FINDINGS = {"refuted": "refuted", "not_produced": "not_produced"}


@pytest.mark.parametrize("outcome", FINDINGS)
def test_a_control_undoes_a_declaration_and_says_so(outcome: str) -> None:
    findings = [{"item": "lamp", "outcome": outcome, "decided_on": "2032-05-01"}]
    observation = see(leaf("care.lantern#said"), declarations=[lamp()], findings=findings)
    assert (observation.verdict, observation.reason) == (UNMET, FINDINGS[outcome])


def test_a_control_that_confirms_turns_a_declaration_into_a_document() -> None:
    findings = [{"item": "lamp", "outcome": "confirmed", "decided_on": "2032-05-01"}]
    grades = [see(leaf("care.lantern#said"), day, declarations=[lamp()], findings=findings).grade
              for day in (date(2032, 4, 30), date(2032, 5, 1))]  # fmt: skip
    assert grades == ["declared", "documented"]


@pytest.mark.parametrize("outcomes", [(), ("refuted",), ("not_produced", "confirmed")])
def test_filed_means_filed_even_late_whatever_a_control_found(outcomes: tuple[str, ...]) -> None:
    findings = [{"item": "ferry", "outcome": outcome, "decided_on": "2032-06-01"} for outcome in outcomes]
    rows = [{"item": "ferry", "declared_on": "2032-05-01"}]
    assert see(leaf("care.ferry#now"), declarations=rows, findings=findings).verdict is MET


def test_a_match_may_have_to_wait(tmp_path: Path) -> None:
    """What is prefilled may still be corrected until the window closes."""
    filled = edit("care/orchard.yaml", "{ prefill: orchard,", "{ prefill: orchard, counts_from: campaign,")
    year, rows = policy(tmp_path, filled), [{"item": "orchard", "choice": "apple"}]
    days = (date(2032, 3, 30), date(2032, 3, 31))
    observations = [see(leaf("care.orchard#prefilled", year), day, under=year, prefills=rows) for day in days]
    assert [(one.verdict, one.until) for one in observations] == [(UNKNOWN, date(2032, 3, 31)), (MET, None)]


@pytest.mark.parametrize(
    ("choices", "expected", "unknown"),
    [(("apple", "pear"), MET, None), (("apple", "plum"), UNKNOWN, "contradictory"), (("plum", "fig"), UNMET, None)],
)
def test_contradicting_prefills_decide_only_if_they_agree(
    choices: tuple[str, str], expected: Verdict, unknown: str | None
) -> None:
    observation = see(
        leaf("care.orchard#prefilled"), prefills=[{"item": "orchard", "choice": one} for one in choices]
    )
    assert (observation.verdict, observation.unknown, len(observation.conflict)) == (expected, unknown, 2)


def test_a_record_shows_every_row_it_looked_at() -> None:
    shown = leaf("care.lantern#said")
    assert isinstance(shown, Record)
    rows = [lamp(), lamp("gas", "2032-03-11")]
    observation = see(shown, declarations=rows)
    assert [(one.row.fields["choice"], one.struck) for one in observation.seen] == [
        ("oil", "replaced"),
        ("gas", None),
    ]
