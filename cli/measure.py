"""`forfait measure`: rates counted from raw flows, and the rows behind a count."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.failing import printable
from cli.language import Language, Spoken, spoken
from cli.lines import draw_lines, draw_titled
from cli.options import Policies, check_source, day, policy_files, readings
from engine.problems import Invalid, Problem
from engine.sourcing.opening import TABLE_OF_DOCTORS

if TYPE_CHECKING:
    from engine.loading import PolicyFiles
    from engine.measuring.listing import SideName
    from engine.measuring.manifest import Manifest
    from engine.measuring.plain import Fate


class FateOf(StrEnum):
    """What may have become of the rows to show."""

    counted = "counted"
    excluded = "excluded"
    out_of_period = "out-of-period"
    quarantined = "quarantined"
    other = "other"


FATES: Mapping[FateOf | None, Fate | None] = {
    None: None,
    FateOf.counted: "counted",
    FateOf.excluded: "excluded",
    FateOf.out_of_period: "out_of_period",
    FateOf.quarantined: "quarantined",
    FateOf.other: "other",
}


class SideOf(StrEnum):
    """The side of a measure whose rows to show."""

    denominator = "denominator"
    numerator = "numerator"


SIDES: Mapping[SideOf | None, SideName | None] = {
    SideOf.denominator: "denominator",
    SideOf.numerator: "numerator",
    None: None,
}


class Format(StrEnum):
    """How rows are shown."""

    table = "table"
    csv = "csv"


def measure(
    flows: Annotated[Path, typer.Option("--flows", metavar="metavar.folder", help="help.measure_flows")],
    year: Annotated[int, typer.Option("--year", metavar="metavar.year", help="help.measure_year")],
    out: Annotated[Path | None, typer.Option("--out", metavar="metavar.folder", help="help.measure_out")] = None,
    data: Annotated[Path | None, typer.Option("--data", metavar="metavar.folder", help="help.measure_data")] = None,
    recorded_on: Annotated[
        str | None, typer.Option("--recorded-on", metavar="metavar.day", help="help.measure_recorded_on")
    ] = None,
    reading: Annotated[
        list[str] | None, typer.Option("--reading", metavar="metavar.reading", help="help.measure_reading")
    ] = None,
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="metavar.engine", help="help.measure_engine")
    ] = None,
    memory: Annotated[str | None, typer.Option("--memory", metavar="metavar.memory", help="help.run_memory")] = None,
    doctor: Annotated[
        str | None, typer.Option("--doctor", metavar="metavar.doctor", help="help.measure_doctor")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--measure", metavar="metavar.measure", help="help.measure_measure")
    ] = None,
    fate: Annotated[FateOf | None, typer.Option("--list", help="help.measure_list")] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="metavar.exclusion", help="help.measure_reason")
    ] = None,
    side: Annotated[SideOf | None, typer.Option("--side", help="help.measure_side")] = None,
    format: Annotated[Format | None, typer.Option("--format", help="help.measure_format")] = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Count every rate from raw flows; or list the rows behind one count."""
    files, asked = policy_files(year, policies), readings(reading)
    if doctor is not None or name is not None or fate is not None:
        from cli.measure_list import Asked, show

        if doctor is None or (fate is not None and name is None) or out is not None:
            raise Invalid([Problem("measure_unlisted")])
        if reason is not None and fate is not FateOf.excluded:
            raise Invalid([Problem("needs_option", details={"name": "--reason", "needed": "--list excluded"})])
        show(files, Asked(flows, asked, doctor, name, FATES[fate], SIDES[side], reason or ""), format)
        return
    if out is None:
        raise Invalid([Problem("measure_no_out")])
    if data is not None:
        check_source(str(data))
        if not any((data / name).exists() for name in TABLE_OF_DOCTORS):
            raise Invalid([Problem("no_dossier_tables", str(data))])
    from cli.progress import progress
    from engine.measuring.run import DEFAULT, Request
    from engine.measuring.run import measure as count

    request = Request(
        files=files,
        flows=flows,
        out=out,
        data=data,
        readings=asked,
        engine=engine or DEFAULT,
        memory=memory,
        recorded_on=day(recorded_on),
    )
    with progress("measure") as told:
        manifest = count(request, told)
    _tell(files, manifest, out)


def _tell(files: PolicyFiles, manifest: Manifest, out: Path) -> None:
    """Where the result is, what was read, what became of every row, and why some are in quarantine."""
    from cli.screen import screen
    from engine.linking import linked
    from engine.measuring.quarantine import reasons
    from engine.measuring.told import MeasureTold

    told, drawn = MeasureTold(files, linked(files, {}), spoken(), manifest), screen()
    # A path is left whole, to be copied.
    typer.echo(printable(told.say("measure.written", folder=out)))
    if manifest.data:
        draw_lines(drawn, [told.say("measure.complete", data=manifest.data.where)])
        if manifest.without_dossier:
            without = {"doctors": told.number(manifest.without_dossier), "year": manifest.year}
            draw_lines(drawn, [told.say("measure.without_dossier", **without)])
    draw_lines(drawn, [*told.under(manifest.readings), *told.read()])
    for title, concerned in told.lacks():
        draw_titled(drawn, title, concerned)
    for title, became in told.sides():
        draw_titled(drawn, title, became)
    why = reasons(out / "quarantine.parquet", spoken())
    if why:
        said = (told.say("measure.quarantined", rows=told.number(one.rows), **one.said) for one in why)
        draw_titled(drawn, told.say("measure.why_quarantined"), said)
