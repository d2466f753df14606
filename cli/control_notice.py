"""`forfait control notice`: the notice of an undue payment, as Markdown or PDF; refused where it would not stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import astuple

from cli.control_options import CaseYear, Register, required_day
from cli.control_redecide import Asked, PaidAsOf, Payments, payments_of, redecided
from cli.language import Language, Spoken, spoken
from cli.options import By, Data, Doctor, Policies, Readings
from engine.problems import Invalid, Problem, unknown_name

if TYPE_CHECKING:
    from engine.control.limitation import Basis
    from engine.control.notice import Notice

KINDS = (".pdf", ".md")
MOST_LINES = 8
"""Those that an address has room for."""


def notice(
    doctor: Doctor,
    dated: Annotated[str, typer.Option("--dated", metavar="metavar.day", help="help.dated")],
    payments: Payments = None,
    basis: Annotated[str | None, typer.Option("--basis", metavar="metavar.basis", help="help.basis")] = None,
    signatory: Annotated[
        str | None, typer.Option("--signatory", metavar="metavar.text", help="help.signatory")
    ] = None,
    capacity: Annotated[str | None, typer.Option("--capacity", metavar="metavar.text", help="help.capacity")] = None,
    established: Annotated[
        str | None, typer.Option("--established", metavar="metavar.text", help="help.established")
    ] = None,
    interrupted_by: Annotated[
        list[str] | None, typer.Option("--interrupted-by", metavar="metavar.text", help="help.interrupted_by")
    ] = None,
    letterhead: Annotated[
        Path | None, typer.Option("--letterhead", metavar="metavar.file", help="help.letterhead")
    ] = None,
    address: Annotated[
        list[str] | None, typer.Option("--address", metavar="metavar.text", help="help.address")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="metavar.file", help="help.notice_output")
    ] = None,
    year: CaseYear = None,
    data: Data = None,
    reading: Readings = None,
    paid_as_of: PaidAsOf = None,
    register: Register = None,
    by: By = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Write the notice of an undue payment, or tell what it lacks."""
    from engine.control.notice import Letterhead, Notice, Signatory, read_letterhead
    from engine.control.recovery import account

    if output is not None and output.suffix.lower() not in KINDS:
        raise Invalid([Problem("output_suffix", details={"name": output.name})])
    asked = Asked(doctor, year, data, reading, policies, register, by)
    chosen, day = _basis(basis), required_day(dated)
    head = read_letterhead(letterhead) if letterhead else Letterhead()
    _check_typed(
        {
            "--signatory": [signatory],
            "--capacity": [capacity],
            "--established": [established],
            "--interrupted-by": interrupted_by or (),
            "--address": address or (),
            "--letterhead": [
                text for line in astuple(head) for text in (line if isinstance(line, tuple) else [line])
            ],
        }
    )
    known = payments_of(payments) or ()
    made = redecided(asked, "notice", paid_as_of, dated)
    _send(
        Notice(
            redecision=made,
            account=account(made),
            payments=known,
            dated=day,
            basis=chosen,
            signatory=Signatory(signatory, capacity),
            established=established,
            interruptions=tuple(interrupted_by or ()),
            letterhead=head,
            address=tuple(address or ()),
        ),
        output,
    )


def _check_typed(typed: Mapping[str, Sequence[str | None]]) -> None:
    """Raises Invalid: a text for the letter is empty, too long or hides something; the address has too many lines."""
    from engine.register.clean import check_text

    problems = [
        one for name, texts in typed.items() for text in texts if text is not None for one in check_text(name, text)
    ]
    lines = len(typed["--address"])
    if lines > MOST_LINES:
        details = {"name": "--address", "value": str(lines), "least": "1", "most": str(MOST_LINES)}
        problems.append(Problem("out_of_bounds", details=details))
    if problems:
        raise Invalid(problems)


def _basis(name: str | None) -> Basis | None:
    """The basis of a name; None where none is given. Raises Invalid for one that is not in the references."""
    from engine.control.limitation import bases

    known = bases()
    if name is not None and name not in known:
        raise Invalid([Problem("unknown_basis", details=unknown_name(name, known))])
    return None if name is None else known[name]


def _send(made: Notice, output: Path | None) -> None:
    """Write the letter, and say what its signatory must know. Raises Invalid with everything that it lacks."""
    from cli.letter import letter_markdown
    from cli.saving import deliver, save
    from engine.control.notice_lacking import lacking
    from engine.control.notice_parts import notice_letter
    from engine.telling.legal import legal_text
    from engine.telling.phrases import Phrases
    from engine.words import say

    lang = spoken()
    problems = lacking(made, lang)
    if problems or made.basis is None:
        raise Invalid(problems)
    letter = notice_letter(made, made.basis, lang)
    if output is not None and output.suffix.lower() == ".pdf":
        from cli.pdf import pdf

        save(output, pdf(letter))
    else:
        deliver(letter_markdown(letter), output)
    doubt = legal_text(made.basis.name, lang, "doubt")
    last = min(limit.last for limit in made.limits(made.basis))
    sent_by = Phrases(made.redecision.after.policy, lang).day(last.isoformat())
    typer.echo(say(lang, "notice.before_signing", doubt=doubt, last=sent_by), err=True)
