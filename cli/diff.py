"""`forfait diff`: what changed from one policy to another, in text and in meaning."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.folders import one_policy
from cli.language import Language, Spoken, spoken
from cli.options import Policies, Readings, check_source, readings
from cli.saving import deliver
from engine.problems import Invalid, Problem, unknown_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.drafting.diff.differing import Diff
    from engine.drafting.diff.meant import Meant
    from engine.drafting.diff.told import Shown
    from engine.loading import PolicyFiles
    from engine.policy import Policy


class Format(StrEnum):
    """How a comparison is drawn."""

    tree = "tree"
    markdown = "markdown"
    json = "json"
    html = "html"


def diff(
    first: Annotated[str, typer.Argument(metavar="metavar.policy", help="help.diff_first")],
    second: Annotated[str | None, typer.Argument(metavar="metavar.other_policy", help="help.diff_second")] = None,
    indicator: Annotated[str | None, typer.Argument(metavar="metavar.indicator", help="help.diff_indicator")] = None,
    reading: Readings = None,
    against: Annotated[
        list[str] | None,
        typer.Option("--against", metavar="metavar.reading", help="help.against"),
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="help.text")] = False,
    labels: Annotated[bool, typer.Option("--labels", help="help.labels")] = False,
    sources: Annotated[bool, typer.Option("--sources", help="help.diff_sources")] = False,
    witnesses: Annotated[
        Path | None,
        typer.Option("--witnesses", metavar="metavar.folder", help="help.witnesses"),
    ] = None,
    impact: Annotated[str | None, typer.Option("--impact", metavar="metavar.source", help="help.impact")] = None,
    format: Annotated[Format, typer.Option("--format", help="help.diff_format")] = Format.tree,
    out: Annotated[Path | None, typer.Option("--out", metavar="metavar.file", help="help.out")] = None,
    policies: Policies = None,
    lang: Spoken = Language.fr,
) -> None:
    """Compare two policies, in text and in meaning, or by what they do to a population."""
    if impact is not None:
        beside = {"--text": text, "--labels": labels, "--sources": sources, "--witnesses": witnesses}
        _alone({**beside, indicator or "": indicator})
        _measure(impact, (first, second or first), (reading, against), format, out, policies)
        return
    from engine.drafting.diff.counting import with_countings
    from engine.drafting.diff.diff import diff as compared
    from engine.drafting.diff.diff import under_other_readings
    from engine.drafting.diff.told import Shown
    from engine.linking import link
    from engine.measuring.linking import parted

    if out is not None and format is Format.tree:
        raise Invalid([Problem("out_format")])
    if text and witnesses:
        raise Invalid([Problem("witnesses_need_proof", "--witnesses")])
    pages = _files(first, policies)
    files = (pages, pages if second is None else _files(second, policies))
    asked = [readings(written) for written in (reading, against)]
    split = [parted(pages, each) for pages, each in zip(files, asked, strict=True)]
    one, other = (link(pages, deciding) for pages, (deciding, _) in zip(files, split, strict=True))
    if indicator is not None:
        _check_indicator(indicator, one, other)
    found = under_other_readings(compared(one, other), *files)
    found = with_countings(found, files, (split[0][1], split[1][1]))
    meant = None if text else _meant(found, files[1], indicator)
    shown = Shown(spoken(), _names((first, second or first), asked), indicator, labels, sources)
    if witnesses and meant:
        _write(witnesses, meant, shown.names)
    _deliver(found, meant, shown, format, out)


def _alone(beside: Mapping[str, object]) -> None:
    """Raises Invalid when what is only said of texts is asked of an impact."""
    for name, asked in beside.items():
        if asked:
            raise Invalid([Problem("impact_alone", details={"name": name})])


def _measure(
    source: str,
    sides: tuple[str, str],
    written: tuple[list[str] | None, list[str] | None],
    format: Format,
    out: Path | None,
    policies: Path | None,
) -> None:
    """What the second policy in place of the first does to the doctors of a source."""
    from cli.diff_impact import measure_impact

    check_source(source)
    one = _files(sides[0], policies)
    files = one, one if sides[0] == sides[1] else _files(sides[1], policies)
    asked = readings(written[0]), readings(written[1])
    measure_impact(files, asked, _names(sides, asked), source, format, out)


def _files(side: str, root: Path | None) -> PolicyFiles:
    """The pages of a year, of a folder, or of either at a revision. Raises Invalid when there is none such."""
    from engine.loading import bundled_policies

    place, _, revision = side.rpartition("@")
    if not place or Path(side).is_dir():
        return one_policy(side, root)
    from engine.drafting.diff.revision import read_at

    year = place.isascii() and place.isdecimal()
    return read_at((root or bundled_policies()) / place if year else Path(place), revision)


def _check_indicator(name: str, one: Policy, other: Policy) -> None:
    """Raises Invalid when neither policy has an indicator of that name; the nearest is offered."""
    known = {indicator.id for policy in (one, other) for indicator in policy.indicators}
    if name not in known:
        raise Invalid([Problem("unknown_indicator", details=unknown_name(name, known))])


def _names(sides: tuple[str, str], asked: Sequence[Mapping[str, str]]) -> tuple[str, str]:
    """What each side is called: as it was asked for, or by its readings where it is the same policy twice."""
    if sides[0] != sides[1]:
        return sides
    from engine.words import say

    default = say(spoken(), "diff.defaults")
    one, other = (", ".join(f"{name}={option}" for name, option in each.items()) or default for each in asked)
    return one, other


def _meant(found: Diff, files: PolicyFiles, indicator: str | None) -> list[Meant]:
    """What each claim comes to, proved; a progress bar tells how far it is, on a terminal alone."""
    from rich.console import Console
    from rich.progress import track

    from engine.drafting.diff.meaning import comparable, meanings
    from engine.words import say

    out, claims = Console(stderr=True), comparable(found.one, found.other, indicator)
    settled = meanings(found.one, found.other, files, claims)
    told = say(spoken(), "diff.proving")
    return list(track(settled, told, len(claims), console=out, transient=True, disable=not out.is_terminal))


def _write(folder: Path, meant: Iterable[Meant], names: tuple[str, str]) -> None:
    """Write each witness as two dossiers, one for each side."""
    from cli.saving import save
    from engine.drafting.diff.meaning import witness_files

    for path, content in witness_files(meant, names):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        save(folder / path, content.encode(), public=True)


def _deliver(found: Diff, meant: Sequence[Meant] | None, shown: Shown, format: Format, out: Path | None) -> None:
    """Draw the comparison on the screen, or write it in a file, whole or not at all."""
    if format is Format.tree:
        from cli.draw import draw
        from cli.screen import screen
        from engine.drafting.diff.told import told

        draw(screen(), told(found, meant, shown))
        return
    text = _page(found, meant, shown, format)
    deliver(text, out, public=True)


def _page(found: Diff, meant: Sequence[Meant] | None, shown: Shown, format: Format) -> str:
    """The comparison as the text of a file."""
    if format is Format.json:
        from engine.drafting.diff.record import record
        from engine.record import canonical

        return canonical(record(found, meant, shown.names, shown.indicator)).decode() + "\n"
    from engine.drafting.diff.told import told

    if format is Format.html:
        from cli.html import html

        return html(told(found, meant, shown), shown.lang)
    from cli.markdown import markdown

    return markdown(told(found, meant, shown))
