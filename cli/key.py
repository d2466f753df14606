"""`forfait key`: the keys that sign records."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.app import App
from cli.language import Language, Spoken, spoken

app = App("key")


@app.command("new")
def new(
    file: Annotated[Path, typer.Argument(metavar="metavar.file", help="help.key_file")], lang: Spoken = Language.fr
) -> None:
    """Make a key: the private one in the file, the public one beside it."""
    from cli.failing import printable
    from engine.issuing.keys import PUBLIC_SUFFIX, new_key
    from engine.words import say

    made = new_key(file)
    typer.echo(printable(say(spoken(), "records.key_made", file=file, public=f"{file}{PUBLIC_SUFFIX}")))
    typer.echo(made.name)
