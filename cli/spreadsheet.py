"""Tables as CSV that a spreadsheet can open without taking anything in them for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from cli.failing import printable

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a cell a formula in a spreadsheet, where it begins with it."""
PLAIN = "'"
"""Says to a spreadsheet that a cell is text."""


def sheet(rows: Iterable[Iterable[str]]) -> str:
    """Rows as CSV that a spreadsheet can open: no cell begins a formula, none holds a control character."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([cell(text) for text in row] for row in rows)
    return out.getvalue()


def cell(text: str) -> str:
    """A text as a cell that is read as text."""
    plain = printable(text)
    return f"{PLAIN}{plain}" if plain.lstrip().startswith(FORMULA) or text.startswith(FORMULA) else plain
