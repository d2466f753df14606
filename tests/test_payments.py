"""What a doctor was paid, as the payer's books have it: the same from any table, exact, refused when unsure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as arrow
import pytest
from pyarrow import parquet

from engine.control.payments import Payment, paid, read_payments
from engine.problems import Invalid

CSV = "date,amount,reference\n2024-07-31,3000.00,VSM-1\n2024-04-30,8141,FS-1\n"
YAML = """
payments:
  - { date: 2024-07-31, amount: 3000.00, reference: VSM-1 }
  - { date: 2024-04-30, amount: 8141, reference: FS-1 }
"""
JSON = """{"payments": [{"date": "2024-07-31", "amount": "3000.00", "reference": "VSM-1"},
  {"date": "2024-04-30", "amount": 8141, "reference": "FS-1"}]}"""
READ = (
    Payment(date(2024, 4, 30), Decimal(8141), "FS-1"),
    Payment(date(2024, 7, 31), Decimal(3000), "VSM-1"),
)


def written(folder: Path, kind: str, text: str) -> Path:
    file = folder / f"payments{kind}"
    file.write_text(text, encoding="utf-8")
    return file


def in_parquet(folder: Path, amounts: object) -> Path:
    columns = {"date": [date(2024, 7, 31), date(2024, 4, 30)], "amount": amounts, "reference": ["VSM-1", "FS-1"]}
    file = folder / "payments.parquet"
    parquet.write_table(arrow.table(columns), file)
    return file


def problem(file: Path) -> tuple[str, str]:
    """The first thing wrong with a file, and its place."""
    with pytest.raises(Invalid) as caught:
        read_payments(file)
    return caught.value.problems[0].code, caught.value.problems[0].place


@pytest.mark.parametrize(("kind", "text"), [(".csv", CSV), (".yaml", YAML), (".json", JSON)])
def test_a_table_says_the_same_however_it_is_written(tmp_path: Path, kind: str, text: str) -> None:
    assert read_payments(written(tmp_path, kind, text)) == READ


@pytest.mark.parametrize(
    "amounts",
    [["3000.00", "8141"], [Decimal("3000.00"), Decimal("8141.00")], [3000, 8141]],
    ids=["text", "decimal", "integer"],
)
def test_a_parquet_table_says_the_same_with_any_exact_amount(tmp_path: Path, amounts: object) -> None:
    assert read_payments(in_parquet(tmp_path, amounts)) == READ


def test_amounts_that_are_not_exact_are_refused(tmp_path: Path) -> None:
    assert problem(in_parquet(tmp_path, [3000.00, 8141.00])) == ("column_type", "")


def test_payments_are_added_to_the_cent() -> None:
    cents = [Payment(date(2024, 1, 1), Decimal("0.10"), str(number)) for number in range(3)]
    assert paid(cents) == Decimal("0.30")


def test_what_each_payment_paid_may_be_told(tmp_path: Path) -> None:
    text = "date,amount,reference,pays\n2024-07-31,3000.00,VSM-1,vsm\n2024-04-30,8141,FS-1,points\n"
    assert [one.pays for one in read_payments(written(tmp_path, ".csv", text))] == ["points", "vsm"]


ROW = "2024-04-30,8141.00,FS-1\n"
HEAD = "date,amount,reference\n"


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("date;amount;reference\n2024-04-30;1;FS\n", "unknown_column", ""),
        (HEAD, "not_expected", "payments"),
        ("date,amount\n2024-04-30,1\n", "missing_key", "payments.0"),
        ("date,amount,amount\n2024-04-30,1,1\n", "not_a_table", ""),
        (HEAD + "2024-04-30,,FS-1\n", "missing_key", "payments.0"),
        (HEAD + '2024-04-30,"8141,00",FS-1\n', "not_expected", "payments.0.amount"),
        (HEAD + "2024-04-30,8141.005,FS-1\n", "not_expected", "payments.0.amount"),
        (HEAD + "2024-04-30,-8141.00,FS-1\n", "not_expected", "payments.0.amount"),
        (HEAD + "2024-04-30,0.00,FS-1\n", "not_expected", "payments.0.amount"),
        (HEAD + "2024-04-30,8.141e3,FS-1\n", "not_expected", "payments.0.amount"),
        (HEAD + "30/04/2024,8141.00,FS-1\n", "not_expected", "payments.0.date"),
        (HEAD + "2024-02-30,8141.00,FS-1\n", "no_such_day", "payments.0.date"),
        (HEAD + f"2024-04-30,8141.00,{'F' * 121}\n", "not_expected", "payments.0.reference"),
        (HEAD + "2024-04-30,8141.00,FS\u202e1\n", "text_hidden", "payments.0.reference"),
        (HEAD + "2024-04-30,8141.00,FS\x1b[31m\n", "text_hidden", "payments.0.reference"),
        (HEAD + "2024-04-30,8141.00, \n", "text_empty", "payments.0.reference"),
        (HEAD + ROW + ROW, "payment_twice", ""),
        ("date,amount,reference,pays\n2024-04-30,1,FS,points\n2024-05-30,1,FS,\n", "payment_pays_some", ""),
    ],
)
def test_what_is_wrong_is_told_with_its_row_and_its_column(tmp_path: Path, text: str, code: str, place: str) -> None:
    assert problem(written(tmp_path, ".csv", text)) == (code, place)


def test_two_payments_of_one_day_and_amount_are_told_apart_by_their_references(tmp_path: Path) -> None:
    assert len(read_payments(written(tmp_path, ".csv", HEAD + ROW + ROW.replace("FS-1", "FS-2")))) == 2


@pytest.mark.parametrize(
    ("name", "code"),
    [("payments.xlsx", "payments_suffix"), ("no/payments.csv", "missing_path"), ("x.yaml", "unreadable")],
)
def test_a_file_that_is_no_table_is_told(tmp_path: Path, name: str, code: str) -> None:
    assert problem(tmp_path / name)[0] == code


def test_bytes_that_are_no_table_are_told(tmp_path: Path) -> None:
    file = tmp_path / "payments.parquet"
    file.write_bytes(b"PAR1 no table \xff")
    assert problem(file)[0] == "not_parquet"
