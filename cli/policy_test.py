"""`forfait policy test`: a policy's own cases, and what none of them shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from cli.folders import Target, policy_folders
from cli.language import Language, Spoken, spoken
from cli.options import Policies

if TYPE_CHECKING:
    from rich.console import Console

    from engine.drafting.coverage_told import CoverageTold, Told
    from engine.loading import PolicyFiles

EXIT_FAILED = 1
INDENT = 2


def test(
    target: Target = None,
    coverage: Annotated[
        bool,
        typer.Option("--coverage", help="Dit aussi ce que les cas montrent du barème et ce qu’aucun ne montre."),
    ] = False,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Décide les cas d’un barème et dit lesquels n’obtiennent pas ce qu’ils attendent."""
    from cli.console import console
    from engine.drafting.coverage_told import CoverageTold
    from engine.linking import link
    from engine.loading import read_policy

    out, right = console(), True
    for folder in policy_folders(target, policies):
        files = read_policy(folder)
        told = CoverageTold(files, link(files, {}), spoken())
        right = _cases(out, files, told) and right
        if coverage:
            right = _coverage(out, files, told) and right
    if not right:
        raise typer.Exit(EXIT_FAILED)


def _cases(out: Console, files: PolicyFiles, told: CoverageTold) -> bool:
    """Draw the cases that fail; whether none does."""
    from engine.drafting.testing import tested

    found = list(tested(files))
    failures = told.failures(found)
    _draw(out, failures)
    _say(out, told.summary(found))
    return not failures


def _coverage(out: Console, files: PolicyFiles, told: CoverageTold) -> bool:
    """Draw what the cases cover and what they do not; whether they cover all."""
    from cli.console import table
    from engine.drafting.coverage import coverage

    found = coverage(files)
    out.print(table(told.heads(), told.rows(found)))
    missing = told.missing(found)
    _draw(out, missing)
    _say(out, told.conclusion(found))
    return not missing


def _draw(out: Console, found: Iterable[Told]) -> None:
    """Each place on a line of its own, never broken, so that it can be clicked or searched for."""
    from rich.padding import Padding
    from rich.text import Text

    from cli.console import Line
    from cli.failing import printable

    for one in found:
        out.print(Text(printable(one.spot), style="bold"), soft_wrap=True)
        for line in one.lines:
            out.print(Padding(Line(Text(printable(line))), (0, 0, 0, INDENT)))


def _say(out: Console, sentence: str) -> None:
    from rich.text import Text

    from cli.console import Line
    from cli.failing import printable

    out.print(Line(Text(printable(sentence), style="bold")))
