"""How columns hold what rows say: texts of no list as they are, all else as whole numbers, which engines prefer.

A word of a list is its place there, a day how many come between it and the first of all; true is 1, and false 0.
What was looked for and not found is one less than the least.
"""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from engine.days import is_day
from engine.dossier import NONE
from engine.policy import FieldType

FIRST, LAST = date(1000, 1, 1), date(9999, 12, 31)
"""The days that the schema of a dossier takes."""
DIGITS = 9
MOST = 10**DIGITS - 1
"""The greatest count vouched for: multiplied by the terms of a rate, it stays far from the end of 64 bits."""
BITS = 60
"""The bits of a whole number that any engine adds up without coming to its end."""
LESS = -1
"""What stands for `none` among whole numbers."""
TRUTH = ("false", "true")


class Held(Struct, frozen=True):
    """How the values of a field of a type are held; `words` are those of its list, where they are held as such."""

    type: FieldType
    words: tuple[str, ...] = ()

    @property
    def numbered(self) -> bool:
        """Whether these are whole numbers."""
        return bool(self.words) or self.type != "text"

    @property
    def dtype(self) -> str:
        """The type of the column that holds them."""
        return "int64" if self.numbered else "string"

    @property
    def nothing(self) -> int | str:
        """What is held where a value was looked for and not found."""
        return LESS if self.numbered else NONE

    @property
    def most(self) -> int:
        """The greatest number there may be."""
        if self.words:
            return len(self.words) - 1
        return day_number(LAST) if self.type == "date" else MOST

    def number(self, text: str) -> int | None:
        """The number of the value that a page would write so; None where none is."""
        if text == NONE:
            return None
        if self.words:
            return self.words.index(text) if text in self.words else None
        if self.type == "date":
            return day_number(date.fromisoformat(text)) if is_day(text) else None
        return int(text) if text.isdecimal() and str(int(text)) == text else None


TEXT, DAY, YEAR, BOOLEAN = Held("text"), Held("date"), Held("year"), Held("boolean", TRUTH)


def day_number(day: date) -> int:
    """How many days come between the first of all and this one."""
    return (day - FIRST).days
