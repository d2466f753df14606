"""What a doctor was paid for a campaign: a table of dates, amounts and references, read and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any as Anything

from msgspec import Struct

from engine.amount import ZERO
from engine.cursor import Cursor, parse_day
from engine.problems import Invalid, Problem, unknown_name
from engine.register.clean import check_text
from engine.schema import check
from engine.yamltext import Page, read_page

TABLES = (".csv", ".parquet")
TEXTS = (".yaml", ".yml", ".json")
COLUMNS = ("date", "amount", "reference", "pays")
INEXACT = ("float", "double", "halffloat")
"""What the types of columns begin with that hold no exact amount."""


class Payment(Struct, frozen=True):
    """One payment, in euros, exact to the cent.

    `pays` is what it paid, the points or a component by its id; None where the table does not say.
    """

    day: date
    amount: Decimal
    reference: str
    pays: str | None = None


def paid(payments: Iterable[Payment]) -> Decimal:
    """What payments come to."""
    return sum((one.amount for one in payments), ZERO)


def read_payments(file: Path) -> tuple[Payment, ...]:
    """The payments of a CSV, Parquet, YAML or JSON file, the oldest first.

    Raises Invalid: a file of another kind or that cannot be read, a column missing or not expected, an amount that is
    no number of euros and cents, an impossible date, a reference with characters that no reader sees, the same
    payment twice, what is paid told of some alone.
    """
    page = _page(file)
    problems = check(page, "payments")
    if problems:
        raise Invalid(problems)
    rows = list(Cursor.top(page)["payments"].each())
    found = [_payment(row) for row in rows]
    for one, times in Counter(found).items():
        if times > 1:
            details = {"day": one.day.isoformat(), "reference": one.reference}
            raise Invalid([Problem("payment_twice", page.file, details=details)])
    if len({one.pays is None for one in found}) > 1:
        raise Invalid([Problem("payment_pays_some", page.file)])
    return tuple(sorted(found, key=lambda one: (one.day, one.reference, one.amount, one.pays or "")))


def _payment(row: Cursor) -> Payment:
    pays, reference = row.get("pays"), row["reference"]
    for problem in check_text("reference", reference.text):
        reference.fail(problem.code, **problem.details)
    return Payment(
        day=parse_day(row["date"]),
        amount=Decimal(row["amount"].text),
        reference=reference.text,
        pays=pays.text if pays else None,
    )


def _page(file: Path) -> Page:
    """The file as a page, whatever its kind."""
    kind = file.suffix.lower()
    if kind in TEXTS:
        return read_page(file)
    if kind not in TABLES:
        raise Invalid([Problem("payments_suffix", str(file), details={"name": file.name})])
    if not file.is_file():
        raise Invalid([Problem("missing_path", str(file))])
    return Page(str(file), {"payments": _rows(file)}, {})


def _rows(file: Path) -> list[dict[str, Anything]]:
    """The rows of a table, every cell as text."""
    # Tables are read by pyarrow, heavy, which a page of YAML does without.
    from engine.tabular import FileHeld, texts  # noqa: PLC0415

    held = FileHeld(file)
    for column in held.schema:
        if column.name not in COLUMNS:
            raise Invalid([Problem("unknown_column", str(file), details=unknown_name(column.name, COLUMNS))])
        if str(column.type).startswith(INEXACT):
            details = {"name": column.name, "type": str(column.type), "expected": "decimal"}
            raise Invalid([Problem("column_type", str(file), details=details)])
    names = list(held.schema.names)
    batches = ([texts(column).to_pylist() for column in batch.columns] for batch in held.batches(names, None))
    return [
        {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}
        for columns in batches
        for cells in zip(*columns, strict=True)
    ]
