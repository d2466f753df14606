"""Tables of figures on a terminal, with bars."""

from __future__ import annotations

from fractions import Fraction

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.console import Line
from cli.failing import printable
from engine.telling.sheets import Row, Sheet

BAR = 10
"""The cells of the longest bar."""
EIGHTHS = " ▏▎▍▌▋▊▉█"
FULL = len(EIGHTHS) - 1


def draw_sheet(out: Console, sheet: Sheet) -> None:
    """Draw a titled table: names on the left, figures on the right, bars last."""
    out.print(Line(Text(printable(sheet.title), style="bold")))
    barred = any(row.share is not None for row in sheet.rows)
    drawn = Table(box=SIMPLE, show_edge=False, padding=(0, 1, 0, 0))
    for place, head in enumerate(sheet.heads):
        is_bar = barred and place == len(sheet.heads) - 1
        drawn.add_column(Line(Text(printable(head))), justify="left" if place == 0 or is_bar else "right")
    for row in sheet.rows:
        cells = [Text(printable(figure)) for figure in row.figures]
        bars = [_bar(row)] if barred else []
        drawn.add_row(Line(Text(printable(row.name))), *cells, *bars, style="bold" if row.strong else "")
    out.print(drawn)
    out.print()
    for note in sheet.notes:
        out.print(Line(Text(printable(note))))
    if sheet.notes:
        out.print()


def _bar(row: Row) -> Text:
    if row.share is None:
        return Text("")
    return Text(bar(abs(row.share)), style="red" if row.share < 0 else "green")


def bar(share: Fraction) -> str:
    """A share of the longest bar, to the nearest eighth of a cell; something is never drawn as nothing."""
    eighths = max(round(share * BAR * FULL), 1 if share else 0)
    whole, rest = divmod(eighths, FULL)
    return EIGHTHS[FULL] * whole + EIGHTHS[rest].strip()
