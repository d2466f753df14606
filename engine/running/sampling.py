"""The sample of a run: the doctors in it, and their rows held against what deciding them singly gives."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from heapq import nsmallest
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.compute as computed

from engine.columnar.layout import DOCTOR, READINGS
from engine.network import EngineFault


def chosen(doctors: Iterable[str], size: int, seed: int) -> frozenset[str]:
    """So many of the doctors, each as likely as another: whatever their order, the same ones for a seed."""
    return frozenset(nsmallest(size, doctors, key=lambda doctor: _draw(doctor, seed)))


def _draw(doctor: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed} {doctor}".encode()).digest()


def held_against(found: Anything, told: Anything) -> None:
    """Compare rows of a table, by doctor, with those that deciding singly gave, column by column.

    Both are Arrow tables of one schema, sorted by doctor; readings that were not sought singly are not compared.
    Raises EngineFault, naming the doctor and every column that differs, at the first doctor whose rows differ, or who
    stands in one table only.
    """
    found = _sought(found, told)
    if found.equals(told):
        return
    for one, other in _side_by_side(found.to_pylist(), told.to_pylist()):
        differing = [name for name in told.schema.names if one.get(name) != other.get(name)]
        if differing:
            shown = [f"{name}: {one.get(name)} ≠ {other.get(name)}" for name in differing]
            raise EngineFault(f"{other.get(DOCTOR) or one.get(DOCTOR)}, {', '.join(shown)}")


def _sought(found: Anything, told: Anything) -> Anything:
    """The rows found, without the readings of those doctors of whom they were not sought."""
    if READINGS not in told.schema.names or not found[DOCTOR].equals(told[DOCTOR]):
        return found
    place, none = found.schema.get_field_index(READINGS), arrow.scalar(None, arrow.string())
    left = computed.if_else(told[READINGS].is_null().combine_chunks(), none, found[READINGS].combine_chunks())
    return found.set_column(place, found.schema.field(place), left)


def _side_by_side(found: Sequence[Anything], told: Sequence[Anything]) -> Iterable[tuple[Anything, Anything]]:
    rows = [{row[DOCTOR]: row for row in side} for side in (found, told)]
    for doctor in sorted(rows[0].keys() | rows[1].keys()):
        yield rows[0].get(doctor, {}), rows[1].get(doctor, {})
