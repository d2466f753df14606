"""`forfait explain`: why each point was granted or refused.

Annotations are evaluated as they stand: typer would compile each of those put off, and twice.
"""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.language import Language, Spoken, spoken
from cli.options import AsOf, By, Data, Decided, Doctor, FoundIn, Policies, Readings, Year, check_indicator, decided
from cli.suppose import Suppose, supposed

if TYPE_CHECKING:
    from engine.telling.parts import Explanation


class Format(StrEnum):
    """How an explanation is drawn."""

    tree = "tree"
    markdown = "markdown"
    json = "json"
    letter = "letter"


class Depth(StrEnum):
    """How much of it is."""

    short = "short"
    full = "full"


def explain(
    doctor: Doctor,
    year: Year = None,
    data: Data = None,
    indicator: Annotated[
        str | None,
        typer.Option("--indicator", metavar="metavar.indicator", help="help.indicator"),
    ] = None,
    reading: Readings = None,
    as_of: AsOf = None,
    format: Annotated[Format, typer.Option("--format", help="help.explain_format")] = Format.tree,
    depth: Annotated[Depth, typer.Option("--depth", help="help.depth")] = Depth.short,
    proof: Annotated[bool, typer.Option("--proof", help="help.proof")] = False,
    missing: Annotated[bool, typer.Option("--missing", help="help.missing")] = False,
    readings: Annotated[bool, typer.Option("--readings", help="help.readings")] = False,
    suppose: Suppose = None,
    register: FoundIn = None,
    by: By = None,
    output: Annotated[Path | None, typer.Option("--output", metavar="metavar.file", help="help.letter")] = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Explain each point granted or refused, on which data and under which passage."""
    if output is not None or format is Format.letter:
        asked = {"--indicator": indicator, "--proof": proof, "--missing": missing, "--readings": readings}
        from cli.letter import check_letter

        check_letter(
            output,
            format is Format.letter,
            [name for name, value in {**asked, "--suppose": suppose}.items() if value],
        )
    if register is None:
        result = decided(doctor, year, data, reading, policies, as_of)
    else:
        from cli.registered import decided_with_findings

        result = decided_with_findings(doctor, year, data, reading, policies, as_of, (register, by))
    if indicator is not None:
        check_indicator(indicator, result.decision.policy)
    if suppose:
        supposed(result, suppose, format.value, indicator)
        return
    if format is Format.letter:
        from cli.letter import send

        send(result, output)
        return
    if format is Format.json:
        from engine.record import canonical

        typer.echo(canonical(result.record).decode())
        return
    told = _explanation(result, indicator, depth, proof=proof)
    if missing or readings:
        told = _only(result, told, missing=missing, readings=readings)
    if format is Format.markdown:
        from cli.markdown import markdown

        typer.echo(markdown(told), nl=False)
        return
    from cli.draw import draw
    from cli.screen import screen

    draw(screen(), told)


def _only(result: Decided, told: "Explanation", *, missing: bool, readings: bool) -> "Explanation":
    """The head of an explanation, with only what was missing, only the contested readings, or both."""
    from msgspec.structs import replace

    from engine.telling.contested import all_readings
    from engine.telling.missing import all_missing
    from engine.telling.sentences import Sentences

    words, record = Sentences(result.decision.policy, spoken()), result.record
    parts = [all_missing(words, record)] if missing else []
    parts += [all_readings(words, record)] if readings else []
    return replace(told, sections=tuple(parts))


def _explanation(result: Decided, indicator: str | None, depth: Depth, *, proof: bool) -> "Explanation":
    from engine.measuring.written import passages
    from engine.telling.explanation import explain as told
    from engine.telling.parts import only
    from engine.telling.phrases import Phrases
    from engine.telling.proof import proof_part

    decision = result.decision
    phrases = Phrases(decision.policy, spoken())
    titles = {one.id: phrases.text(one.title) for one in decision.policy.indicators}
    explanation = told(
        result.record, decision.dossier, decision.policy, spoken(), depth.value, passages(result.files)
    )
    if indicator is not None:
        explanation = only(explanation, titles[indicator])
    return explanation.with_section(proof_part(decision, spoken(), indicator)) if proof else explanation
