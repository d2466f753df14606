"""Flows that are wrong: refused with one message, or each row set aside with why; never a traceback, nothing left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any as Anything

import pyarrow as arrow
import pytest
from pyarrow import csv, parquet

from tests.conftest import Forfait
from tests.measuring import BEFORE, YEAR, act, acts, counted, measured
from tests.random_flows import write

Spoil = Callable[[Path], object]


def rewritten(change: Callable[[Anything], Anything]) -> Spoil:
    """The acts, changed as a table."""

    def spoil(folder: Path) -> None:
        file = folder / "acts.parquet"
        parquet.write_table(change(parquet.read_table(file)), file)

    return spoil


def decimal_ages(table: Anything) -> Anything:
    at = table.schema.names.index("age_months")
    return table.set_column(at, "age_months", table["age_months"].cast(arrow.float64()))


def both_forms(folder: Path) -> None:
    csv.write_csv(parquet.read_table(folder / "acts.parquet"), folder / "acts.csv")


WRONG: dict[str, tuple[Spoil, str]] = {
    "a flow missing": (lambda folder: (folder / "forms.parquet").unlink(), "la table « forms » manque"),
    "a flow twice": (both_forms, "la table « acts » est là en Parquet et en CSV"),
    "no flow but a text": (lambda folder: (folder / "acts.parquet").write_text("acts"), "acts.parquet"),
    "an empty file": (lambda folder: (folder / "acts.parquet").write_bytes(b""), "acts.parquet"),
    "a column missing": (rewritten(lambda table: table.drop_columns("mode")), "« mode »"),
    "a column not expected": (
        rewritten(lambda table: table.append_column("nir_clair", table["nir"])),
        "« nir_clair »",
    ),
    "a column of decimals": (rewritten(decimal_ages), "« age_months »"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_folder_that_is_wrong_is_refused_with_one_message(wrong: str, forfait: Forfait, tmp_path: Path) -> None:
    spoil, said = WRONG[wrong]
    source = write(tmp_path / "flows", {"acts": acts(3)})
    spoil(source)
    told = forfait("measure", "--flows", source, "--year", YEAR, "--out", tmp_path / "out")
    assert (told.code, told.out) == (2, "")
    assert said in told.err.replace("\N{NO-BREAK SPACE}", " ")
    assert len(told.err.splitlines()) == 1
    assert sorted(tmp_path.iterdir()) == [source]


def test_a_column_that_may_be_empty_may_be_missing(tmp_path: Path, forfait: Forfait) -> None:
    source = write(tmp_path / "flows", {"acts": [act(**BEFORE), *acts(3)]})
    rewritten(lambda table: table.drop_columns("location"))(source)
    told = forfait("measure", "--flows", source, "--year", YEAR, "--out", tmp_path / "out")
    assert (told.code, told.err) == (0, "")


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("performed_on", "2023-02-30", "bad_value"),
        ("performed_on", "01/03/2023", "bad_value"),
        ("age_months", "1.5", "bad_value"),
        ("age_months", "-3", "bad_value"),
        ("age_months", "99999999999999999999", "bad_value"),
        ("ame", "oui", "bad_value"),
        ("mode", "SESAM_VITALE", "unknown_word"),
        ("kind", "é" * 300, "unknown_word"),
        ("patient", "", "missing_value"),
        ("act", "", "no_key"),
        ("doctor", "12a", "bad_doctor"),
        ("doctor", "", "bad_doctor"),
        ("doctor", "1" * 21, "bad_doctor"),
    ],
)
def test_a_cell_that_is_wrong_costs_its_row_and_is_told(column: str, text: str, code: str, tmp_path: Path) -> None:
    """In a file of texts anything may be written anywhere."""
    source = write(tmp_path / "flows", {"acts": [act(**BEFORE), act(), act()]}, ".csv")
    table = csv.read_csv(source / "acts.csv", convert_options=csv.ConvertOptions(column_types=ALL_TEXTS))
    cells = table[column].to_pylist()[:-1]
    spoilt = table.set_column(
        table.schema.names.index(column), column, arrow.array([*cells, text or None], arrow.string())
    )
    csv.write_csv(spoilt, source / "acts.csv")
    done = counted(tmp_path, source)
    assert done.rate("teletransmission") == (1, 1)
    assert [row["code"] for row in done.rows("quarantine")] == [code]


def test_texts_are_what_they_are(forfait: Forfait, tmp_path: Path) -> None:
    """A name as long as a page, or with what a terminal would obey, counts as any other and is shown without harm."""
    odd = ["\x1b[31mred\x07", "=1+1", "x" * 300, "a\nb"]
    done = measured(tmp_path, {"acts": [act(**BEFORE), *(act(act=name, mode="papier", ehpad=True) for name in odd)]})
    assert done.excluded("teletransmission") == {"ehpad": 4}
    asked = ("measure", "--flows", tmp_path / "flows", "--year", YEAR, "--doctor", "99900000003")
    shown = (*asked, "--measure", "teletransmission", "--list", "excluded")
    for format in ("csv", "table"):
        told = forfait(*shown, "--format", format)
        assert (told.code, told.err) == (0, "")
        assert "\x1b" not in told.out.replace("\x1b[1m", "").replace("\x1b[0m", "")
        assert "\x07" not in told.out
        assert "somebody" not in told.out
    assert "\n'=1+1," in forfait(*shown, "--format", "csv").out


def test_every_row_may_be_wrong(tmp_path: Path) -> None:
    done = measured(tmp_path, {"acts": acts(50, mode="?") + acts(20, doctor=None)})
    assert done.rate("teletransmission") == (0, 0)
    assert len(done.rows("quarantine")) == 70


def test_no_row_at_all_is_no_fault(forfait: Forfait, tmp_path: Path) -> None:
    done = measured(tmp_path, {})
    assert [done.rows(table) for table in ("measures", "facts", "counts", "quarantine")] == [[], [], [], []]


ALL_TEXTS = dict.fromkeys(("doctor", *act()), arrow.string())
