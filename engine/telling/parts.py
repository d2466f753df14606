"""What an explanation is made of: titled parts and lines, ready to be drawn on a screen or as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

Mark = Literal["granted", "refused", "undetermined", "out_of_play", "met", "unmet", "unknown", "none"]
Depth = Literal["short", "full"]
Kind = Literal["line", "title", "quote"]


class Part(Struct, frozen=True):
    """One line of an explanation, with what lies under it.

    `mark` is its sign; `aside` what stands beside it (an outcome, points); `fine` marks small print (sources).
    A `title`, directly under a section, heads a section of its own; a `quote` holds the words of a source.
    """

    text: str
    mark: Mark = "none"
    aside: str = ""
    fine: bool = False
    kind: Kind = "line"
    parts: tuple[Part, ...] = ()


class Explanation(Struct, frozen=True):
    """The whole: a title, lines that say who and when, totals as (label, points, euros) if any, titled sections."""

    title: str
    intro: tuple[str, ...]
    totals: tuple[tuple[str, str, str], ...]
    sections: tuple[Part, ...]

    def with_section(self, section: Part) -> Explanation:
        """The same, with one more section at its end."""
        return replace(self, sections=(*self.sections, section))


def only(explanation: Explanation, indicator_title: str) -> Explanation:
    """The explanation of one indicator alone, under its title."""
    kept = [
        replace(section, parts=tuple(part for part in section.parts if part.text == indicator_title))
        for section in explanation.sections
    ]
    return replace(explanation, sections=tuple(section for section in kept if section.parts))


def each_line(sentences: Iterable[str]) -> tuple[Part, ...]:
    """Plain lines, one a sentence."""
    return tuple(Part(sentence) for sentence in sentences)
