"""What a notice lacks: each thing that the law asks of it, removed in turn, is refused by its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any as Anything

import pytest
from msgspec.structs import replace

from engine.control.cases import Act, Case, Correction, Observation
from engine.control.limitation import bases
from engine.control.notice import Notice, Signatory
from engine.control.notice_lacking import lacking, owed_by_law
from engine.problems import render
from engine.telling import legal as references
from engine.telling.legal import legal
from engine.words import LANGS, Lang
from tests.controlled import (
    ACTS,
    ANSWER,
    BY,
    CARE,
    DATED,
    FOUND,
    NOT_PRODUCED,
    OPENING,
    PAID,
    PAYMENTS,
    REQUEST,
    SOFTWARE,
    TOLD,
    case_of,
    changed,
    complete,
    found,
)
from tests.test_words import faults


def lacks(notice: Notice) -> list[str]:
    """The names of what a notice lacks."""
    return [problem.code for problem in lacking(notice, "fr")]


def of(*acts: Act) -> Notice:
    """A notice of a case with these acts."""
    return complete(case_of(acts))


def instead(before: Act, after: Act | None) -> Notice:
    """A notice of the case with one of its acts replaced, or left out."""
    acts = [after if act == before else act for act in ACTS]
    return of(*(act for act in acts if act is not None))


def without_doctor(**fields: Anything) -> Notice:
    """A notice of a doctor of whom something is not known."""
    notice = complete()
    made = notice.redecision
    dossier = replace(made.after.dossier, **fields)
    return replace(notice, redecision=replace(made, after=replace(made.after, dossier=dossier)))


def corrected(on: date) -> Case:
    """The case, the ground of its finding given anew on a day."""
    first, again = replace(NOT_PRODUCED, corrected_by=20), replace(NOT_PRODUCED, id=20, corrects=NOT_PRODUCED.id)
    acts = [first if act == NOT_PRODUCED else act for act in ACTS]
    told = Correction(id=20, by=BY, on=on, corrects=NOT_PRODUCED.id, why="précision")
    return replace(case_of([*acts, again]), corrections=(told,))


def reversed_decisions() -> Notice:
    """A notice after which more is due than was paid."""
    notice = complete()
    account = notice.account
    lines = tuple(replace(line, before=line.after, after=line.before) for line in account.lines)
    turned = replace(account, lines=lines, before=account.after, after=account.before, unfound=account.after)
    return replace(notice, account=turned)


# --- what it lacks --------------------------------------------------------------------------------------------------


def test_a_complete_notice_lacks_nothing() -> None:
    assert lacks(complete()) == []


GROUNDLESS = replace(NOT_PRODUCED, ground=None)
LATER = date(2025, 4, 21)
ELEMENTS: dict[str, tuple[Callable[[], Notice], list[str]]] = {
    "cause: no finding": (lambda: of(OPENING), ["notice_no_finding", "notice_no_nature", "notice_nothing_owed"]),
    "cause: confirmed": (
        lambda: of(OPENING, found(CARE, "confirmed")),
        ["notice_no_finding", "notice_no_nature", "notice_nothing_owed"],
    ),
    "cause: no ground": (lambda: instead(NOT_PRODUCED, GROUNDLESS), ["notice_no_ground"]),
    "cause: a blank ground": (lambda: instead(NOT_PRODUCED, replace(GROUNDLESS, ground=" ")), ["notice_no_ground"]),
    "cause: nothing asked": (lambda: instead(REQUEST, None), ["notice_not_asked"]),
    "cause: asked of something else": (
        lambda: instead(REQUEST, replace(REQUEST, items=(CARE,))),
        ["notice_not_asked"],
    ),
    "cause: asked later": (
        lambda: instead(REQUEST, replace(REQUEST, asked_on=date(2025, 3, 2), answer_by=date(2025, 4, 2))),
        ["notice_not_asked"],
    ),
    "cause: another delay running": (
        lambda: of(*ACTS, replace(REQUEST, id=20, asked_on=date(2025, 2, 20), answer_by=date(2025, 3, 20))),
        ["notice_delay_running"],
    ),
    "cause: delay running": (
        lambda: instead(REQUEST, replace(REQUEST, answer_by=FOUND)),
        ["notice_delay_running"],
    ),
    "exchange: unanswered": (lambda: instead(ANSWER, None), ["notice_unanswered"]),
    "exchange: answered too late": (lambda: instead(ANSWER, replace(ANSWER, on=LATER)), ["notice_unanswered"]),
    "exchange: something else unanswered": (
        lambda: of(*ACTS, Observation(id=20, by=BY, about="video", received_on=FOUND, text="Et la vidéo ?")),
        ["notice_unanswered"],
    ),
    "exchange: what was confirmed unanswered": (
        lambda: of(*ACTS, Observation(id=20, by=BY, about=CARE, received_on=FOUND, text="Et la suite ?")),
        ["notice_unanswered"],
    ),
    "exchange: a delay that still runs": (
        lambda: of(OPENING, replace(REQUEST, answer_by=DATED), found(SOFTWARE, "refuted", 3)),
        ["notice_request_runs"],
    ),
    "exchange: a ground corrected since": (
        lambda: complete(corrected(LATER)),
        ["notice_corrected_since"],
    ),
    "nature and amount: nothing moved": (
        lambda: changed(account=replace(complete().account, lines=())),
        ["notice_no_nature"],
    ),
    "amount: more is due than was paid": (reversed_decisions, ["notice_nothing_owed", "notice_not_reconciled"]),
    "amount: a cent": (
        lambda: changed(payments=(replace(PAYMENTS[0], amount=Decimal("8141.01")), PAYMENTS[1])),
        ["notice_not_reconciled"],
    ),
    "amount: told apart, the other way round": (
        lambda: changed(payments=(replace(PAYMENTS[0], pays="vsm"), replace(PAYMENTS[1], pays="points"))),
        ["notice_part_not_reconciled"] * 2,
    ),
    "amount: of what is not paid apart": (
        lambda: changed(payments=(replace(PAYMENTS[0], pays="prime"), replace(PAYMENTS[1], pays="vsm"))),
        ["notice_unknown_part"],
    ),
    "dates: no payment": (lambda: changed(payments=()), ["notice_no_payment"]),
    "dates: paid after the letter": (
        lambda: changed(payments=(PAYMENTS[0], replace(PAYMENTS[1], day=LATER))),
        ["notice_paid_later"],
    ),
    "basis": (lambda: changed(basis=None), ["notice_no_basis"]),
    "basis: not established": (lambda: changed(basis=bases()["l133-4-etabli"]), ["notice_not_established"]),
    "basis: a letter not on file": (lambda: changed(interruptions=("9Z",)), ["notice_no_letter"]),
    "basis: a letter that does not interrupt": (
        lambda: changed(basis=bases()["repetition-indu"], interruptions=(TOLD.letter,)),
        ["notice_no_letter"],
    ),
    "signatory: name": (
        lambda: changed(signatory=Signatory(None, "directrice de la caisse")),
        ["notice_no_signatory"],
    ),
    "signatory: capacity": (lambda: changed(signatory=Signatory("Anne Roy", None)), ["notice_no_capacity"]),
    "recipient": (lambda: without_doctor(name=None), ["notice_no_name"]),
    "author": (lambda: without_doctor(fields={}), ["notice_no_caisse"]),
}


@pytest.mark.parametrize("element", ELEMENTS)
def test_each_element_removed_is_refused_by_name(element: str) -> None:
    make, codes = ELEMENTS[element]
    assert lacks(make()) == codes


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("name", "entry"), [(name, entry) for name, one in bases().items() for entry in owed_by_law(one)]
)
def test_a_delay_or_a_remedy_that_is_not_there_is_refused_by_name(
    name: str, entry: str, lang: Lang, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under each basis, whether the entry is missing, or says nothing in the language of the letter."""
    basis, whole = bases()[name], legal()
    notice = changed(basis=basis, established="jugement du 3 mars 2025")
    for cut in (
        {each: one for each, one in whole.items() if each != entry},
        {**whole, entry: {**whole[entry], "text": {**whole[entry]["text"], lang: ""}}},
    ):
        with monkeypatch.context() as patch:
            patch.setattr("engine.control.notice_lacking.legal", lambda cut=cut: cut)
            assert [one.code for one in lacking(notice, lang)] == [owed_by_law(basis)[entry]]
    assert callable(references.legal)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("element", ELEMENTS)
