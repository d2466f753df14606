"""Whose rows a folder of flows holds, and the doctors counted at once: as many as have so many rows together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from msgspec import Struct

from engine.measuring.folder import FlowsFolder, is_number

Name = TypeVar("Name", str, str | None)
ROWS = 8_000_000
"""The rows counted at once, where memory is not counted."""
EACH, LEAST = 500, 100_000
"""The bytes that a row of a batch takes, about, and the fewest rows of a batch where bytes are counted."""


class Batch(Struct, frozen=True):
    """Doctors whose numbers follow one another, and the rows that all flows have of them."""

    doctors: Sequence[str]
    rows: int


class Owners(Struct, frozen=True, dict=True):
    """How many rows each doctor has, flow by flow; None being nobody. And the names of rows that tell none apart."""

    of: Mapping[str, Counter[str | None]]
    twice: Mapping[str, Mapping[str, Collection[str]] | None]

    @cached_property
    def doctors(self) -> Mapping[str, int]:
        """The doctors who have rows, in the order of their numbers, and how many in all flows."""
        found: Counter[str] = Counter()
        for owners in self.of.values():
            found.update({doctor: count for doctor, count in owners.items() if doctor and is_number(doctor)})
        return dict(sorted(found.items()))

    def of_nobody(self, flow: str) -> int:
        """The rows of a flow whose doctor's number is none."""
        return sum(count for doctor, count in self.of[flow].items() if not is_number(doctor))

    def batches(self, size: int) -> Iterator[Batch]:
        """The doctors, in batches of `size` rows at most, or of one doctor."""
        yield from (Batch(some, sum(self.doctors[one] for one in some)) for some in _together(self.doctors, size))

    def nobody(self, flow: str, size: int) -> Iterator[Sequence[str | None]]:
        """What stands in a flow for a doctor's number and is none, in batches alike; what is empty comes last."""
        found = [one for one in self.of[flow] if not is_number(one)]
        yield from _together({one: self.of[flow][one] for one in sorted(found, key=_empty_last)}, size)


def _together(counts: Mapping[Name, int], size: int) -> Iterator[list[Name]]:
    """Names whose counts come to `size` at most, or one name, in their order."""
    some: list[Name] = []
    rows = 0
    for name, count in counts.items():
        if some and rows + count > size:
            yield some
            some, rows = [], 0
        some.append(name)
        rows += count
    if some:
        yield some


def _empty_last(doctor: str | None) -> tuple[bool, str]:
    return doctor is None, doctor or ""


def owners_of(folder: FlowsFolder) -> Owners:
    """Whose rows a folder holds. Raises Invalid."""
    found = {name: folder.survey(name) for name in folder.flows}
    return Owners({name: one.owners for name, one in found.items()}, {name: one.twice for name, one in found.items()})


def rows_at_once(memory: int | None) -> int:
    """The rows of a batch: as many as fit in the memory given, in bytes."""
    return ROWS if memory is None else min(ROWS, max(LEAST, memory // EACH))
