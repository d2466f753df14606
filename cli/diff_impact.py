"""`forfait diff … --impact SOURCE`: what one policy in place of the other does to a population."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cli.failing import printable
from cli.language import spoken
from engine.problems import Invalid, Problem

if TYPE_CHECKING:
    from engine.loading import PolicyFiles
    from engine.running.impact.comparing import Compared
    from engine.running.impact.told import ImpactTold

SAMPLE = 100
"""The doctors of each side decided by both single derivations too, and held against its tables."""


def measure_impact(
    files: tuple[PolicyFiles, PolicyFiles],
    readings: tuple[Mapping[str, str], Mapping[str, str]],
    names: tuple[str, str],
    source: str,
    format: str,
    out: Path | None,
) -> None:
    """Decide the doctors of a source by both policies, and tell what changes.

    In a new folder, everything is written; otherwise it is drawn or printed as asked. Raises Invalid as the runs do,
    and for a policy that is only in the past: other processes could not read it.
    """
    from cli.cores import free_cores
    from cli.progress import progress
    from engine.running.draft import draft
    from engine.running.impact.comparing import Asked, compare
    from engine.running.impact.told import ImpactTold

    for one in files:
        if not one.folder.is_dir():
            raise Invalid([Problem("impact_revision", str(one.folder))])
    twice = files[0] is files[1]
    asked = Asked(files=files, readings=readings, data=source, sample=SAMPLE, jobs=free_cores())
    if out is None:
        with progress() as heard:
            told = ImpactTold(compare(asked, heard), names, spoken(), twice=twice)
        typer.echo(_page(told, format), nl=False) if format != "tree" else draw_impact(told)
        return
    with draft(out) as folder:
        with progress() as heard:
            told = ImpactTold(compare(asked, heard, scratch=folder), names, spoken(), twice=twice)
        write_impact(told, folder)
    draw_impact(told)
    typer.echo(printable(told.say("impact.written", folder=out)))


def draw_impact(told: ImpactTold) -> None:
    """Draw a comparison on the terminal."""
    from rich.text import Text

    from cli.console import Line, console
    from cli.sheets import draw_sheet

    out = console()
    out.print(Line(Text(printable(told.title()), style="bold")))
    for line in told.intro():
        out.print(Line(Text(printable(line))))
    out.print()
    for sheet in told.brief():
        draw_sheet(out, sheet)


def _page(told: ImpactTold, format: str) -> str:
    """A comparison as the text of a file."""
    if format == "json":
        return as_json(told.compared)
    if format == "html":
        from cli.impact_html import impact_page

        return impact_page(told)
    from cli.sheets_markdown import markdown

    return markdown(told.title(), told.intro(), told.whole())


def as_json(compared: Compared) -> str:
    """A comparison as JSON, on one line."""
    from engine.record import canonical
    from engine.running.impact.record import record

    return canonical(record(compared)).decode() + "\n"


def write_impact(told: ImpactTold, folder: Path) -> None:
    """Write a comparison in a folder: the page, the figures, every doctor and every flip. Raises OSError."""
    from cli.impact_html import impact_page
    from engine.running.impact.writing import write_tables

    (folder / "impact.html").write_text(impact_page(told), "utf-8")
    (folder / "impact.json").write_text(as_json(told.compared), "utf-8")
    write_tables(told.compared.measured, folder)
