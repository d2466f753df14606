"""`forfait policy sources`: the passages a policy cites, re-read; where each rule of the texts is written."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.folders import OnePolicy, one_policy
from cli.language import Language, Spoken, spoken
from cli.options import Policies
from engine.problems import Invalid, Problem

if TYPE_CHECKING:
    from engine.drafting.sources import Compared, DocumentText
    from engine.drafting.sources_told import SourcesTold
    from engine.drafting.tracing import Trace
    from engine.loading import PolicyFiles

EXIT_NOT_AS_RECORDED = 1


class Format(StrEnum):
    """How it is drawn."""

    tree = "tree"
    markdown = "markdown"
    json = "json"


def sources(
    target: OnePolicy,
    documents: Annotated[
        Path | None, typer.Option("--documents", help="Le dossier où se trouvent les documents cités.")
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Enregistre les empreintes des documents tels qu’ils sont.")
    ] = False,
    trace: Annotated[
        bool, typer.Option("--trace", help="Montre où est écrite chaque règle lue dans les textes, ou pourquoi non.")
    ] = False,
    format: Annotated[
        Format, typer.Option("--format", help="À l’écran, en Markdown, ou en données JSON.")
    ] = Format.tree,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Relit chaque passage cité et dit quelles règles reposent sur un passage déplacé ou modifié."""
    if documents is None and not trace:
        raise Invalid([Problem("record_documents" if record else "documents_wanted")])
    if documents is None and record:
        raise Invalid([Problem("record_documents")])
    from engine.drafting.sources_told import SourcesTold, compared_data, trace_data
    from engine.linking import link

    files = one_policy(target, policies)
    texts = _texts(files, documents)
    compared, recorded = _compared(files, texts, record=record) if texts else (None, None)
    traced = _traced(files) if trace else None
    told = SourcesTold(link(files, {}), spoken(), texts)
    match format:
        case Format.json:
            data = {"sources": compared and compared_data(compared), "trace": traced and trace_data(traced, spoken())}
            _echo_json({name: one for name, one in data.items() if one is not None})
        case Format.markdown:
            _echo_markdown(told, compared, recorded, traced)
        case Format.tree:
            _draw(told, compared, recorded, traced)
    right = recorded is not None or compared is None or compared.as_recorded
    if not (right and (traced is None or traced.sound)):
        raise typer.Exit(EXIT_NOT_AS_RECORDED)


def _texts(files: PolicyFiles, documents: Path | None) -> Mapping[str, DocumentText]:
    from engine.drafting.sources import read_documents

    return read_documents(files, documents) if documents else {}


def _compared(files: PolicyFiles, texts: Mapping[str, DocumentText], *, record: bool) -> tuple[Compared, int | None]:
    """The comparison with what was recorded, and how many digests are recorded now."""
    from cli.letter import save
    from engine.drafting.sources import KEPT, compare, read_record
    from engine.drafting.sources import record as recorded

    compared = compare(files, texts, read_record(files))
    if not record:
        return compared, None
    save(files.folder / KEPT, recorded(files, texts))
    return compared, len(compared.passages)


def _traced(files: PolicyFiles) -> Trace:
    """The trace of every year beside this one: a rule of one year may be written for another."""
    from engine.drafting.tracing import read_rules, trace
    from engine.loading import read_policy, years

    root = files.folder.parent
    beside = {year: read_policy(folder) for year, folder in years(root).items()}
    return trace(read_rules(root), beside | {files.year: files})


def _draw(told: SourcesTold, compared: Compared | None, recorded: int | None, traced: Trace | None) -> None:
    from cli.console import console, table
    from cli.draw import draw
    from cli.screen import screen

    out = screen()
    if compared:
        draw(out, told.compared(compared, recorded))
    if traced:
        console().print(table(told.heads(), told.rows(traced)))
        draw(out, told.notes(traced))


def _echo_markdown(told: SourcesTold, compared: Compared | None, recorded: int | None, traced: Trace | None) -> None:
    from cli.markdown import escape, markdown

    if compared:
        typer.echo(markdown(told.compared(compared, recorded)), nl=False)
    if traced:
        rows = [told.heads(), ["---"] * len(told.heads())]
        lines = [f"| {' | '.join(row)} |" for row in rows]
        lines += [f"| {' | '.join(escape(cell) for cell in row)} |" for row in told.rows(traced)]
        typer.echo("\n".join([markdown(told.notes(traced)), *lines]))


def _echo_json(data: Mapping[str, Any]) -> None:
    import json

    typer.echo(json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True))
