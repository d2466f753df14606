"""Tables of figures as Markdown, every text escaped so that nothing in it is read as markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cli.markdown import escape
from engine.telling.sheets import Sheet
from engine.words import NO_BREAK

INDENT = 2 * NO_BREAK


def markdown(title: str, intro: Iterable[str], sheets: Iterable[Sheet]) -> str:
    """A document: a title, lines, and titled tables. Bars are left out."""
    lines = [f"# {escape(title)}", "", *(f"{escape(line)}  " for line in intro)]
    for sheet in sheets:
        lines += _sheet(sheet)
    return "\n".join(lines) + "\n"


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield from ("", f"## {escape(sheet.title)}", "")
    width = max((len(row.figures) for row in sheet.rows), default=0)
    heads = sheet.heads[: width + 1]
    yield f"| {' | '.join(map(escape, heads))} |"
    yield f"|---|{'---:|' * width}"
    for row in sheet.rows:
        name = f"**{escape(row.name)}**" if row.strong else f"{INDENT if row.inside else ''}{escape(row.name)}"
        yield f"| {' | '.join([name, *map(escape, row.figures)])} |"
    for note in sheet.notes:
        yield from ("", escape(note))
