"""What a difference means is proved, and whoever shows it is decided again by the engine, in both years."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any as Anything

import pytest

from engine.dossier import read_dossier
from engine.drafting.diff.meaning import comparable, meanings, witness_files
from engine.drafting.diff.meant import Doctors, Meant, Witness
from engine.linking import linked
from engine.policy import Policy
from engine.schema import check
from engine.verdict import Verdict
from engine.words import Lang
from engine.yamltext import parse_json
from tests.conftest import policy_files
from tests.made_up import edit, law, pages
from tests.test_diff import ASPECTS, EDITS

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


# --- proved ---------------------------------------------------------------------------------------------------------


def proved(one: Policy, other: Policy, year: int = 2024) -> dict[str, Meant]:
    return {each.claim: each for each in meanings(one, other, policy_files(year), comparable(one, other))}


@cache
def scales() -> dict[str, Meant]:
    """What every claim of 2023 comes to in 2024, under the default readings."""
    return proved(*policies())


MEANING = {
    "eligible": "equivalent",
    "volet-1": "incomparable",
    "volet-1.logiciel": "incomparable",
    "volet-1.sesam-vitale": "stricter",
    "volet-1.teletransmission": "stricter",
    "volet-1.horaires": "incomparable",
    "volet-2.dmp": "stricter",
    "volet-2.mss": "stricter",
    "volet-2.aat": "stricter",
    "volet-2.cm-atmp": "stricter",
    "volet-2.pse": "stricter",
    "volet-2.dcmt": "stricter",
    "volet-2.spe": "stricter",
    "volet-2.coordination": "laxer",
    "volet-2.codage": "laxer",
    "volet-2.services": "laxer",
    "volet-2.maitre-de-stage": "laxer",
    "volet-2.video": "laxer",
    "volet-2.equipements-connectes": "laxer",
    "volet-2.sas": "equivalent",
    "volet-2.dsg": "stricter",
    "volet-2.apcv": "equivalent",
    "volet-2.ordonnances": "stricter",
}
"""Whatever is declared is laxer for a period of 2024 that no text closes: no declaration comes too late."""


def test_what_each_indicator_comes_to_is_proved() -> None:
    assert {name: one.word for name, one in scales().items()} == MEANING


@pytest.mark.parametrize("claim", MEANING)
def test_whoever_shows_a_difference_is_decided_otherwise_in_each_year(claim: str) -> None:
    """Once moved to the days of the other year; and there is one doctor for each way they differ."""
    ways = {"equivalent": [], "stricter": [True], "laxer": [False], "incomparable": [True, False]}
    shown = scales()[claim].witnesses
    assert [witness.first for witness in shown] == ways[MEANING[claim]]
    assert [(witness.confirmed, set(witness.verdicts)) for witness in shown] == [
        (True, {Verdict.MET, UNMET}) for _ in shown
    ]


def test_exactly_two_thirds_is_what_2024_refuses() -> None:
    (witness,) = scales()["volet-1.teletransmission"].witnesses
    (row,) = witness.dossiers[0].rows
    numerator, denominator = (int(str(row.fields[name])) for name in ("numerator", "denominator"))
    assert Fraction(numerator, denominator) == Fraction(2, 3)


@pytest.mark.parametrize("claim", ["volet-1.teletransmission", "volet-2.aat", "volet-2.codage", "volet-2.apcv"])
def test_backwards_stricter_is_laxer(claim: str) -> None:
    one, other = policies()
    mirror = {"stricter": "laxer", "laxer": "stricter", "equivalent": "equivalent"}
    (back,) = meanings(other, one, policy_files(2023), [claim])
    assert back.word == mirror[MEANING[claim]]
    assert all(witness.confirmed for witness in back.witnesses)


def test_on_the_same_days_what_is_declared_comes_to_the_same() -> None:
    """Had 2024 a period of its own for declaring, five of its declared indicators would be those of 2023."""
    one, _ = policies()
    other = linked(policy_files(2024), {"fenetre-2024": "janvier"})
    found = proved(one, other)
    same = ("codage", "services", "maitre-de-stage", "video", "equipements-connectes")
    assert {found[f"volet-2.{name}"].word for name in same} == {"equivalent"}
    assert all(witness.confirmed for each in found.values() for witness in each.witnesses)


def test_two_readings_of_one_year_are_compared_on_their_own_days() -> None:
    one, other = (
        linked(policy_files(2023), {"seuil-teletransmission": option}) for option in ("plus-de", "au-moins")
    )
    found = proved(one, other, 2023)
    assert {name for name, each in found.items() if each.word != "equivalent"} == {
        "volet-1",
        "volet-1.teletransmission",
    }
    assert found["volet-1.teletransmission"].word == "laxer"


def test_a_deadline_that_moved_within_a_year_is_a_change_of_meaning(tmp_path: Path) -> None:
    files = pages(tmp_path, edit("policy.yaml", "to: 2032-03-31", "to: 2032-04-30"))
    (found,) = meanings(law(), linked(files, {}), files, ["base.register"])
    assert (found.word, [witness.confirmed for witness in found.witnesses]) == ("laxer", [True])


CHANGES = {
    "a relation": {"base": "laxer", "base.exchange": "laxer"},
    "points": {},
    "the kind of evidence": {},
    "a gate": {},
    "a default": {"care.beacon": "stricter"},
    "an empty denominator": {"base": "laxer", "base.exchange": "laxer"},
    "a neutralisation for others": {"care.harbour": "incomparable"},
    "an exemption for others": {"base": "stricter", "base.register": "stricter"},
    "a condition more": {"care.tide": "laxer"},
    "an earlier campaign": {"care.ferry": "stricter"},
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_one_change_comes_to_is_proved_of_each_claim(name: str, tmp_path: Path) -> None:
    """Those it does not reach stay equivalent; points and evidence change no condition."""
    files = pages(tmp_path, edit(*(EDITS[name][0] if name in EDITS else ASPECTS[name][0])))
    other = linked(files, {})
    found = list(meanings(law(), other, files, comparable(law(), other)))
    assert {each.claim: each.word for each in found if each.word != "equivalent"} == CHANGES[name]
    assert all(witness.confirmed for each in found for witness in each.witnesses)


def test_one_indicator_alone_is_proved_alone() -> None:
    assert comparable(*policies(), "volet-2.aat") == ["volet-2.aat"]


# --- written --------------------------------------------------------------------------------------------------------


def test_a_witness_is_written_as_two_dossiers_that_each_year_reads() -> None:
    written = dict(witness_files([scales()["volet-1.teletransmission"]], YEARS))
    assert sorted(written) == [
        "volet-1.teletransmission/2023-not-2024/grants-2023.json",
        "volet-1.teletransmission/2023-not-2024/refuses-2024.json",
    ]
    for path, content in written.items():
        page = parse_json(content, path)
        assert check(page, "dossier") == []
        assert list(page.data["campaigns"]) == [path[-9:-5]]


def test_every_witness_is_a_dossier_that_could_have_been_given() -> None:
    shown = [witness for each in scales().values() for witness in each.witnesses]
    pages = [parse_json(json.dumps(page), "witness.json") for witness in shown for page in witness.pages]
    assert [problem for page in pages for problem in check(page, "dossier")] == []


def test_a_name_of_a_side_never_leaves_the_folder_of_witnesses() -> None:
    written = dict(witness_files([scales()["volet-1.teletransmission"]], ("../a/2023", "/b/..")))
    assert [path for path in written if ".." in path.split("/") or path.startswith("/")] == []


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
        "2023 grants and 2024 refuses, for a doctor whose whole dossier is:",
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
