"""Titled parts as one self-contained HTML page: its own style, no script, nothing fetched, every text escaped.

The page is drawn for the screen, a phone and paper alike. A line under which a source is quoted stands beside the
words of that source where there is room, and above them where there is none.
"""

from __future__ import annotations

from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from cli.draw import SIGNS
from cli.failing import printable
from engine.telling.parts import Explanation, Part
from engine.words import Lang, say


def html(explanation: Explanation, lang: Lang) -> str:
    """The page of an explanation, whose texts are in `lang`."""
    return (
        environment()
        .get_template("page.html")
        .render(
            page=explanation,
            lang=lang,
            contents=say(lang, "page.contents"),
            signs={mark: sign for mark, (sign, _) in SIGNS.items()},
            quoting=any(map(_quotes, explanation.sections)),
            quotes=_quotes,
            below=_below,
            titles=_titles,
        )
    )


def environment() -> Environment:
    """What pages are made with: every text escaped, and nothing left out in silence."""
    made = Environment(
        loader=PackageLoader("cli", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters["printable"] = printable
    return made


def _quotes(part: Part) -> bool:
    """Whether the words of a source stand anywhere under a part."""
    return part.kind == "quote" or any(map(_quotes, part.parts))


class Below(NamedTuple):
    """What lies under a part, its titles apart: lines, notes in small print, and passages quoted beside it."""

    lines: list[Part]
    notes: list[Part]
    passages: list[Part]


def _below(part: Part) -> Below:
    below = [one for one in part.parts if one.kind != "title"]
    passages = [one for one in below if one.fine and any(line.kind == "quote" for line in one.parts)]
    notes = [one for one in below if one.fine and not one.parts]
    return Below([one for one in below if one not in passages and one not in notes], notes, passages)


def _titles(part: Part) -> list[Part]:
    """The sections that a section is made of."""
    return [one for one in part.parts if one.kind == "title"]
