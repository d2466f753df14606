"""`forfait explain --suppose`: the decision as it would be beside the one that is, never a record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from cli.language import spoken
from cli.options import Decided
from engine.problems import Invalid, Problem

if TYPE_CHECKING:
    from engine.decision import Decision
    from engine.dispute.suppose import Supposition
    from engine.telling.parts import Explanation

DRAWN = ("tree", "markdown")
"""The forms that only show: the others would make a supposition look like a decision."""

Suppose = Annotated[
    list[str] | None,
    typer.Option("--suppose", metavar="metavar.supposition", help="help.suppose"),
]


def supposed(result: Decided, written: Iterable[str], form: str, indicator: str | None = None) -> None:
    """Show what suppositions would change. Raises Invalid: a wrong path or value, a form that would be a record."""
    if form not in DRAWN:
        raise Invalid([Problem("supposition_shown_only", "--suppose", details={"form": form})])
    told = _explanation(result, list(written), indicator)
    if form == "markdown":
        from cli.markdown import markdown

        typer.echo(markdown(told), nl=False)
        return
    from cli.draw import draw
    from cli.screen import screen

    draw(screen(), told)


def _explanation(result: Decided, written: list[str], indicator: str | None) -> Explanation:
    from engine.decision import decide
    from engine.dispute.suppose import supposed_dossier, suppositions

    before, asked = result.decision, suppositions(written)
    after = decide(before.policy, supposed_dossier(result.page, before.policy, asked), before.as_of)
    return beside(before, after, asked, indicator)


def beside(
    before: Decision, after: Decision, asked: Iterable[Supposition], indicator: str | None = None
) -> Explanation:
    """Both decisions side by side, marked as a supposition from the title on."""
    from engine.telling.comparison import differences, totals
    from engine.telling.parts import Explanation, Part, only
    from engine.telling.phrases import Phrases

    phrases = Phrases(before.policy, spoken())
    name = before.dossier.name or phrases.say("view.unnamed")
    nothing = phrases.say("suppose.none")
    intro = (
        phrases.text(before.policy.title),
        phrases.say("view.doctor", name=name, number=before.dossier.doctor),
        phrases.say("view.as_of", day=phrases.day(before.as_of.isoformat())),
        *(phrases.say("suppose.supposed", path=one.path, value=one.value or nothing) for one in asked),
    )
    told = Explanation(
        title=phrases.say("suppose.title"),
        intro=intro,
        totals=totals(phrases, before, after, phrases.say("suppose.was"), phrases.say("suppose.now")),
        sections=differences(phrases, before, after),
    )
    if indicator is not None:
        told = only(told, next(phrases.text(one.title) for one in before.policy.indicators if one.id == indicator))
    if not told.sections:
        told = told.with_section(Part(phrases.say("suppose.nothing")))
    return told.with_section(Part(phrases.say("suppose.never"), fine=True))
