"""What can be wrong with a row of a flow by itself, before any measure looks at it.

A row with a flaw is quarantined for every measure of its flow: it counts nowhere, and nobody's period begins with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from engine.measuring.measures import DOCTOR, Column, Flow

Code = Literal["bad_doctor", "no_key", "key_twice", "bad_value", "unknown_word", "missing_value"]

MOST = 999_999_999
"""The greatest whole number of a column that names none: billions of them add up without a fault."""


class Flaw(Struct, frozen=True):
    """A kind of flaw, and the column it is in."""

    code: Code
    column: str


def flaws(flow: Flow) -> tuple[Flaw, ...]:
    """Every flaw that a row of a flow may have; the first that it has is told.

    `bad_doctor`: the doctor's number is none; `no_key`: nothing names the row; `key_twice`: another row of the doctor
    has the same name; `bad_value`: what is written is no value of its column; `unknown_word`: none of the words that
    the column knows; `missing_value`: nothing, where something has to be.
    """
    return tuple(_flaws(flow))


def _flaws(flow: Flow) -> Iterator[Flaw]:
    columns = flow.columns.values()
    yield Flaw("bad_doctor", DOCTOR)
    yield Flaw("no_key", flow.key)
    yield Flaw("key_twice", flow.key)
    yield from (Flaw("bad_value", one.name) for one in columns if one.type != "text")
    yield from (Flaw("unknown_word", one.name) for one in columns if one.values)
    yield from (Flaw("missing_value", one.name) for one in columns if not one.optional and one.name != flow.key)


def bounds(column: Column) -> tuple[int, int]:
    """The least and the greatest whole number of a column."""
    return column.least or 0, MOST if column.most is None else column.most
