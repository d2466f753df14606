"""`forfait compare`: what sets two records of a doctor apart, and what it changes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.language import Language, Spoken, spoken
from cli.options import Policies


def compare(
    before: Annotated[Path, typer.Argument(metavar="metavar.record", help="help.issued_before")],
    after: Annotated[Path, typer.Argument(metavar="metavar.record", help="help.issued_after")],
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Tell what sets two records of a doctor apart: facts, rules or readings, and what it changes."""
    from cli.draw import draw
    from cli.screen import screen
    from engine.issuing.compare_told import compared
    from engine.issuing.receipt import read_receipt
    from engine.problems import Invalid, Problem

    one, other = (read_receipt(file) for file in (before, after))
    if one.record["doctor"] != other.record["doctor"]:
        details = {"one": one.record["doctor"], "other": other.record["doctor"]}
        raise Invalid([Problem("records_of_two", str(after), details=details)])
    draw(screen(), compared(one, other, spoken(), policies))
