"""The rows behind a count, for the agent who must show them; and what those of one doctor come to."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date
from pathlib import Path
from random import Random

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.conftest import Forfait
from tests.measuring import BEFORE, DOCTOR, YEAR, Measured, act, acts, measured
from tests.random_flows import Drawing

FATES = ["counted", "excluded", "out_of_period", "quarantined", "other"]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """Rows of every sort, counted."""
    return measured(tmp_path_factory.mktemp("flows"), Drawing(Random(5), YEAR).flows([DOCTOR], 300))


def rows(forfait: Forfait, flows: Path, measure: str, fate: str, *options: str) -> list[dict[str, str]]:
    """The rows shown, as CSV."""
    asked = ("measure", "--flows", flows, "--year", YEAR, "--doctor", DOCTOR, "--measure", measure, "--list", fate)
    told = forfait(*asked, "--format", "csv", *options)
    assert (told.code, told.err) == (0, "")
    return list(csv.DictReader(io.StringIO(told.out)))


@pytest.mark.parametrize("fate", FATES)
def test_as_many_rows_are_shown_as_were_counted(fate: str, done: Measured, forfait: Forfait) -> None:
    """Of every side of every measure."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in done.rows("counts", doctor=DOCTOR, what=fate):
        counts[row["measure"], row["side"]] += row["rows"]
    for one in done.manifest.accounts:
        shown = rows(forfait, done.folder.parent / "flows", one.measure, fate.replace("_", "-"), "--side", one.side)
        assert (one.measure, one.side, len(shown)) == (one.measure, one.side, counts[one.measure, one.side])


def test_the_rows_of_one_exclusion_are_shown(done: Measured, forfait: Forfait) -> None:
    for reason, number in done.excluded("teletransmission").items():
        shown = rows(forfait, done.folder.parent / "flows", "teletransmission", "excluded", "--reason", reason)
        assert [row["reason"] for row in shown] == [reason] * number


def test_what_a_numerator_does_not_take_of_its_denominator_is_shown(done: Measured, forfait: Forfait) -> None:
    """Those counted that are no part of it are its other rows."""
    flows, asked = done.folder.parent / "flows", ("teletransmission", "other", "--side", "numerator")
    numerator, denominator = done.rate("teletransmission")
    shown = rows(forfait, flows, *asked)
    assert 0 < len(shown) == denominator - numerator
    assert {row["mode"] for row in shown}.isdisjoint({"sesam_vitale", "sesam_sans_vitale"})


@pytest.mark.parametrize("measure", ["teletransmission", "aat", "ordonnances"])
def test_the_rows_of_a_part_are_all_of_those_its_denominator_counts(
    measure: str, done: Measured, forfait: Forfait
) -> None:
    """Those that it takes and those that it does not add up to what the denominator counts, whatever it looks at."""
    flows = done.folder.parent / "flows"
    taken, not_taken = (rows(forfait, flows, measure, fate, "--side", "numerator") for fate in ("counted", "other"))
    counted = rows(forfait, flows, measure, "counted", "--side", "denominator")
    assert taken and not_taken
    assert sorted(map(str, [*taken, *not_taken])) == sorted(map(str, counted))


def test_why_a_row_is_in_quarantine_is_the_same_in_both_places(done: Measured, forfait: Forfait) -> None:
    shown = rows(forfait, done.folder.parent / "flows", "teletransmission", "quarantined")
    told = done.rows("quarantine", flow="acts", measure=None)
    assert sorted((row["act"], row["code"]) for row in shown) == sorted(
        (row["key"] or "", row["code"]) for row in told
    )


def test_no_patient_is_shown(done: Measured, forfait: Forfait) -> None:
    for measure in ("teletransmission", "dmp"):
        for side in ("denominator", "numerator"):
            for row in rows(forfait, done.folder.parent / "flows", measure, "counted", "--side", side):
                assert not {"patient", "dmp"} & set(row)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_on_a_screen(lang: str, forfait: Forfait, tmp_path: Path, named: SnapshotAssertion) -> None:
    kept = [act(**BEFORE, act="a0"), act(act="a1"), act(act="a2", mode="papier")]
    left_out = [act(act=f"b{rank}", mode="papier", ehpad=True) for rank in range(2)]
    measured(tmp_path, {"acts": [*kept, *left_out, act(act="c", mode="?")]})
    asked = ("measure", "--flows", tmp_path / "flows", "--year", YEAR, "--doctor", DOCTOR, "--lang", lang)
    table = ("--format", "table")
    drawn = [
        forfait(*asked, "--measure", "teletransmission").out,
        forfait(*asked, "--measure", "teletransmission", "--list", "excluded", *table).out,
        forfait(*asked, "--measure", "teletransmission", "--list", "quarantined", *table).out,
        forfait(*asked, "--measure", "teletransmission", "--list", "other", "--side", "numerator", *table).out,
        forfait(*asked, "--measure", "dcmt", "--list", "other", *table).out,
    ]
    assert all(len(line) <= 80 for line in "".join(drawn).splitlines())
    assert "\n".join(drawn) == named(name=f"measure/doctor.{lang}.txt")


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (
            [date(YEAR, 5, 14)],
            "Le décompte part du mois qui suit la première feuille de soins électronique, du 14 mai 2023 : aucune"
            " n’avait été transmise l’année d’avant.",
        ),
        (
            [date(YEAR - 1, 10, 2), date(YEAR, 5, 14)],
            "Période entière : une feuille de soins électronique avait déjà été transmise, en dernier lieu le 2"
            " octobre 2022.",
        ),
        ([], "Période entière : aucune feuille de soins électronique n’a été transmise"),
    ],
)
def test_why_a_period_begins_where_it_does_is_told(
    days: list[date], said: str, forfait: Forfait, tmp_path: Path
) -> None:
    measured(tmp_path, {"acts": [act(mode="papier"), *(act(performed_on=day) for day in days)]})
    asked = ("measure", "--flows", tmp_path / "flows", "--year", YEAR, "--doctor", DOCTOR)
    told = " ".join(forfait(*asked, "--measure", "teletransmission").out.replace("\N{NO-BREAK SPACE}", " ").split())
    assert said in told
    assert "Source : Guide méthodologique du forfait structure 2023, I.4.a" in told


