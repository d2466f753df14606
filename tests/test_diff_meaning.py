"""What a difference means is proved, and whoever shows it is decided again by the engine, in both years."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any as Anything

import pytest

from engine.dossier import read_dossier
from engine.drafting.diff_meant import Doctors, Witness
from engine.linking import linked
from engine.policy import Policy
from engine.verdict import Verdict
from engine.words import Lang
from engine.yamltext import parse_json
from tests.conftest import policy_files

YEARS = ("2023", "2024")
UNMET = Verdict.UNMET


def policies() -> tuple[Policy, Policy]:
    one, other = (linked(policy_files(int(year)), {}) for year in YEARS)
    return one, other


def witness(campaign: Mapping[str, Anything], *, first: bool = True, less: Verdict = UNMET) -> Witness:
    """A doctor whose dossier holds this, the same in both years."""
    pages = [{"doctor": "99900000003", "campaigns": {year: campaign}} for year in YEARS]
    read = [
        read_dossier(parse_json(json.dumps(page), "page.json"), policy)
        for page, policy in zip(pages, policies(), strict=True)
    ]
    verdicts = (Verdict.MET, less) if first else (less, Verdict.MET)
    return Witness(first, (pages[0], pages[1]), (read[0], read[1]), verdicts)


def said(witness: Witness, lang: Lang) -> str:
    part = Doctors(*policies(), YEARS, lang).told(witness)
    lines = [part.text, *(line.text for line in part.parts)]
    return "\n".join(lines).replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


# --- in words -------------------------------------------------------------------------------------------------------

TWO_THIRDS = {"measures": [{"measure": "teletransmission", "numerator": 2000, "denominator": 3000}]}


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "fr",
            "Avec 2 000 actes télétransmis en mode sécurisé sur 3 000 actes facturés",
        ),
        (
            "en",
            "With 2,000 acts sent by secure electronic claim out of 3,000 acts billed",
        ),
    ],
)
def test_who_shows_a_difference_is_told_in_one_sentence(lang: Lang, expected: str) -> None:
    ends = {"fr": ", 2023 accorde et 2024 refuse.", "en": ", 2023 grants and 2024 refuses."}
    assert said(witness(TWO_THIRDS), lang) == expected + ends[lang]


def test_the_other_way_round_is_told_the_other_way_round() -> None:
    assert said(witness(TWO_THIRDS, first=False), "en").endswith("2024 grants and 2023 refuses.")


def test_a_doctor_of_many_facts_is_told_line_by_line() -> None:
    rows = {
        "specialty": "cardiologie",
        "sector": "1",
        "facts": [
            {"fact": "sesam_vitale_addendum_8", "value": True},
            {"fact": "facturation_conforme", "value": True},
        ],
    }
    assert said(witness(rows), "en").splitlines() == [
        "2023 grants and 2024 refuses, for the doctor whose dossier holds this:",
        "Specialty: Cardiology",
        "Sector under the convention: sector 1",
        "Billing made with the required SESAM-Vitale version: yes",
        "SESAM-Vitale version 1.40 addendum 8 (carte Vitale application): yes",
    ]


def test_a_doctor_whom_the_engine_does_not_confirm_is_told_as_such() -> None:
    """Where two calendars put their days in another order, a dossier cannot always be moved."""
    assert said(witness(TWO_THIRDS, less=Verdict.MET), "en").endswith("on the days of one calendar alone.")


def test_a_doctor_on_whom_one_year_is_silent_is_told_as_such() -> None:
    told = said(witness(TWO_THIRDS, less=Verdict.UNKNOWN), "fr")
    assert told.endswith("2023 accorde et 2024 ne tranche pas.")
