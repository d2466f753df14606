"""What an engine is asked of one flow, whatever counts from it: one pass for all that can share it.

Rows alike are counted together: those of a doctor in a month of which everything that asks makes the same. All else
(periods, sums, balance) comes from these counts. What is counted by different values takes a pass of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any as Anything

import ibis
from msgspec import Struct

from engine.conditions import Day
from engine.measuring.columns import TWICE, fate, flaw, holds, month, passes
from engine.measuring.fates import COUNTED, DOUBTFUL, PART, UNDECIDED, Asked, Begun, Counted, begun, sides
from engine.measuring.measures import DOCTOR, Distinct, Flow, Measuring, Weekly

FLAW, MONTH, ROWS, KEY = "flaw", "month", "n", "key"
"""Columns of what is found: the rank of a row's flaw, its month, so many rows, and what names a row."""
Term = Anything


class Different(Struct, frozen=True, cache_hash=True):
    """Rows counted by the different values that they hold together, by those of some fate who want that."""

    fields: tuple[str, ...]
    wanted: tuple[tuple[Asked, int], ...]


class Asking:
    """What is asked of a flow by the measures that count from it.

    `asked` are the different questions about a row's fate, told in the columns `s0`, `s1`…; `begins` what begins
    periods, in `b0`… and what undoes it in `u0`…; `sums` the columns added up, in `t0`…; `different` what is counted
    apart, by those that want it in `d0`….
    """

    def __init__(self, flow: Flow, measures: Iterable[Measuring]) -> None:
        self.flow = flow
        known = tuple(measures)
        counted = [one for measuring in known for one in sides(measuring) if one.asked.flow == flow.name]
        starts = [one for measuring in known if (one := begun(measuring)) and one.asked.flow == flow.name]
        sums = [one.count.field for one in counted if isinstance(one.count, Weekly)]
        self.asked: Sequence[Asked] = tuple(dict.fromkeys(one.asked for one in counted))
        self.begins: Sequence[Begun] = tuple(dict.fromkeys(starts))
        self.sums: Sequence[str] = tuple(dict.fromkeys(sums))
        self.different: Sequence[Different] = tuple(_different(counted))
        self.fates = [f"s{rank}" for rank in range(len(self.asked))]

    def fate_of(self, asked: Asked) -> str:
        """The column that tells what becomes of rows for a question."""
        return self.fates[self.asked.index(asked)]

    def twice(self, rows: Anything) -> Anything:
        """The names that several rows of one doctor have."""
        named = rows.select(DOCTOR, key=rows[self.flow.key])
        counts = named.filter(named.key.notnull()).group_by(DOCTOR, KEY).aggregate(n=lambda group: group.count())
        return counts.filter(counts.n > 1)

    def marked(self, rows: Anything) -> Anything:
        """The rows, with what tells those whose name is another's too."""
        several = self.twice(rows).select(also=DOCTOR, twice=KEY)
        joined = rows.left_join(several, [rows.doctor == several.also, rows[self.flow.key] == several.twice])
        return joined.select(*rows.columns, **{TWICE: joined.twice.notnull()})

    def groups(self, rows: Anything) -> Anything:
        """How many rows of each doctor and month have each flaw, or else each combination of fates."""
        known = self._known(rows)
        names = [DOCTOR, FLAW, *([MONTH] if self.begins else ()), *self.fates]
        sums = {
            f"{letter}{rank}": _sum(known, condition)
            for rank, one in enumerate(self.begins)
            for letter, condition in zip("bu", _begins(one, known), strict=True)
        }
        sums |= {f"t{rank}": _sum(known, known[FLAW] == 0, known[field]) for rank, field in enumerate(self.sums)}
        return known.group_by(names).aggregate(n=known.count(), **sums)

    def differing(self, different: Different, rows: Anything) -> Anything:
        """How many different values each doctor's rows hold together, by who counts a row that holds them.

        For each that wants to know, the last month in which one counts, or NULL; where nobody's period has a
        beginning of its own, one stands for every month.
        """
        known = self._known(rows)
        wanted = [self._is(asked, fates, known) for asked, fates in different.wanted]
        some = known.filter(ibis.or_(*wanted))
        last = some[MONTH] if self.begins else ibis.literal(1, "int64")
        flags = {
            f"d{rank}": ibis.cases((self._is(asked, fates, some), last), else_=ibis.null("int64"))
            for rank, (asked, fates) in enumerate(different.wanted)
        }
        flagged = some.select(DOCTOR, *different.fields, **flags)
        each = flagged.group_by(DOCTOR, *different.fields).aggregate(**{name: flagged[name].max() for name in flags})
        return each.group_by(DOCTOR, *flags).aggregate(n=each.count())

    def doubtful(self, rows: Anything) -> Anything:
        """The rows that are quarantined, or would be in a doctor's own period."""
        known = self._known(rows)
        undecided = [known[name].isin([UNDECIDED, DOUBTFUL]).fill_null(False) for name in self.fates]
        found = known.filter(ibis.or_(known[FLAW] > 0, *undecided))
        return found.select(DOCTOR, FLAW, MONTH, *self.fates, **{KEY: found[self.flow.key]})

    def _known(self, rows: Anything) -> Anything:
        """The rows, with their month, their flaw, and where they have none what becomes of them."""
        judged = rows.mutate(**{FLAW: flaw(self.flow, rows), MONTH: month(rows[self.flow.day])})
        nothing = ibis.null("int16")
        fates = {
            name: ibis.ifelse(judged[FLAW] == 0, fate(asked, self.flow, judged), nothing)
            for name, asked in zip(self.fates, self.asked, strict=True)
        }
        return judged.mutate(**fates)

    def _is(self, asked: Asked, fates: int, known: Anything) -> Term:
        """Whether rows are counted for a question: all of them, or the part alone."""
        found = known[self.fate_of(asked)]
        return (found == PART if fates == PART else found.isin([COUNTED, PART])).fill_null(False)


def _different(counted: Sequence[Counted]) -> Iterator[Different]:
    by_fields: dict[tuple[str, ...], dict[tuple[Asked, int], None]] = {}
    for one in counted:
        if isinstance(one.count, Distinct):
            by_fields.setdefault(one.count.fields, {})[one.asked, one.fate] = None
    for fields, wanted in by_fields.items():
        yield Different(fields, tuple(wanted))


def _begins(begun: Begun, known: Anything) -> tuple[Term, Term]:
    """Whether a row begins a doctor's period, and whether it undoes that."""
    asked, start = begun.asked, begun.start
    day, first = known[asked.day], (known[FLAW] == 0) & holds(start.first, known)
    if asked.where:
        first &= holds(asked.where, known)
    undone = passes(start.unless, day) if start.unless else ibis.literal(False)
    return first & passes(Day("within", asked.span), day), first & undone


def _sum(known: Anything, where: Term, value: Term | int = 1) -> Term:
    """The sum of a value over the rows for which something holds."""
    return ibis.cases((where, value), else_=0).sum().fill_null(0)
