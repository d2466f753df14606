"""A line of a file with carets under what is wrong in it, as wide as the screen allows."""

from __future__ import annotations

from unicodedata import category

from rich.cells import cell_len

from engine.drafting.checks.spans import Span

TAB = "    "
CUT = "…"


def excerpt(span: Span, room: int) -> tuple[str, str]:
    """The line, and the line of carets to set below it, neither wider than `room` cells.

    A tab is shown as four spaces, what a terminal would obey as its escape (`\\x1b`). Of a line too long only the
    part around the place is shown.
    """
    first, last = span.column - 1, max(span.end - 1, span.column)
    # No more characters than cells are ever shown before or after the place.
    start, stop = max(0, first - room), min(len(span.text), first + room)
    shown = [_visible(char) for char in span.text[start:stop]]
    at, end = first - start, min(last, stop) - start
    left = 0
    while cell_len("".join(shown[left:at])) > room // 2 and cell_len("".join(shown[left:])) > room - 1:
        left += 1
    cut_left, cut_right = start + left > 0, False
    right = len(shown)
    space = room - cut_left
    while cell_len("".join(shown[left:right])) > space - (stop < len(span.text) or right < len(shown)):
        right -= 1
    cut_right = stop < len(span.text) or right < len(shown)
    head = CUT * cut_left
    line = head + "".join(shown[left:right]) + CUT * cut_right
    before = cell_len(head + "".join(shown[left:at]))
    width = cell_len("".join(shown[at : min(end, right)]))
    return line, " " * before + "^" * max(width, 1)


def _visible(char: str) -> str:
    if char == "\t":
        return TAB
    if char.isprintable() or category(char) == "Zs":
        return char
    return char.encode("unicode_escape").decode("ascii")
