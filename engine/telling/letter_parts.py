"""What a letter is made of: plain data in titled sections, ready for a screen or a page."""

from __future__ import annotations

from msgspec import Struct

from engine.words import Lang


class Line(Struct, frozen=True):
    """One line of a list, and how deep it stands in it."""

    text: str
    depth: int = 0


class Text(Struct, frozen=True):
    """A paragraph; `fine` marks small print."""

    text: str
    fine: bool = False


class Items(Struct, frozen=True):
    """Lines under a label, in a list; a single line may stand beside its label."""

    label: str
    lines: tuple[Line, ...]


class Grid(Struct, frozen=True):
    """A table; the last `amounts` columns hold amounts, and the last row their `total` where there is one."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    amounts: int = 0
    total: bool = False


class Section(Struct, frozen=True):
    """A titled part, with what stands in it."""

    title: str
    blocks: tuple[Block, ...]


Block = Text | Items | Grid | Section


class Letter(Struct, frozen=True):
    """The letter, in the order of the page; `about` holds its references and subject, `notes` its small print."""

    lang: Lang
    day: str
    author: str
    title: str
    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    place: str
    about: tuple[str, ...]
    opening: tuple[str, ...]
    sections: tuple[Section, ...]
    closing: tuple[str, ...]
    signature: tuple[str, ...]
    notes: tuple[str, ...]
    footer: str


class Leaflet(Struct, frozen=True):
    """Pages addressed to nobody: a title, lines that say who and when, amounts, titled parts."""

    lang: Lang
    day: str
    author: str
    title: str
    intro: tuple[str, ...]
    totals: Grid
    sections: tuple[Section, ...]
    footer: str
