"""The smallest sets of leaves whose change would have met a tree: inclusion-minimal, fewest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from engine.conditions import All, Any, Exempt, Node, Not, Outcome
from engine.verdict import Verdict

MOST_WAYS = 64
"""Ways kept at each node, fewest changes first: a tree of the law has a handful, a made-up one might explode."""


class Flip(Struct, frozen=True, order=True):
    """A leaf, by its place, that should have been met (or, under a `not`, unmet)."""

    at: str
    met: bool


Way = frozenset[Flip]
Changeable = Callable[[Node, bool], bool]


def ways(
    node: Node,
    verdicts: Mapping[str, Verdict],
    trees: Mapping[str, Node],
    changeable: Changeable,
    *,
    met: bool = True,
) -> list[Way]:
    """The minimal sets of flips that give a node the verdict wanted; [∅] when it has it, [] when none would.

    `trees` holds the claims by name, through which outcomes are followed; `changeable` says whether a leaf can be
    made met (True) or unmet (False).
    """

    def of(child: Node, wanted: bool) -> list[Way]:
        if verdicts[child.at] is (Verdict.MET if wanted else Verdict.UNMET):
            return [frozenset()]
        match child:
            case All(of=parts):
                below = [of(part, wanted) for part in parts]
                return together(below) if wanted else minimal(way for each in below for way in each)
            case Any(of=branches):
                below = [of(branch, wanted) for branch in branches]
                return minimal(way for each in below for way in each) if wanted else together(below)
            case Not(of=inner):
                return of(inner, not wanted)
            case Exempt(when=when, require=require):
                below = [of(when, wanted), of(require, wanted)]
                return minimal(way for each in below for way in each) if wanted else together(below)
            case Outcome(of=claim):
                return of(trees[claim], wanted)
            case _:
                return [frozenset([Flip(child.at, wanted)])] if changeable(child, wanted) else []

    return of(node, met)


def together(parts: Iterable[list[Way]]) -> list[Way]:
    """The minimal ways that serve every part at once."""
    result: list[Way] = [frozenset()]
    for part in parts:
        result = minimal(one | other for one in result for other in part)
    return result


def minimal(found: Iterable[Way]) -> list[Way]:
    """The sets that contain no other, fewest flips first."""
    kept: list[Way] = []
    for way in sorted(set(found), key=lambda one: (len(one), sorted(one))):
        if not any(other <= way for other in kept):
            kept.append(way)
    return kept[:MOST_WAYS]
