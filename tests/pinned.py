"""A real dossier as one value of a symbolic one: every unknown of the solver pinned to what stands of the dossier."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import z3

from engine.claims import claims, leaves
from engine.conditions import Attribute, Empty, Fact, Rate, Record, walk
from engine.counting import counts_of
from engine.dossier import NONE, Row, Value
from engine.formula import Formula
from engine.matching import name_of, test_value
from engine.policy import Policy
from engine.proving.needs import Pool
from engine.proving.slots import Facts, Given, Slot, cut_off, span_of, symbolic
from engine.proving.terms import Term
from engine.proving.texts import DEPARTMENT, Place, Texts
from engine.standing import BY_FINDING, Candidate, Standing
from engine.verdict import Verdict

GONE = ("superseded", "replaced", "recounted", "out_of_span")


class Beyond(Exception):
    """The dossier holds what a symbolic one leaves out: facts of one day that contradict each other, say."""


def verdicts(policy: Policy, standing: Standing) -> dict[str, Verdict]:
    """The verdict that the formula gives to every node on what stands of a dossier. Raises Beyond, Unthought."""
    pinned = _Pinned(policy, standing)
    solver = z3.Solver()
    solver.add(*pinned.facts.constraints, *pinned.terms())
    if solver.check() != z3.sat:
        raise Unthought
    return evaluated(Formula(policy, pinned.facts, standing.as_of), solver.model())


def evaluated(formula: Formula, model: Term) -> dict[str, Verdict]:
    """The verdict of every node in a model of the solver."""

    def true(term: Term) -> bool:
        return bool(z3.is_true(model.eval(term, model_completion=True)))

    found = {}
    for _, tree in claims(formula.policy):
        for node in walk(tree):
            pair = formula[node.at]
            met, may = true(pair.met), true(pair.may)
            assert may or not met, "what is met may be met"
            found[node.at] = Verdict.MET if met else Verdict.UNKNOWN if may else Verdict.UNMET
    return found


class Unthought(AssertionError):
    """A real dossier breaks a constraint of a symbolic one: a paper recorded before it was received, say."""


class _Pinned:
    def __init__(self, policy: Policy, standing: Standing) -> None:
        self.policy, self.standing, self.leaves = policy, standing, leaves(policy)
        self.year = standing.dossier.year
        earlier = {row.campaign for row in standing.rows if row.campaign < self.year}
        self.campaigns = [self.year, *sorted(earlier, reverse=True)]
        self.locations = standing.locations(policy.calendar["assessment"].last or standing.as_of)
        tests = [test for leaf in self.leaves if isinstance(leaf, Record) for test in leaf.where]
        self.asks_status = any("status" in test.fields for test in tests)
        self.rows = {pool: self.pooled(pool) for pool in self.pools()}
        most = {pool: max(1, len(rows)) for pool, rows in self.rows.items()}
        if any(isinstance(leaf, Attribute) and leaf.test.fields == (DEPARTMENT,) for leaf in self.leaves):
            most[Pool("location", "", 0)] = len(self.locations)
        asked = [(policy, leaf) for leaf in self.leaves]
        self.facts: Facts = symbolic(asked, most, standing.as_of, complete=False)
        self.texts: Texts = self.facts.texts
        self.others: dict[Value, int] = {}
        self.known: dict[Place, Sequence[str]] = {}
        self.spelled: dict[tuple[str, int], str] = {}

    # --- what stands --------------------------------------------------------------------------------------------

    def pools(self) -> Iterator[Pool]:
        records = [leaf for leaf in self.leaves if isinstance(leaf, Record)]
        own = [name for leaf in records for name in ((leaf.of or "",) if leaf.row == "document" else leaf.names)]
        items = {*own, *(same.item for leaf in records for same in leaf.same)}
        kinds = ("declaration", "prefill", "document")
        for index, _ in enumerate(self.campaigns):
            yield from (Pool(kind, item, index) for item in sorted(items) for kind in kinds)

    def pooled(self, pool: Pool) -> list[Candidate]:
        """The rows of a pool that stand. Raises Beyond when they contradict each other."""
        year, standing = self.campaigns[pool.campaign], self.standing
        match pool.kind:
            case "document":
                kinds = [name for leaf in self.leaves if isinstance(leaf, Record) for name in leaf.names]
                found = standing.candidates("document", kinds, pool.name or None, year)
            case "declaration":
                found = standing.candidates("declaration", [pool.name], None, year)
            case _:
                found = standing.candidates("prefill", [pool.name], None, year)
        gone = GONE if self.asks_status else (*GONE, "rejected")
        stand = [one for one in found if one.struck not in gone]
        if pool.campaign and len(stand) < len(found):
            # Of an earlier campaign even what no longer stands says that it is the latest to hold the item.
            raise Beyond(str(pool))
        found, fallen = stand, {one.struck in BY_FINDING for one in stand}
        # A paper for whatever item is nobody's to find something about, in a symbolic dossier.
        if any(one.conflict for one in found) or len(fallen) > 1 or (True in fallen and not pool.name):
            raise Beyond(str(pool))
        return found[:1] if pool.kind == "prefill" else found

    # --- what is pinned -----------------------------------------------------------------------------------------

    def terms(self) -> Iterator[Term]:
        for name, field in self.facts.doctor.items():
            yield from self.field(field, self.standing.dossier.fields.get(name))
        for slot, row in zip(self.facts.locations, self.locations, strict=False):
            yield slot.there
            yield from self.field(slot.fields["department"], row.name)
        for name, slots in self.facts.facts.items():
            yield from self.fact(name, slots)
        yield from self.counts()
        for pool, slots in self.facts.rows.items():
            rows = self.rows[pool]
            yield from self.findings(pool, rows)
            for index, slot in enumerate(slots):
                yield slot.there == (index < len(rows))
                if index < len(rows):
                    yield from self.row(slot, rows[index].row)

    def row(self, slot: Slot, row: Row) -> Iterator[Term]:
        for name, field in slot.fields.items():
            yield from self.field(field, row.fields.get(name))
        if slot.named is not None:
            yield slot.named == self.texts.numbers[row.name]

    def findings(self, pool: Pool, rows: Sequence[Candidate]) -> Iterator[Term]:
        if (pool.name, pool.campaign) in self.facts.findings and rows:
            found = self.facts.findings[pool.name, pool.campaign]
            outcomes = {str(finding.fields["outcome"]) for one in rows for finding in one.findings}
            yield found.refuted == ("refuted" in outcomes)
            yield found.not_produced == ("not_produced" in outcomes and "refuted" not in outcomes)

    def fact(self, name: str, slots: Sequence[Slot]) -> Iterator[Term]:
        asked = [leaf for leaf in self.leaves if isinstance(leaf, Fact) and leaf.fact == name]
        days = sorted({min(cut_off(leaf, self.policy), self.standing.as_of) for leaf in asked})
        before, told = date.min, self.standing.of("fact", [name])
        if any(_observed(row) > self.standing.as_of for row in told):
            # Recorded before it was observed: of a symbolic dossier, what is observed later is not known yet.
            raise Beyond(name)
        for index, (slot, last) in enumerate(zip(slots, days, strict=True)):
            rows = [(day, row) for row in told if (day := _observed(row)) <= last and (index == 0 or day > before)]
            before = last
            latest = max((day for day, _ in rows), default=date.min)
            values = [row for day, row in rows if day == latest]
            if len({row.fields.get("value") for row in values}) > 1:
                raise Beyond(name)
            yield slot.there == bool(values)
            if values:
                yield from self.field(slot.fields["value"], values[0].fields.get("value"))
                yield from self.field(slot.fields["observed_on"], values[0].fields.get("observed_on"))

    def counts(self) -> Iterator[Term]:
        for leaf in self.leaves:
            if isinstance(leaf, Rate | Empty):
                _, versions = counts_of(leaf, self.standing, self.policy)
                if versions is not None and len(versions) > 1:
                    raise Beyond(leaf.measure)
                found = self.facts.counts[leaf.measure, span_of(leaf, self.policy)]
                yield found.there == bool(versions)
                for numerator, denominator in versions or ():
                    yield found.numerator == numerator
                    yield found.denominator == denominator

    def field(self, field: Given, value: Value | None) -> Iterator[Term]:
        yield field.given == (value is not None)
        if value is not None:
            yield field.none == (value == NONE)
        if value is not None and value != NONE:
            yield field.term == self.number(field.place, value)

    def number(self, place: Place, value: Value) -> int | bool:
        if isinstance(value, date):
            return value.toordinal()
        return self.text(place, value) if isinstance(value, str) else value

    def text(self, place: Place, value: str) -> int:
        """The number of a text, or of one that no condition tells from it.

        Raises Beyond where a choice of an item is spelled in two ways: a name has one number, and what is prefilled
        yields to any other spelling.
        """
        if value in self.told(place):
            return self.texts.numbers[value]
        if place not in self.texts.compared:
            own = self.signature(place, value)
            alike = next((text for text in self.told(place) if self.signature(place, text) == own), None)
            if alike is not None:
                return self.texts.numbers[alike]
        number = self.others.setdefault(name_of(value), len(self.texts.strings) + len(self.others))
        if place.field == "choice" and self.spelled.setdefault((place.name, number), value) != value:
            raise Beyond(str(place))
        return number

    def told(self, place: Place) -> Sequence[str]:
        """The texts told apart at a place."""
        if place not in self.known:
            values, free = self.texts.values(place), set(self.texts.free(place))
            self.known[place] = [
                text
                for number, text in enumerate(self.texts.strings)
                if (number in free if values is None else text in values)
            ]
        return self.known[place]

    def signature(self, place: Place, text: str) -> list[Verdict]:
        return [test_value(test, text) for test in self.texts.tests[place]]


def _observed(row: Row) -> date:
    day = row.fields.get("observed_on")
    return day if isinstance(day, date) else date.min
