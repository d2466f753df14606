"""Where it is written how rates are counted: kept from one command to the next, as policies are (`compiled`)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from engine.compiled import put_by, remade
from engine.conditions import Source
from engine.loading import PolicyFiles
from engine.measuring.measures import Start
from engine.policy import Reading


class Written(Struct, frozen=True):
    """Where it is written what a measure leaves out, by exclusion; what begins a doctor's own period, if anything.

    With the questions about counting, by name.
    """

    exclusions: Mapping[str, tuple[Source, ...]]
    start: Start | None
    readings: Mapping[str, Reading]


Passages = Mapping[str, Written]
"""Of each measure, where it is written how it is counted."""
NOWHERE: Passages = {}


@lru_cache(maxsize=16)
def passages(files: PolicyFiles) -> Passages:
    """Where it is written how every measure is counted, as the policy counts by default. Raises Invalid."""
    name = f"{files.key}.passages"
    kept = remade(name) if files.key else None
    if kept and isinstance(kept, dict) and all(isinstance(one, Written) for one in kept.values()):
        return kept
    return put_by(name, _linked(files)) if files.key else _linked(files)


def _linked(files: PolicyFiles) -> Passages:
    # Slow to load, and needed only where nothing was kept.
    from engine.measuring.linking import counting_readings, link_measures  # noqa: PLC0415

    readings = counting_readings(files)
    return {
        measuring.id: Written(
            {one.name: one.sources for one in measuring.denominator.exclusions}, measuring.period.start, readings
        )
        for measuring in link_measures(files, {})
        if measuring.denominator
    }
