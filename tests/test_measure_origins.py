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
        "Période propre : la première ligne qui l’ouvre est du 2 mai 2023,",
        "A period of the doctor’s own: the first row that begins it is of 2 May 2023,",
    ),
    "before": (
        [date(YEAR - 1, 2, 1), date(YEAR - 1, 11, 30), date(YEAR, 5, 2)],
        {},
        "Période entière, parce qu’une ligne l’ouvrait déjà le 30 novembre 2022 (actes facturés).",
        "The whole period, since a row had begun it already on 30 November 2022 (acts billed).",
    ),
    "never": (
        [],
        {},
        "Période entière, parce qu’aucune ligne n’ouvre de période propre (actes facturés).",
        "The whole period, since no row begins a period of the doctor’s own (acts billed).",
    ),
    "no day": (
        [],
        NEVER,
        "Période sans aucun jour, parce qu’aucune ligne ne l’ouvre (actes facturés).",
        "A period of no day, since no row begins it (acts billed).",
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
    asked = ("explain", DOCTOR, "--data", done.folder, "--year", YEAR, "--format", "markdown")
    french, english = (flat(forfait(*asked, "--lang", lang).out) for lang in ("fr", "en"))
    assert ("acts billed" in french, "actes facturés" in english) == (False, False)
    assert ("actes facturés" in french, "acts billed" in english) == (True, True)


@pytest.mark.parametrize("written", ["actes facturés", "CPAM | DRSM", "flux : a [begun 2023-05-02]", "", None])
def test_any_other_origin_is_left_as_it_is_written(written: str | None) -> None:
    assert read_origin(written) is None
