"""An explanation on a terminal: totals, then a tree; every text is printed as it is, never as markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cli.failing import printable
from cli.screen import Screen, Stretch, Style
from engine.telling.parts import Explanation, Mark, Part

GAP = "  "
SIGNS: dict[Mark, tuple[str, Style]] = {
    "granted": ("✓", "green"),
    "met": ("✓", "green"),
    "refused": ("✗", "red"),
    "unmet": ("✗", "red"),
    "undetermined": ("?", "yellow"),
    "unknown": ("?", "yellow"),
    "out_of_play": ("–", "dim"),
    "none": ("", ""),
}


def draw(out: Screen, explanation: Explanation) -> None:
    """Draw an explanation as a tree."""
    out.write(out.wrapped([(printable(explanation.title), "bold")]))
    for line in explanation.intro:
        out.write(out.wrapped([(printable(line), "")]))
    if explanation.totals:
        out.write(["", *_totals(explanation.totals, out.width)])
    draw_parts(out, explanation.sections)


def _totals(totals: Sequence[tuple[str, str, str]], width: int) -> Iterator[str]:
    """The totals in columns; a label too long for its column stands on a line of its own above its amounts."""
    if not totals:
        return
    rows = [tuple(printable(cell) for cell in row) for row in totals]
    points, euros = (max(len(row[index]) for row in rows) for index in (1, 2))
    room = width - points - euros - 3 * len(GAP)
    column = max((len(label) for label, _, _ in rows if len(label) <= room), default=0)
    for label, in_points, in_euros in rows:
        amounts = f"{in_points:>{points}}{GAP}{in_euros:>{euros}}"
        if len(label) > room:
            yield f"{GAP}{label}"
            yield f"{GAP}{'':{column}}{GAP}{amounts}"
        else:
            yield f"{GAP}{label:{column}}{GAP}{amounts}"


def draw_parts(out: Screen, parts: Iterable[Part]) -> None:
    """Draw titled parts, each as a tree of its own."""
    for section in parts:
        below = [part for part in section.parts if part.kind != "title"]
        out.write(["", *out.wrapped(_stretches(section, title=True)), *_branches(out, below)])
        draw_parts(out, (part for part in section.parts if part.kind == "title"))


def _branches(out: Screen, parts: Sequence[Part], stem: str = "") -> Iterator[str]:
    """The lines of what grows from one stem."""
    for part in parts:
        fork, along = ("└── ", "    ") if part is parts[-1] else ("├── ", "│   ")
        yield from out.wrapped(_stretches(part), stem + fork, stem + along)
        yield from _branches(out, part.parts, stem + along)


def _stretches(part: Part, *, title: bool = False) -> Iterator[Stretch]:
    sign, colour = SIGNS[part.mark]
    usual: Style = "italic" if part.kind == "quote" else "dim" if part.fine else ""
    yield f"{sign} " if sign else "", colour
    yield printable(part.text), "bold" if title or part.mark in ("granted", "refused") else usual
    yield f" — {printable(part.aside)}" if part.aside else "", colour or usual
