"""A mapping that is found only when it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Late(Mapping[K, V]):
    """What `find` gives, asked once: the places of a page read quickly, the pages of a policy kept."""

    def __init__(self, find: Callable[[], Mapping[K, V]]) -> None:
        self.find = find

    @cached_property
    def found(self) -> Mapping[K, V]:
        return self.find()

    def __getitem__(self, name: K) -> V:
        return self.found[name]

    def __iter__(self) -> Iterator[K]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)
