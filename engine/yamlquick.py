"""The quick reading of YAML at its plainest, before the library that knows all of it, and is slow to load, is asked.

What is surely read: lines of `key: value` and of `- item`, lists and mappings in brackets, texts that begin with a
letter or digit and hold no sign that might mean something, or in double quotes without a backslash. Where anything
else stands, nothing is known: the answer is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any as Anything

MOST_NESTED = 20
NO_BREAK = ("\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}")
# Blank lines and comments, then how the next line is indented.
NEXT = re.compile(r"(?: *(?:#.*)?\n)* *")
LINE_END = re.compile(r"\n|\Z")
KEY = re.compile(r"(\w[\w.-]{0,99}):(?: (?! )|(?=\n))")
SIGN = r"[^\n \"#&*!?,:;<>@[\\\]^`{|}~$]"
PLAIN = re.compile(rf"\w{SIGN}*(?: {SIGN}+)*")
QUOTED = re.compile(r'"([^"\\\n]*)"')
# Between parts in brackets, a line may end where the next is indented.
BETWEEN = r"(?:\n +| )*"
OPENED, COMMA = re.compile(rf"[\[{{]{BETWEEN}"), re.compile(rf"{BETWEEN},{BETWEEN}")
CLOSED = {"[": re.compile(rf"{BETWEEN}\]"), "{": re.compile(rf"{BETWEEN}\}}")}


class Unsure(Exception):
    """Something stands there that is not known here."""


def quickly(text: str) -> Anything:
    """The data of a page: texts, None, lists and dictionaries. Raises Unsure wherever it is not surely right."""
    plain, narrow = NO_BREAK
    if not text.replace("\n", " ").replace(plain, " ").replace(narrow, " ").isprintable():
        raise Unsure
    reading = _Reading(text)
    data = reading.page()
    if reading.place < len(text):
        raise Unsure
    return data


class _Reading:
    """A text being read, and the place come to."""

    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0

    def taken(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """What stands here, and is passed."""
        found = pattern.match(self.text, self.place)
        if found is None:
            raise Unsure
        self.place = found.end()
        return found

    @property
    def column(self) -> int:
        """How far the place is from the beginning of its line; -1 at the end of the text."""
        return self.place - self.text.rfind("\n", 0, self.place) - 1 if self.place < len(self.text) else -1

    # --- blocks -------------------------------------------------------------------------------------------------

    def page(self) -> Anything:
        self.taken(NEXT)
        return self.block(0)

    def block(self, depth: int) -> Anything:
        """The list or mapping whose parts all begin at this column."""
        if self.column < 0 or depth > MOST_NESTED:
            raise Unsure
        return self.items(depth) if self.text.startswith("- ", self.place) else self.mapping(depth)

    def items(self, depth: int) -> list[Anything]:
        made: list[Anything] = []
        for _ in self.lines():
            if not self.text.startswith("- ", self.place):
                raise Unsure
            self.place += 2
            made.append(self.mapping(depth + 1) if KEY.match(self.text, self.place) else self.inline(depth))
        return made

    def mapping(self, depth: int) -> dict[str, Anything]:
        made: dict[str, Anything] = {}
        for width in self.lines():
            key = self.key(made)
            if self.text.startswith("\n", self.place):
                self.taken(NEXT)
                made[key] = self.block(depth + 1) if self.column > width else None
            else:
                made[key] = self.inline(depth)
        return made

    def lines(self) -> Iterator[int]:
        """Come to each part of a block, at one column, until one that begins before it."""
        width = self.column
        while self.column == width:
            yield width
        if self.column > width:
            raise Unsure

    def inline(self, depth: int) -> Anything:
        """A value up to the end of its line."""
        value = self.value(depth + 1)
        self.taken(LINE_END)
        self.taken(NEXT)
        return value

    def key(self, known: dict[str, Anything]) -> str:
        name = self.taken(KEY)[1]
        if name in known:
            raise Unsure
        return name

    # --- values -------------------------------------------------------------------------------------------------

    def value(self, depth: int) -> Anything:
        sign = self.text[self.place : self.place + 1]
        if sign in CLOSED and depth <= MOST_NESTED:
            return self.braces(depth) if sign == "{" else [self.value(depth + 1) for _ in self.parts(sign)]
        if sign == '"':
            return self.taken(QUOTED)[1]
        word = self.taken(PLAIN)[0]
        return None if word == "null" else word

    def braces(self, depth: int) -> dict[str, Anything]:
        made: dict[str, Anything] = {}
        for _ in self.parts("{"):
            key = self.key(made)
            made[key] = self.value(depth + 1)
        return made

    def parts(self, sign: str) -> Iterator[None]:
        """Come to each part of what stands in brackets."""
        self.taken(OPENED)
        first = True
        while CLOSED[sign].match(self.text, self.place) is None:
            if not first:
                self.taken(COMMA)
            first = False
            yield
        self.taken(CLOSED[sign])
