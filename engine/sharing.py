"""Plain data in which what is equal is one and the same: quicker to keep, to bring back, and to compare."""

from __future__ import annotations

from typing import Any as Anything
from typing import TypeVar, cast

from msgspec import Struct

T = TypeVar("T")


def shared(plain: T) -> T:
    """Structs, tuples, dictionaries and values: the same, wherever two parts are written alike there being one."""
    return cast(T, _Shared().of(plain))


class _Shared:
    """What was met so far. Nothing is known by its identity that is not kept here."""

    def __init__(self) -> None:
        self.met: dict[int, tuple[Anything, Anything]] = {}
        self.alike: dict[tuple[Anything, ...], Anything] = {}

    def of(self, one: Anything) -> Anything:
        if id(one) not in self.met:
            self.met[id(one)] = one, self._first(one)
        return self.met[id(one)][1]

    def _first(self, one: Anything) -> Anything:
        """The first that is like this one, made of shared parts."""
        made: Anything
        match one:
            case Struct():
                parts = [self.of(getattr(one, name)) for name in one.__struct_fields__]
                made = type(one)(**dict(zip(one.__struct_fields__, parts, strict=True)))
            case tuple():
                parts = [self.of(part) for part in one]
                made = tuple(parts)
            case dict():
                parts = [self.of(part) for item in one.items() for part in item]
                made = dict(zip(parts[::2], parts[1::2], strict=True))
            case _:
                return self.alike.setdefault((type(one), repr(one)), one)
        return self.alike.setdefault((type(one), *map(id, parts)), made)
