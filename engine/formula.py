"""The tree as terms of a solver: each condition of a policy on every possible dossier at once.

The fourth derivation of the tree, beside `observe` with `verdict`, the network and the columns. A verdict is two
Booleans: met, and may be met. Whole numbers only: a rate is compared by multiplying both sides out, a day is its
ordinal, a text the number that `texts` gives it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from engine.claims import claims
from engine.conditions import (
    FILED_ON,
    All,
    Always,
    Any,
    Attribute,
    Day,
    Empty,
    Entry,
    Exempt,
    Fact,
    FieldTest,
    Node,
    Not,
    Observed,
    Outcome,
    Rate,
    Record,
    Same,
    Silent,
    walk,
)
from engine.policy import Policy
from engine.proving.slots import Counts, Facts, Given, Slot, cut_off, span_of
from engine.proving.terms import (
    FALSE,
    MET,
    TRUE,
    UNKNOWN,
    UNMET,
    Pair,
    Term,
    all_of,
    among,
    any_of,
    both,
    certain,
    either,
    inverse,
    negate,
    when,
)
from engine.proving.texts import DEPARTMENT
from engine.proving.values import alike, first_passes, passes, same_name, until

FILED_BY = {"declaration": "declared_on", "document": "received_on", "fact": "observed_on"}
ON_THE_WAY = {"channel", "requested_on"}
"""How a declaration was made, which says nothing of what was declared."""


class Formula:
    """The verdicts of a policy's conditions on a symbolic dossier, at the end of a day (default: the decision's).

    `seen` is what leaves are already known to see: it is added to, and may be shared by policies that look alike.
    """

    def __init__(
        self, policy: Policy, facts: Facts, day: date | None = None, seen: dict[Observed, Pair] | None = None
    ) -> None:
        self.policy, self.facts, self.trees = policy, facts, dict(claims(policy))
        self.day = day or decision_day(policy)
        self.pairs: dict[str, Pair] = {}
        self.looked: dict[str, Node] = {}
        self.seen = {} if seen is None else seen
        self.standing: dict[int, Term] = {}
        self.checked: dict[tuple[FieldTest | Same, int], Pair] = {}

    def __getitem__(self, at: str) -> Pair:
        """The verdict of a claim, or of any node below one, by its place."""
        if at not in self.pairs:
            self.pair(self.trees[at] if at in self.trees else self.nodes[at])
        return self.pairs[at]

    @property
    def nodes(self) -> Mapping[str, Node]:
        if not self.looked:
            self.looked = {node.at: node for tree in self.trees.values() for node in walk(tree)}
        return self.looked

    def pair(self, node: Node) -> Pair:
        """The verdict of a node."""
        if node.at not in self.pairs:
            self.pairs[node.at] = self._pair(node)
        return self.pairs[node.at]

    def _pair(self, node: Node) -> Pair:
        match node:
            case All(of=of):
                return all_of([self.pair(child) for child in of])
            case Any(of=of):
                return any_of([self.pair(child) for child in of])
            case Not(of=child):
                return negate(self.pair(child))
            case Exempt(when=lifted, require=require):
                return any_of([self.pair(lifted), self.pair(require)])
            case Outcome(of=claim):
                return self[claim]
            case _:
                return self.leaf(node)

    def leaf(self, leaf: Observed) -> Pair:
        """What a leaf sees."""
        if leaf not in self.seen:
            self.seen[leaf] = self._leaf(leaf)
        return self.seen[leaf]

    def _leaf(self, leaf: Observed) -> Pair:
        match leaf:
            case Always():
                return MET
            case Silent():
                return UNKNOWN
            case Attribute():
                return self._attribute(leaf)
            case Fact():
                return self._fact(leaf)
            case Rate() | Empty():
                return self._counted(leaf)
            case Record():
                return self._record(leaf)

    # --- leaves -------------------------------------------------------------------------------------------------

    def _attribute(self, leaf: Attribute) -> Pair:
        if leaf.test.fields != (DEPARTMENT,):
            return passes(leaf.test, self.facts.doctor, self.facts.texts)
        slots, texts = self.facts.locations, self.facts.texts
        inside = [
            when(slot.there, first_passes(leaf.test.tests, [slot.fields["department"]], texts)) for slot in slots
        ]
        nowhere = both(inverse(slot.there) for slot in slots)
        return any_of([*inside, Pair(FALSE, nowhere)])

    def _fact(self, leaf: Fact) -> Pair:
        last = cut_off(leaf, self.policy)
        slots = self.facts.facts[leaf.fact]
        within = [both([self._known(slot), _by(slot.fields["observed_on"], last)]) for slot in slots]
        seen: list[Pair] = []
        for number, slot in enumerate(slots):
            latest = both([within[number], *(inverse(later) for later in within[number + 1 :])])
            verdict = first_passes(leaf.tests, [slot.fields["value"]], self.facts.texts)
            seen.append(when(latest, self._provisional(leaf, slot, verdict)))
        nothing = both(inverse(one) for one in within)
        closed = leaf.closes is not None and self._ended(leaf.closes)
        return any_of([*seen, Pair(FALSE, nothing if not closed else FALSE)])

    def _provisional(self, leaf: Fact, slot: Slot, verdict: Pair) -> Pair:
        """What was observed before the end of its span, and does not suffice, may suffice by then."""
        span = leaf.counts_from
        if not self._ended(span):
            return UNKNOWN
        if span is None or span.last is None:
            return verdict
        day = slot.fields["observed_on"]
        early = both([day.usable, day.term < span.last.toordinal()])
        return Pair(verdict.met, either([verdict.may, both([early, verdict.unmet])]))

    def _counted(self, leaf: Rate | Empty) -> Pair:
        counts = self.facts.counts[leaf.measure, span_of(leaf, self.policy)]
        if not self._ended(leaf.counts_from):
            return UNKNOWN
        verdict = self._rate(leaf, counts) if isinstance(leaf, Rate) else certain(counts.denominator == 0)
        return any_of([when(counts.there, verdict), Pair(FALSE, inverse(counts.there))])

    def _rate(self, leaf: Rate, counts: Counts) -> Pair:
        n, d, threshold = counts.numerator, counts.denominator, leaf.threshold
        left, right = n * threshold.denominator, d * threshold.numerator
        reached = left >= right if leaf.relation == "at_least" else left > right
        empty = d == 0
        zero = empty if leaf.zero == "met" else FALSE
        met = either([zero, both([inverse(empty), reached])])
        if self.policy.vocabulary.measures[leaf.measure].above_one != "unknown":
            return certain(met)
        above = both([inverse(empty), n > d])
        return Pair(both([met, inverse(above)]), either([met, above]))

    def _record(self, leaf: Record) -> Pair:
        if not leaf.earlier:
            verdict = any_of(self._rows(leaf, 0))
        else:
            depth = max((pool.campaign for pool in self.facts.rows), default=0)
            verdict = UNMET
            for campaign in range(depth, 0, -1):
                held = either(slot.there for slot in self._slots(leaf, campaign))
                here = any_of(self._rows(leaf, campaign))
                verdict = any_of([when(held, here), when(inverse(held), verdict)])
        met = verdict.met if self._ended(leaf.counts_from) else FALSE
        still_open = leaf.closes is not None and not self._ended(leaf.closes)
        return Pair(met, TRUE) if still_open else Pair(met, verdict.may)

    # --- rows ---------------------------------------------------------------------------------------------------

    def _slots(self, leaf: Record, campaign: int) -> list[Slot]:
        """The rows that a leaf may look at, as they stand."""
        if leaf.row == "document":
            kinds = [self.facts.texts.numbers[name] for name in leaf.names]
            slots = self.facts.papers(leaf.of, campaign)
            return [replace(slot, there=both([self._known(slot), among(slot.named, kinds)])) for slot in slots]
        return [
            replace(slot, there=self._standing(slot))
            for name in leaf.names
            for slot in self.facts.pool(leaf.row, name, campaign)
        ]

    def _rows(self, leaf: Record, campaign: int) -> Iterator[Pair]:
        rows = self._slots(leaf, campaign)
        if leaf.row == "declaration" and _tells_days_alone(leaf):
            rows += [copy for name in leaf.names for copy in self._said_again(name, campaign)]
        for slot in rows:
            tests = [test for test in leaf.where if not (leaf.filed and _on_dates(test))]
            asked: list[FieldTest | Same] = [*tests, *leaf.same]
            checks = [self._check(test, slot.fields) for test in asked]
            yield when(both([slot.there, self._filed(leaf, slot), inverse(self._struck(leaf, slot))]), all_of(checks))

    def _check(self, test: FieldTest | Same, fields: Mapping[str, Given]) -> Pair:
        """A test on the fields of a row: many leaves ask the same of the same row."""
        asked = test, id(fields)
        if asked not in self.checked:
            match test:
                case Same():
                    self.checked[asked] = self._same(test, fields)
                case FieldTest():
                    self.checked[asked] = passes(test, fields, self.facts.texts)
        return self.checked[asked]

    def _standing(self, slot: Slot) -> Term:
        """Whether a row stands: a prefill yields to a declaration of another choice, made in the window."""
        if id(slot) not in self.standing:
            self.standing[id(slot)] = self._prefilled(slot) if slot.kind == "prefill" else self._known(slot)
        return self.standing[id(slot)]

    def _prefilled(self, slot: Slot) -> Term:
        declared = self.facts.pool("declaration", slot.name, slot.campaign)
        inside = [both([self._known(one), self._in_window(one.fields["declared_on"])]) for one in declared]
        corrected = either(inside)
        kept = either(
            both(
                [
                    either([here, both([self._known(one), self.facts.in_time(one), corrected])]),
                    alike(slot.fields["choice"], one.fields["choice"]),
                ]
            )
            for one, here in zip(declared, inside, strict=True)
        )
        return both([slot.there, either([inverse(corrected), kept])])

    def _in_window(self, day: Given) -> Term:
        window = self.policy.calendar["campaign"]
        if window.first is None or window.last is None:
            # What has no day was made after every other: an open window has no end.
            return TRUE
        return both([day.usable, day.term >= window.first.toordinal(), until(day.term, window.last)])

    def _said_again(self, item: str, campaign: int) -> Iterator[Slot]:
        """What else must have been declared for all to stand: on each day in time, all that was on the others.

        How it was declared is nowhere said, so that no condition on the way is met by it.
        """
        slots = self.facts.pool("declaration", item, campaign)
        for slot in slots:
            for other in slots:
                if slot is other:
                    continue
                days = self.facts.day_of(slot), self.facts.day_of(other)
                there = [self._known(slot), self._known(other), self.facts.in_time(slot), self.facts.in_time(other)]
                fields = {**slot.fields, "declared_on": other.fields["declared_on"]}
                fields |= {name: replace(fields[name], given=TRUE, none=TRUE) for name in ON_THE_WAY & set(fields)}
                yield replace(slot, there=both([*there, days[0] != days[1]]), fields=fields)

    def _known(self, slot: Slot) -> Term:
        """Whether a row is there, and was filed by the day of the decision."""
        day = slot.fields.get(FILED_BY.get(slot.kind, ""))
        if day is None or self.day >= self.facts.last_day:
            return slot.there
        return both([slot.there, either([inverse(day.usable), until(day.term, self.day)])])

    def _filed(self, leaf: Record, slot: Slot) -> Term:
        """A row that lacks the filing date tested is not there yet."""
        tested = [field for test in leaf.where for field in test.fields if field in FILED_ON]
        return TRUE if leaf.filed or not tested else either(slot.fields[field].given for field in tested)

    def _struck(self, leaf: Record, slot: Slot) -> Term:
        """Whether a row cannot match: rejected, or of an item that a control found against."""
        status = slot.fields.get("status") if slot.kind == "document" else None
        texts = self.facts.texts.numbers
        rejected = status.term == texts["rejected"] if status and "rejected" in texts else FALSE
        return either([rejected, FALSE if leaf.filed else self._against(slot)])

    def _against(self, slot: Slot) -> Term:
        found = self.facts.findings.get((slot.name, slot.campaign))
        if found is None:
            return FALSE
        return either([found.refuted, found.not_produced if self.policy.not_produced == "unmet" else FALSE])

    def _same(self, same: Same, fields: Mapping[str, Given]) -> Pair:
        """Agreement with one row of another item's statement; unknown when none stands."""
        mine = fields[same.mine]
        rows = [slot for kind in ("declaration", "prefill") for slot in self.facts.pool(kind, same.item, 0)]
        standing = [(self._standing(slot), slot.fields[same.theirs]) for slot in rows]
        agree = [
            (there, theirs, both([theirs.usable, same_name(mine, theirs, self.facts.texts)]))
            for there, theirs in standing
        ]
        met = either(both([there, equal]) for there, _, equal in agree)
        may = either(both([there, either([inverse(theirs.given), equal])]) for there, theirs, equal in agree)
        nothing = both(inverse(there) for there, _ in standing)
        asked = both([mine.usable, either([nothing, may])])
        return Pair(both([mine.usable, met]), either([inverse(mine.given), asked]))

    def _ended(self, entry: Entry | None) -> bool:
        return entry is None or entry.last is None or self.day >= entry.last


def decision_day(policy: Policy) -> date:
    """The day on which a policy is decided, unless told otherwise."""
    day = policy.calendar["decision"].last or policy.calendar["year"].last
    assert day is not None, "linking requires a closed year"
    return day


def _by(day: Given, last: date) -> Term:
    """Whether something was observed by a day; with no day, it always was."""
    return either([inverse(day.usable), until(day.term, last)])


def _tells_days_alone(leaf: Record) -> bool:
    """Whether a leaf asks when something was declared, and not by what way."""
    ways = any(not test.span and set(test.fields) <= ON_THE_WAY for test in leaf.where)
    return not leaf.filed and not ways and any("declared_on" in test.fields for test in leaf.where)


def _on_dates(test: FieldTest) -> bool:
    return all(isinstance(one, Day) for one in test.tests)
