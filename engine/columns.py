"""The tree as Ibis expressions: a whole population decided at once, on any engine.

The third derivation of the tree, beside `observe` with `verdict`, the network and the formula. A verdict is a Boolean
column, NULL where it is unknown: SQL's own logic is Kleene's. A condition that several policies share is one column,
so that every other reading costs only what it changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any as Anything

import ibis
from ibis import _
from msgspec import Struct
from msgspec.structs import replace

from engine.claims import claims, leaves
from engine.columnar.asked_for import doctor_columns, node_columns
from engine.columnar.asking import FALSE, ZERO, Term, added, both, constant, either, sure, which
from engine.columnar.bits import any_of, bits, columns_of, marks
from engine.columnar.layout import DOCTOR, READ, VOUCHED
from engine.columnar.leaves import Leaves, Sight, gap
from engine.columnar.pools import looked
from engine.columnar.questions import FIXED, question_key, questions
from engine.columnar.results import Outputs, Results, read_results
from engine.columnar.rows import PLACES, code, reason_of
from engine.columnar.spread import Spread
from engine.columnar.stepping import needed, stepped
from engine.columnar.suspects import Table
from engine.columnar.worth import Valued, Worth
from engine.conditions import All, Any, Exempt, Node, Not, Observed, Outcome
from engine.dispute.pricing import other_policies
from engine.garbage import unsearched
from engine.loading import PolicyFiles
from engine.policy import Policy
from engine.reasons import NEVER, UNDOING

NOTHING_TO_MEND = constant(0, "int32")


class Settled(Struct, frozen=True):
    """A condition of many doctors: its verdict, why, and how far from met."""

    name: str
    verdict: Term
    why: Term
    gap: Term


class Columns:
    """One policy under its readings, at the end of a day; if `priced`, with every other computable reading."""

    @unsearched()
    def __init__(self, files: PolicyFiles, policy: Policy, as_of: date | None = None, *, priced: bool = True) -> None:
        day = as_of or policy.calendar["decision"].last or policy.calendar["year"].last
        assert day is not None, "linking requires a closed year"
        self.policy, self.priced = policy, priced
        self.others = list(other_policies(files, policy)) if priced else []
        policies = [policy, *(other for *_, other in self.others)]
        self.questions = questions(policies)
        self.spread = Spread(looked((each.leaf, each.policy) for each in self.questions.values()), policies, day)
        self.leaves = Leaves(self.spread)
        self.seen: dict[str, Term] = {}
        self.sights: dict[str, tuple[Settled, Sight]] = {}
        self.gated: dict[str, Term] = {}
        self.gates: dict[object, Settled] = {}
        self.worth, self.outputs = Worth(), Outputs.nothing()
        self._give()
        doubts = (of for of, _key in self.leaves.shared.doubts)
        self.crowds = [*self.spread.crowds, *bits("unlike", doubts)]

    def expression(self, tables: Mapping[str, Table]) -> Table:
        """One row for each doctor who has a row of `doctors` in the policy's year.

        `tables` holds every table of `engine.tables.TABLES`, with all its columns.
        """
        return self.derived(self.wide(tables))

    @unsearched()
    def wide(self, tables: Mapping[str, Table]) -> Table:
        """What leaves look at, of each of those doctors."""
        return self.spread.wide(tables)

    @unsearched()
    def partly(self, wide: Table) -> Table:
        """What leaves see of those doctors of `wide` who surely read, and of whom something is crowded."""
        told = marks(self.crowds[len(self.spread.crowds) :], self.leaves.shared.doubts.values())
        some = stepped(wide, {}, {name: _[name] for name in wide.columns} | told).filter(_[READ], any_of(self.crowds))
        leaves = [name for name in needed(self._following, self._last(())) if name in self.seen]
        return stepped(some, self.seen, {name: _[name] for name in (DOCTOR, *columns_of(self.crowds), *leaves)})

    @unsearched()
    def derived(self, wide: Table) -> Table:
        """What follows from rows of `wide`."""
        return stepped(wide, self.seen | self._following, self._last(self.leaves.shared.doubts.values()))

    @unsearched()
    def after(self, observed: Table) -> Table:
        """The same for doctors whose leaves were observed one by one (`columnar.observing`)."""
        return stepped(observed, self._following, self._last(()))

    @property
    def _following(self) -> dict[str, Term]:
        """What follows from leaves, by the names that others use it by."""
        return self.gated | self.worth.known

    def _last(self, doubts: Iterable[Term]) -> dict[str, Term]:
        """The columns that everything comes to."""
        doubtful = [sure(doubt) for doubt in (*doubts, *self.worth.doubts.values())]
        return {DOCTOR: _[DOCTOR], VOUCHED: both(_[VOUCHED], ~either(*doubtful)), **self.outputs.terms}

    def results(self, found: Anything, among: Anything | None = None) -> Results:
        """What the rows of `expression`, as an Arrow table, come to in the two tables of a run.

        `among`, an Arrow array, are the doctors that count where it is not everyone.
        """
        return read_results(self.policy, found, self.outputs, among)

    def _give(self) -> None:
        """Everything asked of the engine: the decision, and which other readings would change it."""
        own = self._settled(self.policy)
        sights = {leaf.at: self.leaf(leaf, self.policy)[1] for leaf in leaves(self.policy)}
        whys = {at: settled.why for at, settled in own.items()}
        valued = Valued(self.worth, self.policy, own, self.spread.as_of)
        doctor_columns(self.outputs, valued, sights, whys)
        node_columns(self.outputs, self.policy, own, sights, whys)
        differs: dict[str, Term] = {}
        for reading, option, other in self.others:
            against = Valued(self.worth, other, self._settled(other), self.spread.as_of)
            differs[f"{reading}={option}"] = valued.differs(against)
        if self.priced:
            self.outputs.matter({name: term for name, term in differs.items() if term is not FALSE})

    # --- conditions -------------------------------------------------------------------------------------------------

    def _settled(self, policy: Policy) -> dict[str, Settled]:
        """Every node of a policy's claims, by its place."""
        found: dict[str, Settled] = {}
        for _name, tree in claims(policy):
            self._node(tree, policy, found)
        return found

    def _node(self, node: Node, policy: Policy, found: dict[str, Settled]) -> Settled:
        match node:
            case All(of=of):
                settled = self._gate("all", [self._node(child, policy, found) for child in of])
            case Any(of=of):
                settled = self._gate("any", [self._node(child, policy, found) for child in of])
            case Not(of=child):
                settled = self._gate("not", [self._node(child, policy, found)])
            case Exempt(when=when, require=require):
                parts = [self._node(when, policy, found), self._node(require, policy, found)]
                settled = self._gate("exempt", parts)
            case Outcome(of=claim):
                settled = self._outcome(found[claim])
            case _:
                settled = self.leaf(node, policy)[0]
        found[node.at] = settled
        return settled

    def leaf(self, leaf: Observed, policy: Policy) -> tuple[Settled, Sight]:
        """What a leaf sees; leaves that ask the same of the same are one column."""
        asked = self.questions[question_key(leaf, policy)]
        if asked.name not in self.sights:
            sight = self.leaves.sight(asked.leaf, asked.policy)
            columns = {asked.name: sight.verdict, asked.why: sight.why, asked.gap: sight.gap}
            columns |= {} if sight.grade is None else {asked.grade: sight.grade}
            columns |= {asked.saw(part): term for part, term in sight.saw}
            self.seen |= columns
            settled = Settled(asked.name, _[asked.name], _[asked.why], _[asked.gap])
            grade = None if sight.grade is None else _[asked.grade]
            saw = tuple((part, _[asked.saw(part)]) for part, _term in sight.saw)
            self.sights[asked.name] = settled, replace(sight, grade=grade, saw=saw)
        return self.sights[asked.name]

    def _outcome(self, claim: Settled) -> Settled:
        name = "outcome", claim.name
        if name not in self.gates:
            why = which((claim.verdict.isnull(), claim.why), otherwise=constant(code("prerequisite")))
            width = gap(fixed=NEVER[0], cost=NEVER[1])
            self.gates[name] = Settled(f"{claim.name}o", claim.verdict, why, width)
        return self.gates[name]

    def _gate(self, kind: str, parts: list[Settled]) -> Settled:
        key = kind, tuple(part.name for part in parts)
        if key not in self.gates:
            name = f"u{len(self.gates)}"
            columns = {name: _VERDICTS[kind](parts), f"y{name}": _WHY[kind](parts), f"g{name}": _GAPS[kind](parts)}
            self.gated |= columns
            self.gates[key] = Settled(name, _[name], _[f"y{name}"], _[f"g{name}"])
        return self.gates[key]


