"""Tables of figures, ready to be drawn on a screen or on a page: a name in each row, its figures, and a bar."""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct


class Row(Struct, frozen=True):
    """A name and its figures as people read them; `share` is the length of its bar, from -1 to 1.

    A `strong` row stands for those after it that are `inside`. A figure may have several lines.
    """

    name: str
    figures: tuple[str, ...]
    share: Fraction | None = None
    strong: bool = False
    inside: bool = False


class Sheet(Struct, frozen=True):
    """A titled table: the heads of its columns, the bars' own last; `notes` stand under it."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
