"""An explanation on a terminal: totals, then a tree; every text is printed as it is, never as markup."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from cli.failing import printable
from engine.parts import Explanation, Mark, Part

SIGNS: dict[Mark, tuple[str, str]] = {
    "granted": ("✓", "green"),
    "met": ("✓", "green"),
    "refused": ("✗", "red"),
    "unmet": ("✗", "red"),
    "undetermined": ("?", "yellow"),
    "unknown": ("?", "yellow"),
    "out_of_play": ("–", "dim"),
    "none": ("", ""),
}


class Line:
    """A text wrapped at ordinary spaces only: French sets no-break spaces that the stock wrapping would break."""

    def __init__(self, text: Text) -> None:
        self.text = text

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        start = 0
        for line in wrap(self.text.plain, options.max_width, break_on_hyphens=False):
            start = self.text.plain.index(line, start)
            yield self.text[start : start + len(line)]
            start += len(line)


def draw(out: Console, explanation: Explanation) -> None:
    """Draw an explanation as a tree."""
    out.print(Line(Text(printable(explanation.title), style="bold")))
    for line in explanation.intro:
        out.print(Line(Text(printable(line))))
    totals = Table.grid(padding=(0, 2))
    totals.add_column()
    totals.add_column(justify="right")
    totals.add_column(justify="right")
    for label, points, euros in explanation.totals:
        totals.add_row(Text(printable(label)), Text(points), Text(euros, style="bold"))
    out.print(Padding(totals, (1, 0, 0, 2)))
    draw_parts(out, explanation.sections)


def draw_parts(out: Console, parts: Iterable[Part]) -> None:
    """Draw titled parts, each as a tree of its own."""
    for section in parts:
        out.print()
        tree = Tree(_line(section, title=True), guide_style="dim")
        _grow(tree, section.parts)
        out.print(tree)


def _grow(tree: Tree, parts: Iterable[Part]) -> None:
    for part in parts:
        _grow(tree.add(_line(part)), part.parts)


def _line(part: Part, *, title: bool = False) -> Line:
    sign, colour = SIGNS[part.mark]
    line = Text(style="dim" if part.fine else "")
    if sign:
        line.append(f"{sign} ", style=colour)
    line.append(printable(part.text), style="bold" if title or part.mark in ("granted", "refused") else "")
    if part.aside:
        line.append(f" — {printable(part.aside)}", style=colour)
    return Line(line)
