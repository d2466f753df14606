"""What the commands of `forfait control` share: where the register is, who acts, and the entering of an act."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.language import spoken
from cli.options import day, policy_files
from engine.problems import Invalid, Problem

if TYPE_CHECKING:
    from engine.policy import Policy
    from engine.register.acts import Corrected, Deed

AGENT, REGISTER = "FORFAIT_AGENT", "FORFAIT_REGISTER"

Register = Annotated[str | None, typer.Option("--register", metavar="metavar.register", help="help.register")]
On = Annotated[str, typer.Option("--on", metavar="metavar.day", help="help.on")]
CaseYear = Annotated[int | None, typer.Option("--year", metavar="metavar.year", help="help.case_year")]
Until = Annotated[str | None, typer.Option("--until", metavar="metavar.day", help="help.until")]
Delay = Annotated[int | None, typer.Option("--delay", metavar="metavar.count", help="help.delay")]
Letter = Annotated[str | None, typer.Option("--letter", metavar="metavar.text", help="help.control_letter")]


def agent(by: str | None) -> str:
    """Who acts or reads. Raises Invalid when nobody is named."""
    return _given(by, AGENT, "no_agent")


def place(register: str | None) -> str:
    """The path or address of the register. Raises Invalid when none is given."""
    return _given(register, REGISTER, "no_register_given")


def _given(option: str | None, variable: str, code: str) -> str:
    found = option or os.environ.get(variable)
    if not found:
        raise Invalid([Problem(code)])
    return found


def required_day(written: str) -> date:
    """The day written as an option that cannot be left out. Raises Invalid when it is none."""
    found = day(written)
    if found is None:
        raise Invalid([Problem("bad_date", details={"value": written})])
    return found


def last_day(on: str, until: str | None, delay: int | None) -> date:
    """The last day of a delay, given as it is or in days after it starts. Raises Invalid: neither, or both."""
    limit = day(until)
    if (limit is None) == (delay is None):
        raise Invalid([Problem("one_delay")])
    if limit is not None:
        return limit
    from engine.control.cases import LONGEST_DELAY

    days = delay or 0
    if not 0 < days <= LONGEST_DELAY:
        details = {"name": "--delay", "value": str(days), "least": "1", "most": str(LONGEST_DELAY)}
        raise Invalid([Problem("out_of_bounds", details=details)])
    return required_day(on) + timedelta(days=days)


def case_year(where: str, doctor: str, year: int | None) -> int:
    """The year of the case: the one given, or that of the doctor's only case. Raises Invalid: not settled."""
    if year is not None:
        return year
    from engine.register.reading import years_of

    years = years_of(where, doctor)
    if len(years) != 1:
        code = "several_cases" if years else "no_case_at_all"
        raise Invalid([Problem(code, details={"doctor": doctor, "valid": ", ".join(map(str, years))})])
    return years[0]


def policy_of(year: int, policies: Path | None) -> Policy:
    """The policy of a year under its own readings. Raises Invalid when there is no such year."""
    from engine.linking import linked

    return linked(policy_files(year, policies), {})


def enter(where: str, doctor: str, year: int, by: str | None, on: str, act: Deed | Corrected) -> None:
    """Enter an act in the register and tell its number. Raises Invalid when it cannot be."""
    from engine.register.filing import file
    from engine.words import say

    filed = file(where, doctor, year, agent(by), required_day(on), act)
    key = "register.already" if filed.already else "register.filed"
    typer.echo(say(spoken(), key, entry=filed.entry, doctor=doctor, year=year))
