"""`forfait policy test`: a policy's own cases, and what none of them shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.folders import Target, policy_folders
from cli.language import Language, Spoken, spoken
from cli.options import Policies

if TYPE_CHECKING:
    from rich.console import Console

    from engine.drafting.cases.coverage_told import Told
    from engine.drafting.cases.testing import Tested
    from engine.loading import PolicyFiles
    from engine.measuring.cases import Counted

EXIT_FAILED = 1


def test(
    target: Target = None,
    coverage: Annotated[
        bool,
        typer.Option("--coverage", help="help.coverage"),
    ] = False,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Decide the cases of policies, and tell which do not get what they expect."""
    from cli.console import console
    from engine.drafting.cases.testing import every_case
    from engine.loading import read_policy

    out, right = console(), True
    for folder in policy_folders(target, policies):
        files = read_policy(folder)
        right = draw_cases(out, files, list(every_case(files))) and right
        if coverage:
            right = _draw_coverage(out, files) and right
    if not right:
        raise typer.Exit(EXIT_FAILED)


def draw_cases(out: Console, files: PolicyFiles, tested: Sequence[Tested | Counted]) -> bool:
    """Draw the cases that fail, then how many; whether none does."""
    from engine.drafting.cases.coverage_told import CoverageTold
    from engine.linking import link

    told = CoverageTold(files, link(files, {}), spoken())
    failures = told.failures(tested)
    _draw(out, failures)
    _say(out, told.summary(tested))
    return not failures


def _draw_coverage(out: Console, files: PolicyFiles) -> bool:
    """Draw what the cases cover and what they do not; whether they cover all."""
    from cli.console import table
    from engine.drafting.cases.coverage import coverage
    from engine.drafting.cases.coverage_told import CoverageTold
    from engine.linking import link

    told, found = CoverageTold(files, link(files, {}), spoken()), coverage(files)
    out.print(table(told.heads(), told.rows(found)))
    missing = told.missing(found)
    _draw(out, missing)
    _say(out, told.conclusion(found))
    return not missing


def _draw(out: Console, found: Iterable[Told]) -> None:
    from cli.spotted import draw_spotted

    for one in found:
        draw_spotted(out, one.spot, one.lines)


def _say(out: Console, sentence: str) -> None:
    from rich.text import Text

    from cli.console import Line
    from cli.failing import printable

    out.print(Line(Text(printable(sentence), style="bold")))
