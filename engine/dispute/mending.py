"""One leaf of one dossier → the least change to the facts that would have met it, as a new dossier.

Only what a doctor could have done is changed: counts, declarations, papers, and automated values the vocabulary does
not call fixed. A rate keeps its denominator. Prefills, earlier campaigns and the doctor's own fields are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import date, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from engine.conditions import (
    Day,
    Fact,
    FieldTest,
    InTable,
    Is,
    Node,
    Number,
    Observed,
    Rate,
    Record,
    Same,
    Test,
    walk,
)
from engine.dossier import Dossier, Row, Value
from engine.matching import check_field, check_same, least_numerator, test_value
from engine.observation import Observation
from engine.observe import observe
from engine.policy import Field, Policy
from engine.standing import BY_FINDING, Candidate, Standing, standing_on
from engine.text import in_order
from engine.verdict import Verdict

ANYTHING = "…"
"""Stands for a text of the doctor's choice."""

Wanted = FieldTest | Same | tuple[Test, ...]


class Change(Struct, frozen=True):
    """One fact changed: the row before (None: it is added) and after (None: it should not have been).

    `wanted` says, by field, what was asked of it; `among` the denominator of a rate, all locations together.
    """

    before: Row | None
    after: Row | None
    wanted: Mapping[str, Wanted] = field(default_factory=dict)
    among: int | None = None


def changeable(leaf: Node, met: bool, policy: Policy) -> bool:
    """Whether a doctor could have made the leaf met, or (`met` False) unmet."""
    match leaf:
        case Rate():
            return met
        case Fact(fact=name):
            return met and not policy.vocabulary.facts[name].fixed
        case Record(row=row, earlier=earlier):
            return not earlier and (row != "prefill" if met else row == "declaration")
        case _:
            return False


