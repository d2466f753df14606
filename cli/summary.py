"""The summary of a run on a terminal: tables and bars."""

from __future__ import annotations

from pathlib import Path
from typing import Any as Anything

from rich.text import Text

from cli.console import Line, console
from cli.failing import printable
from cli.sheets import draw_sheet
from engine.policy import Policy
from engine.running.summary import summary
from engine.running.summary_told import SummaryTold
from engine.words import Lang

FIELD = "specialty"
"""What doctors are grouped by."""


def draw_summary(policy: Policy, folder: Path, of: Anything, lang: Lang) -> None:
    """Draw the summary of the run in a folder; `of` is an Arrow table of each doctor's number and specialty."""
    told = SummaryTold(policy, lang, summary(policy, folder, of, FIELD), FIELD)
    out = console()
    for line in told.intro():
        out.print(Line(Text(printable(line))))
    out.print()
    for sheet in told.sheets():
        draw_sheet(out, sheet)
