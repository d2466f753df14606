"""The sheet of a control on paper: what is told of it, as the parts that pages are made of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby

from engine.telling.letter_parts import Block, Grid, Items, Leaflet, Line, Section, Text
from engine.telling.parts import Explanation, Part
from engine.words import Lang, say


def leaflet(told: Explanation, day: date, lang: Lang) -> Leaflet:
    """The pages of a sheet of which `told` holds the words; `day` is that of its decision."""
    head = tuple(say(lang, f"letter.{name}") for name in ("amounts", "in_points", "in_euros"))
    return Leaflet(
        lang=lang,
        day=day.isoformat(),
        author="",
        title=told.title,
        intro=told.intro,
        totals=Grid(head, told.totals, amounts=2),
        sections=tuple(_section(section) for section in told.sections),
        footer=say(lang, "control_sheet.footer"),
    )


def _section(part: Part) -> Section:
    return Section(_text(part), tuple(_blocks(part)))


def _blocks(part: Part) -> Iterator[Block]:
    """What stands under a title: lists under their labels, plain lines in a list of their own, and titled parts."""
    for plain, parts in groupby(part.parts, key=lambda one: not (one.parts or one.fine)):
        if plain:
            yield Items("", tuple(Line(_text(one)) for one in parts))
            continue
        for one in parts:
            if one.kind == "title":
                yield _section(one)
            elif one.parts:
                yield Items(_text(one), tuple(_lines(one, 0)))
            else:
                yield Text(_text(one), fine=True)


def _lines(part: Part, depth: int) -> Iterator[Line]:
    for one in part.parts:
        yield Line(_text(one), depth)
        yield from _lines(one, depth + 1)


def _text(part: Part) -> str:
    """A line, with what stands beside it."""
    return f"{part.text} — {part.aside}" if part.aside else part.text
