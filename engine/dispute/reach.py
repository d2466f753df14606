"""How far a change of facts reaches: the leaves that look at none of the rows changed see what they saw."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Set

from engine.conditions import Always, Attribute, Empty, Fact, Observed, Rate, Record, Silent
from engine.dossier import Row, RowType
from engine.observation import Observation

FAR: Set[RowType] = {"location", "finding"}
"""Rows that bear on others whatever their names: where a practice is, what a control found."""


def out_of_reach(
    leaves: Iterable[Observed], seen: Mapping[str, Observation], changed: Collection[Row]
) -> dict[str, Observation]:
    """What those leaves saw, by place, that rows brought, taken away or amended cannot have changed.

    `seen` is what every leaf saw before; `changed` holds each row as it was and as it has become.
    """
    if any(row.type in FAR or row.supersedes for row in changed):
        return {}
    names = {row.name for row in changed}
    return {leaf.at: seen[leaf.at] for leaf in leaves if names.isdisjoint(_looked_at(leaf))}


def _looked_at(leaf: Observed) -> tuple[str, ...]:
    """The names of the rows that a leaf looks at, directly or to compare with."""
    match leaf:
        case Fact(fact=name) | Rate(measure=name) | Empty(measure=name):
            return (name,)
        case Record(names=names, same=same):
            return (*names, *(one.item for one in same))
        case Always() | Attribute() | Silent():
            return ()
