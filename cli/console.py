"""Tables and findings on a terminal, as rich draws them: for the commands that can wait for it to load."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap

from rich.box import SIMPLE
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from cli.failing import printable


def console(*, stderr: bool = False) -> Console:
    """The console that tables are drawn on. Without a terminal it writes no escape code."""
    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table of texts, none of which is read as markup."""
    drawn = Table(box=SIMPLE, pad_edge=False)
    for head in heads:
        drawn.add_column(Line(Text(head)), overflow="fold")
    for row in rows:
        drawn.add_row(*(Line(Text(printable(cell))) for cell in row))
    return drawn


class Line:
    """A text wrapped at ordinary spaces: French sets no-break spaces that the stock wrapping would break.

    A word that is longer than the room there is, is broken at its hyphens.
    """

    def __init__(self, text: Text) -> None:
        self.text = text

    def __rich_measure__(self, _: Console, options: ConsoleOptions) -> Measurement:
        words = self.text.plain.split(" ")
        return Measurement(max(map(cell_len, words)), self.text.cell_len).with_maximum(options.max_width)

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        start, longest = 0, max(map(cell_len, self.text.plain.split(" ")))
        for line in wrap(self.text.plain, options.max_width, break_on_hyphens=longest > options.max_width):
            start = self.text.plain.index(line, start)
            yield self.text[start : start + len(line)]
            start += len(line)
