"""What a case of control promises: what is entered stands, is entered once, and only where it can be true."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from engine.control.cases import Answer, Finding, Observation, Receipt, Request, finding_rows, standing, with_findings
from engine.dossier import read_dossier
from engine.linking import linked
from engine.loading import bundled_policies, read_policy, years
from engine.policy import Policy
from engine.problems import Invalid
from engine.register.acts import (
    Answered,
    Asked,
    Closed,
    Corrected,
    Deed,
    Found,
    Notified,
    Observed,
    Opened,
    Received,
)
from engine.register.awaiting import awaited
from engine.register.correcting import correction
from engine.register.naming import check_held, named
from engine.register.reading import entries_of, read_case, read_log, see_cases
from engine.schema import check
from engine.stores import bundled_examples, find_doctor
from tests.registers import AFTER, AGENT, ASKED, CODING, DOCTOR, OPENED, UNTIL, VIDEO, YEAR, Book, book, noon

__all__ = ["book"]

NOT_PRODUCED = Found(CODING, "not_produced", ground="rien n’est parvenu")
PAPER = Received(CODING, "récapitulatif", complete=True)


# --- what is entered stands -----------------------------------------------------------------------------------------


def test_a_case_holds_what_was_entered(book: Book) -> None:
    asked = book.ask()
    received = book.number(AFTER, Received(VIDEO, "facture", complete=False, request=asked))
    observed = book.number(AFTER, Observed("J’étais absent.", item=CODING))
    answered = book.number(AFTER, Answered(observed, "Le délai est écoulé."))
    case = book.case(AFTER, Found(CODING, "refuted", ground="aucune trace", reference="PV 12"))
    assert case.acts[1:] == (
        Request(id=asked, items=(CODING, VIDEO), asked_on=ASKED, answer_by=UNTIL, letter="1A 234 567", by=AGENT),
        Receipt(id=received, item=VIDEO, received_on=AFTER, what="facture", complete=False, request=asked, by=AGENT),
        Observation(id=observed, about=CODING, received_on=AFTER, text="J’étais absent.", by=AGENT),
        Answer(id=answered, observation=observed, on=AFTER, text="Le délai est écoulé.", by=AGENT),
        Finding(
            id=answered + 1,
            item=CODING,
            choice=None,
            outcome="refuted",
            decided_on=AFTER,
            ground="aucune trace",
            reference="PV 12",
            by=AGENT,
        ),
    )
    assert (case.doctor, case.year, case.opening.opened_on, case.status) == (DOCTOR, YEAR, OPENED, "open")


def test_an_act_entered_again_is_entered_once(book: Book) -> None:
    """Who was killed before being told may ask again."""
    first, again = book.enter(AFTER, PAPER), book.enter(AFTER, PAPER)
    assert (first.already, again.already, again.entry) == (False, True, first.entry)
    assert len(again.case.receipts) == 1


def test_an_act_that_was_withdrawn_can_be_entered_again(book: Book) -> None:
    first = book.number(AFTER, PAPER)
    book.enter(AFTER, Corrected(first, "erreur"))
    assert book.enter(AFTER, PAPER).already is False


def test_who_reads_is_entered_too(book: Book) -> None:
    read_case(book.where, DOCTOR, None, by="Léo Petit", what="show", clock=noon)
    see_cases(book.where, by="Zoé Roy", what="list", clock=noon)
    entries, _ = read_log(book.where, None, None, by=AGENT, clock=noon)
    assert [(entry.by, entry.kind, entry.about, entry.doctor) for entry in entries] == [
        (AGENT, "open", "", DOCTOR),
        ("Léo Petit", "read", "show", DOCTOR),
        ("Zoé Roy", "read", "list", None),
        (AGENT, "read", "log", None),
    ]
    assert {entry.written_at for entry in entries} == {"2024-12-24T12:00:00.000+00:00"}


def test_the_doctor_s_only_case_needs_no_year(book: Book) -> None:
    assert read_case(book.where, DOCTOR, None, by=AGENT, what="show").year == YEAR
    book.enter(OPENED, Opened(), year=YEAR + 1)
    with pytest.raises(Invalid) as invalid:
        read_case(book.where, DOCTOR, None, by=AGENT, what="show")
    assert [(one.code, one.details["valid"]) for one in invalid.value.problems] == [("several_cases", "2023, 2024")]


# --- only where it can be true --------------------------------------------------------------------------------------


def test_what_was_never_asked_for_is_not_found_unproduced(book: Book) -> None:
    assert book.refused(AFTER, NOT_PRODUCED) == ["never_asked"]


def test_a_paper_may_come_until_the_end_of_the_last_day(book: Book) -> None:
    book.ask()
    assert book.refused(UNTIL, NOT_PRODUCED) == ["delay_runs"]
    assert book.case(AFTER, NOT_PRODUCED).findings[0].outcome == "not_produced"


def test_a_paper_asked_for_again_may_come_until_the_end_of_the_last_delay(book: Book) -> None:
    book.ask()
    later = AFTER + timedelta(days=30)
    book.enter(AFTER, Asked((CODING,), later))
    assert book.refused(later, NOT_PRODUCED) == ["delay_runs"]
    assert book.case(later + timedelta(days=1), NOT_PRODUCED).findings[0].stands


def test_a_paper_that_came_is_not_found_unproduced(book: Book) -> None:
    """Unless it was incomplete."""
    book.ask()
    number = book.number(UNTIL, PAPER)
    assert book.refused(AFTER, NOT_PRODUCED) == ["was_produced"]
    book.enter(AFTER, Corrected(number, "incomplet", Received(CODING, "récapitulatif", complete=False), UNTIL))
    assert book.case(AFTER, NOT_PRODUCED).findings[0].stands


def test_a_request_on_which_a_finding_rests_is_not_withdrawn(book: Book) -> None:
    asked = book.ask()
    book.enter(AFTER, NOT_PRODUCED)
    assert book.refused(AFTER, Corrected(asked, "jamais envoyée")) == ["never_asked"]


@pytest.mark.parametrize(
    ("act", "codes"),
    [
        (Found(CODING, "refuted"), ["ground_wanted"]),
        (Found(CODING, "not_produced"), ["ground_wanted", "never_asked"]),
        (Received(CODING, "facture", complete=True, request=1), ["no_such_request"]),
        (Observed("Non.", entry=77), ["no_such_act"]),
        (Answered(1, "Si."), ["no_such_observation"]),
        (Asked((CODING,), OPENED), ["delay_backwards"]),
        (Notified("constats", OPENED), ["delay_backwards"]),
        (Asked((CODING,), AFTER + timedelta(days=3661)), ["delay_too_long"]),
        (Notified("constats", date.max), ["delay_too_long"]),
        (Opened(), ["already_open"]),
        (Corrected(77, "erreur"), ["nothing_to_correct"]),
        (Corrected(1, "erreur"), ["opening_stands"]),
        (Corrected(1, "erreur", Closed(), AFTER), ["nothing_to_correct"]),
    ],
)
def test_an_act_that_cannot_be_true_is_refused(book: Book, act: Deed | Corrected, codes: list[str]) -> None:
    assert book.refused(AFTER, act) == codes


def test_what_is_refused_leaves_nothing(book: Book) -> None:
    before = entries_of(book.where, DOCTOR, YEAR)
    book.refused(AFTER, NOT_PRODUCED)
    assert entries_of(book.where, DOCTOR, YEAR) == before


def test_nothing_comes_before_the_opening(book: Book) -> None:
    assert book.refused(OPENED - timedelta(days=1), PAPER) == ["before_opening"]


def test_nothing_is_entered_of_a_day_to_come(book: Book) -> None:
    """The clock stands at noon on 24 December, in universal time: it is the 25th already on some islands."""
    assert book.refused(date(2024, 12, 26), PAPER) == ["day_to_come"]
    assert book.case(date(2024, 12, 25), PAPER).receipts[0].stands


def test_two_findings_of_one_day_do_not_contradict_each_other(book: Book) -> None:
    book.enter(AFTER, Found(CODING, "confirmed"))
    assert book.refused(AFTER, Found(CODING, "refuted", ground="faux")) == ["found_otherwise"]
    assert len(book.case(AFTER + timedelta(days=1), Found(CODING, "refuted", ground="faux")).findings) == 2


def test_a_closed_case_is_left_as_it_is_until_it_is_opened_again(book: Book) -> None:
    asked = book.ask()
    closed = book.number(AFTER, Closed())
    assert book.refused(AFTER, PAPER) == ["case_closed"]
    assert book.refused(AFTER, Corrected(asked, "erreur")) == ["case_closed"]
    assert book.case(AFTER, Corrected(closed, "pièce arrivée depuis")).status == "open"
    assert book.case(AFTER, PAPER).receipts[0].stands


# --- corrections ----------------------------------------------------------------------------------------------------


def test_a_correction_cites_what_it_corrects_and_erases_nothing(book: Book) -> None:
    number = book.number(AFTER, Found(CODING, "refuted", ground="faux"))
    made = correction(entries_of(book.where, DOCTOR, YEAR), number, "motif précisé", {"ground": "pièce falsifiée"})
    case = book.case(AFTER, made)
    first, second = case.findings
    assert (first.ground, first.corrected_by, second.ground, second.corrects) == (
        "faux",
        second.id,
        "pièce falsifiée",
        first.id,
    )
    assert [(one.corrects, one.why) for one in case.corrections] == [(number, "motif précisé")]
    assert [row["ground"] for row in finding_rows(case)] == ["pièce falsifiée"]


def test_the_day_of_an_act_can_be_corrected(book: Book) -> None:
    number = book.number(AFTER, PAPER)
    made = correction(entries_of(book.where, DOCTOR, YEAR), number, "cachet de la poste", {"on": str(UNTIL)})
    assert [one.received_on for one in standing(book.case(AFTER, made).receipts)] == [UNTIL]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"colour": "red"}, "no_such_field"),
        ({"outcome": "maybe"}, "bad_field"),
        ({"item": ""}, "field_wanted"),
        ({"on": "demain"}, "bad_date"),
    ],
)
def test_what_an_act_cannot_hold_is_no_correction(book: Book, changes: dict[str, str], code: str) -> None:
    number = book.number(AFTER, Found(CODING, "confirmed"))
    with pytest.raises(Invalid) as invalid:
        correction(entries_of(book.where, DOCTOR, YEAR), number, "erreur", changes)
    assert [problem.code for problem in invalid.value.problems] == [code]


def test_a_campaign_that_has_not_begun_is_not_controlled(book: Book) -> None:
    with pytest.raises(Invalid) as invalid:
        book.enter(date(YEAR, 12, 31), Opened(), year=YEAR + 1)
    assert [problem.code for problem in invalid.value.problems] == ["before_campaign"]
    assert book.enter(date(YEAR + 1, 1, 1), Opened(), year=YEAR + 1).case.status == "open"


# --- what is awaited ------------------------------------------------------------------------------------------------


def test_papers_are_awaited_until_they_come_or_something_is_found(book: Book) -> None:
    book.ask()
    case = book.case(UNTIL, PAPER)
    assert [(one.what, one.until, one.items, one.state) for one in awaited([case], UNTIL)] == [
        ("papers", UNTIL, (VIDEO,), "runs")
    ]
    assert [one.state for one in awaited([case], AFTER)] == ["over"]
    assert awaited([book.case(AFTER, replace(NOT_PRODUCED, item=VIDEO))], AFTER) == []


def test_an_observation_is_awaited_an_answer(book: Book) -> None:
    number = book.number(AFTER, Observed("Non.", item=CODING))
    case = read_case(book.where, DOCTOR, YEAR, by=AGENT, what="show")
    assert [(one.what, one.act, one.state) for one in awaited([case], AFTER)] == [("observation", number, "undated")]
    assert awaited([book.case(AFTER, Answered(number, "Si."))], AFTER) == []


def test_a_letter_may_be_answered_and_a_closed_case_awaits_nothing(book: Book) -> None:
    case = book.case(ASKED, Notified("constats", UNTIL))
    assert [(one.what, one.state) for one in awaited([case])] == [("letter", "open")]
    assert awaited([book.case(AFTER, Closed())]) == []


def test_what_is_awaited_on_a_day_is_what_was_known_then(book: Book) -> None:
    """Not what was done, corrected or closed since."""
    asked = book.ask()
    book.enter(AFTER, Asked((CODING,), AFTER + timedelta(days=30)))
    book.enter(AFTER, Corrected(asked, "délai trop court", Asked((CODING,), AFTER), ASKED))
    case = book.case(AFTER, Closed())
    told = [[(one.act, one.until) for one in awaited([case], day)] for day in (OPENED, ASKED, AFTER)]
    assert told == [[], [(asked, UNTIL)], []]
    assert awaited([case], OPENED - timedelta(days=1)) == []


# --- what an act names ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def policy() -> Policy:
    return linked(read_policy(years(bundled_policies())[YEAR]), {})


def test_a_choice_is_kept_as_its_list_codes_it(policy: Policy) -> None:
    table = policy.vocabulary.items["services"].choices[0]
    entry = table.entries[0]
    assert named(Found("services", "confirmed", entry.label.fr), policy) == Found("services", "confirmed", entry.code)


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        (Asked((CODING, "codag"), UNTIL), "unknown_item"),
        (Received("codag", "facture", complete=True), "unknown_item"),
        (Observed("Non.", item="codag"), "unknown_item"),
        (Found("services", "confirmed", "piscine"), "not_in_table"),
    ],
)
def test_what_the_policy_does_not_know_is_refused(policy: Policy, deed: Deed, code: str) -> None:
    with pytest.raises(Invalid) as invalid:
        named(deed, policy)
    assert [problem.code for problem in invalid.value.problems] == [code]


def test_a_finding_is_about_something_in_the_dossier(policy: Policy) -> None:
    dossier = read_dossier(find_doctor(bundled_examples(), DOCTOR).page, policy)
    check_held(Found(CODING, "confirmed"), dossier)
    with pytest.raises(Invalid) as invalid:
        check_held(Found("services", "confirmed", "piscine"), dossier)
    assert [problem.code for problem in invalid.value.problems] == ["not_in_dossier"]


def test_findings_join_the_dossier_as_rows_of_its_own(book: Book, policy: Policy) -> None:
    page = find_doctor(bundled_examples(), DOCTOR).page
    case = book.case(AFTER, Found(CODING, "refuted", ground="aucune trace"))
    joined = with_findings(page, case)
    assert check(joined, "dossier") == []
    findings = [row for row in read_dossier(joined, policy).rows if row.type == "finding"]
    assert [(row.name, row.fields["outcome"], row.id) for row in findings] == [
        (CODING, "refuted", f"control-{case.findings[0].id}")
    ]
    assert "findings" not in page.data["campaigns"][str(YEAR)]
