"""Two runs of the same doctors, read column by column: those whom both decided, in one order."""

from __future__ import annotations

from pathlib import Path
from typing import Any as Anything

import numpy
import pyarrow as arrow
import pyarrow.compute as computed
from numpy.typing import NDArray
from pyarrow import parquet

from engine.amount import NOTHING, Amount
from engine.columnar.layout import BOUNDS, DOCTOR

Verdicts = NDArray[numpy.int8]
Mask = NDArray[numpy.bool_]
UNMET, UNKNOWN, MET = range(3)
"""Verdicts as numbers, in their order."""


class Pair:
    """The results of two runs, in their folders. Raises OSError when one cannot be read."""

    def __init__(self, first: Path, second: Path) -> None:
        self.files = [
            {table: parquet.ParquetFile(folder / f"{table}.parquet") for table in ("doctors", "nodes")}
            for folder in (first, second)
        ]
        numbers = [files["doctors"].read(columns=[DOCTOR])[DOCTOR].combine_chunks() for files in self.files]
        self.decided = len(numbers[0]), len(numbers[1])
        both = numbers[0].filter(computed.is_in(numbers[0], numbers[1]))
        self.numbers = both
        """The doctors whom both runs decided."""
        self.places = [None if one.equals(both) else computed.index_in(both, one) for one in numbers]

        self.known: dict[tuple[int, str], Verdicts] = {}

    def __len__(self) -> int:
        return len(self.numbers)

    def has(self, side: int, name: str) -> bool:
        """Whether one run's table of doctors has a column."""
        return name in self.files[side]["doctors"].schema_arrow.names

    def column(self, side: int, name: str) -> Anything:
        """A column of one run's table of doctors."""
        return self._read(side, "doctors", name)

    def verdicts(self, side: int, place: str) -> Verdicts:
        """What one run made of a condition, as numbers."""
        if (side, place) not in self.known:
            self.known[side, place] = numbered(self._read(side, "nodes", place))
        return self.known[side, place]

    def amounts(self, side: int, name: str) -> tuple[Anything, ...]:
        """The least and the most of an amount, of each doctor."""
        return tuple(self.column(side, f"{name}.{bound}") for bound in BOUNDS)

    def _read(self, side: int, table: str, name: str) -> Anything:
        column = self.files[side][table].read(columns=[name])[name].combine_chunks()
        if arrow.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        return column if self.places[side] is None else column.take(self.places[side])


def numbered(column: Anything) -> Verdicts:
    """Verdicts as numbers, from a column that is NULL where they are unknown."""
    codes = computed.if_else(column, arrow.scalar(MET, arrow.int8()), arrow.scalar(UNMET, arrow.int8()))
    return numpy.asarray(codes.fill_null(UNKNOWN))


def total_of(amounts: tuple[Anything, ...]) -> Amount:
    """The sum of amounts, from least to most."""
    least, most = (computed.sum(bound).as_py() for bound in amounts)
    return NOTHING if least is None else Amount(least, most)
