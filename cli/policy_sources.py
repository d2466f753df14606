"""`forfait policy sources`: the passages a policy cites, re-read; where each rule of the texts is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.folders import OnePolicy, one_policy
from cli.language import Language, Spoken, spoken
from cli.options import Policies
from engine.problems import Invalid, Problem

if TYPE_CHECKING:
    from engine.loading import PolicyFiles
    from engine.telling.parts import Explanation

EXIT_NOT_AS_RECORDED = 1
NARROW = (15, 24)
"""The widest that the first columns may be, so that the last has room for the names of files."""


class Format(StrEnum):
    """How it is drawn."""

    tree = "tree"
    markdown = "markdown"
    json = "json"


@dataclass(frozen=True)
class Report:
    """What was found, as a table if it has one, titled parts, and plain data; and whether all is right."""

    name: str
    told: Explanation
    data: Any
    right: bool
    table: Sequence[Sequence[str]] = field(default=())


def sources(
    target: OnePolicy,
    documents: Annotated[
        Path | None, typer.Option("--documents", metavar="metavar.folder", help="help.documents")
    ] = None,
    record: Annotated[bool, typer.Option("--record", help="help.record")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="help.accept")] = False,
    trace: Annotated[bool, typer.Option("--trace", help="help.trace")] = False,
    format: Annotated[Format, typer.Option("--format", help="help.sources_format")] = Format.tree,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Read each cited passage again, and tell which rules rest on one that moved or changed."""
    if documents is None and record:
        raise Invalid([Problem("record_documents")])
    if accept and not record:
        raise Invalid([Problem("accept_record")])
    if documents is None and not trace:
        raise Invalid([Problem("documents_wanted")])
    files = one_policy(target, policies)
    reports = [_reread(files, documents, record=record, accept=accept)] if documents else []
    reports += [_trace(files)] if trace else []
    match format:
        case Format.tree:
            _draw(reports)
        case Format.markdown:
            _echo_markdown(reports)
        case Format.json:
            import json

            data = {report.name: report.data for report in reports}
            typer.echo(json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True))
    if not all(report.right for report in reports):
        raise typer.Exit(EXIT_NOT_AS_RECORDED)


def _reread(files: PolicyFiles, folder: Path, *, record: bool, accept: bool) -> Report:
    """The documents against what was recorded of them; recorded anew if asked, what moved or changed if accepted."""
    from cli.saving import save
    from engine.drafting.texts.sources import KEPT, compare, read_documents, read_record
    from engine.drafting.texts.sources import record as recorded
    from engine.drafting.texts.sources_told import SourcesTold, compared_data
    from engine.linking import link

    documents = read_documents(files, folder)
    compared = compare(files, documents, read_record(files))
    recording = record and (accept or not compared.astray)
    if recording:
        save(files.folder / KEPT, recorded(files, documents), public=True)
    told = SourcesTold(link(files, {}), spoken(), documents).compared(compared, recorded=recording)
    return Report("sources", told, compared_data(compared), recording or compared.as_recorded)


def _trace(files: PolicyFiles) -> Report:
    """Where this policy, and those of the years beside it, encode each rule: some are of one year alone."""
    from engine.drafting.texts.tracing import read_rules, trace
    from engine.drafting.texts.tracing_told import TraceTold, trace_data
    from engine.linking import link
    from engine.loading import read_policy, years

    root = files.folder.parent
    beside = {year: read_policy(folder) for year, folder in years(root).items()}
    found = trace(read_rules(root), beside | {files.year: files})
    told = TraceTold(link(files, {}), spoken())
    return Report("trace", told.notes(found), trace_data(found, spoken()), found.sound, told.matrix(found))


def _draw(reports: Iterable[Report]) -> None:
    from cli.console import console, table
    from cli.draw import draw
    from cli.screen import screen

    for report in reports:
        if report.table:
            heads, *rows = report.table
            drawn = table(heads, rows)
            for column, width in zip(drawn.columns, NARROW, strict=False):
                column.max_width = width
            console().print(drawn)
        draw(screen(), report.told)


def _echo_markdown(reports: Iterable[Report]) -> None:
    from cli.markdown import escape, markdown

    for report in reports:
        typer.echo(markdown(report.told), nl=False)
        if report.table:
            heads, *rows = ([escape(cell) for cell in row] for row in report.table)
            typer.echo("\n".join(["", *(f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows))]))
