"""Suppositions: another fact, decided as any other, shown beside the decision that stands, and never a record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from typing import Any as Anything

import pytest
from syrupy.assertion import SnapshotAssertion

from engine.decision import Decision, judge
from engine.dispute.shortfall import Shortfalls
from engine.dispute.suppose import suppose, supposed_dossier, suppositions
from engine.dossier import ROW_FIELDS, Row, Value
from engine.problems import Invalid
from engine.telling.comparison import differences
from engine.telling.phrases import Phrases
from tests.conftest import Example, Forfait, known
from tests.made_up import DOCTOR, EVERYTHING, YEAR, write

FONTAINE, ONE_ACT_SHORT, LOCUM = "99900000003", "99900000029", "99900000276"
NEVER = "Supposition, sans valeur de décision"


def supposed(example: Example, *written: str) -> Decision:
    """The decision on an example under suppositions."""
    decision = example.decision
    dossier = supposed_dossier(known()[example.number].page, decision.policy, suppositions(written))
    return judge(decision.policy, dossier, decision.as_of)


def outcome(decision: Decision, name: str) -> str:
    return next(one.outcome for one in decision.indicators if one.indicator.id == name)


def fails(*written: str, number: str = FONTAINE) -> dict[str, str]:
    """The one problem of suppositions on an example: its code, place and details."""
    with pytest.raises(Invalid) as caught:
        supposed(Example(number, 2023), *written)
    (problem,) = caught.value.problems
    return {"code": problem.code, "place": problem.place, **problem.details}


# --- what a reader sees ---------------------------------------------------------------------------------------------

KEPT = {
    "one-act-more": (ONE_ACT_SHORT, "measures.teletransmission.numerator=2000"),
    "declared-in-time": (
        FONTAINE,
        "declarations.codage.declared_on=2024-02-04",
        "measures.m12.numerator=250",
        "measures.m7.numerator=0",
    ),
    "status-known": (LOCUM, "status=installe"),
}


@pytest.mark.parametrize("name", KEPT)
def test_both_decisions_stand_side_by_side(name: str, forfait: Forfait, named: SnapshotAssertion) -> None:
    number, *written = KEPT[name]
    ran = forfait("explain", number, *(f"--suppose={one}" for one in written))
    code, out = ran.code, ran.out
    assert code == 0
    assert out.startswith(NEVER)
    assert out == named(name=f"suppose/{name}.txt")


def test_one_more_act_is_worth_everything() -> None:
    """Of 3,000 acts billed, 1,999 sent electronically lose volet 1 and volet 2; 2,000 win both."""
    example = Example(ONE_ACT_SHORT, 2023)
    after = supposed(example, "measures.teletransmission.numerator=2000")
    assert example.decision.paid.most == 0
    assert after.paid.least == after.paid.most == 768
    whole, first, second = differences(Phrases(after.policy, "fr"), example.decision, after)
    assert [part.text for part in whole.parts] == ["Solidité"]
    assert [part.text for part in first.parts] == ["Taux de télétransmission des deux tiers"]
    assert "refusé" in first.parts[0].aside
    assert "488" in second.aside


def test_a_supposition_in_english(forfait: Forfait) -> None:
    out = forfait("explain", FONTAINE, "--suppose", "facts.apcv_fse=1", "--lang", "en").out
    assert out.startswith("Supposition, not a decision")
    assert "refused (threshold not reached) →" in out


def test_one_indicator_alone_can_be_asked_for(forfait: Forfait) -> None:
    asked = ("--suppose", "facts.apcv_fse=1", "--suppose", "measures.aat.numerator=300")
    out = forfait("explain", FONTAINE, *asked, "--indicator", "volet-2.aat", "--format", "markdown").out
    assert "Arrêts de travail" in out
    assert "Usage de l’appli" not in out


def test_what_changes_nothing_says_so(forfait: Forfait) -> None:
    out = forfait("explain", FONTAINE, "--suppose", "caisse=CPAM de la Drôme").out
    assert "Cette supposition ne change rien à la décision." in out


# --- a shortfall supposed grants what it announces ------------------------------------------------------------------


def written(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case _:
            return str(value)


def as_suppositions(before: Row | None, after: Row | None, index: int) -> Iterator[str]:
    """A change of a shortfall as a user would write it."""
    row = after or before
    assert row is not None
    called = before.id if before else f"{row.name}[{index}]"
    if after is None:
        yield f"{row.type}s.{called}="
        return
    if before is None and after.items:
        yield f"{row.type}s.{called}.items={','.join(after.items)}"
    for name, value in after.fields.items():
        if before is None or before.fields.get(name) != value:
            prefix = "" if name in ROW_FIELDS or row.type == "fact" else "attributes."
            yield f"{row.type}s.{called}.{prefix}{name}={written(value)}"


@pytest.mark.parametrize("number", [FONTAINE, ONE_ACT_SHORT, "99900000086", "99900000235", "99900000318"])
def test_a_shortfall_supposed_grants_what_it_announces(number: str) -> None:
    """What is said to have been missing, typed as suppositions, grants the indicator and pays what was announced."""
    example = Example(number, 2023)
    before = example.decision
    refused = [one.indicator.id for one in before.indicators if one.outcome == "refused"]
    for name in refused:
        for shortfall in Shortfalls(before).of(name, 1):
            asked: list[str] = []
            for change in shortfall.changes:
                row = change.after or change.before
                assert row is not None
                there = sum(other.name == row.name and other.type == row.type for other in before.dossier.rows)
                asked += as_suppositions(change.before, change.after, there + 1)
            after = supposed(example, *asked)
            assert outcome(after, name) == "granted", (name, asked)
            assert after.paid == shortfall.decision.paid, (name, asked)


# --- paths ----------------------------------------------------------------------------------------------------------


def campaign(*written: str) -> Anything:
    example = Example(FONTAINE, 2023)
    page = known()[FONTAINE].page
    return suppose(page, example.decision.policy, suppositions(written)).page.data["campaigns"]["2023"]


def test_the_file_itself_is_left_alone() -> None:
    page = known()[FONTAINE].page
    before = deepcopy(page.data)
    campaign("specialty=ophtalmologie", "facts.apcv_fse=", "documents.x1.status=rejected")
    assert page.data == before


def test_a_row_is_found_by_its_name_its_number_or_its_id() -> None:
    by_name = campaign("documents.attestation-editeur.certified_on=2023-06-01")
    by_number = campaign("documents.attestation-editeur[1].attributes.certified_on=2023-06-01")
    by_id = campaign("documents.x1.certified_on=2023-06-01")
    assert by_name == by_number == by_id
    assert by_id["documents"][0]["attributes"]["certified_on"] == "2023-06-01"


def test_a_row_that_is_not_there_is_added() -> None:
    """Several suppositions about one new row make one row."""
    asked = ("declarations.coordination[2].choice=cpts", "declarations.coordination[2].channel=amelipro")
    added = campaign(*asked)["declarations"][-1]
    assert added == {"item": "coordination", "choice": "cpts", "channel": "amelipro"}
    papers = campaign("documents.facture.items=logiciel-lap, logiciel-segur")["documents"]
    assert papers[-1] == {"kind": "facture", "items": ["logiciel-lap", "logiciel-segur"]}


def test_an_empty_value_takes_a_field_or_a_row_away() -> None:
    assert "declared_on" not in next(one for one in campaign("declarations.d8.declared_on=")["declarations"][7:])
    assert all(one["item"] != "codage" for one in campaign("declarations.codage=")["declarations"])
    assert "sector" not in campaign("sector=")


def test_exclusions_are_fields_of_a_measure() -> None:
    assert campaign("measures.teletransmission.exclusions.ehpad=65")["measures"][0]["exclusions"]["ehpad"] == "65"


@pytest.mark.parametrize(
    ("path", "code", "nearest"),
    [
        ("spécialty=x", "unknown_field", "specialty"),
        ("measure.aat.numerator=1", "unknown_field", "measures"),
        ("measures.teletransmision.numerator=1", "unknown_measure", "teletransmission"),
        ("measures.teletransmission.numeratr=1", "unknown_field", "numerator"),
        ("facts.apcv_fs=1", "unknown_fact", "apcv_fse"),
        ("declarations.codag.sworn=true", "unknown_item", "codage"),
        ("declarations.coordination.meetngs=4", "unknown_field", "meetings"),
        ("documents.factur.status=received", "unknown_kind", "facture"),
        ("specialty=ophtalmologi", "not_in_table", "ophtalmologie"),
        ("declarations.coordination.choice=mps", "not_in_table", "msp"),
        ("documents.x1.status=recieved", "not_one_of", "received"),
    ],
)
def test_a_wrong_name_offers_the_nearest(path: str, code: str, nearest: str) -> None:
    problem = fails(path)
    assert (problem["code"], problem["nearest"]) == (code, nearest)
    assert problem["place"] == path.partition("=")[0]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("measures.teletransmission.numerator=9999", "above_one"),
        ("measures.teletransmission.numerator=-1", "below_minimum"),
        ("measures.teletransmission.numerator=1.5", "not_expected"),
        ("facts.apcv_fse=un", "not_an_integer"),
        ("declarations.codage.declared_on=2024-02-30", "no_such_day"),
        ("declarations.codage.sworn=oui", "not_expected"),
        ("documents.facture.status=received", "missing_key"),
    ],
)
def test_a_supposed_value_passes_every_check(path: str, code: str) -> None:
    """The message stands at the path that was written, not at a line of a file nobody wrote."""
    problem = fails(path)
    assert problem["code"] == code
    assert path.startswith(problem["place"])


@pytest.mark.parametrize("path", ["sector", "=2", "measures=1", "measures.aat=1", "sector.code=1", "facts.a[0]=1"])
def test_a_supposition_is_a_path_and_a_value(path: str) -> None:
    assert fails(path)["code"] == "bad_supposition"


def test_half_a_character_is_no_value() -> None:
    """What a shell hands over that is not UTF-8 never reaches a decision."""
    assert fails("caisse=CPAM \udce9")["code"] == "half_character"


def test_several_rows_of_one_name_are_told_apart() -> None:
    problem = fails("measures.vsm.numerator=1")
    assert problem["code"] == "several_rows"
    assert problem["names"] == "m11, m12"


def test_a_number_or_a_removal_must_name_a_row() -> None:
    assert fails("declarations.codage[3].sworn=true")["code"] == "no_such_row"
    assert fails("documents.facture=")["code"] == "no_such_row"


# --- never a record -------------------------------------------------------------------------------------------------


def test_a_supposition_is_never_a_record(forfait: Forfait) -> None:
    ran = forfait("explain", FONTAINE, "--suppose", "facts.apcv_fse=1", "--format", "json")
    code, out, err = ran.code, ran.out, ran.err
    assert (code, out) == (2, "")
    assert "une supposition ne vaut pas décision" in err


def test_what_a_record_is_made_of_is_the_same_after_a_supposition() -> None:
    example = Example(FONTAINE, 2023)
    before = example.decision.dossier.digest
    after = supposed(example, "facts.apcv_fse=1", "sector=2")
    assert example.decision.dossier.digest == before != after.dossier.digest


def test_a_wrong_supposition_ends_in_one_message(forfait: Forfait) -> None:
    ran = forfait("explain", FONTAINE, "--suppose", "measures.teletransmision.numerator=1")
    code, out, err = ran.code, ran.out, ran.err
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "Le nom le plus proche est" in err


def test_a_year_never_seen_can_be_supposed(forfait: Forfait, tmp_path: Anything) -> None:
    """No year, table of a law or field of a law is known to the command."""
    data = tmp_path / "data.json"
    data.write_text(json.dumps({"doctor": DOCTOR, "campaigns": {str(YEAR): EVERYTHING}}), "utf-8")
    write(tmp_path / "policies")
    places = ("--policies", str(tmp_path / "policies"), "--data", str(data))
    ran = forfait("explain", DOCTOR, *places, "--suppose", "sector=")
    code, out = ran.code, ran.out
    assert code == 0
    assert "sector = rien" in out
