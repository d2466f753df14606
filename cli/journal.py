"""`forfait journal`: the journal of issued records, read, anchored and verified."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.app import App
from cli.failing import printable
from cli.language import Language, Spoken, spoken

EXIT_WRONG = 1

app = App("journal")
JournalFile = Annotated[Path, typer.Argument(metavar="metavar.journal", help="help.journal_file")]


@app.command("show")
def show(journal: JournalFile, lang: Spoken = Language.fr) -> None:
    """List the records of the journal."""
    from cli.console import console, table
    from engine.issuing.journal import read
    from engine.issuing.journal_told import HEADS, rows
    from engine.words import say

    entries = read(journal).entries
    if not entries:
        typer.echo(say(spoken(), "journal.empty"))
        return
    console().print(table([say(spoken(), f"journal.{head}") for head in HEADS], rows(entries, spoken())))


@app.command("anchor")
def anchor(journal: JournalFile, lang: Spoken = Language.fr) -> None:
    """Give the anchor of the journal, to publish or to print."""
    from engine.issuing.journal import read
    from engine.issuing.journal_told import told
    from engine.words import say

    found = read(journal)
    if found.wrong:
        for line in told(found, None, spoken()):
            typer.echo(line, err=True)
        raise typer.Exit(EXIT_WRONG)
    typer.echo(found.anchor or say(spoken(), "journal.empty"))


@app.command("verify")
def verify(
    journal: JournalFile,
    anchor: Annotated[
        str | None, typer.Option("--anchor", metavar="metavar.anchor", help="help.journal_anchored")
    ] = None,
    lang: Spoken = Language.fr,
) -> None:
    """Verify that nothing in the journal was changed, moved or cut."""
    from engine.issuing.journal import parse_anchor, read
    from engine.issuing.journal_told import told

    noted = parse_anchor(anchor) if anchor is not None else None
    found = read(journal, noted)
    for line in told(found, noted, spoken()):
        typer.echo(printable(line))
    if found.wrong:
        raise typer.Exit(EXIT_WRONG)
