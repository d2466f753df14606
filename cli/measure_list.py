"""The rows behind a count, drawn: a table on a terminal, CSV elsewhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from msgspec import Struct
from rich.text import Text

from cli.console import Line, console, table
from cli.failing import printable
from cli.language import spoken
from cli.lines import draw_lines, draw_titled
from cli.screen import screen
from cli.spreadsheet import cell
from engine.linking import linked
from engine.measuring.doctor_told import DoctorTold
from engine.measuring.folder import FlowsFolder, open_flows
from engine.measuring.linking import flows_of, link_measures
from engine.measuring.listing import Listed, SideName, all_rows, listed
from engine.measuring.listing_told import ListTold
from engine.measuring.measures import Measuring
from engine.problems import Invalid, Problem, unknown_name

if TYPE_CHECKING:
    from engine.loading import PolicyFiles
    from engine.measuring.plain import Fate


class Asked(Struct, frozen=True):
    """Which rows: of whom, of which measure and side, what became of them, under which exclusion if they were."""

    flows: Path
    readings: Mapping[str, str]
    doctor: str
    measure: str | None
    fate: Fate | None
    side: SideName | None
    reason: str


def show(files: PolicyFiles, asked: Asked, format: str | None) -> None:
    """Draw the rows asked for; or what all of the doctor's come to. Raises Invalid."""
    measures = {one.id: one for one in link_measures(files, asked.readings)}
    if asked.measure is not None and asked.measure not in measures:
        raise Invalid([Problem("unknown_measure", details=unknown_name(asked.measure, measures))])
    folder = open_flows(asked.flows, flows_of(files))
    some = [measures[asked.measure]] if asked.measure else list(measures.values())
    if asked.fate is None:
        _counts(files, folder, asked, some)
        return
    [measuring] = some
    side = asked.side or ("denominator" if measuring.denominator else "numerator")
    found = listed(folder, measuring, asked.doctor, side, asked.fate, asked.reason)
    out = console()
    if format == "csv" or (format is None and not out.is_terminal):
        typer.echo(_commas(found), nl=False)
        return
    told = ListTold(linked(files, {}), spoken(), measuring, found)
    out.print(Line(Text(printable(told.title(asked.doctor)), style="bold")))
    if found.lines:
        out.print(table(told.heads(), map(told.cells, found.lines)))


def _counts(files: PolicyFiles, folder: FlowsFolder, asked: Asked, measures: Sequence[Measuring]) -> None:
    """Draw what the rows of the doctor come to, measure by measure. Raises Invalid."""
    told, drawn = DoctorTold(files, linked(files, {}), spoken()), screen()
    rows = all_rows(folder, asked.doctor)
    draw_lines(drawn, [told.say("measure.of_doctor", doctor=asked.doctor), *told.under(asked.readings)])
    for title, lines in told.measures(measures, rows):
        draw_titled(drawn, title, lines)


def _commas(found: Listed) -> str:
    """The rows as CSV, with the exclusion each falls under and the code of what is wrong with it."""
    into = io.StringIO()
    writer = csv.writer(into, lineterminator="\n")
    writer.writerow([*(column.name for column in found.columns), "reason", "code"])
    for line in found.lines:
        values = [line.values[column.name] for column in found.columns]
        writer.writerow([*map(_written, values), line.reason, found.code(line)])
    return into.getvalue()


def _written(value: object) -> str:
    """A value as a cell of CSV holds it, in which nothing is a formula."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return cell(value)
        case _:
            return str(value)
