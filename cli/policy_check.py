"""`forfait policy check`: what is wrong with a policy being written, as a compiler tells it."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from cli.folders import Target, policy_folders
from cli.language import Language, Spoken, spoken
from cli.options import Policies

EXIT_FAULTY = 1


class Format(StrEnum):
    """How what was found is written."""

    text = "text"
    json = "json"
    sarif = "sarif"


def check(
    target: Target = None,
    format: Annotated[Format, typer.Option("--format", help="help.check_format")] = Format.text,
    presumed: Annotated[bool, typer.Option("--presumed", help="help.presumed")] = False,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Check policies: form, names, totals, calendar, sources, conditions without effect."""
    from engine.drafting.checks.lint import lint

    reports = [lint(folder) for folder in policy_folders(target, policies)]
    if format is Format.text:
        from cli.console import console
        from cli.findings import draw_reports

        draw_reports(console(), reports, spoken(), notes=presumed)
    else:
        from engine.drafting.checks.report import report_data
        from engine.drafting.checks.sarif import sarif

        data = (report_data if format is Format.json else sarif)(reports, spoken())
        typer.echo(json.dumps(data, ensure_ascii=False, indent=2))
    if any(report.count("error") for report in reports):
        raise typer.Exit(EXIT_FAULTY)
