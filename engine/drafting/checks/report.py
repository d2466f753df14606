"""What was found in policies, as data: our own JSON, `schemas/check.schema.json`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any as Anything

from engine.drafting.checks.lint import Report, severity_of
from engine.drafting.checks.spans import span_of
from engine.problems import Problem, names_to_try, sentence
from engine.words import Lang

Json = dict[str, Anything]
FORMAT = 1
"""The version of the form: it changes when a key changes its meaning or goes."""


def report_data(reports: Iterable[Report], lang: Lang) -> Json:
    """What was found in each policy, in the order of the files, with its sentences in one language."""
    return {"format": FORMAT, "lang": lang, "policies": [_policy(report, lang) for report in reports]}


def _policy(report: Report, lang: Lang) -> Json:
    return {
        "folder": report.folder.as_posix(),
        "complete": report.complete,
        "errors": report.count("error"),
        "warnings": report.count("warning"),
        "notes": report.count("note"),
        "problems": [_problem(problem, lang) for problem in report.problems],
    }


def _problem(problem: Problem, lang: Lang) -> Json:
    span = span_of(problem)
    return {
        "code": problem.code,
        "severity": severity_of(problem),
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "end_column": span.end if span else None,
        "place": problem.place,
        "message": sentence(problem, lang),
        "nearest": problem.details.get("nearest") or None,
        "help": names_to_try(problem, lang) or None,
    }
