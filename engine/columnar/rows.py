"""The one row of a pool that a record may match, for many doctors: its tests, what stops it, how near it comes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import ibis

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
    sure,
    which,
)
from engine.columnar.held import TEXT, day_number
from engine.columnar.layout import WHY
from engine.columnar.pools import Pool, stated
from engine.columnar.spread import Spread
from engine.conditions import FILED_ON, Day, FieldTest, Record, Same
from engine.observation import Reason, Unknown
from engine.policy import Policy
from engine.reasons import FAILED_TEST, OTHER_CHOICE

COUNTED = {"integer", "year"}
"""The types of whole numbers that can be compared."""
PLACES = 64
"""More than there are reasons: a count and a reason make one number."""
FOREIGN = "[^ -~]"
"""A letter that does not compare, as names do, by its case alone."""


def code(word: Reason | Unknown) -> int:
    """The number of a reason, or of a kind of unknown."""
    return WHY.index(word)


def reason_of(nearest: Term) -> Term:
    """The reason in a number made of a count and a reason, the greater the less."""
    return (PLACES - 1 - nearest % PLACES).cast("int8")


class Shared:
    """What leaves have in common: the columns of a `Spread`, and where these are in doubt."""

    def __init__(self, spread: Spread) -> None:
        self.spread = spread
        self.doubts: dict[tuple[object, object], Term] = {}

    def doubt(self, of: object, key: object, term: Term) -> None:
        """Where this holds, columns do not vouch for the leaves that look at something."""
        self.doubts[of, key] = term

    def name(self, pool: Pool, field: str) -> Term:
        """A field of the row of a pool as names are compared: NULL where its letters are not plain."""
        text = self.spread.of_row(pool, field).as_text.term
        folded = text.lower().re_replace(r" +", " ").strip()
        return which((~text.re_search(FOREIGN), folded), otherwise=absent("string"))


class Row:
    """The one row of a pool that a record may match."""

    def __init__(self, shared: Shared, leaf: Record, pool: Pool, policy: Policy) -> None:
        self.spread, self.pool, self.policy = shared.spread, pool, policy
        self.shared, self.fields, self.filed = shared, _Fields(shared.spread, pool), leaf.filed
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

    @cached_property
    def rejected(self) -> Term:
        if self.pool.row != "document":
            return FALSE
        return sure(self.spread.of_row(self.pool, "status").among(["rejected"]))

    @cached_property
    def refuted(self) -> Term:
        """A control found against what the row says."""
        return FALSE if self.filed else self._found("refuted")

    @cached_property
    def unshown(self) -> Term:
        """A paper that a control asked for was not shown, where that makes the row fall."""
        return self._found("not_produced") if self.policy.not_produced == "unmet" and not self.filed else FALSE

    @cached_property
    def confirmed(self) -> Term:
        """A control upheld what the row says."""
        return both(~self.rejected, self._found("confirmed"))

    def _found(self, outcome: str) -> Term:
        item = self.pool.item
        if item is None or self.pool.earlier:
            return FALSE
        about = self.spread.found(item, "choice").term
        bears = about.isnull()
        if self.pool.row != "document":
            bears = either(bears, sure(about == self.spread.of_row(self.pool, "choice").term))
        here = sure(self.spread.found(item, "outcome").among([outcome]))
        return both(self.spread.column(item, "finding"), here, bears)

    @cached_property
    def yielded(self) -> Term:
        """A prefill yields to a declaration of another choice, made while the window was open."""
        if self.pool.row != "prefill" or self.pool.earlier:
            return FALSE
        window = self.policy.calendar["campaign"]
        declared = Pool("declaration", self.pool.name, None, earlier=False)
        day = self.spread.of_row(declared, "declared_on").term
        # What has no day was declared after all others.
        by = day.notnull() if window.last is None else sure(day <= day_number(window.last))
        inside = TRUE if window.last is None else by
        if window.first is not None:
            late = constant(value=window.last is None)
            inside = both(inside, which((day.isnull(), late), otherwise=day >= day_number(window.first)))
        mine, other = (self.spread.of_row(pool, "choice").term for pool in (self.pool, declared))
        alike = which((mine.isnull(), other.isnull()), (other.isnull(), FALSE), otherwise=mine == other)
        return both(self.spread.column(declared), inside, ~alike)

    @cached_property
    def verdict(self) -> Term:
        """Whether the row is there and passes every test."""
        struck = either(self.rejected, self.refuted, self.unshown, self.yielded)
        stands = both(self.there, ~struck) if struck is not FALSE else self.there
        return both(stands, *(check.verdict for check in self.checks))

    @property
    def told(self) -> Term:
        """How many tests failed, and the worst reason: the nearest row is the least; NULL where there is none."""
        failed = [~check.verdict for check in self.checks]
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
        none, one_more = (constant(number, "int32") for number in (0, 1))
        failures = sum((which((one, one_more), otherwise=none) for one in failed), none)
        each = [which((one, why), otherwise=constant(-1)) for one, why in zip(failed, whys, strict=True)]
        most = ibis.greatest(constant(-1), *each)
        worst = which(*refused, otherwise=most) if refused else most
        near = failures * PLACES + (PLACES - 1) - worst
        struck: Mapping[Reason, Term] = {
            "document_rejected": self.rejected,
            "refuted": self.refuted,
            "not_produced": self.unshown,
        }
        fallen = [(term, constant(PLACES - 1 - code(why))) for why, term in struck.items()]
        seen = both(self.there, ~self.yielded)
        return which((~seen, absent("int32")), *fallen, otherwise=near)

    @property
    def gap(self) -> Term:
        """What it would take to mend the row; NULL where it is not there."""
        costs = [
            which(
                (check.verdict, constant(0)),
                (check.other_kind, constant(OTHER_CHOICE)),
                otherwise=constant(FAILED_TEST),
            )
            for check in self.checks
        ]
        total = sum(costs, constant(0, "int32"))
        least = which((total == 0, constant(FAILED_TEST, "int32")), otherwise=total)
        return which((both(self.there, ~self.yielded), least), otherwise=absent("int32"))

    def _check(self, test: FieldTest) -> Asked:
        return ask(test, self.fields, self.pool.row)

    def _agrees(self, same: Same) -> Asked:
        """Whether the row agrees with the standing statement of another item; unknown when none stands."""
        mine, window = self.spread.of_row(self.pool, same.mine).as_text, self.policy.calendar["campaign"]
        standing: list[Term] = []
        equal: list[Term] = []
        for pool in stated(same.item):
            stands = self.spread.column(pool)
            if pool.row == "prefill":
                stands = both(stands, ~Row(self.shared, _NO_TESTS, pool, self.policy).yielded)
            theirs = self.spread.of_row(pool, same.theirs).as_text
            types = {mine.held.type, theirs.held.type}
            unlike = which((theirs.term.isnull(), UNKNOWN), otherwise=FALSE)
            alike = mine.term == theirs.term if len(types) == 1 or types == COUNTED else unlike
            if mine.held == theirs.held == TEXT:
                own, name = self.shared.name(self.pool, same.mine), self.shared.name(pool, same.theirs)
                # Where a text is no plain name, columns vouch only for equal ones.
                foreign = sure(both(mine.term != theirs.term, either(own.isnull(), name.isnull())))
                self.shared.doubt((self.pool, same), (pool, window), both(self.held, stands, foreign))
                alike = either(alike, own == name)
            standing.append(stands)
            equal.append(both(stands, alike))
        unknown = either(mine.term.isnull(), ~either(*standing))
        verdict = which((mine.none, FALSE), (unknown, UNKNOWN), otherwise=either(*equal))
        why: tuple[tuple[Term, Reason], ...] = ((mine.none, "document_incomplete"), (TRUE, "document_mismatch"))
        return Asked(verdict, why, FALSE, FALSE)


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
