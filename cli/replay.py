"""`forfait replay`: a record decided again from the policy and the data, and compared byte for byte."""

from __future__ import annotations

import typer

from cli.language import Language, Spoken, spoken
from cli.options import By, Data, FoundIn, Policies, known_doctor, policy_files
from cli.registered import found_of
from cli.verify import EXIT_REJECTED, RecordFile


def replay(
    record: RecordFile,
    data: Data = None,
    register: FoundIn = None,
    by: By = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Decide a record again on the data and the policy, and compare byte for byte."""
    from cli.draw import draw
    from cli.screen import screen
    from engine.issuing.compare_told import replayed
    from engine.issuing.receipt import read_receipt
    from engine.issuing.redeciding import decided_by

    receipt = read_receipt(record)
    issued = receipt.record
    known = known_doctor(data, issued["doctor"])
    page = known.page
    if register is not None:
        _, page = found_of(page, issued["doctor"], issued["year"], (register, by), "replay")
    again = decided_by(issued, policy_files(issued["year"], policies), page)
    told = replayed(receipt, again, spoken(), policies)
    draw(screen(), told.explanation)
    if not told.same:
        raise typer.Exit(EXIT_REJECTED)
