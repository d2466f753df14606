"""`forfait control plan`: whom to check."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.failing import printable
from cli.language import Language, Spoken, spoken
from cli.options import AsOf, Policies, Readings, day, is_run, policy_files, readings
from cli.spreadsheet import sheet
from engine.problems import Invalid, Problem

if TYPE_CHECKING:
    from engine.control.plan import Plan
    from engine.control.plan_told import Told
    from engine.loading import PolicyFiles
    from engine.running.kept import Kept
    from engine.telling.phrases import Phrases

SHOWN = 20
"""The doctors shown on a terminal where all are written in a folder."""


class Strategy(StrEnum):
    """How doctors are chosen."""

    value_at_risk = "value-at-risk"
    random = "random"
    stratified = "stratified"


class Stratum(StrEnum):
    """What strata are made by."""

    group = "group"
    specialty = "specialty"
    department = "department"
    stake = "stake"


class Format(StrEnum):
    """How a plan is printed."""

    table = "table"
    json = "json"


Doctors = Annotated[int, typer.Option("--doctors", metavar="metavar.count", help="help.plan_doctors")]
By = Annotated[list[Stratum] | None, typer.Option("--by", help="help.plan_by")]
Items = Annotated[list[str] | None, typer.Option("--item", metavar="metavar.item", help="help.plan_item")]


def plan(
    year: Annotated[int, typer.Option("--year", metavar="metavar.year", help="help.run_year")],
    data: Annotated[str, typer.Option("--data", metavar="metavar.source", help="help.plan_data")],
    doctors: Doctors,
    strategy: Annotated[Strategy, typer.Option("--strategy", help="help.plan_strategy")] = Strategy.value_at_risk,
    seed: Annotated[int, typer.Option("--seed", metavar="metavar.count", help="help.plan_seed")] = 0,
    by: By = None,
    item: Items = None,
    reading: Readings = None,
    as_of: AsOf = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="metavar.folder", help="help.plan_out")] = None,
    format: Annotated[Format, typer.Option("--format", help="help.plan_format")] = Format.table,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Choose whom to check, and tell what each has at stake."""
    from cli.progress import progress
    from engine.control.plan import Request
    from engine.control.plan import plan as choose
    from engine.control.strata import USUAL
    from engine.telling.phrases import Phrases

    if by and strategy is not Strategy.stratified:
        raise Invalid([Problem("needs_option", details={"name": "--by", "needed": "--strategy stratified"})])
    files = policy_files(year, policies)
    with _run(data, files, readings(reading), as_of) as kept:
        request = Request(
            run=kept,
            files=files,
            doctors=doctors,
            strategy=strategy.value,
            seed=seed,
            by=_strata(by, USUAL) if strategy is Strategy.stratified else (),
            only=tuple(dict.fromkeys(item or ())),
        )
        with progress() as told:
            made = choose(request, partial(told, "deciding"))
    phrases = Phrases(made.policy, spoken())
    if out is not None:
        _write(made, phrases, out)
    if format is Format.json:
        from engine.control.plan_record import doctors as listed
        from engine.control.plan_record import manifest

        typer.echo(json.dumps({**manifest(made), "targets": listed(made)}, ensure_ascii=False, indent=2))
    else:
        _tell(made, phrases, out)


def _strata(by: list[Stratum] | None, usual: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(one.value for one in by)) if by else usual


@contextmanager
def _run(data: str, files: PolicyFiles, asked: dict[str, str], as_of: str | None) -> Iterator[Kept]:
    """The run in a folder; of any other source, a run that is made of it and not kept."""
    from engine.running.kept import read_run

    if is_run(data):
        kept = read_run(Path(data))
        kept.check_asked(files.year, asked, day(as_of))
        yield kept
        return
    from cli.cores import free_cores
    from cli.progress import progress
    from engine.running.run import Request
    from engine.running.run import run as decide_all

    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "run"
        request = Request(
            files=files,
            data=data,
            out=folder,
            readings=asked,
            as_of=day(as_of),
            jobs=free_cores(),
            # Whoever is drawn is decided again, by both derivations.
            sample=0,
            priced=False,
        )
        with progress() as told:
            decide_all(request, told)
        yield read_run(folder)


# --- what is written ------------------------------------------------------------------------------------------------


def _write(made: Plan, phrases: Phrases, out: Path) -> None:
    """The folder of a plan, whole or not at all."""
    from engine.control.plan_record import item_rows, manifest, plan_rows
    from engine.running.draft import draft

    with draft(out) as folder:
        (folder / "plan.csv").write_text(sheet(plan_rows(made)), "utf-8")
        (folder / "items.csv").write_text(sheet(item_rows(made, phrases)), "utf-8")
        told = json.dumps(manifest(made), ensure_ascii=False, indent=2)
        (folder / "manifest.json").write_text(f"{told}\n", "utf-8")


def _tell(made: Plan, phrases: Phrases, out: Path | None) -> None:
    from engine.control.plan_told import told

    if out is not None:
        # A path is left whole, to be copied.
        typer.echo(printable(phrases.say("control_plan.written", folder=out)))
    draw_told(told(made, phrases, None if out is None else SHOWN))


def draw_told(found: Told) -> None:
    """Draw a plan, or what comes of one: its title, sentences and tables."""
    from rich.text import Text

    from cli.console import Line, console
    from cli.sheets import draw_sheet

    screen = console()
    screen.print(Line(Text(printable(found.title), style="bold")))
    for line in found.lines:
        screen.print(Line(Text(printable(line))))
    screen.print()
    for one in found.sheets:
        draw_sheet(screen, one)
