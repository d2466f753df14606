"""The three-valued (Kleene) algebra: the one truth about gates.

The verdicts are ordered unmet < unknown < met, which makes `all` the least of its children, `any` the greatest
and `not` the mirror image (S. C. Kleene, Introduction to Metamathematics, 1952, section 64: strong tables).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum

from engine.conditions import All, Any, Exempt, Node, Not, Outcome


class Verdict(IntEnum):
    """What is known of a condition."""

    UNMET = 0
    UNKNOWN = 1
    MET = 2

    def __init__(self, _: int) -> None:
        self.word = self.name.lower()


MIRRORED = {verdict: Verdict(Verdict.MET - verdict) for verdict in Verdict}


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Met when every one is met, and when there is none."""
    return min(verdicts, default=Verdict.MET)


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Met when one is met; unmet when there is none."""
    return max(verdicts, default=Verdict.UNMET)


def negate(verdict: Verdict) -> Verdict:
    """Unknown stays unknown."""
    return MIRRORED[verdict]


def derive(
    claims: Iterable[tuple[str, Node]], leaves: Mapping[str, Verdict], known: Mapping[str, Verdict] | None = None
) -> dict[str, Verdict]:
    """The verdict of every node of every claim, by its place.

    `claims` are (name, tree) pairs, each after those its `outcome` leaves name; a tree's own place is its claim's
    name. `leaves` holds the verdict observed for every other leaf; `known` what is settled of claims not among these.
    Raises KeyError when a leaf was not observed.
    """
    verdicts: dict[str, Verdict] = dict(known or ())

    def settle(node: Node) -> Verdict:
        # `match` asks each class in turn, and slowly: too slowly here, where every node of every reading is settled.
        if type(node) is Any:
            verdict = any_of([settle(child) for child in node.of])
        elif type(node) is Outcome:
            verdict = verdicts[node.of]
        elif type(node) is All:
            verdict = all_of([settle(child) for child in node.of])
        elif type(node) is Not:
            verdict = negate(settle(node.of))
        elif type(node) is Exempt:
            verdict = any_of([settle(node.when), settle(node.require)])
        else:
            verdict = leaves[node.at]
        verdicts[node.at] = verdict
        return verdict

    for _, tree in claims:
        settle(tree)
    return verdicts