def test_what_is_lacking_is_said_in_a_sentence(element: str, lang: Lang) -> None:
    """Which begins with the element that it is about, and is well set."""
    make, _ = ELEMENTS[element]
    for problem in lacking(make(), lang):
        told = render(problem, lang)
        assert re.match(r"^[\w ’-]+\N{NO-BREAK SPACE}?: .*\.( [^.]+\.)?", told, re.DOTALL), told
        assert faults(told, lang) == []


def test_everything_lacking_is_told_at_once() -> None:
    bare = changed(payments=(), basis=None, signatory=Signatory())
    codes = ["notice_no_payment", "notice_no_basis", "notice_no_signatory", "notice_no_capacity"]
    assert lacks(bare) == codes


def unsettled() -> Notice:
    notice = complete()
    first, *others = notice.account.lines
    doubtful = replace(first, before=replace(first.before, least=Decimal(0)))
    return replace(notice, account=replace(notice.account, lines=(doubtful, *others)))


def test_an_amount_that_hangs_on_an_unknown_fact_is_not_claimed() -> None:
    assert lacks(unsettled()) == ["notice_unsettled"]


def test_what_no_finding_explains_is_not_claimed() -> None:
    """A line that had fallen before the findings fell for a reason that the notice does not give."""
    notice = complete()
    lines = tuple(replace(line, unfound=line.after) for line in notice.account.lines)
    told = lacking(replace(notice, account=replace(notice.account, lines=lines)), "fr")
    assert {problem.code for problem in told} == {"notice_learnt"}
    assert len(told) == len(notice.account.moved)


