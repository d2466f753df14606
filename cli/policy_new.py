"""`forfait policy new`: a year to be written, from one that is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.language import Language, Spoken, spoken
from cli.options import Policies, policy_files


def new(
    year: Annotated[int, typer.Argument(metavar="ANNÉE", help="L’année à écrire.")],
    origin: Annotated[int, typer.Option("--from", metavar="ANNÉE", help="L’année dont elle part.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Le dossier à écrire ; par défaut, policies/ANNÉE.")
    ] = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Prépare une année à partir d’une autre : dates décalées, règles présumées."""
    from engine.drafting.newyear import new_year
    from engine.drafting.presumed import rules
    from engine.loading import read_policy
    from engine.words import say

    folder = out or (policies or Path("policies")) / str(year)
    new_year(policy_files(origin, policies), year, folder)
    left = sum(rule.presumed for rule in rules(read_policy(folder)))
    typer.echo(say(spoken(), "newyear.written", folder=folder, year=year, origin=origin))
    typer.echo(say(spoken(), "newyear.left", count=left, folder=folder))
