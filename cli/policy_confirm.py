"""`forfait policy confirm`: a rule taken over from another year, settled by a passage of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.folders import OnePolicy, one_policy
from cli.language import Language, Spoken, spoken
from cli.options import Policies


def confirm(
    target: OnePolicy,
    rule: Annotated[str, typer.Argument(metavar="metavar.rule", help="help.confirm_rule")],
    source: Annotated[str, typer.Option("--source", metavar="metavar.passage", help="help.confirm_source")],
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Confirm a presumed rule: write beside it the passage of its own year."""
    from cli.failing import printable
    from cli.letter import save
    from engine.drafting.confirming import confirmed
    from engine.drafting.presumed import rules
    from engine.words import say

    files = one_policy(target, policies)
    settled, text = confirmed(files, rule, source)
    save(Path(settled.cursor.page.file), text.encode())
    left = sum(one.presumed for one in rules(one_policy(target, policies)))
    told = say(spoken(), "newyear.confirmed", name=settled.name, file=settled.cursor.page.file)
    typer.echo(printable(told))
    typer.echo(say(spoken(), "newyear.left", count=left, folder=target))
