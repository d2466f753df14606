"""`forfait run`: a whole population decided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import asdict

from cli.failing import printable
from cli.language import Language, Spoken, spoken
from cli.options import AsOf, Policies, Readings, check_source, day, policy_files, readings

if TYPE_CHECKING:
    from engine.policy import Policy
    from engine.running.run import Report
    from engine.telling.phrases import Phrases

SHOWN = 10
"""The doctors named of each reason of quarantine."""


def run(
    year: Annotated[int, typer.Option("--year", metavar="metavar.year", help="help.run_year")],
    data: Annotated[str, typer.Option("--data", metavar="metavar.source", help="help.run_data")],
    out: Annotated[Path, typer.Option("--out", metavar="metavar.folder", help="help.run_out")],
    reading: Readings = None,
    as_of: AsOf = None,
    engine: Annotated[str | None, typer.Option("--engine", metavar="metavar.engine", help="help.run_engine")] = None,
    memory: Annotated[str | None, typer.Option("--memory", metavar="metavar.memory", help="help.run_memory")] = None,
    sample: Annotated[int, typer.Option("--sample", metavar="metavar.count", help="help.run_sample")] = 1000,
    seed: Annotated[int, typer.Option("--seed", metavar="metavar.count", help="help.run_seed")] = 0,
    unpriced: Annotated[bool, typer.Option("--unpriced", help="help.run_unpriced")] = False,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Decide a whole population: a table of doctors, one of conditions, and what could not be decided."""
    from cli.cores import free_cores
    from cli.progress import progress
    from engine.engines.engines import DEFAULT
    from engine.running.run import Request
    from engine.running.run import run as decide_all

    check_source(data)
    request = Request(
        files=policy_files(year, policies),
        data=data,
        out=out,
        readings=readings(reading),
        as_of=day(as_of),
        engine=engine or DEFAULT,
        memory=memory,
        sample=sample,
        seed=seed,
        jobs=free_cores(),
        priced=not unpriced,
    )
    with progress() as told:
        report = decide_all(request, told)
    _tell(report, request.policy, out)


def _reasons(phrases: Phrases, out: Path) -> Iterator[str]:
    """Why doctors are in quarantine, each reason with some of them."""
    from engine.running.quarantine import reasons

    for why in reasons(out / "quarantine.parquet", spoken(), SHOWN):
        doctors = ", ".join(number or phrases.say("run.no_number") for number in why.doctors)
        if why.count > len(why.doctors):
            doctors = phrases.say("run.more", doctors=doctors)
        yield phrases.say(
            "run.reason", count=phrases.number(why.count), code=why.code, doctors=doctors, message=why.message
        )


def _tell(report: Report, policy: Policy, out: Path) -> None:
    """Where the result is, who was read and what came of them; then what is paid, for what and to whom."""
    from rich.text import Text

    from cli.console import Line, console
    from cli.summary import draw_summary
    from engine.telling.phrases import Phrases

    phrases, manifest = Phrases(policy, spoken()), report.manifest
    counts = {name: phrases.number(count) for name, count in asdict(manifest.counts).items()}
    # A path is left whole, to be copied.
    typer.echo(printable(phrases.say("run.written", folder=out)))
    lines = [phrases.say("run.counts", **counts)]
    if manifest.counts.quarantined:
        lines.append(phrases.say("run.why_quarantined"))
        lines += _reasons(phrases, out)
    if manifest.counts.elsewhere:
        lines.append(phrases.say("run.elsewhere", year=policy.year, **counts))
    if manifest.counts.decided:
        lines.append(phrases.say("run.sampled", doctors=phrases.number(manifest.sample.doctors)))
    else:
        lines.append(phrases.say("run.nobody"))
    for line in lines:
        console().print(Line(Text(printable(line))))
    if manifest.counts.decided:
        draw_summary(policy, out, report.sorts, spoken())
