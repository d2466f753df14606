"""What was found in policies as SARIF 2.1.0 (OASIS), which editors and forges read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any as Anything
from urllib.parse import quote

from engine.drafting.checks.lint import Report, severity_of
from engine.drafting.checks.spans import span_of
from engine.problems import Problem, names_to_try, sentence
from engine.words import Lang, catalogue

Json = dict[str, Anything]
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ANY = "…"


def sarif(reports: Iterable[Report], lang: Lang) -> Json:
    """One run of the checks over some policies, its messages in one language."""
    problems = [problem for report in reports for problem in report.problems]
    codes = sorted({problem.code for problem in problems})
    driver = {
        "name": "forfait policy check",
        "version": version("forfait-structure"),
        "rules": [_rule(code, lang) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, codes.index(problem.code), lang) for problem in problems],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, lang: Lang) -> Json:
    """A code, with the sentence it is told by, its details left out."""
    template = catalogue(lang)[f"problem.{code}"]
    text = template.format_map(defaultdict(lambda: ANY))
    level = severity_of(Problem(code))
    return {"id": code, "shortDescription": {"text": text}, "defaultConfiguration": {"level": level}}


def _result(problem: Problem, rule: int, lang: Lang) -> Json:
    told = " ".join(part for part in (sentence(problem, lang), names_to_try(problem, lang)) if part)
    result: Json = {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": severity_of(problem),
        "message": {"text": told},
    }
    return result | {"locations": [{"physicalLocation": _location(problem)}]} if problem.file else result


def _location(problem: Problem) -> Json:
    location: Json = {"artifactLocation": {"uri": _uri(problem.file)}}
    span = span_of(problem)
    if span:
        region = {"startLine": span.line, "startColumn": span.column, "endColumn": span.end}
        location["region"] = {**region, "snippet": {"text": span.text}}
    return location


def _uri(file: str) -> str:
    """A file as SARIF names it: relative to where the command ran, or whole."""
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
