"""Who cannot be decided is set apart with what the reader of dossiers says; everyone read is one or the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any as Anything

import pytest
from pyarrow import parquet

from engine.dossier import read_dossier
from engine.linking import linked
from engine.problems import Invalid, names_to_try, sentence
from engine.running.run import Request, run
from engine.stores import find_doctor
from engine.tables import DOCTORS, Cells, rows_of
from engine.tabular import write_tables
from engine.words import LANGS
from tests.conftest import Forfait, known, policy_files

YEAR = 2023
GOOD = "99900000003"
WRONG = {"unknown_item": "991", "above_one": "992", "not_one_of": "993"}
TABLES = ("declarations", "measures", "documents")
NOBODY, NO_NUMBER, ORPHAN, TWICE, EARLIER = "", "12a", "994", "995", "996"


def owned(doctor: str, year: int = YEAR) -> Cells:
    return {"doctor": doctor, "year": str(year)}


def rows() -> list[tuple[str, Cells]]:
    """One doctor who can be decided, and every way not to be."""
    found = list(rows_of(known()[GOOD].page.data))
    found += [(DOCTORS, owned(number)) for number in (*WRONG.values(), NOBODY, NO_NUMBER, TWICE, TWICE)]
    found.append(("declarations", {**owned(WRONG["unknown_item"]), "item": "nothing-known", "row": "1"}))
    counts = {"measure": "teletransmission", "numerator": "3", "denominator": "2"}
    found.append(("measures", {**owned(WRONG["above_one"]), **counts, "row": "1"}))
    found.append(("documents", {**owned(WRONG["not_one_of"]), "kind": "facture", "status": "lost", "row": "1"}))
    found.append(("prefills", {**owned(ORPHAN), "item": "horaires", "row": "1"}))
    found.append((DOCTORS, owned(EARLIER, YEAR - 1)))
    return found


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    write_tables(folder, [(table, {name: text for name, text in row.items() if text}) for table, row in rows()])
    return folder


@pytest.fixture(scope="module")
def done(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "out"
    run(Request(files=policy_files(YEAR), data=str(source), out=out))
    return out


def quarantined(folder: Path) -> list[dict[str, Anything]]:
    found: list[dict[str, Anything]] = parquet.read_table(folder / "quarantine.parquet").to_pylist()
    return found


def test_everyone_read_is_decided_or_in_quarantine(done: Path) -> None:
    counts = json.loads((done / "manifest.json").read_bytes())["counts"]
    assert counts == {"read": 8, "decided": 1, "quarantined": 7, "elsewhere": 1}
    assert parquet.read_table(done / "doctors.parquet")["doctor"].to_pylist() == [GOOD]
    out = {row["doctor"] for row in quarantined(done)}
    assert out == {*WRONG.values(), NOBODY, NO_NUMBER, ORPHAN, TWICE}


@pytest.mark.parametrize("doctor", WRONG.values())
def test_what_is_wrong_is_what_the_reader_says_in_both_languages(source: Path, done: Path, doctor: str) -> None:
    with pytest.raises(Invalid) as raised:
        read_dossier(find_doctor(source, doctor).page, linked(policy_files(YEAR), {}))
    expected = [
        {
            "doctor": doctor,
            "code": one.code,
            "table": Path(one.file).stem,
            "line": one.line,
            "place": one.place,
            **{lang: f"{sentence(one, lang)} {names_to_try(one, lang)}".strip() for lang in LANGS},
        }
        for one in raised.value.problems
    ]
    assert [row for row in quarantined(done) if row["doctor"] == doctor] == expected


def test_each_row_says_what_is_wrong_and_in_which_table(done: Path) -> None:
    found = {row["doctor"]: (row["code"], row["table"]) for row in quarantined(done)}
    assert found == {
        **{doctor: (code, table) for (code, doctor), table in zip(WRONG.items(), TABLES, strict=True)},
        NOBODY: ("not_expected", "doctors"),
        NO_NUMBER: ("not_expected", "doctors"),
        ORPHAN: ("no_doctor_row", "prefills"),
        TWICE: ("doctor_twice", "doctors"),
    }


def test_a_run_says_how_many_are_in_quarantine_and_where_that_is_told(
    forfait: Forfait, source: Path, tmp_path: Path
) -> None:
    ran = forfait("run", "--year", YEAR, "--data", source, "--out", tmp_path / "out", "--lang", "en")
    told = " ".join(ran.out.split())
    assert ran.code == 0
    assert "Doctors read: 8 = 1 with a decision + 7 in quarantine." in told
    assert "Why, dossier by dossier: quarantine.parquet." in told
    assert "– not_expected, 2: without a number, 12a. Of the first: " in told
    assert (
        f"– above_one, 1: {WRONG['above_one']}. Of the first: the numerator (3) exceeds the denominator (2)" in told
    )
    assert "without any difference: 1." in told, "who is in quarantine is decided by no method"
    assert f"Written in {tmp_path / 'out'}\n" in ran.out
    assert "Doctors without a campaign of 2023, not read: 1." in told


def test_who_is_in_quarantine_is_told_so_by_explain_too(forfait: Forfait, done: Path) -> None:
    ran = forfait("explain", WRONG["above_one"], "--data", done, "--lang", "en")
    assert ran.code == 2
    assert "measures.parquet" in ran.err


@pytest.mark.parametrize(
    ("lang", "told"), [("fr", "Aucun médecin n’a pu être décidé."), ("en", "No doctor could be decided.")]
)
def test_a_run_that_decided_nobody_says_so_and_draws_no_table(
    lang: str, told: str, forfait: Forfait, tmp_path: Path
) -> None:
    only_wrong = [(table, row) for table, row in rows() if row["doctor"] in WRONG.values()]
    (tmp_path / "source").mkdir()
    write_tables(tmp_path / "source", only_wrong)
    ran = forfait("run", "--year", YEAR, "--data", tmp_path / "source", "--out", tmp_path / "out", "--lang", lang)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith(f"{told}\n")


def test_doctors_who_are_not_named_are_told_in_words(forfait: Forfait, tmp_path: Path) -> None:
    """Eleven alike: ten are named, and a full stop follows."""
    (tmp_path / "source").mkdir()
    write_tables(
        tmp_path / "source",
        [
            (table, {**row, "doctor": f"99{rank}"})
            for rank in range(10, 21)
            for table, row in rows()
            if row["doctor"] == WRONG["unknown_item"]
        ],
    )
    ran = forfait("run", "--year", YEAR, "--data", tmp_path / "source", "--out", tmp_path / "out")
    assert "…." not in ran.out
    assert "9919 et d’autres." in " ".join(ran.out.split())
