"""`forfait population`: a synthetic population as tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.failing import printable
from cli.language import Language, Spoken, spoken
from cli.options import Policies


def population(
    doctors: Annotated[int, typer.Option("--doctors", metavar="metavar.count", help="help.population_doctors")],
    out: Annotated[Path, typer.Option("--out", metavar="metavar.folder", help="help.population_out")],
    seed: Annotated[int, typer.Option("--seed", metavar="metavar.count", help="help.population_seed")] = 0,
    year: Annotated[int | None, typer.Option("--year", metavar="metavar.year", help="help.population_year")] = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Draw fictitious doctors, on published figures as far as there are, and write their dossiers as tables."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress

    from cli.console import console
    from engine.loading import bundled_policies, years
    from engine.population.plan import planned, read_plan
    from engine.population.writing import write_population
    from engine.words import say

    plan = read_plan(planned(years(policies or bundled_policies()), year))
    screen = console(stderr=True)
    columns = (say(spoken(), "population.doctors"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task = progress.add_task("", total=doctors)
        written = write_population(plan, doctors, seed, out, lambda done: progress.update(task, completed=done))
    counts = {"doctors": _grouped(doctors), "rows": _grouped(sum(written.rows.values()))}
    typer.echo(printable(say(spoken(), "population.written", folder=out, **counts)))
    typer.echo(say(spoken(), "population.synthetic", year=plan.year, seed=seed))


def _grouped(count: int) -> str:
    """A count in groups of three digits, as the language parts them."""
    from engine.words import say

    first, *groups = f"{count:,}".split(",")
    for group in groups:
        first = say(spoken(), "number.grouped", before=first, after=group)
    return first
