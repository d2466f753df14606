"""Rates counted from raw flows: what is counted, from when, what is left out and why, and where it is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from tests.conftest import Forfait
from tests.measuring import BEFORE, DOCTOR, YEAR, act, acts, dossiers, measured

RATE = "teletransmission"


def test_a_doctor_under_the_threshold_before_exclusions_and_above_it_after_keeps_the_forfait(
    forfait: Forfait, tmp_path: Path
) -> None:
    """63,8 % of all acts, 68,06 % of those that count; each exclusion is told with its count and its passage."""
    source = dossiers(tmp_path / "dossiers")
    rows = [act(**BEFORE), *acts(3574), *acts(1677, mode="papier"), *acts(350, mode="papier", ehpad=True)]
    done = measured(tmp_path, {"acts": rows}, data=source)
    assert done.rate(RATE) == (3574, 5251)
    assert done.excluded(RATE) == {"ehpad": 350}
    told = forfait(
        "explain", DOCTOR, "--data", done.folder, "--year", YEAR, "--indicator", "volet-1.teletransmission"
    )
    said = " ".join(told.out.replace("│", " ").replace("\N{NO-BREAK SPACE}", " ").split())
    assert "3 574 actes télétransmis en mode sécurisé sur 5 251 actes facturés, soit 68,06 %" in said
    assert "✓ Taux de télétransmission des deux tiers — accordé" in said
    assert (
        "Hors décompte : 350 (résident d’EHPAD, acte transmis hors mode sécurisé). "
        "Source : Guide méthodologique du forfait structure 2023, I.4.a (ligne 172)." in said
    )


@pytest.mark.parametrize(
    ("sent", "first"),
    [
        ([date(2023, 5, 31)], date(2023, 6, 1)),
        ([date(2023, 5, 1), date(2023, 9, 1)], date(2023, 6, 1)),
        ([date(2022, 12, 31), date(2023, 5, 1)], date(2023, 1, 1)),
        ([date(2021, 12, 31), date(2023, 5, 1)], date(2023, 6, 1)),
        ([date(2023, 12, 1)], date(2024, 1, 1)),
        ([], date(2023, 1, 1)),
    ],
    ids=["in May", "in May and later", "the year before", "two years before", "in December", "none"],
)
def test_the_period_begins_with_the_month_after_the_first_claim_sent(
    sent: Sequence[date], first: date, tmp_path: Path
) -> None:
    """Unless one was sent the year before, or none at all: then it is the whole year."""
    done = measured(tmp_path, {"acts": [act(mode="papier"), *(act(performed_on=day) for day in sent)]})
    assert done.period(RATE) == (first, date(2023, 12, 31))


def test_a_doctor_who_sent_none_is_at_zero_over_the_year(tmp_path: Path) -> None:
    assert measured(tmp_path, {"acts": acts(12, mode="papier")}).rate(RATE) == (0, 12)


def test_what_comes_before_a_doctor_s_own_period_counts_nowhere(tmp_path: Path) -> None:
    """Not in the rate and not among what it leaves out."""
    early = [
        act(performed_on=date(2023, 2, 1), mode="papier"),
        act(performed_on=date(2023, 2, 1), mode="papier", ame=True),
    ]
    later = [act(performed_on=date(2023, 5, 9)), act(performed_on=date(2023, 6, 1))]
    done = measured(tmp_path, {"acts": [*early, *later]})
    assert (done.rate(RATE), done.excluded(RATE)) == ((1, 1), {})
    assert {row["what"]: row["rows"] for row in done.rows("counts", measure=RATE)} == {
        "counted": 1,
        "out_of_period": 3,
    }


def test_the_locations_of_a_doctor_add_up(tmp_path: Path) -> None:
    """In 2017 they did not: each was under the threshold on its own, or had too few acts, and nothing was paid."""
    here = [act(**BEFORE), *acts(40, location="here"), *acts(60, location="here", mode="papier")]
    there = acts(160, location="there")
    nowhere = acts(10, location=None)
    done = measured(tmp_path, {"acts": [*here, *there, *nowhere]})
    assert done.rate(RATE) == (210, 270)
    assert [row["location"] for row in done.rows("measures", measure=RATE)] == [None]


def test_an_act_under_two_exclusions_is_left_out_once_under_the_first(tmp_path: Path) -> None:
    both = acts(3, ame=True, mode="papier", ehpad=True)
    done = measured(tmp_path, {"acts": [act(**BEFORE), act(), *both]})
    assert (done.rate(RATE), done.excluded(RATE)) == ((1, 1), {"ame": 3})


def test_nothing_is_lost(tmp_path: Path) -> None:
    """Of each side of each measure: what became of the rows adds up to those of the flow, whoever's they are."""
    rows = [act(**BEFORE), *acts(5), *acts(2, ame=True), act(doctor="12a"), act(doctor=None), act(mode="?")]
    done = measured(tmp_path, {"acts": [*rows, *[rows[1]] * 2]})
    for one in done.manifest.accounts:
        became = one.counted + one.other + one.out_of_period + one.quarantined + sum(one.excluded.values())
        assert (one.measure, became) == (one.measure, one.read)
    told = {one.measure: one for one in done.manifest.accounts if one.side == "denominator"}[RATE]
    assert (told.read, told.counted, told.quarantined, told.excluded["ame"]) == (13, 4, 6, 2)


def test_a_row_set_aside_is_named_with_why_and_never_with_its_patient(tmp_path: Path) -> None:
    bad = [
        act(mode="?", act="x1"),
        act(age_months=-1, act="x2"),
        act(patient=None, act="x3"),
        act(doctor="12a", act="x4"),
    ]
    done = measured(tmp_path, {"acts": [act(**BEFORE), act(), *bad]})
    assert {row["key"]: row["code"] for row in done.rows("quarantine")} == {
        "x1": "unknown_word",
        "x2": "bad_value",
        "x3": "missing_value",
        "x4": "bad_doctor",
    }
    assert [row["fr"] for row in done.rows("quarantine", key="x3")] == [
        "«\N{NO-BREAK SPACE}patient\N{NO-BREAK SPACE}» manque"
    ]
    written = b"".join(file.read_bytes() for file in done.folder.iterdir())
    assert b"somebody" not in written


def test_who_is_in_no_flow_has_no_count_and_who_is_in_one_has_all(tmp_path: Path) -> None:
    """Nothing said of a doctor is unknown, never zero."""
    done = measured(tmp_path, {"acts": [act()]})
    assert {row["doctor"] for row in done.rows("measures")} == {DOCTOR}
    assert {row["measure"]: (row["numerator"], row["denominator"]) for row in done.rows("measures")}["aat"] == (0, 0)
    assert {row["fact"]: row["value"] for row in done.rows("facts")}["sas_minutes_hebdomadaires"] == "0"


@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_how_many_are_counted_at_once_does_not_show(rows: int, tmp_path: Path) -> None:
    flows = {"acts": [one for rank in range(9) for one in acts(rank + 1, doctor=f"9990000{rank:04}")]}
    flows["acts"] += [{**flows["acts"][0]}, act(doctor="99900000004", mode="?")]
    whole = measured(tmp_path / "whole", flows)
    assert measured(tmp_path / "parts", flows, rows=rows).bytes() == whole.bytes()
