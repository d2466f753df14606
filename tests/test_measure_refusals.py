"""What `forfait measure` is given and cannot use: said in one sentence, with what is expected instead."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.stores import bundled_examples
from tests.conftest import Forfait
from tests.measuring import BEFORE, DOCTOR, YEAR, act, acts, measured
from tests.random_flows import write


def plain(text: str) -> str:
    """A text on one line, without the spaces that do not break."""
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def folder_for_acts(flows: Path) -> Path:
    (flows / "acts.parquet").unlink()
    (flows / "acts.csv").mkdir()
    return flows


def cut(flows: Path) -> Path:
    file = flows / "acts.parquet"
    file.write_bytes(file.read_bytes()[:500])
    return flows


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (lambda flows: flows / "nowhere", "aucun flux ici : un dossier est attendu, avec acts, forms"),
        (lambda flows: flows / "acts.parquet", "aucun flux ici : un dossier est attendu, avec acts, forms"),
        (folder_for_acts, "acts.csv : c’est un dossier ; un fichier est attendu sous ce nom."),
        (cut, "acts.parquet : ce fichier n’est pas du Parquet, ou il est abîmé"),
    ],
    ids=["nowhere", "a file", "a folder for a file", "cut short"],
)
def test_flows_that_are_none_are_told_with_what_is_expected(
    spoilt: Callable[[Path], Path], said: str, forfait: Forfait, tmp_path: Path
) -> None:
    source = spoilt(write(tmp_path / "flows", {"acts": acts(3)}))
    told = forfait("measure", "--flows", source, "--year", YEAR, "--out", tmp_path / "out")
    assert (told.code, told.out, said in plain(told.err)) == (2, "", True)
    assert "Error" not in told.err


def test_counts_are_put_in_tables_and_in_no_pages(forfait: Forfait, tmp_path: Path) -> None:
    source = write(tmp_path / "flows", {"acts": acts(3)})
    asked = ("--flows", source, "--year", YEAR, "--data", bundled_examples(), "--out", tmp_path / "out")
    told = forfait("measure", *asked)
    assert (told.code, "avec doctors.parquet ou doctors.csv" in plain(told.err)) == (2, True)
    assert not (tmp_path / "out").exists()


PLAN = ("control", "plan", "--doctors", 3, "--seed", 1)
SHEET = ("control", "sheet", DOCTOR)


@pytest.mark.parametrize("command", [("explain", DOCTOR), ("run", "--out", "nowhere"), PLAN, SHEET])
def test_a_reading_about_counting_is_sent_to_the_command_that_takes_it(
    command: tuple[str | int, ...], forfait: Forfait
) -> None:
    told = forfait(*command, "--data", bundled_examples(), "--year", YEAR, "--reading", "unite-messages=lettre")
    assert (told.code, "forfait measure" in told.err) == (2, True)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"performed_on": "2023-02-30"}, "une date qui existe, comme 2023-05-31"),
        ({"age_months": "-3"}, "un nombre entier de 0 à "),
        ({"ame": "oui"}, "true ou false"),
    ],
)
def test_a_value_that_is_none_is_told_with_what_is_expected(
    changed: dict[str, str], said: str, tmp_path: Path, forfait: Forfait
) -> None:
    """In the quarantine that is written and in the list of one doctor's rows alike."""
    source = write(tmp_path / "flows", {"acts": [act(**BEFORE), act(act="bad")]}, ".csv")
    with (source / "acts.csv").open() as file:
        rows = list(csv.DictReader(file))
    into = io.StringIO()
    writer = csv.DictWriter(into, rows[0].keys())
    writer.writeheader()
    writer.writerows([rows[0], rows[1] | changed])
    (source / "acts.csv").write_text(into.getvalue())
    asked = ("measure", "--flows", source, "--year", YEAR)
    counted = forfait(*asked, "--out", tmp_path / "out")
    shown = forfait(
        *asked, "--doctor", DOCTOR, "--measure", "teletransmission", "--list", "quarantined", "--format", "table"
    )
    assert said in plain(counted.out)
    assert said.split(maxsplit=1)[0] in plain(shown.out).rpartition("attendu")[2]


def test_a_list_says_of_which_side_it_is_and_what_became_of_its_rows(forfait: Forfait, tmp_path: Path) -> None:
    measured(tmp_path, {"acts": [act(**BEFORE), act(mode="papier"), act()]})
    asked = ("measure", "--flows", tmp_path / "flows", "--year", YEAR, "--doctor", DOCTOR)
    shown = (*asked, "--measure", "teletransmission", "--list", "counted", "--format", "table", "--side")
    heads = [plain(forfait(*shown, side).out.partition(" acte ")[0]) for side in ("denominator", "numerator")]
    rate = "Taux de télétransmission"
    assert heads == [
        f"{rate}, dénominateur (actes facturés), lignes comptées, médecin {DOCTOR} : 2",
        f"{rate}, numérateur (actes facturés), lignes comptées, médecin {DOCTOR} : 1",
    ]
