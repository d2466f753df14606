"""How far a change of facts reaches: the leaves that look at none of the rows changed see what they saw."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from functools import lru_cache

from engine.claims import leaves
from engine.conditions import Always, Attribute, Empty, Fact, Observed, Rate, Record, Silent
from engine.dossier import Row, RowType
from engine.observation import Observation
from engine.policy import Policy

FAR: Set[RowType] = {"location", "finding"}
"""Rows that bear on others whatever their names: where a practice is, what a control found."""


def out_of_reach(policy: Policy, seen: Mapping[str, Observation], changed: Collection[Row]) -> dict[str, Observation]:
    """What the leaves saw, by place, that rows brought, taken away or amended cannot have changed.

    `seen` is what every leaf of the policy saw before; `changed` holds each row as it was and as it has become.
    """
    if any(row.type in FAR or row.supersedes for row in changed):
        return {}
    within = {at for row in changed for at in _looking_at(policy).get(row.name, ())}
    return {at: one for at, one in seen.items() if at not in within}


@lru_cache(maxsize=64)
def _looking_at(policy: Policy) -> Mapping[str, list[str]]:
    """The places of the leaves that look at rows of a name, by that name."""
    places: dict[str, list[str]] = {}
    for leaf in leaves(policy):
        for name in _looked_at(leaf):
            places.setdefault(name, []).append(leaf.at)
    return places


def _looked_at(leaf: Observed) -> tuple[str, ...]:
    """The names of the rows that a leaf looks at, directly or to compare with."""
    match leaf:
        case Fact(fact=name) | Rate(measure=name) | Empty(measure=name):
            return (name,)
        case Record(names=names, same=same):
            return (*names, *(one.item for one in same))
        case Always() | Attribute() | Silent():
            return ()
