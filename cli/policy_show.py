"""`forfait policy show`: the rules of a year in plain words."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.folders import OnePolicy, one_policy
from cli.language import Language, Spoken, spoken
from cli.options import Policies, Readings, readings
from cli.saving import deliver
from engine.problems import Invalid, Problem, unknown_name

if TYPE_CHECKING:
    from engine.conditions import Source
    from engine.drafting.showing.nodes import Quote
    from engine.loading import PolicyFiles
    from engine.measuring.linking import Countings
    from engine.policy import Policy
    from engine.telling.parts import Explanation


class Format(StrEnum):
    """How the rules are drawn."""

    tree = "tree"
    markdown = "markdown"
    html = "html"


def show(
    target: OnePolicy,
    name: Annotated[
        str | None,
        typer.Argument(metavar="metavar.indicator", help="help.show_name"),
    ] = None,
    reading: Readings = None,
    format: Annotated[Format, typer.Option("--format", help="help.show_format")] = Format.tree,
    documents: Annotated[
        Path | None,
        typer.Option("--documents", metavar="metavar.folder", help="help.show_documents"),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="metavar.file", help="help.out")] = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Tell the rules of a year in plain words, with their sources."""
    from engine.drafting.showing.nodes import nothing
    from engine.drafting.showing.showing import show as told
    from engine.linking import link
    from engine.measuring.linking import countings_of, parted

    if out is not None and format is Format.tree:
        raise Invalid([Problem("out_format")])
    files = one_policy(target, policies)
    deciding, counting = parted(files, readings(reading))
    policy, countings = link(files, deciding), countings_of(files, counting)
    _check(name, policy, countings)
    quote = _quoting(files, documents) if documents else nothing
    _deliver(told(policy, spoken(), name, quote, countings), format, out)


def _check(name: str | None, policy: Policy, countings: Countings) -> None:
    from engine.drafting.showing.showing import names

    known = names(policy, countings)
    if name is not None and name not in known:
        raise Invalid([Problem("unknown_indicator", details=unknown_name(name, known))])


def _quoting(files: PolicyFiles, documents: Path) -> Quote:
    """The words of passages, read from the documents given."""
    from engine.drafting.texts.sources import read_documents

    texts = read_documents(files, documents)

    def quote(source: Source) -> tuple[str, ...]:
        first, last = source.lines
        return tuple(" ".join(line) for line in texts[source.document].lines[first - 1 : last])

    return quote


def _deliver(explanation: Explanation, format: Format, out: Path | None) -> None:
    """Draw the rules on the screen, or write them in a file, whole or not at all."""
    if format is Format.tree:
        from cli.draw import draw
        from cli.screen import screen

        draw(screen(), explanation)
        return
    if format is Format.html:
        from cli.html import html

        text = html(explanation, spoken())
    else:
        from cli.markdown import markdown

        text = markdown(explanation)
    deliver(text, out, public=True)
