"""`forfait policy confirm`: a rule taken over from another year, settled by a passage of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.language import Language, Spoken, spoken


def confirm(
    target: Annotated[str, typer.Argument(metavar="metavar.folder", help="help.confirm_folder")],
    rule: Annotated[str, typer.Argument(metavar="metavar.rule", help="help.confirm_rule")],
    source: Annotated[str, typer.Option("--source", metavar="metavar.passage", help="help.confirm_source")],
    lang: Spoken = Language.fr,
) -> None:
    """Confirm a presumed rule: write beside it the passage of its own year."""
    from cli.failing import printable
    from cli.saving import save
    from engine.drafting.confirming import confirmed
    from engine.drafting.presumed import rules
    from engine.loading import read_policy
    from engine.problems import Invalid, Problem
    from engine.words import say

    # Nobody means to write over a year of the product by naming it.
    if not Path(target).is_dir():
        raise Invalid([Problem("confirm_folder", details={"value": target})])
    files = read_policy(Path(target))
    settled, text = confirmed(files, rule, source)
    save(Path(settled.cursor.page.file), text.encode())
    left = sum(one.presumed for one in rules(read_policy(Path(target))))
    told = say(spoken(), "newyear.confirmed", name=settled.name, file=settled.cursor.page.file)
    typer.echo(printable(told))
    typer.echo(say(spoken(), "newyear.left", count=left, folder=target))
