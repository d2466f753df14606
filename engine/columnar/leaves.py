"""What a leaf sees in many dossiers at once: the columns' counterpart of `observe`, one row standing for each thing.

Why a leaf is unmet or unknown is a whole number, its place in `layout.WHY`; how far it is from being met, another, as
`reasons` counts it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import ibis
from msgspec import Struct

from engine.columnar.asking import (
    FALSE,
    TRUE,
    UNKNOWN,
    Asked,
    Given,
    Term,
    absent,
    ask,
    both,
    constant,
    either,
    passes,
    spans,
    sure,
    which,
)
from engine.columnar.layout import WHY
from engine.columnar.pools import DEPARTMENT, Pool, counted, cut_off, pools, stated
from engine.columnar.questions import FIXED
from engine.columnar.spread import Spread
from engine.columnar.vouching import MOST, matches
from engine.conditions import (
    FILED_ON,
    Always,
    Attribute,
    Day,
    Empty,
    Entry,
    Fact,
    FieldTest,
    Number,
    Observed,
    Rate,
    Record,
    Same,
    Silent,
)
from engine.observation import GRADES, Reason, Unknown
from engine.observe import NOTHING_THERE, ROW_GRADE
from engine.policy import Policy
from engine.reasons import FAILED_FACT, FAILED_TEST, MISSING_ROW, NEVER, OTHER_CHOICE

PLACES = 64
"""More than there are reasons: a count and a reason make one number."""
PLAIN = r"^[ -~]*$"
"""Texts whose letters compare as names by their case and spaces alone."""
NO_GRADE = absent("int64")


class Sight(Struct, frozen=True):
    """What a leaf saw: its verdict, why, how far from met, what grade it gives when met, and the values looked at."""

    verdict: Term
    why: Term
    gap: Term
    grade: Term | None = None
    saw: tuple[tuple[str, Term], ...] = ()


def code(word: Reason | Unknown) -> int:
    """The number of a reason, or of a kind of unknown."""
    return WHY.index(word)


def gap(*, fixed: bool, cost: int) -> Term:
    """A distance that no fact changes."""
    return constant(cost + (FIXED if fixed else 0), "int64")


class Leaves:
    """What the leaves of policies see in the columns of a `Spread`, at the end of a day.

    `kept` gives a column to an expression that others use again: in step 0, or in step 1 where it uses one of step 0.
    """

    def __init__(self, spread: Spread, kept: Callable[[int, object, Term], Term]) -> None:
        self.spread, self.day, self.kept = spread, spread.as_of, kept
        self.doubts: dict[object, Term] = {}

    def doubt(self, key: object, term: Term) -> None:
        """Columns do not vouch for the doctors for whom this holds."""
        self.doubts[key] = self.kept(1, ("doubt", key), term)

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
        within = both(self.spread.column(leaf.fact, "there"), sure(observed <= last) if last < date.max else TRUE)
        within = either(both(self.spread.column(leaf.fact, "there"), observed.isnull()), within)
        passed = both(*(passes(one, given) for one in leaf.tests))
        early = sure(observed < span.last) if span and span.last else FALSE
        stale = both(~sure(passed.fill_null(True)), early)
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
        held = absent("string") if given.type in ("text", "boolean") else absent(given.dtype)
        shown = which((both(within, given.there), given.term), otherwise=held)
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
        grade = which((d == 0, NO_GRADE), otherwise=constant(GRADES.index("measured"), "int64"))
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
        rows = [_Row(self, leaf, pool, policy) for pool in pools(leaf)]
        if leaf.earlier and len(rows) > 1:
            years = [which((row.held, row.year), otherwise=absent("int64")) for row in rows]
            latest = self.kept(0, ("latest", tuple(pools(leaf))), ibis.greatest(*years))
            for row in rows:
                row.there = both(row.there, sure(row.year == latest))
        found = either(*(row.verdict for row in rows))
        still_open = leaf.closes is not None and not self.ended(leaf.closes)
        waited = not self.ended(leaf.counts_from)
        verdict, why = found, self._why(leaf, rows)
        if still_open:
            verdict = which((sure(~found), UNKNOWN), otherwise=verdict)
            why = which((sure(~found), constant(code("not_yet"))), otherwise=why)
        why = which((found.isnull(), constant(code("missing"))), otherwise=why)
        if waited:
            verdict = which((sure(found), UNKNOWN), otherwise=verdict)
            why = which((sure(found), constant(code("not_yet"))), otherwise=why)
        own, upheld = (constant(GRADES.index(grade), "int64") for grade in (ROW_GRADE[leaf.row], "documented"))
        confirmed = either(*(both(sure(row.verdict), row.confirmed) for row in rows))
        return Sight(verdict, why, self._gap(leaf, rows), which((confirmed, upheld), otherwise=own))

    def _why(self, leaf: Record, rows: Sequence[_Row]) -> Term:
        """Why no row matched: what stopped the row that came nearest, told by `observe._why`."""
        told = [row.told for row in rows]
        nearest = ibis.least(*told) if len(told) > 1 else told[0]
        nothing = code(NOTHING_THERE[leaf.row])
        return which((nearest.isnull(), constant(nothing)), otherwise=PLACES - 1 - nearest % PLACES)

    def _gap(self, leaf: Record, rows: Sequence[_Row]) -> Term:
        """The failed tests of the row that came nearest, or the row to bring."""
        gaps = [row.gap for row in rows]
        least = ibis.least(*gaps) if len(gaps) > 1 else gaps[0]
        return least.fill_null(MISSING_ROW + (FIXED if leaf.earlier or leaf.row == "prefill" else 0))


class _Row:
    """The one row of a pool that a record may match."""

    def __init__(self, leaves: Leaves, leaf: Record, pool: Pool, policy: Policy) -> None:
        self.spread, self.pool, self.policy = leaves.spread, pool, policy
        self.leaves, self.fields, self.filed = leaves, _Fields(leaves.spread, pool), leaf.filed
        self.held = self.spread.column(pool)
        filing = {name for test in leaf.where for name in test.fields if name in FILED_ON}
        self.there = self.held
        if filing and not leaf.filed:
            filed = [self.spread.of_row(pool, name).term.notnull() for name in sorted(filing)]
            self.there = both(self.held, either(*filed))
        tests = [test for test in leaf.where if not (leaf.filed and all(isinstance(one, Day) for one in test.tests))]
        self.checks = [self._check(test) for test in tests] + [self._agrees(same) for same in leaf.same]

    @property
    def year(self) -> Term:
        return self.spread.column(self.pool, "year")

    @property
    def rejected(self) -> Term:
        if self.pool.row != "document":
            return FALSE
        return sure(self.spread.of_row(self.pool, "status").term == "rejected")

    @property
    def refuted(self) -> Term:
        """A control found against what the row says."""
        return FALSE if self.filed else self._found("refuted")

    @property
    def confirmed(self) -> Term:
        """A control upheld what the row says."""
        return both(~self.rejected, self._found("confirmed"))

    def _found(self, outcome: str) -> Term:
        item = self.pool.item
        if item is None or self.pool.earlier:
            return FALSE
        about = self.spread.column(item, "choice")
        chosen = self.spread.of_row(self.pool, "choice").term if self.pool.row != "document" else absent("string")
        bears = either(about.isnull(), sure(about == chosen))
        here = both(self.spread.column(item, "finding"), sure(self.spread.column(item, "outcome") == outcome), bears)
        return self.leaves.kept(0, (outcome, self.pool), here)

    @property
    def yielded(self) -> Term:
        """A prefill yields to a declaration of another choice, made while the window was open."""
        if self.pool.row != "prefill" or self.pool.earlier:
            return FALSE
        window = self.policy.calendar["campaign"]
        declared = Pool("declaration", self.pool.name, None, earlier=False)
        day = self.spread.of_row(declared, "declared_on").term
        # What has no day was declared after all others.
        by = day.notnull() if window.last is None else sure(day <= window.last)
        inside = TRUE if window.last is None else by
        if window.first is not None:
            late = constant(value=window.last is None)
            inside = both(inside, which((day.isnull(), late), otherwise=day >= window.first))
        mine, other = (self.spread.of_row(pool, "choice").term for pool in (self.pool, declared))
        alike = which((mine.isnull(), other.isnull()), (other.isnull(), FALSE), otherwise=mine == other)
        return self.leaves.kept(0, ("yielded", self.pool, window), both(self.spread.column(declared), inside, ~alike))

    @property
    def verdict(self) -> Term:
        """Whether the row is there and passes every test."""
        stands = both(self.there, ~self.rejected, ~self.refuted, ~self.yielded)
        return both(stands, *(check.verdict for check in self.checks))

    @property
    def told(self) -> Term:
        """How many tests failed, and the worst reason: the nearest row is the least; NULL where there is none."""
        failed = [~sure(check.verdict.fill_null(True)) for check in self.checks]
        whys = [
            which(*((when, constant(code(why))) for when, why in check.why), otherwise=constant(-1))
            if len(check.why) > 1
            else constant(code(check.why[0][1]))
            for check in self.checks
        ]
        refused = [
            (both(fails, check.refused), why)
            for check, fails, why in zip(self.checks, failed, whys, strict=True)
            if check.refused is not FALSE
        ]
        none, one_more = (constant(number, "int64") for number in (0, 1))
        failures = sum((which((one, one_more), otherwise=none) for one in failed), none)
        each = [which((one, why), otherwise=constant(-1)) for one, why in zip(failed, whys, strict=True)]
        most = ibis.greatest(constant(-1), *each)
        worst = which(*refused, otherwise=most) if refused else most
        near = failures * PLACES + (PLACES - 1) - worst
        rejected, refuted = (constant(PLACES - 1 - code(why)) for why in ("document_rejected", "refuted"))
        seen = both(self.there, ~self.yielded)
        return which((~seen, absent("int64")), (self.rejected, rejected), (self.refuted, refuted), otherwise=near)

    @property
    def gap(self) -> Term:
        """What it would take to mend the row; NULL where it is not there."""
        costs = [
            which(
                (sure(check.verdict), constant(0)),
                (check.other_kind, constant(OTHER_CHOICE)),
                otherwise=constant(FAILED_TEST),
            )
            for check in self.checks
        ]
        total = sum(costs, constant(0, "int64"))
        least = which((total == 0, constant(FAILED_TEST, "int64")), otherwise=total)
        return which((both(self.there, ~self.yielded), least), otherwise=absent("int64"))

    def _check(self, test: FieldTest) -> Asked:
        asked = ask(test, self.fields, self.pool.row)
        return Asked(
            self.leaves.kept(1, (self.pool, test), asked.verdict), asked.why, asked.other_kind, asked.refused
        )

    def _agrees(self, same: Same) -> Asked:
        """Whether the row agrees with the standing statement of another item; unknown when none stands."""
        mine, window = self.spread.of_row(self.pool, same.mine), self.policy.calendar["campaign"]
        standing = []
        for pool in stated(same.item):
            stands = self.spread.column(pool)
            if pool.row == "prefill":
                stands = both(stands, ~_Row(self.leaves, _NO_TESTS, pool, self.policy).yielded)
            theirs = self.spread.of_row(pool, same.theirs).term
            standing.append((stands, theirs))
            self.leaves.doubt((self.pool, same, pool, window), both(self.held, stands, _foreign(mine.term, theirs)))
        equal = either(*(both(stands, _alike(mine.term, theirs)) for stands, theirs in standing))
        nothing = both(*(~stands for stands, _ in standing))
        unknown = either(mine.term.isnull(), nothing)
        verdict = which((mine.none, FALSE), (unknown, UNKNOWN), otherwise=equal)
        why: tuple[tuple[Term, Reason], ...] = ((mine.none, "document_incomplete"), (TRUE, "document_mismatch"))
        return Asked(self.leaves.kept(1, (self.pool, same, window), verdict), why, FALSE, FALSE)


_NO_TESTS = Record(
    at="", row="prefill", names=(), of=None, where=(), same=(), earlier=False, filed=False, closes=None
)


class _Fields(dict[str, Given]):
    """The fields of the row of a pool, by name."""

    def __init__(self, spread: Spread, pool: Pool) -> None:
        super().__init__()
        self.spread, self.pool = spread, pool

    def __missing__(self, name: str) -> Given:
        return self.spread.of_row(self.pool, name)


def _alike(one: Term, other: Term) -> Term:
    """Whether two texts are the same name; where they are not of plain letters, columns vouch only for equal ones."""
    return either(one == other, _name(one) == _name(other))


def _foreign(one: Term, other: Term) -> Term:
    """Whether two names differ, and are not of letters that columns can compare."""
    return sure(both(one != other, either(*(~matches(each, PLAIN) for each in (one, other)))))


def _name(text: Term) -> Term:
    return text.lower().re_replace(r" +", " ").strip()


def _told(reason: Reason, unknown: Unknown, verdict: Term) -> Term:
    return which((verdict.isnull(), constant(code(unknown))), otherwise=constant(code(reason)))
