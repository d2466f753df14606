"""What a leaf sees in many dossiers at once: the columns' counterpart of `observe`, one row standing for each thing.

Why a leaf is unmet or unknown is a whole number, its place in `layout.WHY`; how far it is from being met, another, as
`reasons` counts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
from msgspec import Struct

from engine.columnar.asking import (
    FALSE,
    TRUE,
    UNKNOWN,
    Term,
    absent,
    both,
    constant,
    either,
    passes,
    spans,
    sure,
    which,
)
from engine.columnar.held import MOST, day_number
from engine.columnar.pools import DEPARTMENT, counted, cut_off, pools
from engine.columnar.questions import FIXED
from engine.columnar.rows import Row, Shared, code, reason_of
from engine.columnar.spread import Spread
from engine.conditions import (
    Always,
    Attribute,
    Empty,
    Entry,
    Fact,
    Number,
    Observed,
    Rate,
    Record,
    Silent,
)
from engine.observation import GRADES, Reason, Unknown
from engine.observe import NOTHING_THERE, ROW_GRADE
from engine.policy import Policy
from engine.reasons import FAILED_FACT, MISSING_ROW, NEVER, OTHER_CHOICE

NO_GRADE = absent("int8")


class Sight(Struct, frozen=True):
    """What a leaf saw: its verdict, why, how far from met, what grade it gives when met, and the values looked at."""

    verdict: Term
    why: Term
    gap: Term
    grade: Term | None = None
    saw: tuple[tuple[str, Term], ...] = ()


def gap(*, fixed: bool, cost: int) -> Term:
    """A distance that no fact changes."""
    return constant(cost + (FIXED if fixed else 0), "int32")


class Leaves:
    """What the leaves of policies see in the columns of a `Spread`, at the end of a day."""

    def __init__(self, spread: Spread) -> None:
        self.spread, self.day, self.shared = spread, spread.as_of, Shared(spread)

    def sight(self, leaf: Observed, policy: Policy) -> Sight:
        """What one leaf of a policy sees."""
        never = gap(fixed=NEVER[0], cost=NEVER[1])
        match leaf:
            case Always():
                return Sight(TRUE, constant(0), never)
            case Silent():
                return Sight(UNKNOWN, constant(code("silent")), never)
            case Attribute():
                return self._attribute(leaf, policy)
            case Fact():
                return self._fact(leaf, policy)
            case Rate():
                return self._rate(leaf, policy)
            case Empty():
                return self._empty(leaf, policy)
            case Record():
                return self._record(leaf, policy)

    def ended(self, entry: Entry | None) -> bool:
        """Whether an entry of the calendar has ended by the day of the decision."""
        return entry is None or entry.last is None or self.day >= entry.last

    # --- the doctor, what is observed and counted ------------------------------------------------------------------

    def _attribute(self, leaf: Attribute, policy: Policy) -> Sight:
        test, saw = leaf.test, tuple[tuple[str, Term], ...]()
        if test.fields == (DEPARTMENT,):
            verdict = self.spread.department(test, policy.calendar["assessment"].last)
        elif test.span:
            start, end = (self.spread.of_doctor(name) for name in test.fields)
            verdict = spans(test.tests, start, end)
        else:
            verdict = both(*(passes(one, self.spread.of_doctor(test.fields[0])) for one in test.tests))
        if test.fields != (DEPARTMENT,):
            saw = (("value", self.spread.of_doctor(test.fields[0]).term),)
        return Sight(verdict, _told("not_eligible", "missing", verdict), gap(fixed=True, cost=OTHER_CHOICE), saw=saw)

    def _fact(self, leaf: Fact, policy: Policy) -> Sight:
        given = self.spread.of_fact(leaf.fact)
        observed = self.spread.column(leaf.fact, "observed_on")
        last, span = cut_off(leaf, policy), leaf.counts_from
        within = both(
            self.spread.column(leaf.fact, "there"), sure(observed <= day_number(last)) if last < date.max else TRUE
        )
        within = either(both(self.spread.column(leaf.fact, "there"), observed.isnull()), within)
        passed = both(*(passes(one, given) for one in leaf.tests))
        early = sure(observed < day_number(span.last)) if span and span.last else FALSE
        stale = both(~passed, early)
        reason: Reason = "threshold_missed" if any(isinstance(one, Number) for one in leaf.tests) else "not_recorded"
        closed = leaf.closes is not None and self.ended(leaf.closes)
        none: Unknown = "missing" if leaf.closes is None else "not_yet"
        verdict = which(
            (~within, FALSE if closed else UNKNOWN),
            (stale, UNKNOWN),
            otherwise=passed if self.ended(span) else UNKNOWN,
        )
        why = which(
            (~within, constant(code("not_recorded" if closed else none))),
            (stale, constant(code("missing"))),
            otherwise=_told(reason, "missing", passed) if self.ended(span) else constant(code("not_yet")),
        )
        shown = which((both(within, given.there), given.term), otherwise=absent(given.held.dtype))
        grade = constant(GRADES.index("measured"))
        return Sight(verdict, why, gap(fixed=True, cost=FAILED_FACT), grade, (("value", shown),))

    def _rate(self, leaf: Rate, policy: Policy) -> Sight:
        n, d = self._counts(leaf, policy)
        threshold, above_one = leaf.threshold, policy.vocabulary.measures[leaf.measure].above_one
        left, right = n.clip(0, MOST) * threshold.denominator, d.clip(0, MOST) * threshold.numerator
        reached = left >= right if leaf.relation == "at_least" else left > right
        above = FALSE if above_one == "counted" else both(d != 0, n > d)
        zero = constant(value=leaf.zero == "met")
        counted_up = which((n.isnull(), UNKNOWN), (d == 0, zero), (above, UNKNOWN), otherwise=reached)
        ended = self.ended(leaf.counts_from)
        why = which(
            (n.isnull(), constant(code("missing"))),
            (above, constant(code("anomaly"))),
            *([] if ended else [(TRUE, constant(code("not_yet")))]),
            (d == 0, constant(code("not_calculable"))),
            otherwise=constant(code("threshold_missed")),
        )
        grade = which((d == 0, NO_GRADE), otherwise=constant(GRADES.index("measured")))
        saw = (("numerator", n), ("denominator", d))
        verdict = counted_up if ended else UNKNOWN
        return Sight(verdict, why, gap(fixed=False, cost=FAILED_FACT), grade, saw)

    def _empty(self, leaf: Empty, policy: Policy) -> Sight:
        n, d = self._counts(leaf, policy)
        ended, missing = self.ended(leaf.counts_from), n.isnull()
        verdict = which((missing, UNKNOWN), otherwise=d == 0) if ended else UNKNOWN
        later = constant(code("excluded" if ended else "not_yet"))
        why = which((missing, constant(code("missing"))), otherwise=later)
        return Sight(verdict, why, gap(fixed=NEVER[0], cost=NEVER[1]))

    def _counts(self, leaf: Rate | Empty, policy: Policy) -> tuple[Term, Term]:
        found = counted(leaf, policy)
        return self.spread.column(found, "numerator"), self.spread.column(found, "denominator")

    # --- records ----------------------------------------------------------------------------------------------------

    def _record(self, leaf: Record, policy: Policy) -> Sight:
        rows = [Row(self.shared, leaf, pool, policy) for pool in pools(leaf)]
        if leaf.earlier and len(rows) > 1:
            years = [which((row.held, row.year), otherwise=absent("int64")) for row in rows]
            latest = ibis.greatest(*years)
            for row in rows:
                row.there = both(row.there, sure(row.year == latest))
        found = either(*(row.verdict for row in rows))
        still_open = leaf.closes is not None and not self.ended(leaf.closes)
        waited = not self.ended(leaf.counts_from)
        verdict, why = found, self._why(leaf, rows)
        if still_open:
            verdict = which((~found, UNKNOWN), otherwise=verdict)
            why = which((~found, constant(code("not_yet"))), otherwise=why)
        why = which((found.isnull(), constant(code("missing"))), otherwise=why)
        if waited:
            verdict = which((found, UNKNOWN), otherwise=verdict)
            why = which((found, constant(code("not_yet"))), otherwise=why)
        own, upheld = (constant(GRADES.index(grade)) for grade in (ROW_GRADE[leaf.row], "documented"))
        confirmed = either(*(both(row.verdict, row.confirmed) for row in rows))
        return Sight(verdict, why, self._gap(leaf, rows), which((confirmed, upheld), otherwise=own))

    def _why(self, leaf: Record, rows: Sequence[Row]) -> Term:
        """Why no row matched: what stopped the row that came nearest, told by `observe._why`."""
        told = [row.told for row in rows]
        nearest = ibis.least(*told) if len(told) > 1 else told[0]
        nothing = code(NOTHING_THERE[leaf.row])
        return which((nearest.isnull(), constant(nothing)), otherwise=reason_of(nearest))

    def _gap(self, leaf: Record, rows: Sequence[Row]) -> Term:
        """The failed tests of the row that came nearest, or the row to bring."""
        gaps = [row.gap for row in rows]
        least = ibis.least(*gaps) if len(gaps) > 1 else gaps[0]
        return least.fill_null(MISSING_ROW + (FIXED if leaf.earlier or leaf.row == "prefill" else 0))


def _told(reason: Reason, unknown: Unknown, verdict: Term) -> Term:
    return which((verdict.isnull(), constant(code(unknown))), otherwise=constant(code(reason)))
