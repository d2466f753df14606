"""`forfait control redecide`: the decision before a control and after its findings, side by side, to the cent."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import Struct

from cli.control_options import CaseYear, Register, agent, place
from cli.language import Language, Spoken, spoken
from cli.options import By, Data, Doctor, Policies, Readings, day, decided

if TYPE_CHECKING:
    from engine.control.payments import Payment
    from engine.control.redeciding import Redecision

Payments = Annotated[Path | None, typer.Option("--payments", metavar="metavar.file", help="help.payments")]
PaidAsOf = Annotated[str | None, typer.Option("--paid-as-of", metavar="metavar.day", help="help.paid_as_of")]


class Format(StrEnum):
    """How a redecision is drawn."""

    tree = "tree"
    markdown = "markdown"
    json = "json"


class Asked(Struct, frozen=True):
    """What a command asks to be decided again: of whom, from what, under which rules."""

    doctor: str
    year: int | None
    data: str | None
    reading: list[str] | None
    policies: Path | None
    register: str | None
    by: str | None


def redecide(
    doctor: Doctor,
    year: CaseYear = None,
    data: Data = None,
    reading: Readings = None,
    register: Register = None,
    by: By = None,
    paid_as_of: PaidAsOf = None,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="metavar.day", help="help.redecided_as_of")] = None,
    payments: Payments = None,
    format: Annotated[Format, typer.Option("--format", help="help.redecide_format")] = Format.tree,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Decide again with what a control found, and tell what it changes."""
    asked = Asked(doctor, year, data, reading, policies, register, by)
    made = redecided(asked, "redecide", paid_as_of, as_of)
    known = payments_of(payments)
    if format is Format.json:
        from engine.control.redeciding_record import redecision_record
        from engine.record import canonical

        typer.echo(canonical(redecision_record(made, known)).decode())
        return
    from engine.control.redeciding_told import redecision_told

    told = redecision_told(made, known, spoken())
    if format is Format.markdown:
        from cli.markdown import markdown

        typer.echo(markdown(told), nl=False)
        return
    from cli.draw import draw
    from cli.screen import screen

    draw(screen(), told)


def redecided(asked: Asked, what: str, paid_as_of: str | None, as_of: str | None) -> Redecision:
    """The redecision of a doctor's case; `what` is the command that reads the register. Raises Invalid."""
    from engine.control.redeciding import redecide as again
    from engine.register.reading import read_case

    until = day(as_of)
    case = read_case(place(asked.register), asked.doctor, asked.year, by=agent(asked.by), what=what)
    before = decided(asked.doctor, case.year, asked.data, asked.reading, asked.policies, paid_as_of)
    return again(before.decision, before.files, before.page, case, until)


def payments_of(file: Path | None) -> tuple[Payment, ...] | None:
    """The payments of a file; None where none is given. Raises Invalid."""
    if file is None:
        return None
    from engine.control.payments import read_payments

    return read_payments(file)
