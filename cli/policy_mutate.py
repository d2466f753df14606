"""`forfait policy mutate`: whether the policy's own cases defend everything that it states."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cli.folders import Target, policy_folders
from cli.language import Language, Spoken, spoken
from cli.options import Policies

if TYPE_CHECKING:
    from rich.console import Console

    from engine.drafting.mutation import Tried
    from engine.drafting.mutation_told import Line
    from engine.loading import PolicyFiles

EXIT_SURVIVED = 1
INDENT = 2


def mutate(
    target: Target = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Nombre de processus ; par défaut, un par cœur.")
    ] = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Change une à une les règles d’un barème et cherche le cas qui s’en aperçoit."""
    from cli.console import console
    from engine.loading import read_policy

    survived = False
    for folder in policy_folders(target, policies):
        files = read_policy(folder)
        tried = _tried(files, jobs or len(os.sched_getaffinity(0)))
        _draw(console(), files, tried)
        survived = survived or any(one.fate == "survived" for one in tried)
    if survived:
        raise typer.Exit(EXIT_SURVIVED)


def _tried(files: PolicyFiles, jobs: int) -> list[Tried]:
    """Every mutant with its fate; on a terminal, a bar shows how many are left."""
    from rich.progress import Progress

    from cli.console import console
    from engine.drafting.mutants import mutants
    from engine.drafting.mutation import tried
    from engine.words import say

    screen = console(stderr=True)
    count = sum(1 for _ in mutants(files))
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as progress:
        return list(progress.track(tried(files, jobs), total=count, description=say(spoken(), "mutation.progress")))


def _draw(out: Console, files: PolicyFiles, tried: Sequence[Tried]) -> None:
    """The counts, then the mutants that no case kills: those that survive last, where they are seen."""
    from rich.text import Text

    from cli.console import Line, table
    from engine.cases import read_cases
    from engine.drafting.mutation_told import MutationTold
    from engine.words import say

    told, lang = MutationTold(spoken()), spoken()
    title = files.policy.data["title"][lang]
    cases = sum(1 for _ in read_cases(files))
    out.print(Line(Text(say(lang, "mutation.title", title=title, count=len(tried), cases=cases), style="bold")))
    out.print(table(told.heads(), told.rows(tried)))
    survivors = told.survivors(tried)
    for name, lines in (("proved", told.alike(tried)), ("survivors", survivors)):
        if lines:
            out.print(Line(Text(say(lang, f"mutation.{name}"), style="bold")))
            _draw_lines(out, lines)
            out.print()
    key = "mutation.undefended" if survivors else "mutation.defended"
    out.print(Line(Text(say(lang, key, count=len(survivors)))))


def _draw_lines(out: Console, lines: Iterable[Line]) -> None:
    """Each mutant's place on a line of its own, never broken, so that it can be clicked or searched for."""
    from rich.padding import Padding
    from rich.text import Text

    from cli.console import Line as Wrapped
    from cli.failing import printable

    for line in lines:
        out.print(Text(printable(line.spot), style="bold"), soft_wrap=True)
        for text in filter(None, (line.change, line.hint)):
            out.print(Padding(Wrapped(Text(printable(text))), (0, 0, 0, INDENT)))
