"""What was found in a policy, on a terminal: place, code, sentence; the line and carets; the name to try."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from cli.console import Line
from cli.excerpt import excerpt
from cli.failing import printable
from engine.drafting.checks.lint import Report, Severity, severity_of
from engine.drafting.checks.spans import span_of
from engine.problems import Problem, names_to_try, sentence
from engine.words import Lang, say

STYLES: dict[Severity, str] = {"error": "red", "warning": "yellow", "note": "cyan"}
INDENT = "  "
NARROW = 24
"""Nothing is made narrower than this, however small the screen."""


def draw_reports(out: Console, reports: Iterable[Report], lang: Lang, *, notes: bool = False) -> None:
    """Draw what was found in each policy, what remains to be done as well when asked (`notes`), then how much."""
    for report in reports:
        for problem in report.problems:
            if severity_of(problem) == "note" and not notes:
                continue
            _draw(out, problem, lang)
            out.print()
        counts = {f"{severity}s": report.count(severity) for severity in STYLES}
        out.print(Line(Text(printable(say(lang, "check.counts", folder=str(report.folder), **counts)), style="bold")))
        if not report.complete:
            out.print(Line(Text(say(lang, "check.incomplete"))))


def _draw(out: Console, problem: Problem, lang: Lang) -> None:
    severity = severity_of(problem)
    spot = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part not in ("", None))
    head, kind = printable(f"{spot} {problem.code}" if spot else problem.code), say(lang, f"check.{severity}")
    # The place is never broken, so that it can be clicked or searched for.
    lines = _wrapped(f"{head} {kind} {printable(sentence(problem, lang))}", _room(out))
    told = Text("\n".join(lines))
    told.stylize("bold", 0, len(head))
    told.highlight_words([kind], f"bold {STYLES[severity]}")
    out.print(told, soft_wrap=True)
    span = span_of(problem)
    if span:
        gutter = f"{INDENT}{span.line} | "
        line, carets = excerpt(span, max(out.width - len(gutter), NARROW))
        below = f"{'| ':>{len(gutter)}}"
        out.print(Text.assemble((gutter, "dim"), line), soft_wrap=True)
        out.print(Text.assemble((below, "dim"), (carets, STYLES[severity])), soft_wrap=True)
    help = names_to_try(problem, lang)
    if help:
        out.print(Text("\n".join(_wrapped(printable(help), _room(out), INDENT))), soft_wrap=True)


def _room(out: Console) -> int:
    """How long a sentence's lines may be: what is read by a program, which looks for it whole, is never broken."""
    return out.width if out.is_terminal or os.environ.get("COLUMNS") else sys.maxsize


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    return wrap(
        text,
        max(width, NARROW),
        initial_indent=indent,
        subsequent_indent=INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
