"""The screen: plain text in a pipe, colours on a terminal, and never a width that cuts a word."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from shutil import get_terminal_size
from textwrap import wrap
from typing import Literal, TextIO

from msgspec import Struct

Style = Literal["", "bold", "dim", "italic", "green", "red", "yellow"]
CODES: dict[Style, str] = {
    "bold": "\x1b[1m",
    "dim": "\x1b[2m",
    "italic": "\x1b[3m",
    "red": "\x1b[31m",
    "green": "\x1b[32m",
    "yellow": "\x1b[33m",
}
END = "\x1b[0m"
Stretch = tuple[str, Style]
"""A stretch of text in one style."""


class Screen(Struct, frozen=True):
    """Where lines are written, how wide they may be, and whether in colours."""

    file: TextIO
    width: int
    colours: bool

    def write(self, lines: Iterable[str]) -> None:
        """Write lines, all at once."""
        self.file.write("".join(f"{line}\n" for line in lines))

    def wrapped(self, stretches: Iterable[Stretch], first: str = "", others: str = "") -> Iterator[str]:
        """One text in lines, each after what stands before it, dim: before the `first`, and before the `others`.

        Lines are cut at ordinary spaces only: French sets no-break spaces that must not be broken.
        """
        shown = [(text, style) for text, style in stretches if text]
        plain, before, start = "".join(text for text, _ in shown), first, 0
        for line in _lines(plain, max(1, self.width - len(first))):
            start = plain.index(line, start)
            cut = _cut(shown, start, start + len(line)) if self.colours else [(line, "")]
            yield "".join(self.painted(*stretch) for stretch in ((before, "dim"), *cut))
            before, start = others, start + len(line)

    def painted(self, text: str, style: Style) -> str:
        """The text in a style, where there are colours."""
        return f"{CODES[style]}{text}{END}" if text and style and self.colours else text


def screen() -> Screen:
    """The standard output. Without a terminal, no escape code is written."""
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") in ("dumb", "unknown")
    drawn = sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))
    return Screen(sys.stdout, get_terminal_size().columns, drawn and not plain)


def _lines(text: str, width: int) -> list[str]:
    """A text cut at spaces, as it is where it fits: most do, and to find where to cut is slow."""
    if text and len(text) <= width and text == text.strip():
        return [text]
    return wrap(text, width, expand_tabs=False, replace_whitespace=False, break_on_hyphens=False)


def _cut(stretches: Iterable[Stretch], start: int, end: int) -> Iterator[Stretch]:
    """The stretches of a text from one place to another."""
    for text, style in stretches:
        yield text[max(0, start) : max(0, end)], style
        start, end = start - len(text), end - len(text)