class Mender:
    """A dossier being changed, leaf by leaf, for one policy and day; `changes` is what has been done so far."""

    def __init__(self, dossier: Dossier, policy: Policy, as_of: date) -> None:
        self.dossier, self.policy, self.as_of = dossier, policy, as_of
        rows = sorted(dossier.rows, key=_content)
        self.done: list[Change] = [Change(row, row) for row in rows]

    def copy(self) -> Mender:
        """Another that has done the same so far, to be changed apart."""
        other = copy(self)
        other.done = list(self.done)
        return other

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every row that is no longer what it was."""
        return tuple(one for one in self.done if one.before != one.after)

    @property
    def mended(self) -> Dossier:
        """The dossier with every change made."""
        return replace(self.dossier, rows=tuple(one.after for one in self.done if one.after is not None))

    def standing(self) -> Standing:
        """What stands of the dossier with every change made."""
        return standing_on(self.mended, self.policy, self.as_of)

    def mend(self, leaf: Observed, *, met: bool) -> None:
        """Change the dossier so that the leaf is met, or unmet. Nothing is changed when it is already."""
        standing = self.standing()
        seen = observe(leaf, standing, self.policy)
        if seen.verdict is (Verdict.MET if met else Verdict.UNMET):
            return
        match leaf:
            case Rate():
                self._rate(leaf, seen)
            case Fact():
                self._fact(leaf, seen)
            case Record() if met:
                self._record(leaf, standing)
            case Record():
                self._withdraw(seen)
            case _:
                pass

    # --- changing rows ------------------------------------------------------------------------------------------

    def _put(
        self, row: Row | None, after: Row | None, wanted: Mapping[str, Wanted], among: int | None = None
    ) -> None:
        """Replace a row of the dossier as it now is; None adds one."""
        if row is None:
            self.done.append(Change(None, after, wanted, among))
            return
        index = self._index(row)
        known = self.done[index]
        self.done[index] = Change(known.before, after, {**known.wanted, **wanted}, among or known.among)

    def _index(self, row: Row) -> int:
        """Where a row that stands is among those of the dossier, in which its status may be of a later day."""
        same = (n for n, one in enumerate(self.done) if one.after is row or one.after == row)
        index = next(same, None)
        if index is not None:
            return index
        standing = self.standing()
        return next(n for n, one in enumerate(self.done) if one.after and standing.as_known(one.after) == row)

    def _rate(self, leaf: Rate, seen: Observation) -> None:
        rows = [one.row for one in seen.seen if one.struck is None]
        wanted: dict[str, Wanted] = {"numerator": (Number(leaf.relation, leaf.threshold),)}
        if seen.count is None or seen.count.denominator == 0:
            whole: dict[str, Value] = {"numerator": 1, "denominator": 1}
            if leaf.during and leaf.during.last:
                whole["period_end"] = leaf.during.last
            if not rows:
                self._put(None, Row("measure", leaf.measure, self.dossier.year, whole), wanted)
            for row in rows:
                self._put(row, replace(row, fields={**row.fields, **whole}), wanted)
            return
        missing = seen.count.needed - seen.count.numerator
        for row in rows:
            numerator, denominator = (row.fields[key] for key in ("numerator", "denominator"))
            assert isinstance(numerator, int) and isinstance(denominator, int)
            more = min(missing, max(0, denominator - numerator))
            if more:
                after = replace(row, fields={**row.fields, "numerator": numerator + more})
                self._put(row, after, wanted, seen.count.denominator)
                missing -= more

    def _fact(self, leaf: Fact, seen: Observation) -> None:
        value = self._value(leaf.tests, self.policy.vocabulary.facts[leaf.fact])
        rows = [one.row for one in seen.seen]
        wanted: dict[str, Wanted] = {"value": leaf.tests}
        if not rows:
            self._put(None, Row("fact", leaf.fact, self.dossier.year, {"value": value}), wanted)
        for row in rows:
            self._put(row, replace(row, fields={**row.fields, "value": value}), wanted)

    def _withdraw(self, seen: Observation) -> None:
        for one in seen.seen:
            if one.verdict is not Verdict.UNMET:
                self._put(one.row, None, {})

    def _record(self, leaf: Record, standing: Standing) -> None:
        found = standing.candidates(leaf.row, leaf.names, leaf.of, self.dossier.year)
        near = [one for one in found if one.struck in (None, "rejected", *BY_FINDING)]
        best = min(near, key=lambda one: (self._failing(leaf, one.row, standing), _content(one.row)), default=None)
        if best is None:
            row = Row(leaf.row, leaf.names[0], self.dossier.year, {}, items=(leaf.of,) if leaf.of else ())
            self._put(None, *self._fitted(leaf, row, standing))
            return
        if best.struck in BY_FINDING:
            self._lift(best, leaf, standing)
        self._put(best.row, *self._fitted(leaf, best.row, standing))

    def _lift(self, candidate: Candidate, leaf: Record, standing: Standing) -> None:
        """Take back the findings that strike a row."""
        items = [leaf.of] if leaf.of else [candidate.row.name]
        for one in list(self.done):
            if one.after and one.after.type == "finding" and one.after.name in items and one.after in standing.rows:
                self._put(one.after, None, {})

    def _failing(self, leaf: Record, row: Row, standing: Standing) -> int:
        checks = [check_field(test, row.fields, row.type) for test in leaf.where]
        checks += [check_same(same, row, self._standing_rows(same, standing)) for same in leaf.same]
        return sum(check.verdict is not Verdict.MET for check in checks)

    def _standing_rows(self, same: Same, standing: Standing) -> list[Row]:
        return standing.standing_rows(same.item, self.dossier.year)

    def _fitted(self, leaf: Record, row: Row, standing: Standing) -> tuple[Row, dict[str, Wanted]]:
        """The row with every test passed, and what was asked of the fields that changed."""
        fields, wanted = dict(row.fields), dict[str, Wanted]()
        for same in leaf.same:
            if check_same(same, row, self._standing_rows(same, standing)).verdict is not Verdict.MET:
                theirs = [one.fields.get(same.theirs) for one in self._standing_rows(same, standing)]
                fields[same.mine] = next((value for value in theirs if value is not None), ANYTHING)
                wanted[same.mine] = same
        for test in leaf.where:
            if check_field(test, fields, row.type).verdict is not Verdict.MET:
                name = test.fields[0]
                fields[name] = self._typed(name, test)
                wanted.setdefault(name, test)
        if fields.get("status") == "rejected":
            fields["status"] = "received"
        if row.type == "declaration" and "choice" not in fields:
            fields |= self._choice(row.name)
        return replace(row, fields=fields), wanted

    def _choice(self, item: str) -> dict[str, Value]:
        """What a new declaration names: what the papers of the item already name, where any rule compares them."""
        compared = {
            same.mine
            for indicator in self.policy.indicators
            for leaf in _records(indicator.when)
            for same in leaf.same
            if same.item == item and same.theirs == "choice"
        }
        if not compared:
            return {}
        papers = [row for row in self.mended.rows if row.type == "document" and item in row.items]
        named = [paper.fields[name] for paper in papers for name in sorted(compared) if name in paper.fields]
        return {"choice": named[0] if named else ANYTHING}

    def _typed(self, name: str, test: FieldTest) -> Value:
        if test.span:
            return next(one.entry.first or self.as_of for one in test.tests if isinstance(one, Day))
        return self._value(test.tests, self.policy.vocabulary.fields.get(name))

    def _value(self, tests: tuple[Test, ...], known: Field | None) -> Value:
        """A value that passes the tests, typed: the last day allowed, the least number, the first of a list."""
        days = [one for one in tests if isinstance(one, Day)]
        if days:
            return min(self._day(one) for one in days)
        candidates = [value for one in tests for value in _candidates(one)]
        value = next((value for value in candidates if _passes(tests, value)), ANYTHING)
        return value == "true" if known and known.type == "boolean" else value

    def _day(self, test: Day) -> date:
        first, last = test.entry.first, test.entry.last
        if first is None or last is None:
            return self.policy.calendar["assessment"].last or self.as_of
        return first - timedelta(days=1) if test.relation == "before" else last


def _content(row: Row) -> str:
    """A row's content: an order that no file decides."""
    return in_order(row.plain())


def _candidates(test: Test) -> list[Value]:
    match test:
        case Number(relation=relation, threshold=threshold):
            return [least_numerator(threshold, relation == "more_than", denominator=1)]
        case Is(values=values):
            return list(values)
        case InTable(table=table):
            return [entry.code for entry in table.entries]
        case _:
            return []


def _passes(tests: tuple[Test, ...], value: Value) -> bool:
    return all(test_value(test, value) is Verdict.MET for test in tests)


def _records(node: Node) -> list[Record]:
    return [one for one in walk(node) if isinstance(one, Record)]
