"""What an engine is asked of one flow, whatever counts from it: one pass for all that can share it.

Rows alike are counted together: those of a doctor in a month of which everything that asks makes the same. All else
(periods, sums, accounts) comes from these counts. What is counted by different values takes a pass of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any as Anything

import ibis
from msgspec import Struct

from engine.conditions import Day
from engine.measuring.columns import TWICE, counts, fate, flaw, holds, month, passes, small, sound
from engine.measuring.fates import (
    DOUBTFUL,
    PART,
    UNDECIDED,
    Asked,
    Begun,
    Counted,
    begun,
    may_be_doubtful,
    sides,
)
from engine.measuring.measures import DOCTOR, Distinct, Flow, Measuring, Weekly

FLAW, MONTH, KEY = "flaw", "month", "key"
"""Columns of what is found: the rank of a row's flaw, its month, and what names it."""
Term = Anything


class Wanted(Struct, frozen=True, cache_hash=True):
    """Who counts different values: those of rows of some fate, if need be within each doctor's own period."""

    asked: Asked
    fate: int
    own: bool


class Different(Struct, frozen=True):
    """Rows counted by the different values that they hold together, and by whom."""

    fields: tuple[str, ...]
    wanted: Sequence[Wanted]


class Asking:
    """What is asked of a flow by the measures that count from it.

    `asked` are the different questions about a row's fate, told in the columns `s0`, `s1`…; `begins` what begins
    periods, told in `b0`… by its first day of the month, and in `u0`… what undoes it, by its last; `sums` the columns
    added up, in `t0`…; `different` what is counted apart, by those that want it in `d0`…. If `dated`, somebody counts
    within a doctor's own period: months are told.
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
        self.dated = any(one.own for one in counted)
        self.fates = [f"s{rank}" for rank in range(len(self.asked))]

    def fate_of(self, asked: Asked) -> str:
        """The column that tells what becomes of rows for a question."""
        return self.fates[self.asked.index(asked)]

    def twice(self, rows: Anything) -> Anything:
        """The names that several rows of one doctor have."""
        named = rows.select(DOCTOR, key=rows[self.flow.key])
        borne = named.filter(named.key.notnull()).group_by(DOCTOR, KEY).aggregate(n=lambda group: group.count())
        return borne.filter(borne.n > 1).select(DOCTOR, KEY)

    def marked(self, rows: Anything, twice: Mapping[str, Collection[str]] | None) -> Anything:
        """The rows, with what tells those whose name is another's too: the names that are, by doctor, where known."""
        key = rows[self.flow.key]
        if twice is not None:
            every = sorted({name for names in twice.values() for name in names})
            own = ibis.or_(*((rows.doctor == one) & key.isin(sorted(twice[one])) for one in sorted(twice)))
            # Few rows bear any of these names: whose they are is asked of those alone.
            return rows.mutate(**{TWICE: ibis.cases((key.isin(every), own), else_=False)})
        several = self.twice(rows).rename(also=DOCTOR, twice=KEY)
        joined = rows.left_join(several, [rows.doctor == several.also, key == several.twice])
        return joined.select(*rows.columns, **{TWICE: joined.twice.notnull()})

    def groups(self, rows: Anything) -> Anything:
        """How many rows of each doctor and month have each combination of fates.

        A row with a flaw, or whose fate is not known, stands alone under its name: it is told of by that.
        """
        whole = sound(self.flow, rows)
        judged = rows.mutate(
            **{FLAW: ibis.cases((whole, small(0)), else_=flaw(self.flow, rows))},
            **({MONTH: month(rows[self.flow.day])} if self.dated else {}),
        )
        fates = {
            name: ibis.cases((judged[FLAW] == 0, fate(asked, self.flow, judged)), else_=ibis.null("int16"))
            for name, asked in zip(self.fates, self.asked, strict=True)
        }
        known = judged.mutate(**fates)
        odd = [(known[FLAW] > 0), *(known[name].isin([UNDECIDED, DOUBTFUL]) for name in self._doubtful)]
        key = ibis.cases(*((one, known[self.flow.key]) for one in odd), else_=ibis.null("string"))
        named = known.mutate(**{KEY: key})
        sums = {
            f"{letter}{rank}": found
            for rank, one in enumerate(self.begins)
            for letter, found in zip("bu", _begins(one, named), strict=True)
        }
        sums |= {f"t{rank}": _sum(named, named[FLAW] == 0, named[field]) for rank, field in enumerate(self.sums)}
        names = [DOCTOR, FLAW, KEY, *([MONTH] if self.dated else ()), *self.fates]
        return named.group_by(names).aggregate(n=named.count(), **sums)

    def differing(self, different: Different, rows: Anything) -> Anything:
        """How many different values each doctor's rows hold together, by who counts a row that holds them.

        For each that wants to know, the last month in which one counts, or NULL; one stands for every month where
        periods have no beginning of their own.
        """
        some = rows.filter(sound(self.flow, rows), *self._any(different, rows))
        if not any(one.own for one in different.wanted) and len(different.wanted) == 1:
            each = some.select(DOCTOR, *different.fields).distinct()
            return each.group_by(DOCTOR).aggregate(n=each.count()).mutate(d0=ibis.literal(1, "int64"))
        flags = {f"d{rank}": self._last(one, some) for rank, one in enumerate(different.wanted)}
        flagged = some.select(DOCTOR, *different.fields, **flags)
        each = flagged.group_by(DOCTOR, *different.fields).aggregate(**{name: flagged[name].max() for name in flags})
        return each.group_by(DOCTOR, *flags).aggregate(n=each.count())

    def _any(self, different: Different, rows: Anything) -> list[Term]:
        """What together is true of the rows that somebody counts."""
        whole = {one.asked for one in different.wanted if one.fate != PART}
        # Whoever counts a part is among those who count the whole of the same.
        several = [one for one in different.wanted if one.fate != PART or one.asked not in whole]
        conditions = [counts(one.asked, one.fate == PART, self.flow, rows) for one in several]
        return conditions[0] if len(conditions) == 1 else [ibis.or_(*(ibis.and_(*one) for one in conditions))]

    def _last(self, one: Wanted, rows: Anything) -> Term:
        """The month of a row that counts for somebody, or one where any month does as well; else NULL."""
        last = month(rows[self.flow.day]) if one.own else ibis.literal(1, "int64")
        counted = ibis.and_(*counts(one.asked, one.fate == PART, self.flow, rows))
        return ibis.cases((counted, last), else_=ibis.null("int64"))

    @cached_property
    def _doubtful(self) -> list[str]:
        """The fates that may be unknown."""
        return [name for name, asked in zip(self.fates, self.asked, strict=True) if may_be_doubtful(asked, self.flow)]


