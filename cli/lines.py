"""Lines of text on a screen: under a title, set in from it, wrapped where they are too long."""

from __future__ import annotations

from collections.abc import Iterable

from cli.failing import printable
from cli.screen import Screen

INDENT = "  "


def draw_lines(screen: Screen, lines: Iterable[str], indent: str = "") -> None:
    """Draw lines, each a paragraph."""
    for line in lines:
        screen.write(screen.wrapped([(printable(line), "")], indent, indent))


def draw_titled(screen: Screen, title: str, lines: Iterable[str]) -> None:
    """Draw an empty line, a title, and lines set in under it."""
    screen.write([""])
    screen.write(screen.wrapped([(printable(title), "bold")]))
    draw_lines(screen, lines, INDENT)
