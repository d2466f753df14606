"""`forfait population`: a synthetic population as tables, of dossiers or of raw flows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.failing import printable
from cli.language import Language, Spoken, spoken
from cli.options import Policies
from engine.problems import Invalid, Problem
from engine.words import say


def population(
    doctors: Annotated[int, typer.Option("--doctors", metavar="metavar.count", help="help.population_doctors")],
    out: Annotated[Path, typer.Option("--out", metavar="metavar.folder", help="help.population_out")],
    seed: Annotated[int, typer.Option("--seed", metavar="metavar.count", help="help.population_seed")] = 0,
    year: Annotated[int | None, typer.Option("--year", metavar="metavar.year", help="help.population_year")] = None,
    flows: Annotated[bool, typer.Option("--flows", help="help.population_flows")] = False,
    lines: Annotated[
        int | None, typer.Option("--lines", metavar="metavar.count", help="help.population_lines")
    ] = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Draw fictitious doctors, on published figures as far as there are, and write their dossiers as tables.

    With `flows`, write instead the raw flows from which their rates are counted.
    """
    from engine.loading import bundled_policies, years
    from engine.population.plan import planned

    if lines is not None and not flows:
        raise Invalid([Problem("needs_option", details={"name": "--lines", "needed": "--flows"})])
    folder = planned(years(policies or bundled_policies()), year)
    if flows:
        _write_flows(folder, doctors, seed, out, lines)
    else:
        _write_dossiers(folder, doctors, seed, out)


def _write_dossiers(folder: Path, doctors: int, seed: int, out: Path) -> None:
    from engine.population.plan import read_plan
    from engine.population.writing import write_population

    plan = read_plan(folder)
    with _progress() as progress:
        task = progress.add_task(say(spoken(), "population.doctors"), total=doctors)
        written = write_population(plan, doctors, seed, out, lambda done: progress.update(task, completed=done))
    _tell("population.written", doctors, written.rows, out, plan.year, seed)


def _write_flows(folder: Path, doctors: int, seed: int, out: Path, lines: int | None) -> None:
    from engine.loading import read_policy
    from engine.measuring.linking import flows_of
    from engine.population.flows_plan import read_flows_plan
    from engine.population.flows_writing import write_flows
    from engine.population.plan import read_plan

    named = flows_of(read_policy(folder))
    plan = read_flows_plan(folder, read_plan(folder).groups, named)
    with _progress() as progress:
        tasks = {name: progress.add_task(getattr(named[name].label, spoken()), total=doctors) for name in plan.flows}
        written = write_flows(
            plan, doctors, seed, out, lines, lambda name, done: progress.update(tasks[name], completed=done)
        )
    _tell("population.flows_written", doctors, written.rows, out, plan.year, seed)


def _progress() -> Any:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from cli.console import console

    screen = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal)


def _tell(key: str, doctors: int, rows: Mapping[str, int], out: Path, year: int, seed: int) -> None:
    counts = {"doctors": _grouped(doctors), "rows": _grouped(sum(rows.values()))}
    typer.echo(printable(say(spoken(), key, folder=out, **counts)))
    typer.echo(say(spoken(), "population.synthetic", year=year, seed=seed))


def _grouped(count: int) -> str:
    """A count in groups of three digits, as the language parts them."""
    first, *groups = f"{count:,}".split(",")
    for group in groups:
        first = say(spoken(), "number.grouped", before=first, after=group)
    return first
