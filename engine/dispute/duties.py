"""What is still to declare, send or reach after a day, by when, and what it is worth; and what no longer can be.

Two decisions are compared, both taken when everything has closed, on what was known that day: one if nothing more is
done, the other if everything still possible is. What a duty is worth is what leaving it out would lose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from msgspec.structs import replace

from engine.amount import ZERO, Amount, total
from engine.claims import claims
from engine.conditions import Day, Fact, FieldTest, Is, Node, Observed, Outcome, Rate, Record, walk
from engine.decision import Decision, judge
from engine.dispute.due import FILING, Closed, Duties, Duty, Kept, Step, Steps, Target, Window, merged
from engine.dispute.mending import Change, Mender, changeable
from engine.dispute.ways import Flip, Way, ways
from engine.dossier import Dossier
from engine.observe import observe
from engine.policy import Policy
from engine.standing import standing_on
from engine.verdict import Verdict, derive

MOST_TRIED = 16
"""Ways tried for one condition."""
Due = TypeVar("Due", Duty, Closed)


def duties(policy: Policy, dossier: Dossier, as_of: date) -> Duties:
    """What is still to be done at the end of a day, on what was known then."""
    return _Search(policy, dossier, as_of).whole()


def starting_day(policy: Policy) -> date:
    """The day after which declaring begins: the eve of the campaign, or of the assessment where it has no dates."""
    begins = policy.calendar["campaign"].first or policy.calendar["assessment"].last
    assert begins is not None, "linking requires a dated assessment"
    return begins - timedelta(days=1)


class _Search:
    def __init__(self, policy: Policy, dossier: Dossier, as_of: date) -> None:
        self.policy, self.as_of = policy, as_of
        self.trees = dict(claims(policy))
        nodes = [node for tree in self.trees.values() for node in walk(tree)]
        self.places = {node.at: index for index, node in enumerate(nodes)}
        self.leaves = {node.at: node for node in nodes if isinstance(node, Observed)}
        known = standing_on(dossier, policy, as_of).rows
        self.dossier = replace(dossier, rows=known)
        closings = [self.closing(leaf) for leaf in self.leaves.values()]
        self.horizon = max(as_of, *closings, *(entry.last for entry in policy.calendar.values() if entry.last))
        self.now = judge(policy, self.dossier, as_of)
        self.idle = judge(policy, self.dossier, self.horizon)
        self.chosen: dict[str, Way] = {}
        self.memory: dict[frozenset[Flip], Decision] = {}

    def whole(self) -> Duties:
        lacking = [one for one in self.targets() if not self.holds(one, self.idle)]
        doable, beyond, shut = list[tuple[Target, list[Steps]]](), list[Target](), list[tuple[Target, date]]()
        shut_ways: dict[str, Way] = {}
        for target in lacking:
            found, closed = self.sorted_ways(target)
            if found:
                doable.append((target, [steps for _, steps in found]))
                self.chosen[target.claim] = found[0][0]
            elif closed:
                shut.append((target, max(self.shut_on(way) for way in closed)))
                shut_ways[target.claim] = closed[0]
            else:
                beyond.append(target)
        dues = [self.duty(*one) for one in doable]
        dues = self.sorted(dues)
        best = self.decided(self.chosen)
        self.chosen |= shut_ways
        return Duties(
            as_of=self.as_of,
            idle=self.idle,
            best=best,
            to_do=tuple(one for one in dues if not one.awaited),
            awaited=tuple(one for one in dues if one.awaited),
            kept=tuple(self.kept()),
            closed=tuple(self.sorted(Closed(target, on, *self.worth(target)) for target, on in shut)),
            unsettled=tuple(one for one in beyond if self.unsettled(one)),
            beyond=tuple(one for one in beyond if not self.unsettled(one)),
        )

    def sorted(self, found: Iterable[Due]) -> list[Due]:
        """The most valuable first, then the first to close; without tiers that pay nothing more."""
        telling = [one for one in found if one.euros or one.target.indicator]
        return sorted(telling, key=lambda one: (-one.euros, one.last))

    # --- targets --------------------------------------------------------------------------------------------------

    def targets(self) -> Iterator[Target]:
        yield from (Target(indicator=one) for one in self.policy.indicators)
        for component in self.policy.components:
            for period in component.periods:
                yield from (Target(None, component, period, tier) for tier in period.tiers)

    def holds(self, target: Target, decision: Decision) -> bool:
        if target.indicator is None:
            return decision.verdicts[target.claim] is Verdict.MET
        outcome = next(one.outcome for one in decision.indicators if one.indicator is target.indicator)
        return outcome in ("granted", "out_of_play")

    def unsettled(self, target: Target) -> bool:
        """Whether it is not known, for good, that a target is not reached."""
        if target.indicator is None:
            return self.idle.verdicts[target.claim] is Verdict.UNKNOWN
        outcome = next(one.outcome for one in self.idle.indicators if one.indicator is target.indicator)
        return outcome == "undetermined"

    def kept(self) -> Iterator[Kept]:
        """What holds if nothing more is done, and is not settled yet."""
        for target in self.targets():
            period = target.period
            if not self.holds(target, self.idle):
                continue
            if period is not None and period.ends.last is not None and self.as_of < period.ends.last:
                yield Kept(target, period.ends.last, tuple(self.under(target.claim)))
            elif period is None and not self.holds(target, self.now):
                seen = self.now.observations
                open_ = [one for one in self.under(target.claim) if seen[one.at].unknown == "not_yet"]
                open_ = [one for one in open_ if self.idle.verdicts[one.at] is not self.now.verdicts[one.at]]
                last = max((day for one in open_ if (day := seen[one.at].until)), default=None)
                met = [one for one in open_ if self.idle.verdicts[one.at] is Verdict.MET]
                yield Kept(target, last, tuple(met))

    def under(self, claim: str) -> Iterator[Observed]:
        """Every leaf that a claim hangs on."""
        for node in walk(self.trees[claim]):
            if isinstance(node, Outcome):
                yield from self.under(node.of)
            elif isinstance(node, Observed):
                yield node

    # --- ways -----------------------------------------------------------------------------------------------------

    def sorted_ways(self, target: Target) -> tuple[list[tuple[Way, Steps]], list[Way]]:
        """The ways still open, with their steps, shortest first; and those that are not."""
        found = ways(self.trees[target.claim], self.idle.verdicts, self.trees, self.changeable)
        open_ways = [way for way in found if all(self.possible(flip) for flip in way)]
        tried: list[tuple[Way, Steps]] = []
        for way in open_ways[:MOST_TRIED]:
            steps = self.steps(way)
            if steps and self.meets(target.claim, way):
                tried.append((way, steps))
        tried.sort(key=lambda one: (len(one[1]), sum(len(step.change.wanted) for step in one[1])))
        # Where something can be done, what would come by waiting alone is left out.
        active = [one for one in tried if not all(step.awaited for step in one[1])]
        shut = [way for way in found if way not in open_ways][:MOST_TRIED]
        return active or tried, [way for way in shut if self.steps(way)]

    def meets(self, claim: str, way: Way) -> bool:
        """Whether a way, once taken, meets a claim."""
        standing = self.mended(way).standing()
        seen = {leaf.at: observe(leaf, standing, self.policy).verdict for leaf in self.under(claim)}
        return derive(claims(self.policy), {**self.idle.verdicts, **seen})[claim] is Verdict.MET

    def changeable(self, leaf: Node, met: bool) -> bool:
        """What a doctor can bring about, and what is not known yet; nothing is to be taken back."""
        unknown = isinstance(leaf, Fact) and self.idle.verdicts[leaf.at] is Verdict.UNKNOWN
        return met and (changeable(leaf, met, self.policy) or unknown)

    def possible(self, flip: Flip) -> bool:
        """Whether a leaf can still come to hold: its closing has not come, or it is not known what it holds."""
        leaf = self.leaves[flip.at]
        return self.as_of < self.closing(leaf) or self.idle.verdicts[flip.at] is Verdict.UNKNOWN

    def closing(self, leaf: Observed) -> date:
        """The last day on which a leaf can still be changed."""
        year_end = self.policy.calendar["assessment"].last
        assert year_end is not None, "linking requires a dated assessment"
        match leaf:
            case Record(closes=entry) if entry is not None:
                return entry.last or year_end
            case Fact(closes=closes, counts_from=counts):
                return min((one.last for one in (closes, counts) if one and one.last), default=year_end)
            case Rate(during=during, counts_from=counts):
                return min((one.last for one in (during, counts) if one and one.last), default=year_end)
            case _:
                return year_end

    def shut_on(self, way: Way) -> date:
        """The day after which a way was closed."""
        return min(self.closing(self.leaves[flip.at]) for flip in way if not self.possible(flip))

    def steps(self, way: Way) -> Steps:
        """What a way asks for, thing by thing; empty when a control stands in its way."""
        mender = Mender(self.dossier, self.policy, self.horizon)
        serving: dict[int, list[Observed]] = {}
        for flip in self.in_order(way):
            leaf, before = self.leaves[flip.at], list(mender.done)
            mender.mend(leaf, met=flip.met)
            for index, change in enumerate(mender.done):
                if index >= len(before) or change != before[index]:
                    serving.setdefault(index, []).append(leaf)
        if any(mender.done[index].after is None for index in serving):
            return ()
        return tuple(self.step(mender.done[index], leaves) for index, leaves in sorted(serving.items()))

    def step(self, change: Change, leaves: list[Observed]) -> Step:
        awaited = not any(self.as_of < self.closing(leaf) and changeable(leaf, True, self.policy) for leaf in leaves)
        channels = dict.fromkeys(name for leaf in leaves for name in _channels(leaf))
        first = max((day for leaf in leaves if (day := _opening(leaf))), default=None)
        last = min(self.closing(leaf) for leaf in leaves)
        begun = first is None or first <= self.as_of
        return Step(change, tuple(leaves), (Window(tuple(channels), None if begun else first, last),), awaited)

    def in_order(self, way: Iterable[Flip]) -> list[Flip]:
        return sorted(way, key=lambda one: self.places[one.at])

    # --- what it is worth -----------------------------------------------------------------------------------------

    def duty(self, target: Target, found: list[Steps]) -> Duty:
        return Duty(target, merged(found), *self.worth(target))

    def worth(self, target: Target) -> tuple[Decimal, Decimal]:
        """The points and euros lost if this alone, of all that is chosen, is left out; for a tier, gained."""
        indicators = {one.id for one in self.policy.indicators}
        points = {claim: way for claim, way in self.chosen.items() if claim in indicators}
        without = {claim: way for claim, way in points.items() if claim != target.claim}
        with_, less = (self.decided(one) for one in ({**points, target.claim: self.chosen[target.claim]}, without))
        gain = _gap(less.paid, with_.paid), _gap(_euros(less), _euros(with_))
        if target.tier is None:
            return gain
        # A rate not counted yet may be mended past its own tier: it brings no more than that tier leaves to pay.
        paid = next(one.paid.least for one in self.idle.components if one.component is target.component)
        return ZERO, min(gain[1], max(ZERO, target.tier.euros - paid))

    def decided(self, chosen: dict[str, Way]) -> Decision:
        """The decision once these ways are taken, each leaf in the order of the text."""
        flips = frozenset(flip for way in chosen.values() for flip in way)
        if flips not in self.memory:
            self.memory[flips] = judge(self.policy, self.mended(flips).mended, self.horizon)
        return self.memory[flips]

    def mended(self, flips: Iterable[Flip]) -> Mender:
        """The dossier with each leaf changed, in the order of the text."""
        mender = Mender(self.dossier, self.policy, self.horizon)
        for flip in self.in_order(flips):
            mender.mend(self.leaves[flip.at], met=flip.met)
        return mender


def _filing(leaf: Observed) -> Iterator[FieldTest]:
    return (test for test in (leaf.where if isinstance(leaf, Record) else ()) if set(test.fields) & set(FILING))


def _channels(leaf: Observed) -> Iterator[str]:
    for test in _filing(leaf):
        if "channel" in test.fields:
            yield from (value for one in test.tests if isinstance(one, Is) for value in one.values)


def _opening(leaf: Observed) -> date | None:
    """The first day on which a row may be filed, or a rate begins to count."""
    if isinstance(leaf, Rate):
        return leaf.during.first if leaf.during else None
    days = [one for test in _filing(leaf) for one in test.tests if isinstance(one, Day)]
    return max((one.entry.first for one in days if one.relation == "within" and one.entry.first), default=None)


def _gap(less: Amount, more: Amount) -> Decimal:
    """What one amount may have more than the other: at either end, where something else is unknown."""
    return max(ZERO, more.least - less.least, more.most - less.most)


def _euros(decision: Decision) -> Amount:
    return decision.euros(decision.paid) + total(one.paid for one in decision.components)
