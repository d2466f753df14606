"""An explanation on a terminal: totals, then a tree; every text is printed as it is, never as markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text
from rich.tree import Tree

from cli.failing import printable
from engine.telling.parts import Explanation, Mark, Part

GAP = "  "
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
    out.print()
    for total in _totals(explanation.totals, out.width):
        out.print(total)
    draw_parts(out, explanation.sections)


def _totals(totals: Sequence[tuple[str, str, str]], width: int) -> Iterator[Text]:
    """The totals in columns; a label too long for its column stands on a line of its own above its amounts."""
    if not totals:
        return
    rows = [tuple(printable(cell) for cell in row) for row in totals]
    points, euros = (max(cell_len(row[index]) for row in rows) for index in (1, 2))
    room = width - points - euros - 3 * len(GAP)
    column = max((cell_len(label) for label, _, _ in rows if cell_len(label) <= room), default=0)
    for label, in_points, in_euros in rows:
        if cell_len(label) > room:
            yield Text(f"{GAP}{label}")
            label = ""  # noqa: PLW2901  (its amounts follow on their own line)
        amounts = f"{_right(in_points, points)}{GAP}{_right(in_euros, euros)}"
        yield Text(f"{GAP}{label}{' ' * (column - cell_len(label))}{GAP}{amounts}")


def _right(text: str, width: int) -> str:
    return " " * (width - cell_len(text)) + text


def draw_parts(out: Console, parts: Iterable[Part]) -> None:
    """Draw titled parts, each as a tree of its own."""
    for section in parts:
        out.print()
        tree = Tree(_line(section, title=True), guide_style="dim")
        _grow(tree, (part for part in section.parts if part.kind != "title"))
        out.print(tree)
        draw_parts(out, (part for part in section.parts if part.kind == "title"))


def _grow(tree: Tree, parts: Iterable[Part]) -> None:
    for part in parts:
        _grow(tree.add(_line(part)), part.parts)


def _line(part: Part, *, title: bool = False) -> Line:
    sign, colour = SIGNS[part.mark]
    line = Text(style="italic" if part.kind == "quote" else "dim" if part.fine else "")
    if sign:
        line.append(f"{sign} ", style=colour)
    line.append(printable(part.text), style="bold" if title or part.mark in ("granted", "refused") else "")
    if part.aside:
        line.append(f" — {printable(part.aside)}", style=colour)
    return Line(line)
