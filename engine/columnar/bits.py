"""Conditions of many doctors told in whole numbers, a bit for each: as many in one as any engine adds up."""

from __future__ import annotations

from collections.abc import Iterable

from ibis import _
from msgspec import Struct

from engine.columnar.asking import ZERO, Term, constant, either, which
from engine.columnar.held import BITS


class Bit(Struct, frozen=True):
    """What a condition is of, and the bit of the column that tells it."""

    of: object
    column: str
    place: int

    @property
    def alone(self) -> Term:
        """The number that has this bit, and no other."""
        return constant(2**self.place, "int64")


def bits(name: str, known: Iterable[object]) -> list[Bit]:
    """A bit for each of these things, in columns of a name."""
    return [Bit(of, f"{name}{number // BITS}", number % BITS) for number, of in enumerate(known)]


def columns_of(known: Iterable[Bit]) -> list[str]:
    """The columns of bits, each once."""
    return list(dict.fromkeys(bit.column for bit in known))


def marks(known: Iterable[Bit], conditions: Iterable[Term]) -> dict[str, Term]:
    """The columns that tell which of these conditions hold; those that are NULL do not."""
    columns = dict[str, Term]()
    for bit, holds in zip(known, conditions, strict=True):
        columns[bit.column] = columns.get(bit.column, ZERO) + which((holds, bit.alone), otherwise=ZERO)
    return columns


def any_of(known: Iterable[Bit]) -> Term:
    """Whether any of them is set."""
    return either(*(_[column] != 0 for column in columns_of(known)))
