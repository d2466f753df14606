"""What verdicts are worth, for many doctors at once: the columns' counterpart of `decision`, in whole hundredths.

Amounts that are not settled are bounded as `ranges` bounds them, as long as what is unknown bears on each indicator
once and apart; where it does not, columns do not vouch, and the doctor is decided alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import ibis
from ibis import _
from msgspec import Struct

from engine.claims import out_of_play, removable
from engine.columnar.asking import FALSE, TRUE, ZERO, Term, added, both, constant, either, which
from engine.columnar.doubts import Verdict, Verdicts, doubts, pivot, turns
from engine.columnar.layout import OUTCOMES, hundredths
from engine.conditions import Node
from engine.decision import OutcomeWord
from engine.policy import Branch, Component, Indicator, Policy, Volet, Weight


class Bounds(Struct, frozen=True):
    """The least and the most of an amount, in hundredths."""

    least: Term
    most: Term

    def if_(self, verdict: Term) -> Bounds:
        """This amount if a condition is met, nothing if unmet, anything between if unknown."""
        least = which((verdict, self.least), otherwise=ZERO)
        return Bounds(least, which((~verdict, ZERO), otherwise=self.most))


NOTHING = Bounds(ZERO, ZERO)


def either_way(verdict: Term, then: Bounds, other: Bounds) -> Bounds:
    """One amount if a condition is met, another if unmet, anything between if unknown."""
    low, high = ibis.least(then.least, other.least), ibis.greatest(then.most, other.most)
    least = which((verdict, then.least), (~verdict, other.least), otherwise=low)
    return Bounds(least, which((verdict, then.most), (~verdict, other.most), otherwise=high))


class Worth:
    """The amounts and outcomes of policies whose conditions have columns; what is the same in several is one column.

    `known` are terms by the names that others use them by.
    """

    def __init__(self) -> None:
        self.known: dict[str, Term] = {}
        self.names: dict[object, Term] = {}
        self.doubts: dict[object, Term] = {}

    def kept(self, key: object, term: Term) -> Term:
        """A name for an expression, one for all that have its key."""
        if key not in self.names:
            name = f"s{len(self.names)}"
            self.known[name], self.names[key] = term, _[name]
        return self.names[key]

    def keep(self, key: object, bounds: Bounds) -> Bounds:
        """Names for both bounds of an amount."""
        least, most = (self.kept((key, n), term) for n, term in enumerate((bounds.least, bounds.most)))
        return Bounds(least, most)


class Valued:
    """What one policy pays to each doctor, and what became of its indicators."""

    def __init__(self, worth: Worth, policy: Policy, verdicts: Verdicts, day: date) -> None:
        self.worth, self.policy, self.verdicts, self.day = worth, policy, verdicts, day
        self.eligible = verdicts[policy.eligible.at]
        self.volets = {volet.id: _Paid(self, volet) for volet in policy.volets}
        self.components = {component.id: _Owed(self, component) for component in policy.components}
        for key, doubt in doubts(policy, verdicts):
            worth.doubts.setdefault(key, doubt)

    def total(self, what: str) -> tuple[object, Bounds]:
        """The sum of all volets: what is `possible`, `attained` or `paid`."""
        parts = [getattr(volet, what) for volet in self.volets.values()]
        key = what, tuple(key for key, _bounds in parts)
        return key, self.worth.keep(key, summed(bounds for _key, bounds in parts))

    def owed(self) -> tuple[object, Bounds]:
        """The sum of what all components pay."""
        parts = [component.paid for component in self.components.values()]
        key = "owed", tuple(key for key, _bounds in parts)
        return key, self.worth.keep(key, summed(bounds for _key, bounds in parts))

    def opened(self, gate: Node | None) -> tuple[object, Term]:
        """Whether what is attained behind a gate is paid."""
        if gate is None:
            return self.eligible.name, self.eligible.verdict
        other = self.verdicts[gate.at]
        key = "opened", self.eligible.name, other.name
        return key, self.worth.kept(key, both(self.eligible.verdict, other.verdict))

    def weighed(self, weight: Weight | None, given: bool | None = None) -> tuple[object, Bounds]:
        """What a weight comes to; if `given`, where each condition it hangs on is met, or is not."""
        if weight is None:
            return None, NOTHING
        if not isinstance(weight, Branch):
            one = constant(hundredths(weight), "int64")
            return weight, Bounds(one, one)
        if given is not None:
            return self.weighed(weight.then if given else weight.otherwise, given)
        when = self.verdicts[weight.when.at]
        (a, then), (b, other) = self.weighed(weight.then), self.weighed(weight.otherwise)
        return (when.name, a, b), either_way(when.verdict, then, other)

    def outcome(self, indicator: Indicator) -> tuple[object, Term]:
        """The outcome of an indicator, as its place in `layout.OUTCOMES`."""
        granted = self.verdicts[indicator.id]
        if not removable(indicator):
            key: object = ("outcome", granted.name)
            refused = ~granted.verdict
            cases = [(granted.verdict, word("granted")), (refused, word("refused"))]
        else:
            out = self.verdicts[out_of_play(indicator)]
            key = "outcome", granted.name, out.name
            refused = both(~granted.verdict, ~out.verdict)
            cases = [(granted.verdict, word("granted")), (out.verdict, word("out_of_play"))]
            cases += [(refused, word("refused"))]
        return key, self.worth.kept(key, which(*cases, otherwise=word("undetermined")))

    def differs(self, other: Valued) -> Term:
        """Whether another policy pays something else, or comes to another outcome; `FALSE` where surely not."""
        found = [_apart(self.total(what), other.total(what)) for what in ("possible", "attained", "paid")]
        found.append(_apart(self.owed(), other.owed()))
        mine, theirs = self.outcomes(), other.outcomes()
        if set(mine) != set(theirs):
            return TRUE
        for name, (key, term) in mine.items():
            if key != theirs[name][0]:
                found.append(term != theirs[name][1])
        return either(*(one for one in found if one is not FALSE))

    def outcomes(self) -> dict[str, tuple[object, Term]]:
        """The outcomes of indicators and components, by name."""
        own = {indicator.id: self.outcome(indicator) for indicator in self.policy.indicators}
        return own | {name: component.outcome for name, component in self.components.items()}


Part = Callable[[Indicator, Node | None, bool | None], tuple[object, Bounds]]
"""An amount of an indicator; if a condition is given, where that is met or is not."""


class _Paid:
    """What a volet comes to."""

    def __init__(self, valued: Valued, volet: Volet) -> None:
        self.valued, worth = valued, valued.worth
        self.gate_key, self.opened = valued.opened(volet.gate)
        self.indicators = {indicator.id: self._indicator(indicator) for indicator in volet.indicators}
        if volet.pays == "block":
            key, weight = valued.weighed(volet.weight)
            verdict = valued.verdicts[volet.id]
            self.possible = self._keep(("weight", key), weight)
            self.attained = self._keep(("attained", key, verdict.name), weight.if_(verdict.verdict))
        else:
            self.attained, self.possible = (self._summed(volet, part) for part in (self._attained, self._possible))
        key = "paid", self.attained[0], self.gate_key
        self.paid = key, worth.keep(key, self.attained[1].if_(self.opened))

    def _keep(self, key: object, bounds: Bounds) -> tuple[object, Bounds]:
        return key, self.valued.worth.keep(key, bounds)

    def _summed(self, volet: Volet, part: Part) -> tuple[object, Bounds]:
        """The sum over indicators; where weights hang on one condition, either way of it."""
        hinge = pivot(volet, self.valued.verdicts)
        ways = (None,) if hinge is None else (True, False)
        each = [[part(one, hinge, way) for one in volet.indicators] for way in ways]
        sums = [summed(bounds for _key, bounds in parts) for parts in each]
        key: object = tuple(key for parts in each for key, _bounds in parts)
        if hinge is None:
            return self._keep(key, sums[0])
        verdict = self.valued.verdicts[hinge.at]
        return self._keep((verdict.name, key), either_way(verdict.verdict, *sums))

    def _attained(
        self, indicator: Indicator, hinge: Node | None = None, given: bool | None = None
    ) -> tuple[object, Bounds]:
        """What an indicator attains; if `given`, where the condition that weights hang on is met, or is not."""
        granted, (weight_key, weight) = (
            self.valued.verdicts[indicator.id],
            self.valued.weighed(indicator.weight, given),
        )
        if hinge is not None and turns(indicator, hinge, self.valued.verdicts):
            return ("given", weight_key, given), weight if given else NOTHING
        key = "attained", granted.name, weight_key
        return key, self.valued.worth.keep(key, weight.if_(granted.verdict))

    def _possible(self, indicator: Indicator, _hinge: Node | None, given: bool | None) -> tuple[object, Bounds]:
        weight_key, weight = self.valued.weighed(indicator.weight, given)
        if not removable(indicator):
            return ("possible", weight_key), weight
        out = self.valued.verdicts[out_of_play(indicator)]
        key = "possible", out.name, weight_key
        return key, self.valued.worth.keep(key, weight.if_(~out.verdict))

    def _indicator(self, indicator: Indicator) -> tuple[Bounds, Bounds]:
        """What an indicator attains, and is paid."""
        _key, attained = self._attained(indicator)
        return attained, attained.if_(self.opened)


class _Owed:
    """What a component comes to, in hundredths of euros."""

    def __init__(self, valued: Valued, component: Component) -> None:
        self.valued = valued
        ended = [period for period in component.periods if period.ends.last and valued.day >= period.ends.last]
        tiers = [[(valued.verdicts[t.when.at], hundredths(t.euros)) for t in period.tiers] for period in ended]
        self.pending = len(ended) < len(component.periods)
        names = tuple(tuple((tier.name, euros) for tier, euros in each) for each in tiers)
        key = "component", component.pays, names
        if component.pays == "complement":
            # What later periods add makes the whole the highest of what each reached.
            least, most = ([bound(each) for each in tiers] for bound in (_certain, _hoped))
            bounds = Bounds(_greatest(least), _greatest(most))
        else:
            bounds = _first(tiers)
        self.attained = key, valued.worth.keep(key, bounds)
        gate_key, opened = valued.opened(component.gate)
        paid = "paid", key, gate_key
        self.paid = paid, valued.worth.keep(paid, self.attained[1].if_(opened))

    @property
    def outcome(self) -> tuple[object, Term]:
        """As for an indicator."""
        key, bounds = self.attained
        waits = TRUE if self.pending else bounds.most > 0
        cases = [(bounds.least > 0, word("granted")), (waits, word("undetermined"))]
        return ("outcome", key, self.pending), which(*cases, otherwise=word("refused"))


def _certain(tiers: Sequence[tuple[Verdict, int]]) -> Term:
    """The highest tier that is reached, whatever is unknown."""
    return _highest((tier.verdict, euros) for tier, euros in tiers)


def _hoped(tiers: Sequence[tuple[Verdict, int]]) -> Term:
    """The highest tier that may be reached."""
    return _highest((tier.verdict.fill_null(True), euros) for tier, euros in tiers)


def _highest(tiers: Iterable[tuple[Term, int]]) -> Term:
    return _greatest([which((reached, constant(euros, "int64")), otherwise=ZERO) for reached, euros in tiers])


def _first(periods: Sequence[Sequence[tuple[Verdict, int]]]) -> Bounds:
    """What the first period to pay anything pays: from the last period back, what is left to those after it."""
    after = NOTHING
    for tiers in reversed(periods):
        sure_of = _certain(tiers)
        unknown = [(tier.verdict.isnull(), constant(euros, "int64")) for tier, euros in tiers]
        perhaps = [which(case, otherwise=after.least) for case in unknown]
        least = which((sure_of > 0, sure_of), otherwise=ibis.least(after.least, *perhaps))
        most = which((sure_of > 0, _hoped(tiers)), otherwise=ibis.greatest(after.most, _hoped(tiers)))
        after = Bounds(least, most)
    return after


def _greatest(amounts: Sequence[Term]) -> Term:
    return ibis.greatest(ZERO, *amounts) if amounts else ZERO


def _apart(one: tuple[object, Bounds], other: tuple[object, Bounds]) -> Term:
    """Whether two amounts differ."""
    (a, mine), (b, theirs) = one, other
    return FALSE if a == b else either(mine.least != theirs.least, mine.most != theirs.most)


def summed(amounts: Iterable[Bounds]) -> Bounds:
    """The sum of amounts, from least to most."""
    every = list(amounts)
    return Bounds(added((one.least for one in every), ZERO), added((one.most for one in every), ZERO))


def word(outcome: OutcomeWord) -> Term:
    """An outcome as its place among all."""
    return constant(OUTCOMES.index(outcome))
