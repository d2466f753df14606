"""An explanation as Markdown, every text escaped so that nothing in it is read as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cli.draw import SIGNS
from cli.failing import printable
from engine.telling.parts import Explanation, Part

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])|^(\d+)([.)])|^([-+=])")


def escape(text: str) -> str:
    """The text with every character that Markdown or HTML would read made plain."""
    return SPECIAL.sub(_plain, printable(text))


def _plain(match: re.Match[str]) -> str:
    char, number, dot, bullet = match.groups()
    return f"{number}\\{dot}" if number else f"\\{char or bullet}"


def markdown(explanation: Explanation) -> str:
    """The explanation as a Markdown document."""
    return "\n".join(_lines(explanation)) + "\n"


def _lines(explanation: Explanation) -> Iterator[str]:
    yield f"# {escape(explanation.title)}"
    yield ""
    for line in explanation.intro:
        yield f"{escape(line)}  "
    yield ""
    if explanation.totals:
        yield "| | | |"
        yield "|---|---:|---:|"
    for cells in explanation.totals:
        yield f"| {' | '.join(escape(cell) for cell in cells)} |"
    for section in explanation.sections:
        yield from _section(section, 2)


def _section(section: Part, level: int) -> Iterator[str]:
    yield ""
    yield f"{'#' * level} {_text(section)}"
    yield ""
    yield from _bullets((part for part in section.parts if part.kind != "title"), 0)
    for part in section.parts:
        if part.kind == "title":
            yield from _section(part, level + 1)


def _bullets(parts: Iterable[Part], depth: int) -> Iterator[str]:
    for part in parts:
        text = f"*{_text(part)}*" if part.fine else _text(part)
        yield f"{'  ' * depth}- {'> ' if part.kind == 'quote' else ''}{text}"
        yield from _bullets(part.parts, depth + 1)


def _text(part: Part) -> str:
    sign, _ = SIGNS[part.mark]
    aside = f" — {escape(part.aside)}" if part.aside else ""
    return f"{f'{sign} ' if sign else ''}{escape(part.text)}{aside}"
