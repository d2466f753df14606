"""Exclusions under which no row can fall: all that they would leave out is left out before, or not looked at."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from engine.cursor import Cursor
from engine.drafting.draft import Draft
from engine.measuring.alike import counted_alike
from engine.measuring.linking import flows_of
from engine.measuring.measures import Exclusion, Measuring, Side
from engine.problems import Problem


def counting(draft: Draft) -> Iterator[Problem]:
    """Each exclusion that leaves no row out, under any choice of readings that takes it."""
    flows, looked_at = flows_of(draft.files), set[tuple[str, str, Side]]()
    for measuring in (one for countings in draft.countings for one in countings):
        for role, side in (("denominator", measuring.denominator), ("numerator", measuring.numerator)):
            if not isinstance(side, Side) or (measuring.id, role, side) in looked_at:
                continue
            looked_at.add((measuring.id, role, side))
            for exclusion in side.exclusions:
                if counted_alike(measuring, _without(measuring, role, side, exclusion), flows):
                    page = Cursor.top(draft.files.measures[measuring.id])
                    place = next(_written(page[role], exclusion.name), page[role])
                    yield place.problem("excludes_nothing", name=exclusion.name)


def _without(measuring: Measuring, role: str, side: Side, exclusion: Exclusion) -> Measuring:
    kept = replace(side, exclusions=tuple(one for one in side.exclusions if one is not exclusion))
    return replace(measuring, **{role: kept})


def _written(at: Cursor, reason: str) -> Iterator[Cursor]:
    """Where an exclusion of that reason is written below a place."""
    if isinstance(at.data, list):
        for one in at.each():
            yield from _written(one, reason)
    elif isinstance(at.data, dict):
        if at.data.get("reason") == reason:
            yield at["reason"]
        for key in at.data:
            yield from _written(at[key], reason)