def wanted(one: Counted) -> Wanted:
    """What a side that counts different values wants to know of rows."""
    return Wanted(one.asked, one.fate, one.own)


def _different(counted: Sequence[Counted]) -> Iterator[Different]:
    by_fields: dict[tuple[str, ...], dict[Wanted, None]] = {}
    for one in counted:
        if isinstance(one.count, Distinct):
            by_fields.setdefault(one.count.fields, {})[wanted(one)] = None
    for fields, known in by_fields.items():
        yield Different(fields, tuple(known))


def _begins(begun: Begun, known: Anything) -> tuple[Term, Term]:
    """The first day of the month on which a row begins a doctor's period, the last on which one undoes that."""
    asked, start = begun.asked, begun.start
    day, first = known[asked.day], (known[FLAW] == 0) & holds(start.first, known)
    if asked.where:
        first &= holds(asked.where, known)
    undone = passes(start.unless, day) if start.unless else ibis.literal(False)
    number = day.day().cast("int64")

    def where(condition: Term) -> Term:
        return ibis.cases((condition, number), else_=ibis.null("int64"))

    return where(first & passes(Day("within", asked.span), day)).min(), where(first & undone).max()


def _sum(known: Anything, where: Term, value: Term | int = 1) -> Term:
    """The sum of a value over the rows for which something holds."""
    return ibis.cases((where, value), else_=0).sum().fill_null(0)
