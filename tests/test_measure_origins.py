"""What a count says of where it comes from: its flows, why its days begin where they do, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any as Anything

import pytest

from engine.measuring.origins import read_origin
from tests.conftest import Forfait
from tests.measuring import DOCTOR, YEAR, Measured, act, acts, dossiers, measured

RATE = "teletransmission"
NEVER = {"readings": {"aucune-fse": "non-calculable"}}


PASSAGE = {"fr": "I.4.a (lignes 180 à 181)", "en": "I.4.a (lines 180 to 181)"}


def counted(folder: Path, days: list[date], asked: Mapping[str, Anything]) -> Measured:
    """Claims sent on these days, and two on paper, counted in the dossier of the doctor."""
    rows = [*acts(2, mode="papier"), *(act(performed_on=day) for day in days)]
    return measured(folder, {"acts": rows}, data=dossiers(folder / "dossiers"), **asked)


def flat(text: str) -> str:
    """The words of a page, however its lines are broken."""
    for sign in "│└├─>\\":
        text = text.replace(sign, " ")
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ").split())


SAID = {
    "begun": (
        [date(YEAR, 5, 2), date(YEAR, 9, 1), date(YEAR - 2, 3, 3)],
        {},
        "Le décompte part du mois qui suit la première feuille de soins électronique, du 2 mai 2023 : aucune n’avait"
        " été transmise l’année d’avant.",
        "Counted from the month after the first electronic claim, of 2 May 2023: none was sent the year before.",
    ),
    "before": (
        [date(YEAR - 1, 2, 1), date(YEAR - 1, 11, 30), date(YEAR, 5, 2)],
        {},
        "Période entière : une feuille de soins électronique avait déjà été transmise, en dernier lieu le 30 novembre"
        " 2022.",
        "The whole period: an electronic claim had already been sent, the last time on 30 November 2022.",
    ),
    "never": (
        [],
        {},
        "Période entière : aucune feuille de soins électronique n’a été transmise, ni dans l’année, ni dans celle"
        " d’avant.",
        "The whole period: no electronic claim was sent, neither in the year nor in the one before.",
    ),
    "no day": (
        [],
        NEVER,
        "Rien ne fait partir le décompte : aucune feuille de soins électronique n’a été transmise,",
        "Nothing begins the count: no electronic claim was sent,",
    ),
}


@pytest.mark.parametrize("case", SAID)
@pytest.mark.parametrize("form", ["markdown", "letter"])
def test_a_decision_says_why_the_days_of_its_count_begin_where_they_do(
    form: str, case: str, forfait: Forfait, tmp_path: Path
) -> None:
    """With the passage that says so, from the folder that was written alone."""
    days, readings, *said = SAID[case]
    done = counted(tmp_path, days, readings)
    for lang, words in zip(("fr", "en"), said, strict=True):
        asked = ("--data", done.folder, "--year", YEAR, "--lang", lang, "--format", form)
        told = flat(forfait("explain", DOCTOR, *asked).out)
        assert words in told
        assert PASSAGE[lang] in told


@pytest.mark.parametrize("case", SAID)
def test_a_count_and_the_rows_behind_it_give_the_same_reason(case: str, forfait: Forfait, tmp_path: Path) -> None:
    days, asked, said, _ = SAID[case]
    counted(tmp_path, days, asked)
    chosen = [
        word for name, option in asked.get("readings", {}).items() for word in ("--reading", f"{name}={option}")
    ]
    told = forfait("measure", "--flows", tmp_path / "flows", "--year", YEAR, "--doctor", DOCTOR, *chosen)
    assert said in flat(told.out)


def test_the_flows_of_a_count_are_named_in_the_language_asked_for(forfait: Forfait, tmp_path: Path) -> None:
    done = counted(tmp_path, [date(YEAR, 5, 2)], {})
    asked = ("explain", DOCTOR, "--data", done.folder, "--year", YEAR, "--format", "letter")
    french, english = (flat(forfait(*asked, "--lang", lang).out) for lang in ("fr", "en"))
    assert ("acts billed" in french, "actes facturés" in english) == (False, False)
    assert ("actes facturés" in french, "acts billed" in english) == (True, True)


@pytest.mark.parametrize(
    ("lang", "said", "unsaid"),
    [
        ("fr", "Période : aucun jour compté", "Début de la période : 1er janvier 2024"),
        ("en", "Period: no day counted", "Start of the period: 1 January 2024"),
    ],
)
def test_a_letter_names_no_reading_by_its_identifier_and_no_period_that_ends_before_it_starts(
    lang: str, said: str, unsaid: str, forfait: Forfait, tmp_path: Path
) -> None:
    done = counted(tmp_path, [], NEVER)
    asked = ("--data", done.folder, "--year", YEAR, "--lang", lang, "--format", "letter")
    told = flat(forfait("explain", DOCTOR, *asked).out)
    assert said in told
    assert unsaid not in told
    assert not any(name in told for name in ("aucune-fse", "non-calculable"))


@pytest.mark.parametrize("written", ["actes facturés", "CPAM | DRSM", "flux : a [begun 2023-05-02]", "", None])
def test_any_other_origin_is_left_as_it_is_written(written: str | None) -> None:
    assert read_origin(written) is None


@pytest.mark.parametrize("why", ["begun", "before", "begun 2023-99-99", "before 2023-02-29", "never 2023-01-01"])
def test_an_origin_that_no_count_wrote_tells_no_reason(why: str) -> None:
    """A dossier may say anything there: it is told as it is, and is no fault."""
    found = read_origin(f"flux : a | flows: b [{why}]")
    assert found is None or found.why == ""
