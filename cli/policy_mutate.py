"""`forfait policy mutate`: whether the policy's own cases defend everything that it states."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.folders import Target, policy_folders
from cli.language import Language, Spoken, spoken
from cli.options import Policies

if TYPE_CHECKING:
    from rich.console import Console

    from engine.drafting.mutation.mutants import Mutant
    from engine.drafting.mutation.mutation import Tried
    from engine.loading import PolicyFiles

EXIT_UNDEFENDED = 1


def mutate(
    target: Target = None,
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, metavar="metavar.count", help="help.jobs")] = None,
    examples: Annotated[bool, typer.Option("--examples", help="help.examples")] = False,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Change the rules of a policy one by one, and look for the case that notices."""
    from cli.console import console
    from cli.cores import free_cores
    from engine.loading import read_policy

    out, defended = console(), True
    for folder in policy_folders(target, policies):
        files, processes = read_policy(folder), jobs or free_cores()
        defended = _mutate(out, files, processes, examples=examples) and defended
    if not defended:
        raise typer.Exit(EXIT_UNDEFENDED)


def _mutate(out: Console, files: PolicyFiles, jobs: int, *, examples: bool) -> bool:
    """Draw what becomes of the mutants of a policy; whether none survives.

    Its cases hold, or none is tried: a case that fails would seem to kill them all.
    """
    from cli.policy_test import draw_cases
    from engine.drafting.cases.testing import every_case
    from engine.words import say

    cases = list(every_case(files))
    if any(case.differences for case in cases):
        draw_cases(out, files, cases)
        _say(out, say(spoken(), "mutation.cases_first"))
        return False
    tried = _tried(files, jobs)
    _draw(out, files, tried, len(cases))
    survivors = [one.mutant for one in tried if one.fate == "survived"]
    _draw_survivors(out, files, survivors, examples=examples)
    return not survivors


def _tried(files: PolicyFiles, jobs: int) -> list[Tried]:
    """Every mutant with its fate; on a terminal, a bar shows how many are left."""
    from rich.progress import Progress

    from cli.console import console
    from engine.drafting.mutation.mutants import mutants
    from engine.drafting.mutation.mutation import tried
    from engine.words import say

    screen = console(stderr=True)
    count = sum(1 for _ in mutants(files))
    with Progress(console=screen, transient=True, disable=not screen.is_terminal) as progress:
        return list(progress.track(tried(files, jobs), total=count, description=say(spoken(), "mutation.progress")))


def _draw(out: Console, files: PolicyFiles, tried: Sequence[Tried], cases: int) -> None:
    """The counts, then the mutants for which no case is to be written."""
    from cli.console import table
    from cli.spotted import draw_spotted
    from engine.drafting.mutation.mutation_told import MutationTold
    from engine.words import say

    told, lang = MutationTold(spoken()), spoken()
    title = files.policy.data["title"][lang]
    _say(out, say(lang, "mutation.title", title=title, count=len(tried), cases=cases))
    out.print(table(told.heads(), told.rows(tried)))
    for key, lines in (("not_linked", told.settled(tried, "rejected")), ("proved", told.settled(tried, "alike"))):
        if lines:
            _say(out, say(lang, f"mutation.{key}"))
            for line in lines:
                draw_spotted(out, line.spot, line.lines)
            out.print()


def _draw_survivors(out: Console, files: PolicyFiles, survivors: Sequence[Mutant], *, examples: bool) -> None:
    """Each mutant that survives, each as soon as its example is found; then how many there are."""
    from cli.spotted import draw_spotted
    from engine.drafting.mutation.mutation_told import MutationTold
    from engine.words import say

    told, lang = MutationTold(spoken()), spoken()
    if survivors:
        _say(out, say(lang, "mutation.survivors"))
    for mutant in survivors:
        line = told.survivor(mutant, _example(files, mutant) if examples else None)
        draw_spotted(out, line.spot, line.lines)
    if survivors:
        out.print()
    _say(out, say(lang, "mutation.undefended" if survivors else "mutation.defended", count=len(survivors)))


def _example(files: PolicyFiles, mutant: Mutant) -> dict[str, Any] | None:
    from engine.drafting.mutation.apart import example

    return example(files, mutant)


def _say(out: Console, sentence: str) -> None:
    from rich.text import Text

    from cli.console import Line
    from cli.failing import printable

    out.print(Line(Text(printable(sentence), style="bold")))