@pytest.mark.parametrize(("days", "codes"), [(1, []), (0, ["notice_request_runs"]), (-1, ["notice_request_runs"])])
def test_the_letter_may_leave_on_the_day_after_the_last_to_answer(days: int, codes: list[str]) -> None:
    asked = replace(REQUEST, answer_by=DATED - timedelta(days=days))
    assert lacks(of(OPENING, asked, found(SOFTWARE, "refuted", 3))) == codes


def test_what_was_corrected_by_the_day_of_the_letter_is_in_it() -> None:
    assert lacks(complete(corrected(DATED))) == []


def test_a_ground_that_is_missing_is_told_with_how_to_give_it() -> None:
    (problem,) = lacking(instead(NOT_PRODUCED, GROUNDLESS), "fr")
    assert f"forfait control correct {PAID.number} {NOT_PRODUCED.id} --set ground=…" in render(problem, "fr")


# --- limitation -----------------------------------------------------------------------------------------------------


def dated(day: date, **fields: Anything) -> list[str]:
    """What a notice of that day lacks, all else being as it was."""
    return lacks(changed(dated=day, **fields))


@pytest.mark.parametrize("name", [name for name, one in bases().items() if not one.establish])
def test_the_last_day_is_the_last(name: str) -> None:
    """The payment of 30 April 2024 can be claimed on the day of that number, and not on the next."""
    basis = bases()[name]
    last = date(2024 + basis.years, 4, 30)
    assert dated(last, basis=basis) == []
    assert dated(last + timedelta(days=1), basis=basis) == ["notice_lapsed"]


def test_what_has_lapsed_under_one_basis_may_not_have_under_another() -> None:
    day = date(2028, 1, 1)
    assert dated(day) == ["notice_lapsed"] * 2
    assert dated(day, basis=bases()["repetition-indu"]) == []


def test_a_letter_counts_where_the_agent_says_so_and_only_there() -> None:
    day = date(2028, 3, 5)
    assert dated(day) == ["notice_lapsed"] * 2
    assert dated(day, interruptions=(TOLD.letter,)) == []
    assert dated(day + timedelta(days=1), interruptions=(TOLD.letter,)) == ["notice_lapsed"] * 2


def test_only_what_is_claimed_back_can_lapse() -> None:
    """The lump sum is due as it was paid: its payment, older than the delay, is not claimed."""
    old = replace(PAYMENTS[1], day=date(2020, 7, 31))
    apart = (replace(PAYMENTS[0], pays="points"), replace(old, pays="vsm"))
    assert dated(DATED, payments=(PAYMENTS[0], old)) == ["notice_lapsed"]
    assert dated(DATED, payments=apart) == []