@pytest.mark.parametrize(
    ("lang", "usual", "unusual"),
    [
        (
            "fr",
            "Questions contestées sur le décompte : chacune tranchée par défaut.",
            "Question tranchée autrement que par défaut : Un médecin qui reprend la télétransmission après une année"
            " sans elle est-il compté comme celui qui commence ? Retenu : non, qui a déjà télétransmis ne commence"
            " pas.",
        ),
        (
            "en",
            "Contested questions about counting: each answered by default.",
            "A question answered otherwise than by default: Is a doctor who takes up electronic claims again, after a"
            " year without any, counted like one who begins? Taken: no, whoever has sent such claims before does not"
            " begin.",
        ),
    ],
)
def test_under_which_reading_it_was_counted_stands_at_the_head(
    lang: str, usual: str, unusual: str, forfait: Forfait, tmp_path: Path
) -> None:
    """Of a count of everybody, and of what one doctor's rows come to."""
    flows, reading = measured(tmp_path, {"acts": acts(3)}).folder.parent / "flows", "reprise-teletransmission"
    asked = ("measure", "--flows", flows, "--year", YEAR, "--lang", lang)
    heads = {False: (usual, unusual), True: (unusual, usual)}
    for number, where in enumerate((("--out", tmp_path / "{}"), ("--doctor", DOCTOR))):
        for other, (said, unsaid) in heads.items():
            out = [str(one).format(f"o{number}{other}") for one in where]
            options = ("--reading", f"{reading}=reprise") if other else ()
            told = " ".join(forfait(*asked, *out, *options).out.replace("\N{NO-BREAK SPACE}", " ").split())
            assert said in told
            assert unsaid not in told


@pytest.mark.parametrize(("lang", "day"), [("fr", "01/03/2023"), ("en", "2023-03-01")])
def test_a_day_of_a_table_is_written_as_elsewhere_and_in_csv_as_data(
    lang: str, day: str, forfait: Forfait, tmp_path: Path
) -> None:
    flows = measured(tmp_path, {"acts": [act(**BEFORE), *acts(1)]}).folder.parent / "flows"
    asked = ("measure", "--flows", flows, "--year", YEAR, "--doctor", DOCTOR, "--lang", lang)
    listed = (*asked, "--measure", "teletransmission", "--list", "counted", "--format")
    assert day in forfait(*listed, "table").out
    assert "2023-03-01" in forfait(*listed, "csv").out


def test_what_is_counted_by_different_values_says_which(forfait: Forfait, tmp_path: Path) -> None:
    measured(tmp_path, {"acts": acts(3)})
    asked = ("measure", "--flows", tmp_path / "flows", "--year", YEAR, "--doctor", DOCTOR, "--measure", "dmp")
    told = " ".join(forfait(*asked).out.replace("\N{NO-BREAK SPACE}", " ").split())
    assert "comptées 3" in told
    assert "nombre retenu, 1 : une fois chaque valeur différente (patient, date de l’acte)" in told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--list", "excluded"], "il faut --doctor, --measure et --list"),
        (["--doctor", DOCTOR, "--list", "excluded"], "il faut --doctor, --measure et --list"),
        (["--doctor", DOCTOR, "--measure", "teletransmision"], "Le nom le plus proche est « teletransmission »"),
        (["--doctor", "7"], "aucune ligne du médecin « 7 »"),
        (["--doctor", DOCTOR, "--measure", "apcv_fse", "--list", "counted", "--side", "denominator"], "ce côté"),
        (
            ["--doctor", DOCTOR, "--measure", "teletransmission", "--list", "excluded", "--reason", "ehpda"],
            "Le nom le plus proche est « ehpad »",
        ),
        (
            ["--doctor", DOCTOR, "--measure", "teletransmission", "--list", "counted", "--reason", "ehpad"],
            "« --reason » ne va qu’avec « --list excluded »",
        ),
        ([], "Il faut dire où écrire"),
    ],
)
def test_what_cannot_be_shown_is_told(options: list[str], said: str, done: Measured, forfait: Forfait) -> None:
    told = forfait("measure", "--flows", done.folder.parent / "flows", "--year", YEAR, *options)
    assert told.code == 2
    assert said in told.err.replace("\N{NO-BREAK SPACE}", " ")
