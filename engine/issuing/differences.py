"""Where two records say different things, each place named as people name it: by what stands there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from engine.text import in_order

Json = dict[str, Any]


class Difference(Struct, frozen=True):
    """A place, what a record says there, and what it should say (None: nothing)."""

    place: str
    said: Any
    given: Any


def differences(said: Any, given: Any, place: str = "") -> Iterator[Difference]:
    """Where two JSON values differ, as deep as they can be told apart; numbers and truth values are not alike."""
    if in_order(said) == in_order(given):
        return
    if isinstance(said, dict) and isinstance(given, dict):
        for key in sorted(said.keys() | given.keys()):
            there = f"{place}.{key}" if place else key
            if key in said and key in given:
                yield from differences(said[key], given[key], there)
            else:
                yield Difference(there, said.get(key), given.get(key))
    elif isinstance(said, list) and isinstance(given, list) and len(said) == len(given):
        for index, (one, other) in enumerate(zip(said, given, strict=True)):
            yield from differences(one, other, f"{place}[{named(one, index)}]")
    else:
        yield Difference(place, said, given)


def named(one: Any, index: int) -> str:
    """What one of a list is called: the condition, indicator or row that it is, else its rank."""
    if isinstance(one, Mapping):
        for key in ("at", "id", "reading", "table", "name"):
            if isinstance(one.get(key), str):
                return str(one[key])
    return str(index + 1)
