"""A day as people write it, in a sentence or in a table."""

from __future__ import annotations

from datetime import date

from engine.words import NO_BREAK, Lang, say


def is_day(iso: str) -> bool:
    """Whether a text is a day as ISO 8601 writes one."""
    try:
        date.fromisoformat(iso)
    except ValueError:
        return False
    return True


def day_in_words(iso: str, lang: Lang) -> str:
    """`4 février 2024`, and `1er` for the first of a month in French. Raises ValueError for what is no day."""
    day = date.fromisoformat(iso)
    number = say(lang, "day.first") if day.day == 1 else day.day
    written = say(lang, "day.written", day=number, month=say(lang, f"day.month_{day.month}"), year=day.year)
    return written.replace(" ", NO_BREAK)


def day_in_figures(iso: str, lang: Lang) -> str:
    """As a table has room for it: `04/02/2024` in French, `2024-02-04` in English. Raises ValueError as above."""
    day = date.fromisoformat(iso)
    return say(lang, "day.figures", day=day.day, month=day.month, year=day.year)
