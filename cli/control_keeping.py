"""`forfait control correct`, `purge`, `verify`: what was entered set right, dropped when past, and proved whole."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.control_options import CaseYear, On, Register, agent, case_year, enter, place, policy_of, required_day
from cli.language import Language, Spoken, spoken
from cli.options import By, Doctor, Policies
from engine.problems import Invalid, Problem

EXIT_FAULTY = 1
SHOWN = 80
"""The letters shown of what is no correction."""


def correct(
    doctor: Doctor,
    entry: Annotated[int, typer.Argument(metavar="metavar.entry", help="help.corrected")],
    why: Annotated[str, typer.Option("--why", metavar="metavar.text", help="help.correct_why")],
    on: On,
    change: Annotated[
        list[str] | None, typer.Option("--set", metavar="metavar.change", help="help.correct_set")
    ] = None,
    year: CaseYear = None,
    register: Register = None,
    by: By = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Set an act aside, with the reason; with `--set`, the same act otherwise takes its place."""
    from msgspec.structs import replace

    from engine.register.correcting import correction
    from engine.register.naming import named
    from engine.register.reading import entries_of

    where = place(register)
    chosen = case_year(where, doctor, year)
    made = correction(entries_of(where, doctor, chosen), entry, why, _changes(change or []))
    if made.instead is not None:
        made = replace(made, instead=named(made.instead, policy_of(chosen, policies)))
    enter(where, doctor, chosen, by, on, made)


def _changes(written: list[str]) -> dict[str, str]:
    """The fields given anew. Raises Invalid for one that is not written FIELD=VALUE."""
    changes: dict[str, str] = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not (name and equals):
            raise Invalid([Problem("bad_change", details={"value": text[:SHOWN]})])
        changes[name] = value
    return changes


def purge(
    before: Annotated[str, typer.Option("--before", metavar="metavar.day", help="help.purge_before")],
    on: On,
    register: Register = None,
    by: By = None,
    lang: Spoken = Language.fr,
) -> None:
    """Drop what is said of the cases closed before a day; the chain stays proved."""
    from engine.register.purging import purge as drop
    from engine.words import say

    done = drop(place(register), required_day(before), by=agent(by), on=required_day(on))
    key = "register.purged" if done.dropped else "register.nothing_to_purge"
    typer.echo(say(spoken(), key, cases=done.cases, dropped=done.dropped, entry=done.entry))


def verify(
    anchor: Annotated[str | None, typer.Option("--anchor", metavar="metavar.anchor", help="help.anchor")] = None,
    register: Register = None,
    lang: Spoken = Language.fr,
) -> None:
    """Prove that nothing in the register was changed, dropped or cut, and give its anchor."""
    from engine.register.proving import proof
    from engine.register.store import register as held
    from engine.words import say

    with held(place(register)) as kept:
        found = proof(kept, anchor)
    for flaw in found.flaws:
        typer.echo(say(spoken(), f"register.flaw_{flaw.fault}", entry=flaw.entry))
    if found.flaws:
        raise typer.Exit(EXIT_FAULTY)
    typer.echo(say(spoken(), "register.intact", entries=found.entries, dropped=found.dropped))
    if found.anchor:
        typer.echo(say(spoken(), "register.anchor", anchor=found.anchor))
