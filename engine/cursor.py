"""A place in a page: its value, and how to complain about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NoReturn

from msgspec import Struct
from msgspec.structs import replace

from engine.problems import Invalid, Problem, nearest
from engine.yamltext import Page, Path_, Plain


class Cursor(Struct, frozen=True):
    """The value at `path` of a page that has passed its schema."""

    page: Page
    path: Path_
    data: Plain

    @classmethod
    def top(cls, page: Page) -> Cursor:
        return cls(page, (), page.data)

    def get(self, key: str) -> Cursor | None:
        """The value under a key of a mapping, or None when the key is absent or empty."""
        value = self.data.get(key)
        return None if value is None else Cursor(self.page, (*self.path, key), value)

    def __getitem__(self, key: str) -> Cursor:
        return Cursor(self.page, (*self.path, key), self.data[key])

    def items(self) -> Iterator[tuple[str, Cursor]]:
        """The keys and values of a mapping, in the file's order."""
        for key, value in self.data.items():
            yield key, Cursor(self.page, (*self.path, key), value)

    def each(self) -> Iterator[Cursor]:
        """The elements of a list, or the value itself when it is not a list."""
        if not isinstance(self.data, list):
            yield self
            return
        for index, value in enumerate(self.data):
            yield Cursor(self.page, (*self.path, index), value)

    def at(self, index: int) -> Cursor:
        """The element of a list at an index."""
        return Cursor(self.page, (*self.path, index), self.data[index])

    @property
    def text(self) -> str:
        return str(self.data)

    def problem(self, code: str, /, **details: str) -> Problem:
        """One problem here."""
        return self.page.problem(code, self.path, **details)

    def fail(self, code: str, /, **details: str) -> NoReturn:
        """Raise Invalid with one problem here."""
        raise Invalid([self.problem(code, **details)])

    def placed(self, invalid: Invalid) -> Invalid:
        """The same problems, said to stand here where they had no place of their own."""
        here = self.problem("")
        return Invalid(
            problem if problem.file else replace(here, code=problem.code, details=problem.details)
            for problem in invalid.problems
        )

    def fail_name(self, code: str, valid: Iterable[str], name: str | None = None) -> NoReturn:
        """Raise Invalid: this name is not one of `valid`; the nearest is offered."""
        wrong, names = name or self.text, sorted(valid)
        self.fail(code, name=wrong, nearest=nearest(wrong, names), valid=", ".join(names[:40]))


def parse_day(cursor: Cursor) -> date:
    """The date written at a place. Raises Invalid when there is no such day."""
    try:
        return date.fromisoformat(cursor.text)
    except ValueError:
        cursor.fail("no_such_day", value=cursor.text)