# --- what a gate comes to: its verdict, why, how far from met; as `verdict` and `reasons` have it -------------------


def _all(parts: list[Settled]) -> Term:
    return both(*(part.verdict for part in parts))


def _any(parts: list[Settled]) -> Term:
    return either(*(part.verdict for part in parts))


def _first_failing(parts: list[Settled]) -> Term:
    """The first part that is unmet, or else unknown."""
    unmet = [(~part.verdict, part.why) for part in parts]
    unknown = [(part.verdict.isnull(), part.why) for part in parts]
    return which(*unmet, *unknown, otherwise=constant(0)) if parts else constant(0)


def _nearest(parts: list[Settled]) -> Term:
    """Of unmet branches the nearest, of equals the one that says most; of unknown ones the most telling."""
    if not parts:
        return constant(code("not_eligible"))
    unknown = [which((part.verdict.isnull(), part.why), otherwise=constant(-1)) for part in parts]
    if len(parts) == 1:
        return parts[0].why
    nearest = ibis.least(*(part.gap * PLACES + (PLACES - 1) - part.why for part in parts))
    some = either(*(part.verdict.isnull() for part in parts))
    return which((some, ibis.greatest(*unknown)), otherwise=reason_of(nearest))


def _required(parts: list[Settled]) -> Term:
    when, require = parts
    unknown = ibis.greatest(*(which((p.verdict.isnull(), p.why), otherwise=constant(-1)) for p in parts))
    return which((either(when.verdict.isnull(), require.verdict.isnull()), unknown), otherwise=require.why)


def _to_mend(part: Settled) -> Term:
    return which((part.verdict, NOTHING_TO_MEND), otherwise=part.gap)


def _sum(parts: list[Settled]) -> Term:
    """Everything that is to be mended; once not the doctor's to bring, always so."""
    # However many parts there are, what they come to is as narrow as one of them, and its sum is not.
    total = added((_to_mend(part).cast("int64") for part in parts), ZERO)
    return which((total >= FIXED, total % FIXED + FIXED), otherwise=total).cast("int32")


def _least(parts: list[Settled]) -> Term:
    mend = [_to_mend(part) for part in parts]
    return ibis.least(*mend) if len(mend) > 1 else mend[0] if mend else gap(fixed=NEVER[0], cost=NEVER[1])


_VERDICTS = {"all": _all, "any": _any, "not": lambda parts: ~parts[0].verdict, "exempt": _any}
_WHY = {
    "all": _first_failing,
    "any": _nearest,
    "not": lambda parts: which((parts[0].verdict.isnull(), parts[0].why), otherwise=constant(code("excluded"))),
    "exempt": _required,
}
_GAPS = {
    "all": _sum,
    "any": _least,
    "not": lambda _parts: gap(fixed=False, cost=UNDOING),
    "exempt": _least,
}
