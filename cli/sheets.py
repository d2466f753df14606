"""Tables of figures on a terminal, with bars."""

from __future__ import annotations

from fractions import Fraction
from itertools import zip_longest

from rich.box import SIMPLE
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cli.console import Line
from cli.failing import printable
from engine.telling.sheets import Row, Sheet

BAR = 10
"""The cells of the longest bar."""
INDENT = 2
EIGHTHS = " ▏▎▍▌▋▊▉█"
FULL = len(EIGHTHS) - 1


def draw_sheet(out: Console, sheet: Sheet) -> None:
    """Draw a titled table: names on the left, figures on the right, bars last."""
    out.print(Line(Text(printable(sheet.title), style="bold")))
    barred = any(row.share is not None for row in sheet.rows)
    whole = _whole(sheet)
    drawn = Table(box=SIMPLE, show_edge=False, padding=(0, 1, 0, 0))
    for place, head in enumerate(sheet.heads):
        is_bar = barred and place == len(sheet.heads) - 1
        left = place == 0 or is_bar
        drawn.add_column(Line(Text(printable(head))), justify="left" if left else "right", no_wrap=place in whole)
    for row in sheet.rows:
        cells = [Text("\n".join(map(printable, figure.split("\n")))) for figure in row.figures]
        bars = [_bar(row)] if barred else []
        name = Padding(Line(Text(printable(row.name))), (0, 0, 0, INDENT if row.inside else 0))
        drawn.add_row(name, *cells, *bars, style="bold" if row.strong else "")
    out.print(drawn)
    out.print()
    for note in sheet.notes:
        out.print(Line(Text(printable(note))))
    if sheet.notes:
        out.print()


def _whole(sheet: Sheet) -> set[int]:
    """The columns of figures that need no more room than their figures do: names give way to them."""
    figures = list(zip_longest(*(row.figures for row in sheet.rows), fillvalue=""))
    widest = {place: max(map(_width, column)) for place, column in enumerate(figures, start=1)}
    return {place for place, width in widest.items() if cell_len(printable(sheet.heads[place])) <= width}


def _width(figure: str) -> int:
    return max(map(cell_len, figure.split("\n")))


def _bar(row: Row) -> Text:
    if row.share is None:
        return Text("")
    return Text(bar(abs(row.share)), style="red" if row.share < 0 else "green")


def bar(share: Fraction) -> str:
    """A share of the longest bar, to the nearest eighth of a cell; something is never drawn as nothing."""
    eighths = max(round(share * BAR * FULL), 1 if share else 0)
    whole, rest = divmod(eighths, FULL)
    return EIGHTHS[FULL] * whole + EIGHTHS[rest].strip()
