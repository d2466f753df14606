"""Which texts may be kept: those that every reader sees as they were written, and of a reasonable length."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import category

from engine.problems import Problem

MOST: dict[str, int] = {"text": 2**14, "ground": 2**12, "why": 2**12, "what": 2**9}
"""The letters a text may have, by the name of what holds it."""
USUAL = 2**8
SEVERAL_LINES = ("text", "ground", "why")


def check_text(holds: str, text: str) -> Iterator[Problem]:
    """What is wrong with a text held under a name: empty, too long, or with a character that no reader would see.

    Those steer a terminal, turn the direction of reading or take no room: the text would be read as another.
    """
    most = MOST.get(holds, USUAL)
    if not text.strip():
        yield Problem("text_empty", place=holds)
    if len(text) > most:
        yield Problem("text_too_long", place=holds, details={"limit": str(most), "length": str(len(text))})
        return
    allowed = "\n" if holds in SEVERAL_LINES else ""
    hidden = next((one for one in text if one not in allowed and _hidden(one)), None)
    if hidden is not None:
        yield Problem("text_hidden", place=holds, details={"character": f"U+{ord(hidden):04X}"})


def _hidden(character: str) -> bool:
    """Whether it is a control or format character, a line separator, half a character, or no character at all."""
    return category(character)[0] == "C" or category(character) in ("Zl", "Zp")
