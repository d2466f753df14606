"""`forfait duties`: what is still to declare, send or reach, by when, and what it is worth."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.language import Language, Spoken, spoken
from cli.options import Data, Doctor, Policies, Readings, Year, decided

After = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="metavar.day",
        help="help.after",
    ),
]


def duties(
    doctor: Doctor,
    year: Year = None,
    data: Data = None,
    reading: Readings = None,
    as_of: After = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Tell what is still to declare, send or reach, by when, and what it is worth."""
    from cli.draw import draw
    from cli.screen import screen
    from engine.dispute.duties import duties as find
    from engine.dispute.duties import starting_day
    from engine.telling.still_due import still_due

    result = decided(doctor, year, data, reading, policies, as_of)
    decision = result.decision
    found = find(decision.policy, decision.dossier, result.asked or starting_day(decision.policy))
    draw(screen(), still_due(found, decision.dossier, decision.policy, spoken()))
