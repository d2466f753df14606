"""The screen: plain text in a pipe, colours on a terminal, and never a width that cuts a word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.failing import printable


def screen() -> Console:
    """The console that every command draws on. Without a terminal it writes no escape code."""
    return Console(highlight=False, markup=False, emoji=False)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table of texts, none of which is read as markup."""
    drawn = Table(box=SIMPLE, pad_edge=False)
    for head in heads:
        drawn.add_column(Text(head), overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(printable(cell)) for cell in row))
    return drawn
