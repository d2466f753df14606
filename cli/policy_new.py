"""`forfait policy new`: a year to be written, from one that is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.language import Language, Spoken, spoken
from cli.options import Policies, policy_files


def new(
    year: Annotated[int, typer.Argument(metavar="metavar.year", help="help.new_year")],
    origin: Annotated[int, typer.Option("--from", metavar="metavar.year", help="help.new_from")],
    out: Annotated[Path | None, typer.Option("--out", metavar="metavar.folder", help="help.new_out")] = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Prepare a year from another: dates moved on, rules presumed."""
    from engine.drafting.newyear import new_year
    from engine.drafting.presumed import rules
    from engine.loading import read_policy
    from engine.words import say

    folder = out or (policies or Path("policies")) / str(year)
    new_year(policy_files(origin, policies), year, folder)
    left = sum(rule.presumed for rule in rules(read_policy(folder)))
    typer.echo(say(spoken(), "newyear.written", folder=folder, year=year, origin=origin))
    typer.echo(say(spoken(), "newyear.left", count=left, folder=folder))
