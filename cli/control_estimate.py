"""`forfait control estimate`: what the findings of those drawn tell of all those drawn among."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from cli.control_options import Register, agent, place
from cli.control_plan import draw_told
from cli.language import Language, Spoken, spoken
from cli.options import By, Policies, policy_files


class Format(StrEnum):
    """How an estimate is printed."""

    table = "table"
    json = "json"


def estimate(
    plan: Annotated[Path, typer.Argument(metavar="metavar.folder", help="help.estimate_plan")],
    register: Register = None,
    by: By = None,
    format: Annotated[Format, typer.Option("--format", help="help.estimate_format")] = Format.table,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Estimate what was wrongly paid to all those drawn among, from what was found of those drawn."""
    from cli.progress import progress
    from engine.control.estimate import estimated
    from engine.control.planned import read_planned
    from engine.register.reading import read_cases

    planned = read_planned(plan)
    year = planned.manifest.year
    files = policy_files(year, policies)
    planned.check_policy(files)
    cases = read_cases(place(register), planned.doctors, year, by=agent(by), what="estimate")
    with progress() as told:
        made = estimated(planned, files, cases, partial(told, "deciding"))
    if format is Format.json:
        from engine.control.estimate_record import estimate_record
        from engine.record import canonical

        typer.echo(canonical(estimate_record(made)).decode())
        return
    from engine.control.estimate_told import told as in_words
    from engine.telling.phrases import Phrases

    draw_told(in_words(made, Phrases(made.policy, spoken())))
