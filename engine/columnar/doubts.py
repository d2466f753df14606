"""Where bounds would not be exact: the doctors for whom something unknown bears on an amount twice.

Columns do not vouch for these. What several weights of a volet hang on, the pivot, is no doubt of itself: amounts are
summed either way of it (`worth`), as long as nothing else that is unknown bears on it and on an indicator too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Protocol

from ibis import _
from msgspec import Struct
from msgspec.structs import replace

from engine.claims import claims, out_of_play, removable
from engine.columnar.asking import FALSE, Term, both, constant, either, sure, which
from engine.conditions import All, Any, Exempt, Node, Not, Observed, Outcome, children, walk
from engine.policy import Branch, Indicator, Policy, Volet, Weight
from engine.ranges import MOST_QUESTIONS, claims_of

Doubt = tuple[object, Term]
"""What is in doubt, the same for policies in which it is the same, and for whom."""


class Verdict(Protocol):
    """A condition that has a column."""

    @property
    def name(self) -> str: ...

    @property
    def verdict(self) -> Term: ...


Verdicts = Mapping[str, Verdict]


def hinges(weight: Weight | None) -> Iterator[Node]:
    """The conditions that a weight hangs on."""
    if isinstance(weight, Branch):
        yield weight.when
        yield from hinges(weight.then)
        yield from hinges(weight.otherwise)


def pivot(volet: Volet, verdicts: Verdicts) -> Node | None:
    """The condition that the weights of a volet hang on; None where they hang on none, or on several."""
    found = {verdicts[one.at].name: one for each in volet.indicators for one in hinges(each.weight)}
    return next(iter(found.values())) if len(found) == 1 else None


def turns(indicator: Indicator, hinge: Node, verdicts: Verdicts) -> bool:
    """Whether a pivot is that an indicator is granted."""
    return verdicts[indicator.id].verdict is verdicts[hinge.at].verdict


class _Bearing(Struct, frozen=True):
    """What bears on amounts: whether it is unknown, columns of the leaves it hangs on, and of those that tell twice.

    A leaf that stands in several places tells once where it speaks for the same answer in all of them: then the least
    and the most come of one answer to everything.
    """

    key: object
    unknown: Term
    questions: frozenset[str]
    twice: tuple[str, ...]


def doubts(policy: Policy, verdicts: Verdicts) -> Iterator[Doubt]:
    """For whom bounds would not be exact, and of what."""
    finding = _Finding(policy, verdicts)
    for volet in policy.volets:
        yield from finding.of_volet(volet)


class _Finding:
    def __init__(self, policy: Policy, verdicts: Verdicts) -> None:
        self.verdicts, self.trees = verdicts, dict(claims(policy))

    def of_volet(self, volet: Volet) -> Iterator[Doubt]:
        hinge = pivot(volet, self.verdicts)
        bearing = [self.bearing(one, weighed=hinge is None) for one in volet.indicators]
        if hinge is None:
            for indicator, borne in zip(volet.indicators, bearing, strict=True):
                yield from self.weights(indicator, borne)
        else:
            if not any(turns(indicator, hinge, self.verdicts) for indicator in volet.indicators):
                bearing.append(self.hinging(hinge))
            yield self.crowd(hinge, bearing)
        for one in bearing:
            if one.twice:
                yield (one.key, one.twice), both(one.unknown, _open(one.twice))
        for one, other in combinations(bearing, 2):
            shared = sorted(one.questions & other.questions)
            if shared:
                yield (one.key, other.key, tuple(shared)), both(one.unknown, other.unknown, _open(shared))

    def weights(self, indicator: Indicator, borne: _Bearing) -> Iterator[Doubt]:
        """What could have been had hangs on a weight even where the indicator is refused."""
        out = sure(self.verdicts[out_of_play(indicator)].verdict) if removable(indicator) else FALSE
        for hinge in hinges(indicator.weight):
            found = self.verdicts[hinge.at]
            unknown = found.verdict.isnull()
            yield (borne.key, found.name), unknown if out is FALSE else both(~out, unknown)

    def crowd(self, hinge: Node, bearing: Iterable[_Bearing]) -> Doubt:
        """So many questions unknown together that `ranges` no longer tries every answer."""
        names = sorted({name for one in bearing for name in one.questions})
        one, none = constant(1), constant(0)
        count = sum((which((_[name].isnull(), one), otherwise=none) for name in names), none)
        found = self.verdicts[hinge.at]
        return (found.name, tuple(names)), both(found.verdict.isnull(), count > MOST_QUESTIONS)

    def hinging(self, hinge: Node) -> _Bearing:
        """A pivot that is not that one of the indicators is granted."""
        found, signs = self.verdicts[hinge.at], list(self.signs(hinge))
        return _Bearing(found.name, found.verdict.isnull(), frozenset(name for name, _sign in signs), _mixed(signs))

    def bearing(self, indicator: Indicator, *, weighed: bool) -> _Bearing:
        """An indicator; if `weighed`, with what its weight hangs on."""
        granted = self.verdicts[indicator.id]
        key: object = granted.name
        unknown = granted.verdict.isnull()
        if removable(indicator):
            out = self.verdicts[out_of_play(indicator)]
            key, unknown = (granted.name, out.name), either(unknown, out.verdict.isnull())
        told = self.questions(indicator if weighed else replace(indicator, weight=None))
        alone = not removable(indicator) and not (weighed and isinstance(indicator.weight, Branch))
        more = tuple(name for name, count in told.items() if count > 1)
        twice = _mixed(self.signs(self.trees[indicator.id])) if alone else more
        return _Bearing(key, unknown, frozenset(told), twice)

    def questions(self, indicator: Indicator) -> Counter[str]:
        """The leaves of everything that an indicator hangs on, as often as they stand there."""
        found: Counter[str] = Counter()
        for name in claims_of(indicator, self.trees):
            own = Counter({self.verdicts[n.at].name for n in walk(self.trees[name]) if isinstance(n, Observed)})
            found |= own
        return found | Counter(name for name, _sign in self.signs(self.trees[indicator.id]))

    def signs(self, node: Node, sign: bool = True) -> Iterator[tuple[str, bool]]:
        """Each leaf below a node, and whether the node is rather met when the leaf is."""
        match node:
            case Outcome(of=claim):
                yield from self.signs(self.trees[claim], sign)
            case Not(of=child):
                yield from self.signs(child, not sign)
            case All() | Any() | Exempt():
                for child in children(node):
                    yield from self.signs(child, sign)
            case _:
                yield self.verdicts[node.at].name, sign


def _mixed(signs: Iterable[tuple[str, bool]]) -> tuple[str, ...]:
    """The leaves that speak for either answer."""
    told = set(signs)
    return tuple(sorted(name for name, sign in told if sign and (name, False) in told))


def _open(names: Iterable[str]) -> Term:
    return either(*(_[name].isnull() for name in names))
