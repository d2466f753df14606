"""Every choice of readings under which something written in a policy is taken.

What is written for one option of a reading is never linked while another is taken. Linked once for each of these
choices, a policy has had every line of its rules read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from msgspec import Struct

from engine.choices import settle
from engine.cursor import Cursor
from engine.drafting.places import BESIDE_KIND
from engine.loading import PolicyFiles
from engine.measuring.linking import counting_readings
from engine.policy import Reading
from engine.problems import Invalid, Problem
from engine.yamltext import Page

Pair = tuple[str, str]
BESIDE_OPTIONS = ("choose", *BESIDE_KIND)


class Branch(Struct, frozen=True):
    """What is written for one option, and the (reading, option) pairs it is written under, outermost first."""

    written: Cursor
    under: tuple[Pair, ...]

    def choices(self, readings: Mapping[str, Reading]) -> dict[str, str]:
        """The option of every reading under which it is taken.

        Raises Invalid: options that exclude each other, do not exist or cannot be computed.
        """
        asked = dict(self.under)
        for name, option in self.under:
            if asked[name] != option:
                clash = {"name": name, "one": option, "other": asked[name]}
                raise Invalid([Problem("options_exclude", details=clash)])
        return settle(readings, asked)


def rule_pages(files: PolicyFiles) -> tuple[Page, ...]:
    """The pages that state rules, where a reading may be chosen."""
    return tuple(files.pages("vocabulary", "indicators", "components"))


def branches(files: PolicyFiles) -> Iterator[Branch]:
    """What is written for each option anywhere in the rules, an option inside another after it."""
    yield from _written(rule_pages(files))


def counting_branches(files: PolicyFiles) -> Iterator[Branch]:
    """The same in what says how rates are counted."""
    yield from _written(files.measures.values())


def _written(pages: Iterable[Page]) -> Iterator[Branch]:
    for page in pages:
        yield from _below(Cursor.top(page), ())


def _below(cursor: Cursor, under: tuple[Pair, ...]) -> Iterator[Branch]:
    if isinstance(cursor.data, list):
        for one in cursor.each():
            yield from _below(one, under)
    if not isinstance(cursor.data, dict):
        return
    reading = cursor.data.get("choose")
    for key, written in cursor.items():
        if reading is None or key in BESIDE_OPTIONS:
            yield from _below(written, under)
            continue
        branch = Branch(written, (*under, (reading, key)))
        yield branch
        yield from _below(written, branch.under)


def every_choice(files: PolicyFiles, readings: Mapping[str, Reading]) -> list[dict[str, str]]:
    """The defaults, then each other choice under which something written is taken, or that a reading offers."""
    return _every(files, readings, branches(files))


def every_counting(files: PolicyFiles) -> list[dict[str, str]]:
    """The same of the readings that change how rates are counted."""
    return _every(files, counting_readings(files), counting_branches(files))


def _every(files: PolicyFiles, readings: Mapping[str, Reading], written: Iterable[Branch]) -> list[dict[str, str]]:
    offered = (
        Branch(Cursor.top(files.policy), ((name, option),)) for name in readings for option in readings[name].options
    )
    found = [settle(readings, {})]
    for branch in (*offered, *written):
        with suppress(Invalid):
            choices = branch.choices(readings)
            found += [] if choices in found else [choices]
    return found
