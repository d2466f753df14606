"""`forfait verify`: whether a record holds: alone, beside the policy, by its signature, in the journal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.language import Language, Spoken, spoken

EXIT_REJECTED = 1

RecordFile = Annotated[Path, typer.Argument(metavar="metavar.record", help="help.issued")]


def verify(
    record: RecordFile,
    policy: Annotated[
        str | None, typer.Option("--policy", metavar="metavar.target", help="help.verify_policy")
    ] = None,
    key: Annotated[str | None, typer.Option("--key", metavar="metavar.key", help="help.public_key")] = None,
    journal: Annotated[
        Path | None, typer.Option("--journal", metavar="metavar.journal", help="help.verify_journal")
    ] = None,
    lang: Spoken = Language.fr,
) -> None:
    """Verify a record: alone, beside the policy, and by its signature."""
    from cli.draw import draw
    from cli.screen import screen
    from engine.issuing.receipt import read_receipt
    from engine.issuing.verify_told import told
    from engine.issuing.verifying import verified

    files = None
    if policy is not None:
        from cli.folders import one_policy

        files = one_policy(policy, None)
    public = None
    if key is not None:
        from engine.issuing.keys import public_key

        public = public_key(key)
    noted = None
    if journal is not None:
        from engine.issuing.journal import read

        noted = read(journal)
    found = verified(read_receipt(record), files, public, noted)
    draw(screen(), told(found, spoken()))
    if not found.accepted:
        raise typer.Exit(EXIT_REJECTED)
