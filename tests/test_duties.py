"""What is left to do before the closings: as of several days, through which channel, by when, and worth what."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from io import StringIO
from typing import Any as Anything

import pytest
from msgspec.structs import replace
from syrupy.assertion import SnapshotAssertion

from cli.draw import draw
from cli.screen import Screen
from engine.decision import judge
from engine.dispute.due import Duties, Duty
from engine.dispute.duties import duties, starting_day
from engine.dispute.suppose import supposed_dossier, suppositions
from engine.dossier import Dossier
from engine.telling.parts import Part
from engine.telling.still_due import still_due
from engine.verdict import Verdict
from engine.words import Lang
from tests.conftest import Example, Forfait, known

FONTAINE, NO_PAPER, ONE_ACT_SHORT = (
    Example("99900000003", 2023),
    Example("99900000086", 2023),
    Example("99900000029", 2023),
)
TWO_YEARS, LOCUM, HALF_THERE = (
    Example("99900000359", 2024),
    Example("99900000276", 2023),
    Example("99900000300", 2023),
)
REFUTED, OUTSIDE = Example("99900000318", 2023), Example("99900000268", 2023)
BEFORE, WITHIN = date(2023, 12, 1), date(2024, 1, 20)
EVE, LAST_DAY, DAY_AFTER = date(2024, 2, 3), date(2024, 2, 4), date(2024, 2, 5)
REFUTED_BY = date(2024, 6, 29)
WEB, PAPER = "amelipro", "papier"


@cache
def due(example: Example, as_of: date) -> Duties:
    return duties(example.decision.policy, example.decision.dossier, as_of)


def early(example: Example, counted_on: str = "2023-11-30") -> Dossier:
    """The dossier as it would be, had every rate and fact been counted before the year was over."""
    page, policy = known()[example.number].page, example.decision.policy
    tables = page.data["campaigns"][str(example.year)]
    ids = [f"measures.{row['id']}" for row in tables["measures"]] + [f"facts.{row['id']}" for row in tables["facts"]]
    asked = [f"{row}.recorded_on={counted_on}" for row in ids]
    asked += [f"facts.{row['id']}.observed_on={counted_on}" for row in tables["facts"]]
    return supposed_dossier(page, policy, suppositions(asked))


def drawn(found: Duties, example: Example, lang: Lang = "fr") -> str:
    written = StringIO()
    draw(
        Screen(written, 80, colours=False), still_due(found, example.decision.dossier, example.decision.policy, lang)
    )
    return written.getvalue()


def of(found: Duties, name: str) -> Duty:
    return next(one for one in found.to_do if one.target.claim == name)


def claims(listed: tuple[Anything, ...]) -> set[str]:
    return {one.target.claim for one in listed}


# --- what a reader sees ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_of", [BEFORE, WITHIN, DAY_AFTER], ids=str)
@pytest.mark.parametrize("chosen", [FONTAINE, NO_PAPER, HALF_THERE], ids=str)
def test_what_is_left_to_do(chosen: Example, as_of: date, named: SnapshotAssertion) -> None:
    assert drawn(due(chosen, as_of), chosen) == named(name=f"duties/{chosen}-{as_of}.txt")


def test_what_is_left_to_do_in_english(named: SnapshotAssertion) -> None:
    assert drawn(due(FONTAINE, WITHIN), FONTAINE, "en") == named(name=f"duties/{FONTAINE}-{WITHIN}.en.txt")


def test_what_is_reached_and_must_hold(named: SnapshotAssertion) -> None:
    """Rates counted before the year ends are shown as they are, to be kept up or to be raised."""
    found = duties(FONTAINE.decision.policy, early(FONTAINE), BEFORE)
    assert drawn(found, FONTAINE) == named(name=f"duties/{FONTAINE}-counted-early.txt")


# --- day after day --------------------------------------------------------------------------------------------------


def test_before_the_window_a_declaration_has_a_first_and_a_last_day() -> None:
    (way,) = of(due(FONTAINE, BEFORE), "volet-2.codage").ways
    (window,) = way[0].windows
    assert set(window.channels) == {WEB, PAPER}
    assert (window.first, window.last) == (date(2023, 12, 11), LAST_DAY)


def test_in_the_window_it_has_a_last_day_alone() -> None:
    (way,) = of(due(FONTAINE, WITHIN), "volet-2.codage").ways
    assert [(window.first, window.last) for window in way[0].windows] == [(None, LAST_DAY)]


@pytest.mark.parametrize("chosen", [FONTAINE, NO_PAPER, ONE_ACT_SHORT], ids=str)
def test_on_the_last_day_the_window_has_closed(chosen: Example) -> None:
    """A day is over when it is decided on: what could be done on its eve, and was not, is listed with that day."""
    eve, last = due(chosen, EVE), due(chosen, LAST_DAY)
    gone = {name for name in claims(eve.to_do) if of(eve, name).last == LAST_DAY}
    shut = {one.target.claim: one.last for one in last.closed}
    assert gone <= set(shut)
    assert {shut[name] for name in gone} <= {LAST_DAY}
    assert claims(last.to_do).isdisjoint(gone)


@pytest.mark.parametrize("chosen", [FONTAINE, NO_PAPER, ONE_ACT_SHORT], ids=str)
def test_the_day_after_tells_the_same_story(chosen: Example) -> None:
    """But for what a doctor did, or a fund recorded, in between."""
    last, after = due(chosen, LAST_DAY), due(chosen, DAY_AFTER)
    assert {(one.target.claim, one.last) for one in last.closed} == {(o.target.claim, o.last) for o in after.closed}


def test_nothing_that_is_over_is_ever_asked_for() -> None:
    days = {FONTAINE: (BEFORE, WITHIN, DAY_AFTER), NO_PAPER: (WITHIN, DAY_AFTER), TWO_YEARS: (date(2024, 12, 20),)}
    for example, day in ((example, day) for example, asked in days.items() for day in asked):
        found = due(example, day)
        steps = [step for one in found.to_do for way in one.ways for step in way if not step.awaited]
        assert all(window.last > day for step in steps for window in step.windows)
        assert all(one.last <= day for one in found.closed)


def test_what_is_not_granted_is_listed_once() -> None:
    """To do, awaited, to be kept, closed, not settled or beyond the doctor: one of them, and no indicator is lost."""
    asked = [(FONTAINE, BEFORE), (FONTAINE, WITHIN), (NO_PAPER, DAY_AFTER), (LOCUM, WITHIN), (REFUTED, REFUTED_BY)]
    for example, day in asked:
        found = due(example, day)
        names = [one.target.claim for listed in (found.to_do, found.awaited, found.closed) for one in listed]
        names += [one.claim for one in (*found.unsettled, *found.beyond)]
        outcomes = {one.indicator.id: one.outcome for one in found.idle.indicators}
        lacking = {name for name, outcome in outcomes.items() if outcome not in ("granted", "out_of_play")}
        assert len(names) == len(set(names))
        assert {name for name in names if name in outcomes} == lacking


# --- what it is worth -----------------------------------------------------------------------------------------------


def test_a_prerequisite_is_worth_the_whole() -> None:
    """One paper on the prescribing software opens volet 1, and all of volet 2 with it: 8,141 euros."""
    first = due(NO_PAPER, WITHIN).to_do[0]
    assert first.target.claim == "volet-1.logiciel"
    assert (first.points, first.euros) == (Decimal(1163), Decimal(8141))


def test_the_most_valuable_comes_first() -> None:
    for day in (BEFORE, WITHIN, DAY_AFTER):
        worth = [one.euros for one in due(FONTAINE, day).to_do]
        assert worth == sorted(worth, reverse=True)


def test_doing_what_is_asked_grants_it() -> None:
    """Every way shown, taken by itself, meets what it is shown for."""
    found = due(FONTAINE, WITHIN)
    horizon = found.idle.as_of
    for one in found.to_do:
        for way in one.ways:
            gone = [step.change.before for step in way if step.change.before is not None]
            kept = [row for row in found.idle.dossier.rows if row not in gone]
            added = [step.change.after for step in way if step.change.after is not None]
            after = judge(found.idle.policy, replace(found.idle.dossier, rows=(*kept, *added)), horizon)
            assert after.verdicts[one.target.claim] is Verdict.MET, (one.target.claim, added)


def test_doing_everything_pays_the_best() -> None:
    found = due(FONTAINE, WITHIN)
    assert found.best.paid.least == 1163
    assert found.idle.paid.most < found.best.paid.least


@pytest.mark.parametrize(
    ("lang", "apart", "warned"),
    [
        ("fr", "  En plus, au mieux : Forfait du volet de synthèse médicale (VSM)\n", "3 000,00 € au plus."),
        ("en", "  In addition, at best: Medical summary (VSM) lump sum  ", "do not add up; €3,000.00"),
    ],
)
def test_the_best_tells_what_is_paid_apart_once(lang: Lang, apart: str, warned: str) -> None:
    """The tiers of each period come one by one in the list: what they come to is told, and that they are no sum."""
    told = re.sub("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", " ", drawn(due(FONTAINE, BEFORE), FONTAINE, lang))
    before, _, after = told.partition(apart)
    assert after.split("\n")[0].strip() in ("3 000,00 €", "€3,000.00")
    assert warned in before


def test_nothing_hangs_on_a_duty_once_volet_1_is_lost() -> None:
    """2024 without the SESAM-Vitale version: what may still be declared brings nothing, and says so."""
    lost = Example("99900000391", 2024)
    found = due(lost, date(2025, 3, 1))
    assert {one.euros for one in found.to_do} == {Decimal(0)}
    assert "sans effet sur le paiement" in drawn(found, lost)
    closed = {one.target.claim: one.points for one in found.closed}
    assert closed["volet-1.sesam-vitale"] > 280


def test_a_tier_is_worth_what_it_adds() -> None:
    """Half of the summaries paid in December: nine in ten in June bring the complement alone, half again nothing."""
    tiers = {one.target.claim: one.euros for one in due(HALF_THERE, date(2024, 3, 20)).to_do}
    assert tiers == {"vsm#mi-2024.neuf-dixiemes": 1500}


# --- what is provisional, awaited, or not the doctor's to do --------------------------------------------------------


def test_a_provisional_rate_is_to_be_kept_until_the_year_ends() -> None:
    found = duties(FONTAINE.decision.policy, early(FONTAINE), BEFORE)
    kept = {one.target.claim: one.until for one in found.kept}
    assert kept["volet-1.teletransmission"] == date(2023, 12, 31)
    assert "volet-2.pse" in kept
    assert of(found, "volet-2.aat").last == date(2023, 12, 31)


def test_a_rate_not_yet_known_is_awaited_once_its_year_is_over() -> None:
    assert "volet-2.aat" in claims(due(FONTAINE, BEFORE).to_do)
    assert "volet-2.aat" in claims(due(FONTAINE, WITHIN).awaited)


def test_what_a_control_refuted_is_not_asked_for_again() -> None:
    found = due(REFUTED, REFUTED_BY)
    assert "volet-2.coordination" in {one.claim for one in found.beyond}


def test_a_doctor_who_is_not_eligible_is_told_so() -> None:
    assert "rien n’est payé en l’état" in drawn(due(OUTSIDE, WITHIN), OUTSIDE).replace("\n", " ")


def test_a_declaration_that_does_not_qualify_is_to_be_made_again() -> None:
    """A connected thermometer was declared, which the list refuses: another device is to be declared."""
    parts = still_due(due(FONTAINE, WITHIN), FONTAINE.decision.dossier, FONTAINE.decision.policy, "fr").sections
    told = next(part for part in below(parts) if part.text == "Équipements médicaux connectés")
    assert told.parts[0].text.startswith("Déclarer de nouveau")


def below(parts: tuple[Part, ...]) -> list[Part]:
    return [one for part in parts for one in (part, *below(part.parts))]


# --- the command ----------------------------------------------------------------------------------------------------


def test_the_command_speaks_of_the_day_it_is_given(forfait: Forfait) -> None:
    ran = forfait("duties", FONTAINE.number, "--as-of", str(WITHIN))
    code, out = ran.code, ran.out
    assert code == 0
    assert out == drawn(due(FONTAINE, WITHIN), FONTAINE)


def test_without_a_day_it_speaks_of_the_eve_of_the_window(forfait: Forfait) -> None:
    """There is no clock: the same question always has the same answer, and the day is printed."""
    assert starting_day(FONTAINE.decision.policy) == date(2023, 12, 11) - timedelta(days=1)
    out = forfait("duties", FONTAINE.number, "--lang", "en").out
    assert "10 December 2023" in out.replace("\N{NO-BREAK SPACE}", " ")


def test_another_reading_moves_the_last_day(forfait: Forfait) -> None:
    """Were papers due with the declarations, the paper missing in March would come too late."""
    asked = ("duties", NO_PAPER.number, "--as-of", "2024-03-01")
    assert "À faire" in forfait(*asked).out
    told = forfait(*asked, "--reading", "delai-pieces=cloture").out.replace("\N{NO-BREAK SPACE}", " ")
    assert "clos le 4 février 2024" in " ".join(told.split())


@pytest.mark.parametrize("wrong", [("--as-of", "2024-02-30"), ("--year", "1999"), ("--reading", "x=y")])
def test_a_wrong_question_ends_in_one_message(wrong: tuple[str, str], forfait: Forfait) -> None:
    ran = forfait("duties", FONTAINE.number, *wrong)
    code, out, err = ran.code, ran.out, ran.err
    assert (code, out, err.count("\n")) == (2, "", 1)
