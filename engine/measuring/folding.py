"""From what an engine found of a batch of doctors to their counts: periods, sides, what was left out and why.

Every row read is other, quarantined, out of period, excluded under one reason, or counted: each doctor's add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any as Anything
from typing import Literal

import numpy
import pyarrow as arrow
import pyarrow.compute as computed
from msgspec import Struct

from engine.measuring.asking import FLAW, MONTH, Asking, wanted
from engine.measuring.fates import COUNTED, DOUBTFUL, EXCLUDED, OTHER, OUT, PART, UNDECIDED, Counted, begun, sides
from engine.measuring.measures import DOCTOR, Distinct, Measuring, Rows, Weekly

What = Literal["other", "quarantined", "out_of_period", "excluded", "counted"]
WEEK = 7
NOTHING = -1
"""What stands for NULL in an array of whole numbers that are never negative."""
LATE, NEVER = numpy.iinfo("int64").max, numpy.iinfo("int64").min
"""Days after any other, and before any: NEVER stands for none."""
Numbers = Anything
"""An array of whole numbers of 64 bits."""


class Found(Struct, frozen=True):
    """What an engine found of one flow: the groups of rows alike, and what is counted by different values."""

    groups: Anything
    differing: Sequence[Anything]


class Fate(Struct, frozen=True):
    """How many rows of each doctor became what, under which reason if they were excluded."""

    what: What
    reason: str | None
    rows: Numbers


class Folded(Struct, frozen=True):
    """A measure counted for the doctors of a batch, in their order.

    `start` is the first month of each one's period and `first` its first day; that of a period of no day comes after
    its last. `begun` is the first day of a row that begins each one's own period, `undone` the last of one that keeps
    it whole: days as numpy counts them, NEVER for who has no such row; None where no row does that to anybody.
    `denominator` is None for a fact. `fates` are those of each side that looks at rows of its own.
    """

    measuring: Measuring
    start: Numbers
    first: Numbers
    begun: Numbers | None
    undone: Numbers | None
    numerator: Numbers
    denominator: Numbers | None
    fates: Mapping[str, Sequence[Fate]]


def fold(
    measures: Sequence[Measuring], askings: Mapping[str, Asking], found: Mapping[str, Found], doctors: Sequence[str]
) -> list[Folded]:
    """The counts of doctors by every measure, from what was found of each flow.

    What was found of anybody else is left aside.
    """
    folding = {name: _Flow(asking, found[name], doctors) for name, asking in askings.items()}
    return [_folded(measuring, folding) for measuring in measures]


def _folded(measuring: Measuring, folding: Mapping[str, _Flow]) -> Folded:
    counted = sides(measuring)
    looked_at = folding[counted[0].asked.flow]
    begun, undone = looked_at.begun(measuring), looked_at.undone(measuring)
    start = looked_at.starts(measuring, begun, undone)
    span = measuring.period.span
    opens, closes = (numpy.datetime64(day, "D") for day in (span.first, span.last))
    month = start.astype("datetime64[M]")
    own = numpy.maximum(month.astype("datetime64[D]"), opens)
    first = numpy.where(month > closes.astype("datetime64[M]") + 1, closes + 1, own)
    days = numpy.maximum((closes - first).astype("int64") + 1, 0)
    counts = {one.name: folding[one.asked.flow].count(one, start, days) for one in counted}
    # A part looks at no rows of its own: what became of them is told of the denominator.
    fates = {one.name: list(folding[one.asked.flow].fates(one, start)) for one in counted if one.fate != PART}
    return Folded(measuring, start, first, begun, undone, counts["numerator"], counts.get("denominator"), fates)


class _Flow:
    """What was found of a flow, as arrays."""

    def __init__(self, asking: Asking, found: Found, doctors: Sequence[str]) -> None:
        self.asking, self.size = asking, len(doctors)
        known = arrow.array(doctors, arrow.string())
        self.who, self.columns, _ = arrays(found.groups, known)
        self.differing = [arrays(one, known) for one in found.differing]
        self.sound = self.columns[FLAW] == 0
        self.months = self.columns.get(MONTH, numpy.zeros(len(self.who), "int64"))

    def starts(self, measuring: Measuring, begun: Numbers | None, undone: Numbers | None) -> Numbers:
        """The first month of each doctor's period, counted from that of the first day there is."""
        span, start = measuring.period.span, measuring.period.start
        opens, closes = (numpy.datetime64(day, "M").astype("int64") for day in (span.first, span.last))
        if start is None or begun is None:
            return numpy.full(self.size, opens)
        # Who begins in the last month has no day either, but another first one than who is counted over nothing.
        without = {"whole": opens, "nothing": closes + 2}[start.without]
        own = numpy.where(
            begun == NEVER, without, begun.astype("datetime64[D]").astype("datetime64[M]").astype("int64") + 1
        )
        return own if undone is None else numpy.where(undone != NEVER, opens, own)

    def begun(self, measuring: Measuring) -> Numbers | None:
        """The first day of a row that begins each doctor's own period; None where no row does that."""
        asked = begun(measuring)
        if asked is None:
            return None
        found = numpy.full(self.size, LATE)
        numpy.minimum.at(found, *self._dated(f"b{self.asking.begins.index(asked)}"))
        return numpy.where(found == LATE, NEVER, found)

    def undone(self, measuring: Measuring) -> Numbers | None:
        """The last day of a row that keeps each doctor's period whole; None where no row does that."""
        asked = begun(measuring)
        if asked is None or asked.start.unless is None:
            return None
        found = numpy.full(self.size, NEVER)
        numpy.maximum.at(found, *self._dated(f"u{self.asking.begins.index(asked)}"))
        return found

    def _dated(self, column: str) -> tuple[Numbers, Numbers]:
        """Whose groups have a day in a column, a number within the month, and which day that is."""
        known = self.columns[column] != NOTHING
        months = self._since(known).astype("datetime64[M]").astype("datetime64[D]")
        return self.who[known], months.astype("int64") + self.columns[column][known] - 1

    def fates(self, one: Counted, start: Numbers) -> Iterator[Fate]:
        """What became of the rows of each doctor."""
        fate, late = self._fate(one, start)
        yield self._fate_of("other", fate == OTHER)
        yield self._fate_of("quarantined", ~self.sound | (fate == UNDECIDED) | (~late & (fate == DOUBTFUL)))
        yield self._fate_of("out_of_period", (fate == OUT) | late)
        for rank, exclusion in enumerate(one.side.exclusions):
            yield self._fate_of("excluded", ~late & (fate == EXCLUDED + rank), exclusion.name)
        yield self._fate_of("counted", ~late & ((fate == COUNTED) | (fate == PART)))

    def count(self, one: Counted, start: Numbers, days: Numbers) -> Numbers:
        """What a side comes to for each doctor."""
        match one.count:
            case Distinct(fields=fields):
                return self._different(one, fields, start)
            case Rows():
                return self._sum(self.columns["n"], self._counted(one, start))
            case Weekly(field=field):
                total = self._sum(self.columns[f"t{self.asking.sums.index(field)}"], self._counted(one, start))
                return total * WEEK // numpy.maximum(days, 1)

    def _counted(self, one: Counted, start: Numbers) -> Numbers:
        fate, late = self._fate(one, start)
        return ~late & ((fate == PART) | (fate == one.fate))

    def _different(self, one: Counted, fields: tuple[str, ...], start: Numbers) -> Numbers:
        rank = next(at for at, other in enumerate(self.asking.different) if other.fields == fields)
        who, columns, _ = self.differing[rank]
        last = columns[f"d{self.asking.different[rank].wanted.index(wanted(one))}"]
        inside = last != NOTHING
        if one.own:
            inside &= since(last) >= start[who]
        return _added(self.size, who, columns["n"], inside)

    def _fate(self, one: Counted, start: Numbers) -> tuple[Numbers, Numbers]:
        """The fate of each group of rows, and whether it comes before the doctor's own period."""
        fate = self.columns[self.asking.fate_of(one.asked)]
        if not one.own:
            return fate, numpy.zeros(len(fate), bool)
        return fate, (fate >= DOUBTFUL) & (self._since() < start[self.who])

    def _since(self, only: Numbers | slice = slice(None)) -> Numbers:
        return since(self.months[only])

    def _fate_of(self, what: What, where: Numbers, reason: str | None = None) -> Fate:
        return Fate(what, reason, self._sum(self.columns["n"], where))

    def _sum(self, values: Numbers, where: Numbers) -> Numbers:
        return _added(self.size, self.who, values, where)


def since(months: Numbers) -> Numbers:
    """Months counted from the year nought, as numpy counts them."""
    return months - EPOCH


EPOCH = -numpy.datetime64("0000-01", "M").astype("int64")


def arrays(table: Anything, doctors: Anything) -> tuple[Numbers, dict[str, Numbers], Anything]:
    """The rows of doctors of a table: the rank of each one's doctor, the columns of numbers, and those rows."""
    ranks = computed.index_in(table[DOCTOR], value_set=doctors)
    kept = table.filter(ranks.is_valid())
    who = ranks.drop_null().cast(arrow.int64()).to_numpy()
    numbers = [field.name for field in kept.schema if arrow.types.is_integer(field.type)]
    return who, {name: kept[name].cast(arrow.int64()).fill_null(NOTHING).to_numpy() for name in numbers}, kept


def _added(size: int, who: Numbers, values: Numbers, where: Numbers) -> Numbers:
    """The sum of values for each doctor, where something holds."""
    total = numpy.zeros(size, "int64")
    numpy.add.at(total, who[where], values[where])
    return total
