"""`forfait control open`, `request`, `receive`, `observe`, `answer`, `record`, `notify`, `close`: acts of a case."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.control_options import (
    CaseYear,
    Delay,
    Letter,
    On,
    Register,
    Until,
    case_year,
    enter,
    last_day,
    place,
    policy_of,
)
from cli.language import Language, Spoken
from cli.options import By, Data, Doctor, Policies, Year, known_doctor
from engine.problems import Invalid, Problem

if TYPE_CHECKING:
    from engine.register.acts import Deed

Item = Annotated[str, typer.Option("--item", metavar="metavar.item", help="help.control_item")]
Items = Annotated[list[str], typer.Option("--item", metavar="metavar.item", help="help.control_items")]
Why = Annotated[str | None, typer.Option("--why", metavar="metavar.text", help="help.control_why")]


class Outcome(StrEnum):
    """What a control can establish of an item."""

    confirmed = "confirmed"
    refuted = "refuted"
    not_produced = "not_produced"


def open_case(
    doctor: Doctor,
    on: On,
    year: Year = None,
    why: Why = None,
    data: Data = None,
    register: Register = None,
    by: By = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Open the case of a doctor and a year."""
    from engine.register.acts import Opened

    known = known_doctor(data, doctor)
    chosen = known.years[-1] if year is None else year
    if chosen not in known.years:
        names = ", ".join(map(str, known.years))
        raise Invalid([Problem("no_campaign", known.page.file, details={"year": str(chosen), "names": names})])
    policy_of(chosen, policies)
    enter(place(register), doctor, chosen, by, on, Opened(known.name or None, why))


def request(
    doctor: Doctor,
    item: Items,
    on: On,
    until: Until = None,
    delay: Delay = None,
    letter: Letter = None,
    year: CaseYear = None,
    register: Register = None,
    by: By = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Enter that evidence was asked of the doctor, and until when."""
    from engine.register.acts import Asked

    asked = Asked(tuple(dict.fromkeys(item)), last_day(on, until, delay), letter)
    _named(asked, doctor, year, register, by, on, policies)


def receive(
    doctor: Doctor,
    item: Item,
    what: Annotated[str, typer.Option("--what", metavar="metavar.text", help="help.control_what")],
    on: On,
    incomplete: Annotated[bool, typer.Option("--incomplete", help="help.incomplete")] = False,
    request: Annotated[
        int | None, typer.Option("--request", metavar="metavar.entry", help="help.control_request")
    ] = None,
    year: CaseYear = None,
    register: Register = None,
    by: By = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Enter what came for an item."""
    from engine.register.acts import Received

    _named(Received(item, what, not incomplete, request), doctor, year, register, by, on, policies)


def observe(
    doctor: Doctor,
    text: Annotated[str, typer.Option("--text", metavar="metavar.text", help="help.observe_text")],
    on: On,
    item: Annotated[str | None, typer.Option("--item", metavar="metavar.item", help="help.observe_item")] = None,
    entry: Annotated[int | None, typer.Option("--entry", metavar="metavar.entry", help="help.observe_entry")] = None,
    year: CaseYear = None,
    register: Register = None,
    by: By = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Enter what the doctor observes, of an item or of an act."""
    from engine.register.acts import Observed

    if (item is None) == (entry is None):
        raise Invalid([Problem("item_or_entry")])
    _named(Observed(text, item, entry), doctor, year, register, by, on, policies)


def answer(
    doctor: Doctor,
    observation: Annotated[int, typer.Argument(metavar="metavar.entry", help="help.answered")],
    text: Annotated[str, typer.Option("--text", metavar="metavar.text", help="help.answer_text")],
    on: On,
    year: CaseYear = None,
    register: Register = None,
    by: By = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Enter what the doctor was answered to an observation."""
    from engine.register.acts import Answered

    _named(Answered(observation, text), doctor, year, register, by, on, policies)


def record(
    doctor: Doctor,
    item: Item,
    outcome: Annotated[Outcome, typer.Option("--outcome", help="help.control_outcome")],
    on: On,
    choice: Annotated[
        str | None, typer.Option("--choice", metavar="metavar.choice", help="help.control_choice")
    ] = None,
    ground: Annotated[str | None, typer.Option("--ground", metavar="metavar.text", help="help.ground")] = None,
    reference: Annotated[
        str | None, typer.Option("--reference", metavar="metavar.text", help="help.reference")
    ] = None,
    data: Annotated[str | None, typer.Option("--data", metavar="metavar.source", help="help.control_data")] = None,
    year: CaseYear = None,
    register: Register = None,
    by: By = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Enter what the control established of an item."""
    from engine.register.acts import Found
    from engine.register.naming import check_held, named

    where = place(register)
    chosen = case_year(where, doctor, year)
    policy = policy_of(chosen, policies)
    found = named(Found(item, outcome.value, choice, ground, reference), policy)
    if data is not None and isinstance(found, Found):
        from engine.dossier import read_dossier

        check_held(found, read_dossier(known_doctor(data, doctor).page, policy))
    enter(where, doctor, chosen, by, on, found)


def notify(
    doctor: Doctor,
    what: Annotated[str, typer.Option("--what", metavar="metavar.text", help="help.notified")],
    on: On,
    until: Until = None,
    delay: Delay = None,
    letter: Letter = None,
    sent: Annotated[Path | None, typer.Option("--sent", metavar="metavar.file", help="help.sent")] = None,
    year: CaseYear = None,
    register: Register = None,
    by: By = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Enter that a letter was sent to the doctor, and until when it may be answered."""
    from engine.register.acts import Notified

    deed = Notified(what, last_day(on, until, delay), letter, None if sent is None else _digest(sent))
    _named(deed, doctor, year, register, by, on, policies)


def close(
    doctor: Doctor,
    on: On,
    why: Why = None,
    year: CaseYear = None,
    register: Register = None,
    by: By = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Close the case."""
    from engine.register.acts import Closed

    _named(Closed(why), doctor, year, register, by, on, policies)


def _named(
    deed: Deed, doctor: str, year: int | None, register: str | None, by: str | None, on: str, policies: Path | None
) -> None:
    """Enter a deed once what it names is known to the policy of the case."""
    from engine.register.naming import named

    where = place(register)
    chosen = case_year(where, doctor, year)
    enter(where, doctor, chosen, by, on, named(deed, policy_of(chosen, policies)))


def _digest(file: Path) -> str:
    """The digest of what was sent. Raises Invalid when it cannot be read."""
    import hashlib

    try:
        with file.open("rb") as opened:
            return f"sha256:{hashlib.file_digest(opened, 'sha256').hexdigest()}"
    except OSError as error:
        raise Invalid([Problem("unreadable", str(file), details={"why": error.strerror or str(error)})]) from None
