"""What the days of a case promise: nothing answers what was not done yet, and nothing is left open by a closing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.register.acts import Answered, Asked, Closed, Corrected, Found, Observed, Opened, Received
from engine.register.awaiting import awaited
from engine.register.correcting import correction
from engine.register.purging import purge
from engine.register.reading import entries_of, read_log
from engine.register.store import register
from tests.registers import AFTER, AGENT, ASKED, CODING, DOCTOR, OPENED, UNTIL, VIDEO, YEAR, Book, book, noon

__all__ = ["book"]

LATER = AFTER + timedelta(days=20)
CHOICE, OTHER = "maison", "cabinet"


# --- what answers comes after ---------------------------------------------------------------------------------------


def test_an_answer_is_not_older_than_the_observation(book: Book) -> None:
    observed = book.number(AFTER, Observed("Non.", item=CODING))
    assert book.refused(UNTIL, Answered(observed, "Si.")) == ["too_soon"]
    assert book.case(AFTER, Answered(observed, "Si.")).answers[0].stands


def test_what_came_for_a_request_is_not_older_than_it(book: Book) -> None:
    asked = book.ask()
    assert book.refused(OPENED, Received(CODING, "facture", complete=True, request=asked)) == ["too_soon"]
    assert book.case(ASKED, Received(CODING, "facture", complete=True, request=asked)).receipts[0].stands
    assert book.case(OPENED, Received(VIDEO, "facture", complete=True)).receipts[1].stands


def test_an_observation_is_not_older_than_the_act_it_is_about(book: Book) -> None:
    asked = book.ask()
    assert book.refused(OPENED, Observed("Pourquoi ?", entry=asked)) == ["too_soon"]


def test_a_request_is_not_moved_past_what_answers_it(book: Book) -> None:
    asked = book.ask()
    book.enter(UNTIL, Received(CODING, "facture", complete=True, request=asked))
    moved = Corrected(asked, "cachet de la poste", Asked((CODING, VIDEO), LATER), AFTER)
    assert book.refused(LATER, moved) == ["too_soon"]


def test_what_came_before_a_second_request_does_not_answer_it(book: Book) -> None:
    book.ask()
    book.enter(UNTIL, Received(CODING, "facture", complete=True))
    book.enter(UNTIL, Received(VIDEO, "facture", complete=True))
    again = book.number(AFTER, Asked((CODING,), LATER))
    case = book.case(AFTER, Received(VIDEO, "une autre", complete=True))
    assert [(one.act, one.items) for one in awaited([case])] == [(again, (CODING,))]
    assert awaited([book.case(LATER, Received(CODING, "la bonne", complete=True))]) == []


# --- findings -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), [(None, CHOICE), (CHOICE, None), (CHOICE, CHOICE), (None, None)])
def test_findings_of_an_item_and_of_its_choice_do_not_contradict_each_other(
    book: Book, first: str | None, second: str | None
) -> None:
    book.enter(AFTER, Found(CODING, "confirmed", first))
    assert book.refused(AFTER, Found(CODING, "refuted", second, "faux")) == ["found_otherwise"]
    assert book.case(AFTER, Found(CODING, "confirmed", second, "vu")).findings[1].stands


def test_findings_of_two_choices_may_differ(book: Book) -> None:
    book.enter(AFTER, Found(CODING, "confirmed", CHOICE))
    assert book.case(AFTER, Found(CODING, "refuted", OTHER, "faux")).findings[1].stands


# --- a closing ------------------------------------------------------------------------------------------------------


def test_a_case_is_not_closed_before_its_last_act(book: Book) -> None:
    number = book.number(AFTER, Found(CODING, "refuted", ground="faux"))
    assert book.refused(UNTIL, Closed()) == ["closed_too_soon"]
    closed = book.number(LATER, Closed())
    assert book.refused(LATER, Corrected(closed, "erreur", Closed(), UNTIL)) == ["closed_too_soon"]
    book.enter(LATER, Corrected(closed, "encore ouvert"))
    book.enter(LATER, Corrected(number, "erreur"))
    assert book.case(UNTIL, Closed()).status == "closed"


def test_a_purge_looks_at_the_last_day_of_a_case(book: Book) -> None:
    """That of a correction, when it comes after the closing."""
    number = book.number(AFTER, Found(CODING, "refuted", ground="faux"))
    book.enter(LATER, Corrected(number, "erreur"))
    book.enter(UNTIL, Closed())
    assert purge(book.where, LATER, by=AGENT, on=LATER, clock=noon).cases == 0
    assert purge(book.where, LATER + timedelta(days=1), by=AGENT, on=noon().date(), clock=noon).cases == 1


def test_nothing_of_a_doctor_is_left_once_every_case_is_purged(book: Book) -> None:
    """Neither that all the cases were read at once, on a day that the purge leaves."""
    book.enter(AFTER, Closed())
    read_log(book.where, DOCTOR, None, by=AGENT, clock=noon)
    assert purge(book.where, LATER, by=AGENT, on=noon().date(), clock=noon).dropped == 3
    with register(book.where) as held:
        assert [entry.kind for entry in held.entries()] == ["purge"]


def test_who_read_a_doctor_of_whom_a_case_is_kept_is_kept_too(book: Book) -> None:
    book.enter(AFTER, Closed())
    book.enter(OPENED, Opened(), year=YEAR + 1)
    read_log(book.where, DOCTOR, None, by=AGENT, clock=noon)
    assert purge(book.where, LATER, by=AGENT, on=noon().date(), clock=noon).dropped == 2
    with register(book.where) as held:
        assert [(entry.kind, entry.year) for entry in held.entries()] == [
            ("open", YEAR + 1),
            ("read", None),
            ("purge", None),
        ]


# --- asked again ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [{}, {"ground": "pièce falsifiée"}], ids=["withdrawn", "replaced"])
def test_a_correction_asked_again_is_entered_once(book: Book, changes: dict[str, str]) -> None:
    number = book.number(AFTER, Found(CODING, "refuted", ground="faux"))

    def correct(why: str = "erreur") -> Corrected:
        return correction(entries_of(book.where, DOCTOR, YEAR), number, why, changes)

    first, again = book.enter(AFTER, correct()), book.enter(AFTER, correct())
    assert (first.already, again.already, again.entry) == (False, True, first.entry)
    assert book.refused(AFTER, correct("autre chose")) == ["nothing_to_correct"]
