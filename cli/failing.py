"""How a failure is told: one clear message for each problem, never a traceback."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from unicodedata import category

from engine.words import Lang, say

if TYPE_CHECKING:
    from engine.problems import Problem

NO_BREAK = ("\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}")
"""The spaces of French, harmless, which Python does not count as printable."""
EXIT_INVALID = 2
EXIT_FAULT = 3
EXIT_INTERRUPTED = 130


def printable(text: str) -> str:
    """The text without the control characters a terminal would obey; line breaks become spaces."""
    plain, narrow = NO_BREAK
    if text.replace(plain, " ").replace(narrow, " ").isprintable():
        return text
    return "".join(char if char.isprintable() or category(char) == "Zs" else " " for char in text)


def problem_lines(problems: Iterable[Problem], lang: Lang) -> list[str]:
    """The lines that tell what is wrong with an input."""
    from engine.problems import render

    return [printable(render(problem, lang)) for problem in problems]


def fault_line(kind: str, why: str, lang: Lang) -> str:
    """The line that tells a fault of the product itself: nothing is decided."""
    return printable(say(lang, f"fault.{kind}", why=why))
