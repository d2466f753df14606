"""`forfait decide`: the decision in one line."""

from __future__ import annotations

import typer

from cli.failing import printable
from cli.language import Language, Spoken, spoken
from cli.options import AsOf, Data, Doctor, Policies, Readings, Year, decided


def decide(
    doctor: Doctor,
    year: Year = None,
    data: Data = None,
    reading: Readings = None,
    as_of: AsOf = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Tell in one line the points, the euros and how firm the decision is."""
    from engine.record import amount
    from engine.telling.phrases import Phrases

    decision = decided(doctor, year, data, reading, policies, as_of).decision
    phrases = Phrases(decision.policy, spoken())
    basis = phrases.say(f"grade.{decision.grade}") if decision.grade else phrases.say("grade.none")
    points, euros = (
        phrases.amount(amount(decision.paid), "points"),
        phrases.amount(amount(decision.euros(decision.paid)), "euros"),
    )
    for component in decision.components:
        if component.paid.most > 0:
            title = phrases.text(component.component.title)
            euros += phrases.say(
                "view.price_beside", title=title, euros=phrases.amount(amount(component.paid), "euros")
            )
    name = decision.dossier.name or phrases.say("view.unnamed")
    typer.echo(
        printable(
            phrases.say(
                "view.line",
                number=doctor,
                name=name,
                year=decision.policy.year,
                points=points,
                euros=euros,
                basis=basis,
            )
        )
    )
