"""`forfait journal`: the journal of issued records, read, anchored and verified."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from cli.app import App
from cli.failing import printable
from cli.language import Language, Spoken, spoken

if TYPE_CHECKING:
    from engine.issuing.journal import Read

EXIT_WRONG = 1

app = App("journal")
JournalFile = Annotated[Path, typer.Argument(metavar="metavar.journal", help="help.journal_file")]


@app.command("show")
def show(journal: JournalFile, lang: Spoken = Language.fr) -> None:
    """List the records of the journal, and tell what is wrong with it."""
    from cli.console import console, table
    from engine.issuing.journal import read
    from engine.issuing.journal_told import HEADS, rows
    from engine.words import say

    found = read(journal)
    if found.entries:
        heads = [say(spoken(), f"journal.{head}") for head in HEADS]
        console().print(table(heads, rows(found.entries, spoken())))
    elif not found.wrong:
        typer.echo(say(spoken(), "journal.empty"))
    if found.wrong:
        _refuse(found)


def _refuse(found: Read) -> NoReturn:
    """Tell what is wrong with a journal, beside what is asked of it."""
    from engine.issuing.journal_told import told

    for line in told(found, None, spoken()):
        typer.echo(printable(line), err=True)
    raise typer.Exit(EXIT_WRONG)


@app.command("anchor")
def anchor(journal: JournalFile, lang: Spoken = Language.fr) -> None:
    """Give the anchor of the journal, to publish or to print."""
    from engine.issuing.journal import read
    from engine.words import say

    found = read(journal)
    if found.wrong:
        _refuse(found)
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
