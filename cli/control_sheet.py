"""`forfait control sheet`: what to ask a doctor for."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.control_plan import Items
from cli.language import Language, Spoken, spoken
from cli.options import AsOf, Data, Doctor, Policies, Readings, Year, day, decided
from engine.problems import Invalid, Problem, unknown_name


class Format(StrEnum):
    """How a sheet is drawn."""

    tree = "tree"
    markdown = "markdown"
    pdf = "pdf"


def sheet(
    doctor: Doctor,
    year: Year = None,
    data: Data = None,
    item: Items = None,
    answer_by: Annotated[
        str | None, typer.Option("--answer-by", metavar="metavar.day", help="help.answer_by")
    ] = None,
    reading: Readings = None,
    as_of: AsOf = None,
    format: Annotated[Format, typer.Option("--format", help="help.sheet_format")] = Format.tree,
    output: Annotated[Path | None, typer.Option("--output", metavar="metavar.file", help="help.sheet_output")] = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Tell what to ask a doctor for, item by item, and what hangs on it."""
    from engine.control.sheet import sheet as gathered
    from engine.control.sheet_told import told

    if format is Format.pdf and output is None:
        raise Invalid([Problem("pdf_without_file")])
    result = decided(doctor, year, data, reading, policies, as_of)
    known = result.decision.policy.vocabulary.items
    for name in item or ():
        if name not in known:
            raise Invalid([Problem("unknown_item", place="--item", details=unknown_name(name, known))])
    until = _until(answer_by, result.decision.as_of)
    found = told(gathered(result.decision, item or ()), result.record, until, spoken())
    if format is Format.pdf:
        assert output is not None, "checked above"
        from cli.pdf import leaflet_pdf
        from cli.saving import save
        from engine.control.sheet_paper import leaflet

        save(output, leaflet_pdf(leaflet(found, result.decision.as_of, spoken())))
    elif format is Format.markdown:
        from cli.markdown import markdown
        from cli.saving import deliver

        deliver(markdown(found), output)
    else:
        from cli.draw import draw
        from cli.screen import screen

        draw(screen(), found)


def _until(answer_by: str | None, decided_on: date) -> date | None:
    """The last day to answer, if there is one. Raises Invalid: it comes before the decision, or far too late."""
    from engine.control.cases import LONGEST_DELAY

    until = day(answer_by)
    if until is None or 0 <= (until - decided_on).days <= LONGEST_DELAY:
        return until
    details = {"day": str(decided_on), "until": str(until), "most": str(LONGEST_DELAY)}
    raise Invalid(
        [
            Problem(
                "answer_before_decision" if until < decided_on else "delay_too_long",
                place="--answer-by",
                details=details,
            )
        ]
    )
