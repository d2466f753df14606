"""What was missing: the smallest changes a doctor could have made that would have granted an indicator.

Each is found on the tree (`ways`), made on the dossier (`mending`) and decided again: what is announced is what the
engine would have decided, cascade through the volets included.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from engine.amount import Amount
from engine.claims import claims, leaves
from engine.conditions import Node, Observed
from engine.decision import Decision, Settled, settled_again, worth
from engine.dispute.mending import Change, Mender, changeable
from engine.dispute.reach import out_of_reach
from engine.dispute.ways import Way, ways
from engine.dossier import Dossier
from engine.observation import Observation
from engine.standing import standing_on
from engine.verdict import Verdict

MOST_SHORTFALLS = 8
MOST_TRIED = 32
"""Ways tried for one claim: those the dossier's own facts make impossible are passed over."""


class Shortfall(Struct, frozen=True):
    """One set of changes that would have met a claim, and the decision it would have given."""

    changes: tuple[Change, ...]
    decision: Decision

    def gain(self, before: Decision) -> Amount:
        """The points paid on top of what is paid, from what is certain to what is possible."""
        ends = (self.decision.paid.least - before.paid.least, self.decision.paid.most - before.paid.most)
        return Amount(min(ends), max(ends))


class _Tried(Struct, frozen=True):
    """Changes made on the dossier, and what is settled of it then."""

    changes: tuple[Change, ...]
    dossier: Dossier
    found: Settled


class Shortfalls:
    """What was missing in one decision, claim by claim."""

    def __init__(self, decision: Decision) -> None:
        self.decision, self.policy = decision, decision.policy

    @cached_property
    def trees(self) -> dict[str, Node]:
        return dict(claims(self.policy))

    @cached_property
    def leaves(self) -> dict[str, Observed]:
        return {leaf.at: leaf for leaf in leaves(self.policy)}

    @cached_property
    def places(self) -> dict[str, int]:
        return {at: index for index, at in enumerate(self.leaves)}

    @cached_property
    def unchanged(self) -> Mender:
        return Mender(self.decision.dossier, self.policy, self.decision.as_of)

    def of(self, claim: str, most: int = MOST_SHORTFALLS) -> tuple[Shortfall, ...]:
        """The smallest sets of changes that would have met a claim (an indicator, a volet's gate), fewest first.

        Empty when it is met, or when nothing a doctor could have done would have met it.
        """
        if self.decision.verdicts[claim] is Verdict.MET:
            return ()
        found: list[_Tried] = []
        for way in ways(self.trees[claim], self.decision.verdicts, self.trees, self._changeable)[:MOST_TRIED]:
            least = self.minimal(self.made(way), claim)
            if least is None or any(least.changes == one.changes for one in found):
                continue
            found.append(least)
        fewest = [one for one in found if not any(_asks_more(one.changes, other.changes) for other in found)]
        shortfalls = [Shortfall(one.changes, self.decided(one)) for one in fewest]
        return tuple(sorted(shortfalls, key=self.rank)[:most])

    def rank(self, one: Shortfall) -> tuple[int, int, Decimal]:
        """Fewest changes first, then fewest things asked of them, then the greatest gain."""
        asked = sum(len(change.wanted) for change in one.changes)
        return len(one.changes), asked, -one.gain(self.decision).least

    def _changeable(self, leaf: Node, met: bool) -> bool:
        return changeable(leaf, met, self.policy)

    def made(self, way: Way) -> tuple[Change, ...]:
        """The changes that a way asks for, made one leaf after the other in the order of the text."""
        mender = self.unchanged.copy()
        for flip in sorted(way, key=lambda one: self.places[one.at]):
            mender.mend(self.leaves[flip.at], met=flip.met)
        return mender.changes

    def minimal(self, changes: tuple[Change, ...], claim: str) -> _Tried | None:
        """The changes without those that can be spared; None when even all of them do not meet the claim."""
        if not changes:
            return None
        tried = self.tried(changes)
        _, _, verdicts = tried.found
        if verdicts[claim] is not Verdict.MET:
            return None
        for change in changes:
            least = self.minimal(tuple(one for one in changes if one is not change), claim)
            if least is not None:
                return least
        return tried

    def tried(self, changes: tuple[Change, ...]) -> _Tried:
        dossier = self.changed(changes)
        standing = standing_on(dossier, self.policy, self.decision.as_of)
        return _Tried(changes, dossier, settled_again(self.decision, standing, self.known(changes)))

    def decided(self, tried: _Tried) -> Decision:
        return worth(self.policy, tried.dossier, tried.found)

    def known(self, changes: tuple[Change, ...]) -> dict[str, Observation]:
        """What leaves that the changes cannot reach see."""
        rows = [row for one in changes for row in (one.before, one.after) if row is not None]
        return out_of_reach(self.policy, self.decision.observations, rows)

    def changed(self, changes: tuple[Change, ...]) -> Dossier:
        kept = list(self.decision.dossier.rows)
        for change in changes:
            if change.before is not None:
                kept.remove(change.before)
        rows = (*kept, *(change.after for change in changes if change.after is not None))
        return replace(self.decision.dossier, rows=rows)


def _asks_more(changes: tuple[Change, ...], others: tuple[Change, ...]) -> bool:
    """Whether changes ask of the same rows all that others ask, and more: another channel too, say."""
    return _covers(changes, others) and not _covers(others, changes)


def _covers(changes: tuple[Change, ...], others: tuple[Change, ...]) -> bool:
    return all(any(_includes(change, other) for change in changes) for other in others)


def _includes(change: Change, other: Change) -> bool:
    return _changed(change) == _changed(other) and other.wanted.items() <= change.wanted.items()


def _changed(change: Change) -> tuple[object, ...]:
    """Which row is changed, or what is added, and whether it stays."""
    after = change.after
    return change.before, after and (after.type, after.name, after.items)
