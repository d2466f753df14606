"""A decision before a control and after its findings: what flipped and why, what closed a volet, what is owed."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from io import StringIO
from typing import Any as Anything

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from msgspec.structs import replace
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from syrupy.assertion import SnapshotAssertion

from cli.draw import draw
from cli.markdown import markdown
from cli.screen import Screen
from engine.control.cases import Act, Answer, Case, Observation
from engine.control.payments import Payment
from engine.control.recovery import account
from engine.control.redeciding import Redecision, bearing, redecide
from engine.control.redeciding_record import redecision_record
from engine.control.redeciding_told import redecision_told
from engine.decision import decide
from engine.dossier import read_dossier
from engine.linking import linked
from engine.problems import Invalid
from engine.record import canonical
from engine.words import LANGS, Lang
from engine.yamltext import Page
from tests.conftest import Example, campaigns, known, policy_files
from tests.controlled import (
    ACTS,
    ANSWER,
    BY,
    CARE,
    CONFIRMED,
    DATED,
    FOUND,
    NOT_PRODUCED,
    OPENING,
    PAID,
    PAYMENTS,
    SAID,
    SOFTWARE,
    TOLD,
    again,
    case_of,
    found,
)
from tests.test_words import faults, lines

LAP, CARED = "volet-1.logiciel", "volet-2.coordination"


def outcome(made: Redecision, name: str) -> tuple[str, str | None]:
    """The outcome of an indicator after the findings, and why."""
    one = next(one for one in made.after.indicators if one.indicator.id == name)
    return one.outcome, one.reason


def causes(made: Redecision) -> dict[str, str]:
    """Why each line that moved did."""
    return {line.id: line.cause for line in account(made).moved}


# --- what a finding changes -----------------------------------------------------------------------------------------


def test_one_paper_not_produced_costs_the_whole_of_both_volets() -> None:
    """8 141 €: the block of volet 1 by the finding, every line of volet 2 because its condition fell with it."""
    made = again()
    told = causes(made)
    assert account(made).owed == Decimal(8141)
    assert told.pop("volet-1") == "found"
    assert set(told.values()) == {"closed"}
    assert len(told) == len([line for line in account(made).lines if line.id.startswith("volet-2.")])


def test_what_is_beside_the_points_stays() -> None:
    made = account(again())
    assert made.of("vsm") == (Decimal(3000), Decimal(3000))
    assert made.of("points") == (Decimal(8141), Decimal(0))


def test_not_produced_and_refuted_are_told_apart() -> None:
    """Not shown is not proved false: the money is the same, the reason is not."""
    unproduced = again(case_of([OPENING, found(SOFTWARE, "not_produced")]))
    refuted = again(case_of([OPENING, found(SOFTWARE, "refuted")]))
    assert outcome(unproduced, LAP) == ("refused", "not_produced")
    assert outcome(refuted, LAP) == ("refused", "refuted")
    assert account(unproduced).owed == account(refuted).owed


def test_under_the_other_reading_a_paper_not_produced_changes_nothing() -> None:
    """What a refuted declaration does is no reading: it falls under both."""
    kept = PAID.under("non-produit=restent")
    assert account(again(case_of([OPENING, found(SOFTWARE, "not_produced")]), kept)).owed == 0
    assert account(again(case_of([OPENING, found(SOFTWARE, "refuted")]), kept)).owed == Decimal(8141)


def test_a_finding_on_a_service_to_patients_costs_its_own_points_alone() -> None:
    made = again(case_of([OPENING, found(CARE, "refuted")]))
    assert outcome(made, CARED) == ("refused", "refuted")
    assert causes(made) == {CARED: "found"}
    assert account(made).owed == Decimal(840)


def test_a_confirmed_declaration_is_documented_and_owes_nothing() -> None:
    made = again(case_of([OPENING, found(CARE, "confirmed")]))
    graded = {one.indicator.id: one.grade for one in made.after.indicators}
    assert account(made).owed == 0
    assert causes(made) == {}
    assert graded[CARED] == "documented"


def test_a_finding_bears_on_what_looks_at_its_item() -> None:
    made = again()
    assert list(bearing(made, NOT_PRODUCED)) == [LAP]
    assert CARED in list(bearing(made, CONFIRMED))


def test_a_finding_set_aside_changes_nothing() -> None:
    aside = replace(NOT_PRODUCED, corrected_by=9)
    made = again(case_of([OPENING, aside]))
    assert account(made).owed == 0
    assert made.findings == ()


def test_no_finding_changes_nothing(example: Example) -> None:
    """Whoever the doctor is."""
    made = again(case_of([OPENING], example), example)
    assert made.after.verdicts == made.unfound.verdicts == made.before.verdicts
    assert account(made).moved == ()


def test_with_nothing_paid_there_is_nothing_to_owe() -> None:
    unpaid = Example("99900000086", 2023)
    made = again(case_of([OPENING, found(SOFTWARE, "refuted")], unpaid), unpaid)
    assert account(made).owed == 0


# --- days -----------------------------------------------------------------------------------------------------------


def test_the_decision_again_is_of_the_day_of_the_last_finding() -> None:
    assert again().after.as_of == FOUND
    assert again(case_of([OPENING])).after.as_of == PAID.decision.as_of


def test_findings_of_a_later_day_are_not_counted() -> None:
    made = again(as_of=FOUND - timedelta(days=1))
    assert account(made).owed == 0
    assert made.findings == ()


def test_a_day_before_what_was_decided_is_refused() -> None:
    with pytest.raises(Invalid) as caught:
        again(as_of=PAID.decision.as_of - timedelta(days=1))
    assert [one.code for one in caught.value.problems] == ["redecided_before"]


def test_the_case_of_another_is_refused() -> None:
    for case in (case_of(example=Example("99900000029", 2023)), case_of(example=Example(PAID.number, 2024))):
        with pytest.raises(Invalid) as caught:
            again(case)
        assert [one.code for one in caught.value.problems] == ["case_of_another"]


def rejected(on: str) -> Redecision:
    """The redecision of a doctor whose papers the caisse rejected after it paid."""
    page = known()[PAID.number].page
    campaign = page.data["campaigns"]["2023"]
    papers = [{**row, "status": "rejected", "status_on": on} for row in campaign["documents"]]
    late = Page(page.file, {**page.data, "campaigns": {"2023": {**campaign, "documents": papers}}}, {})
    policy = linked(policy_files(2023), {})
    before = decide(policy, read_dossier(late, policy))
    return redecide(before, policy_files(2023), late, case_of([OPENING, CONFIRMED]))


def test_what_was_learnt_since_is_told_from_what_the_control_found() -> None:
    """A paper that was rejected after the payment: it costs both volets, and no finding is the cause."""
    made = rejected("2024-11-04")
    assert set(causes(made).values()) == {"learnt"}
    assert account(made).unfound == account(made).after != account(made).before
    assert account(made).owed == Decimal(8141)


# --- in words -------------------------------------------------------------------------------------------------------


def told(lang: Lang, case: Case | None = None) -> str:
    return markdown(redecision_told(again(case), PAYMENTS, lang))


@pytest.mark.parametrize("lang", LANGS)
def test_the_page(lang: Lang, named: SnapshotAssertion) -> None:
    assert told(lang) == named(name=f"redecide/{PAID}.{lang}.md")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("payments", [PAYMENTS, None], ids=["paid", "unpaid"])
def test_the_page_is_well_set(lang: Lang, payments: Anything) -> None:
    page = redecision_told(again(), payments, lang)
    assert {text: wrong for text in lines(page) if (wrong := faults(text, lang))} == {}


def test_the_reading_of_papers_not_produced_is_named_where_one_was_not() -> None:
    assert "non-produit" in told("fr")
    assert "non-produit" not in told("fr", case_of([OPENING, found(CARE, "refuted")]))


def test_what_was_said_of_no_finding_is_told_apart_and_what_is_unanswered_too() -> None:
    other = Observation(id=20, by=BY, about="video", received_on=FOUND, text="Et la vidéo ?")
    page = told("fr", case_of([*ACTS, other]))
    heading = page.index("Autres observations du médecin")
    assert page.index("Et la vidéo") > heading
    assert "Sans réponse de la caisse" in page[heading:]
    assert "Mon éditeur se tait." in page[:heading]


def test_what_was_said_of_a_finding_is_said_of_what_replaces_it() -> None:
    first = replace(NOT_PRODUCED, corrected_by=10)
    second = replace(NOT_PRODUCED, id=10, corrects=first.id)
    said = Observation(id=9, by=BY, about=first.id, received_on=FOUND, text="Le constat se trompe.")
    page = told("fr", case_of([OPENING, first, said, second]))
    assert "Le constat se trompe." in page
    assert "Autres observations du médecin" not in page


def test_words_of_the_next_day_are_not_told_yet() -> None:
    late = FOUND + timedelta(days=1)
    case = case_of([OPENING, NOT_PRODUCED, SAID, Answer(id=9, by=BY, observation=SAID.id, on=late, text="Demain.")])
    assert "Demain." not in told("fr", case)
    assert ANSWER.text not in told("fr", case)


def test_a_letter_that_starts_a_delay_again_is_told_after_those_before_it() -> None:
    """The second is sent when only the first keeps the delay running."""
    first = replace(TOLD, id=20, sent_on=date(2026, 1, 5), answer_by=date(2026, 2, 5), letter="2A")
    second = replace(TOLD, id=21, sent_on=date(2028, 12, 1), answer_by=date(2029, 1, 1), letter="3A")
    made = again(case_of([OPENING, NOT_PRODUCED, first, second]), as_of=date(2029, 1, 2))
    page = markdown(redecision_told(made, [Payment(date(2024, 4, 30), Decimal(1), "FS")], "en"))
    told = re.findall(r"until ([^()\n]*?) if .* no\\?\. (\w+) of", page.replace("\N{NO-BREAK SPACE}", " "))
    assert told[:2] == [("5 January 2029", "2A"), ("1 December 2031", "3A")]


def test_payments_that_do_not_come_to_what_was_decided_are_told() -> None:
    page = markdown(redecision_told(again(), PAYMENTS[:1], "fr"))
    assert "à rapprocher avant toute demande" in page


def test_hostile_texts_come_out_inert() -> None:
    """On the screen and as Markdown: no markup, no escape code, nothing turned right to left, no new line."""
    hostile = "[bold]x\x1b[31m\u202egnp.exe <script>|`*_\n# " + "W" * 100_000
    acts: list[Act] = [OPENING, replace(SAID, text=hostile), replace(NOT_PRODUCED, ground=hostile, reference=hostile)]
    payments = [replace(one, reference=hostile) for one in PAYMENTS]
    page = redecision_told(again(case_of(acts)), payments, "fr")
    drawn = StringIO()
    draw(Screen(drawn, 80, colours=False), page)
    for shown in (drawn.getvalue(), markdown(page)):
        assert all(char.isprintable() or char in "\n\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}" for char in shown)
    assert "<script>" not in markdown(page)
    assert max(len(line) for line in drawn.getvalue().splitlines()) <= 80


# --- as data --------------------------------------------------------------------------------------------------------

NAMES = ("redecision", "common")
BODIES = {name: json.loads((files("schemas") / f"{name}.schema.json").read_text("utf-8")) for name in NAMES}
REGISTRY: Registry[Anything] = Registry().with_resources(
    [(body["$id"], DRAFT202012.create_resource(body)) for body in BODIES.values()]
)
VALIDATOR = Draft202012Validator(BODIES["redecision"], registry=REGISTRY)


def valid(data: Anything) -> str:
    error = best_match(VALIDATOR.iter_errors(json.loads(canonical(data))))
    return "" if error is None else f"{error.json_path}: {error.message}"


@pytest.mark.parametrize("payments", [PAYMENTS, None], ids=["paid", "unpaid"])
def test_the_record_is_valid_under_its_schema(payments: Anything) -> None:
    assert valid(redecision_record(again(), payments)) == ""


def test_the_record_of_every_example_is_valid(example: Example) -> None:
    """Amounts that are ranges included."""
    case = case_of([OPENING, found(CARE, "refuted"), found(SOFTWARE, "not_produced", 3)], example)
    assert valid(redecision_record(again(case, example), None)) == ""


def test_the_record_says_what_is_owed_by_whom_and_why() -> None:
    data = redecision_record(again(), PAYMENTS)
    assert (data["account"]["before"], data["account"]["after"], data["account"]["owed"]) == ("11141", "3000", "8141")
    assert data["outcomes"] == {
        LAP: {
            "before": {"outcome": "granted", "reason": None},
            "unfound": {"outcome": "granted", "reason": None},
            "after": {"outcome": "refused", "reason": "not_produced"},
        }
    }
    assert data["payments"]["reconciled"]
    assert data["findings"][0]["finding"]["ground"] == NOT_PRODUCED.ground
    assert data["payments"]["rows"][0]["limits"]["l133-4"]["plain"] == "2027-04-30"


def test_the_same_control_gives_the_same_bytes() -> None:
    assert canonical(redecision_record(again(), PAYMENTS)) == canonical(redecision_record(again(), PAYMENTS))


def test_acts_in_another_order_change_no_amount() -> None:
    turned = redecision_record(again(case_of(reversed(ACTS))), PAYMENTS)
    assert turned["account"] == redecision_record(again(), PAYMENTS)["account"]


def test_the_examples_are_those_of_every_year() -> None:
    assert {one.year for one in campaigns()} > {PAID.year}
    assert date(2025, 1, 1) < FOUND < DATED
