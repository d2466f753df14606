"""What a count says of itself that its figures do not: what the flows lack, under which reading, of whom it is."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any as Anything

import pytest

from engine.measuring.manifest import Lack
from tests.conftest import Forfait
from tests.measuring import BEFORE, DOCTOR, YEAR, act, acts, dossiers, measured
from tests.random_flows import write

RATE = "teletransmission"
OTHER = "99900000011"


def plain(text: str) -> str:
    """A text on one line, without the spaces that do not break."""
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def lacks(folder: Path, rows: list[dict[str, Anything]]) -> list[str]:
    """What acts seem to lack for the rate of claims."""
    done = measured(folder, {"acts": rows})
    assert all(isinstance(one, Lack) for one in done.manifest.lacks)
    return [one.code for one in done.manifest.lacks if one.measure == RATE]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([act(**BEFORE), act()], []),
        ([act(**BEFORE), act(), act(doctor=OTHER)], []),
        ([act(), act(performed_on=date(YEAR, 9, 1))], ["before"]),
        ([act(), act(**{**BEFORE, "mode": "papier"}), act(performed_on=date(YEAR, 9, 1))], ["before"]),
        (acts(3, mode="papier"), []),
        (acts(3, **BEFORE), ["period"]),
        ([], []),
    ],
    ids=[
        "the year before is there",
        "of somebody",
        "it is not",
        "not of what begins a period",
        "nobody begins",
        "another year alone",
        "no row",
    ],
)
def test_flows_that_seem_to_lack_rows_are_told(
    rows: list[dict[str, Anything]], found: list[str], tmp_path: Path
) -> None:
    """Without a row of the year before everybody would begin within the year; without one of the year all is zero."""
    assert lacks(tmp_path, rows) == found


def test_how_many_are_counted_at_once_does_not_change_what_is_lacking(tmp_path: Path) -> None:
    """One doctor with a row of the year before, wherever, shows that the flows hold it."""
    some = [act(doctor=f"9990000{rank:04}") for rank in range(5)]
    done = measured(tmp_path, {"acts": [*some, act(doctor="99900000004", **BEFORE)]}, rows=1)
    assert [one for one in done.manifest.lacks if one.measure == RATE] == []


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("fr", "À vérifier : aucune ligne, de personne, avant les jours comptés."),
        ("en", "To look into: no row of anybody before the days counted."),
    ],
)
def test_what_flows_lack_is_said_when_they_are_counted(
    lang: str, said: str, forfait: Forfait, tmp_path: Path
) -> None:
    rows = [act(), act(performed_on=date(YEAR, 9, 1))]
    source = write(tmp_path / "flows", {"acts": rows})
    told = forfait("measure", "--flows", source, "--year", YEAR, "--out", tmp_path / "out", "--lang", lang)
    assert (told.code, said in plain(told.out)) == (0, True)


def test_a_count_under_another_reading_says_so_in_the_decision(forfait: Forfait, tmp_path: Path) -> None:
    """Of the rates that it changes alone, wherever their origin is told: a letter, a record, a notice."""
    reading = {"reprise-teletransmission": "reprise"}
    asked = {"data": dossiers(tmp_path / "dossiers"), "readings": reading}
    done = measured(tmp_path, {"acts": [act(**BEFORE), *acts(3)]}, **asked)
    origins = {row["measure"]: row["origin"] for row in done.rows("measures", doctor=DOCTOR)}
    written = "flux : actes facturés | flows: acts billed [before 2022-06-01] (reprise-teletransmission=reprise)"
    assert origins[RATE] == written
    assert not any("=" in origin for name, origin in origins.items() if name != RATE)
    told = forfait(
        "explain", DOCTOR, "--data", done.folder, "--year", YEAR, "--indicator", "volet-1.teletransmission"
    )
    said = plain(told.out.replace("│", ""))
    assert "Question tranchée autrement que par défaut : Un médecin qui reprend la télétransmission" in said
    assert "Retenu : non, qui a déjà télétransmis ne commence pas." in said
    assert "reprise-teletransmission" not in said
    record = forfait("explain", DOCTOR, "--data", done.folder, "--year", YEAR, "--format", "json")
    assert "reprise-teletransmission=reprise" in json.dumps(json.loads(record.out))


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("fr", "Si ce sont des flux, « forfait measure » en fait des décomptes."),
        ("en", "If these are flows, “forfait measure” makes counts of them."),
    ],
)
@pytest.mark.parametrize("manifest", ["{}", None])
def test_a_folder_of_flows_taken_for_dossiers_is_told_what_makes_counts_of_it(
    manifest: str | None, lang: str, said: str, forfait: Forfait, tmp_path: Path
) -> None:
    source = write(tmp_path / "flows", {"acts": acts(1)})
    if manifest:
        (source / "manifest.json").write_text(manifest)
    told = forfait("explain", DOCTOR, "--data", source, "--lang", lang)
    assert (told.code, said in plain(told.err), "manifest" in told.err) == (2, True, False)


def test_doctors_counted_without_a_dossier_are_told(forfait: Forfait, tmp_path: Path) -> None:
    """Nobody is decided on their counts."""
    rows = [act(**BEFORE), act(), act(doctor=OTHER, **BEFORE), act(doctor="99900000029", **BEFORE)]
    source = write(tmp_path / "flows", {"acts": rows})
    asked = ("--flows", source, "--year", YEAR, "--data", dossiers(tmp_path / "dossiers"), "--out", tmp_path / "out")
    assert "Médecins comptés qui n’ont pas de dossier de 2023 : 2." in plain(forfait("measure", *asked).out)
    assert json.loads((tmp_path / "out" / "manifest.json").read_bytes())["without_dossier"] == 2
