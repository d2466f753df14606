"""The journal of issued records in words: its entries as rows, and whether it is whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.days import day_in_figures
from engine.issuing.journal import Anchor, Json, Read
from engine.words import Lang, say

HEADS = ("number", "doctor", "year", "as_of", "signed", "record")
MOST_SHOWN = 20
SHORT = len("sha256:") + 16
"""As much of a digest as tells records apart at a glance."""


def rows(entries: Sequence[Json], lang: Lang) -> Iterator[list[str]]:
    """A row an entry, under HEADS."""
    for one in entries:
        signed = say(lang, "journal.yes" if one["key"] else "journal.no")
        yield [
            str(one["number"]),
            one["doctor"],
            str(one["year"]),
            day_in_figures(one["as_of"], lang),
            signed,
            f"{one['record'][:SHORT]}…",
        ]


def told(found: Read, anchor: Anchor | None, lang: Lang) -> Iterator[str]:
    """What is wrong with a journal; where nothing is, that it is whole, and as far as which entry that is sure."""
    for wrong in found.wrong[:MOST_SHOWN]:
        yield say(lang, f"journal.{wrong.fault}", line=wrong.line)
    if found.wrong[MOST_SHOWN:]:
        yield say(lang, "records.more", count=len(found.wrong) - MOST_SHOWN)
    if found.wrong:
        return
    count = len(found.entries)
    entries = say(lang, "journal.entries_one" if count == 1 else "journal.entries_many", count=count)
    yield say(lang, "journal.whole", entries=entries) if count else say(lang, "journal.empty")
    yield say(lang, "journal.anchored", number=anchor.number) if anchor else say(lang, "journal.unanchored")
