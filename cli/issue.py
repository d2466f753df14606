"""`forfait issue`: the record of a decision, sealed, signed and noted in the journal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.failing import printable
from cli.language import Language, Spoken, spoken
from cli.options import AsOf, By, Data, Doctor, FoundIn, Policies, Readings, Year, decided
from cli.registered import decided_with_findings
from engine.problems import Invalid, Problem


def issue(
    doctor: Doctor,
    year: Year = None,
    data: Data = None,
    reading: Readings = None,
    as_of: AsOf = None,
    sign: Annotated[Path | None, typer.Option("--sign", metavar="metavar.file", help="help.sign")] = None,
    journal: Annotated[Path | None, typer.Option("--journal", metavar="metavar.journal", help="help.journal")] = None,
    output: Annotated[Path | None, typer.Option("--output", metavar="metavar.file", help="help.issue_output")] = None,
    register: FoundIn = None,
    by: By = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Issue the record of a decision: sealed, signed, noted in the journal."""
    from cli.saving import save
    from engine.issuing.journal import append, entry_of
    from engine.issuing.keys import signer
    from engine.issuing.receipt import digest_of, sealed
    from engine.words import say

    key = signer(sign)
    if register is None:
        record = decided(doctor, year, data, reading, policies, as_of).record
    else:
        found = (register, by)
        record = decided_with_findings(doctor, year, data, reading, policies, as_of, found, "issue").record
    digest, content = digest_of(record), sealed(record, key)
    _check_free(output, content, journal)
    # Noted first: an agent stopped before the file is written issues the same again, under the same number.
    number = append(journal, entry_of(record, digest, key.name if key else None)) if journal else None
    if output is None:
        typer.echo(content.decode(), nl=False)
    else:
        save(output, content)
        typer.echo(printable(say(spoken(), "records.issued", file=output, digest=digest)))
    if number is not None:
        typer.echo(printable(say(spoken(), "records.noted", file=journal, number=number)), err=output is None)


def _check_free(output: Path | None, content: bytes, journal: Path | None) -> None:
    """Raises Invalid when writing the record would replace something else: what was issued stays as it is."""
    if output is None:
        return
    if journal is not None and output.resolve() == journal.resolve():
        raise Invalid([Problem("output_is_journal", str(output))])
    if output.is_file() and output.read_bytes() != content:
        raise Invalid([Problem("output_exists", str(output))])
