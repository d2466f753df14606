"""`forfait control show`, `list`, `deadlines`, `export`, `log`: the register read, which is entered in it too."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cli.control_options import CaseYear, Register, agent, place, policy_of
from cli.language import Language, Spoken, spoken
from cli.options import By, Doctor, Policies, day

if TYPE_CHECKING:
    from engine.register.acts import Entry
    from engine.register.proving import Flaw

OfDoctor = Annotated[str | None, typer.Argument(metavar="metavar.doctor", help="help.of_doctor")]
Today = Annotated[str | None, typer.Option("--as-of", metavar="metavar.day", help="help.awaited_as_of")]


class Format(StrEnum):
    """How a case is drawn."""

    tree = "tree"
    markdown = "markdown"
    json = "json"


def show(
    doctor: Doctor,
    year: CaseYear = None,
    format: Annotated[Format, typer.Option("--format", help="help.case_format")] = Format.tree,
    register: Register = None,
    by: By = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Show a case: what was done, where each item stands, what is awaited."""
    from engine.register.reading import see_case

    seen = see_case(place(register), doctor, year, by=agent(by), what="show")
    (case,) = seen.cases
    if format is Format.json:
        from engine.register.record import case_data

        _warn(seen.flaws)
        _echo_json(case_data(case))
        return
    from engine.register.told import case_told

    told = case_told(case, policy_of(case.year, policies), spoken(), seen.flaws)
    if format is Format.markdown:
        from cli.markdown import markdown

        typer.echo(markdown(told), nl=False)
        return
    from cli.draw import draw
    from cli.screen import screen

    draw(screen(), told)


def list_cases(register: Register = None, by: By = None, lang: Spoken = Language.fr) -> None:
    """List the cases of the register."""
    from engine.control.cases import standing
    from engine.register.reading import see_cases

    seen = see_cases(place(register), by=agent(by), what="list")
    _warn(seen.flaws)
    rows = [
        (
            case.doctor,
            case.opening.name or "",
            str(case.year),
            _say(f"register.{case.status}"),
            _day(case.opening.opened_on.isoformat()),
            str(len(standing(case.findings))),
        )
        for case in seen.cases
    ]
    _table(("number", "name", "campaign", "status", "opened", "findings"), rows, "register.no_case")


def deadlines(
    as_of: Today = None,
    register: Register = None,
    by: By = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Tell what the open cases wait for, the sooner first."""
    from engine.register.awaiting import awaited
    from engine.register.reading import see_cases
    from engine.register.told import Teller

    seen = see_cases(place(register), by=agent(by), what="deadlines")
    _warn(seen.flaws)
    tellers = {case.year: Teller(policy_of(case.year, policies), spoken()) for case in seen.cases}
    rows = [
        (
            _day(one.until.isoformat()) if one.until else "",
            _say(f"register.state_{one.state}"),
            one.doctor,
            str(one.year),
            tellers[one.year].awaited(one),
        )
        for one in awaited(seen.cases, day(as_of))
    ]
    _table(("until", "state", "number", "campaign", "awaited"), rows, "register.nothing_awaited")


def export(
    doctor: Doctor,
    year: CaseYear = None,
    register: Register = None,
    by: By = None,
    lang: Spoken = Language.fr,
) -> None:
    """Write the findings that stand as rows that a dossier can take."""
    from engine.control.cases import finding_rows
    from engine.register.reading import read_case

    _echo_json(finding_rows(read_case(place(register), doctor, year, by=agent(by), what="export")))


def log(
    doctor: OfDoctor = None,
    year: CaseYear = None,
    register: Register = None,
    by: By = None,
    lang: Spoken = Language.fr,
) -> None:
    """Tell who wrote or read what, and when."""
    from engine.register.reading import read_log

    entries, flaws = read_log(place(register), doctor, year, by=agent(by))
    _warn(flaws)
    rows = [
        (
            str(entry.sequence),
            f"{_day(entry.written_at[:10])} {entry.written_at[11:19]}",
            entry.by,
            _say(f"register.kind_{entry.kind}", what=_about(entry)),
            " ".join(str(part) for part in (entry.doctor, entry.year) if part is not None),
        )
        for entry in entries
    ]
    _table(("entry", "written", "agent", "act", "case"), rows, "register.no_case")


def _about(entry: Entry) -> str:
    """What the act is about; as the register has it where this version of the product has no word for it."""
    from engine.register.acts import Purged, Read
    from engine.words import catalogue

    match entry.act:
        case Read(what=what):
            return catalogue(spoken()).get(f"register.read_{what}", what)
        case Purged(before=day):
            return _day(day.isoformat())
        case _:
            return entry.about


def _day(iso: str) -> str:
    from engine.days import day_in_figures

    return day_in_figures(iso, spoken())


def _warn(flaws: Sequence[Flaw]) -> None:
    """Say what is wrong with the register beside what it tells, which is data or a table."""
    from engine.register.told import flaws_told

    for line in flaws_told(flaws, spoken()):
        typer.echo(line, err=True)


def _echo_json(data: object) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True))


def _say(key: str, **details: object) -> str:
    from engine.words import say

    return say(spoken(), key, **details)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], none: str) -> None:
    """Draw a table, or say that there is nothing to put in it."""
    from cli.console import console, table

    found = list(rows)
    if not found:
        typer.echo(_say(none))
        return
    console().print(table([_say(f"register.head_{head}") for head in heads], found))
