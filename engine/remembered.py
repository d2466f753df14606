"""Parts of a policy linked before, to be used again under other readings that do not touch them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any as Anything
from typing import TypeVar

from msgspec import Struct

from engine.conditions import Entry
from engine.cursor import Cursor
from engine.loading import PolicyFiles

T = TypeVar("T")


class LookedUp(dict[str, T]):
    """A mapping that remembers which of its names were looked up: what was linked hangs on no other."""

    def __init__(self, given: Mapping[str, T]) -> None:
        super().__init__(given)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> T:
        self.names.add(name)
        return super().__getitem__(name)

    def found(self) -> dict[str, T]:
        """The names looked up, and what was found."""
        return {name: value for name, value in self.items() if name in self.names}


class Linked(Struct, frozen=True):
    """A part of a policy as it was linked, the readings and days it hangs on, and the names it took and used."""

    made: Anything
    choices: Mapping[str, str]
    entries: Mapping[str, Entry]
    places: frozenset[str]
    outcomes: tuple[Cursor, ...]


@lru_cache(maxsize=16)
def parts_of(_: PolicyFiles) -> dict[str, list[Linked]]:
    """The parts of a policy linked so far, under every choice that any of them hangs on."""
    return {}
