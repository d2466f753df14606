"""What a problem points at in its file: the line, and the columns from the first to just after the last."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import Struct

from engine.problems import Invalid, Problem
from engine.yamltext import read_bytes, text_lines

QUOTED = r'"(?:[^"\\]|\\.)*"|' + r"'[^']*'"
PLAIN = r"[^\s,\[\]{}#\"'](?:[^,\[\]{}#]*[^\s,\[\]{}#:])?"
POINTED = re.compile(rf"(?:{QUOTED}|[^\s,\[\]{{}}:#\"']+)(?::[ \t]+(?:{QUOTED}|{PLAIN}))?")
"""A key with the value on its line, or a value alone."""


class Span(Struct, frozen=True):
    """A line of a file, and the columns pointed at, counted from 1; `end` is just after the last."""

    text: str
    line: int
    column: int
    end: int


def span_of(problem: Problem) -> Span | None:
    """What a problem points at; None when it has no place, or its file cannot be read."""
    if problem.line is None or problem.column is None:
        return None
    try:
        lines = text_lines(read_bytes(Path(problem.file)))
    except Invalid:
        return None
    if problem.line > len(lines):
        return None
    text = lines[problem.line - 1]
    pointed = POINTED.match(text, problem.column - 1)
    end = pointed.end() + 1 if pointed else problem.column + 1
    return Span(text, problem.line, problem.column, end)
