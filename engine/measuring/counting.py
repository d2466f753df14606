"""A batch of doctors counted by an engine: each flow asked once for all that counts from it; what comes is folded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any as Anything

from msgspec import Struct

from engine.engines.engine import Engine
from engine.measuring.asking import KEY, Asking
from engine.measuring.folding import Folded, Found, fold
from engine.measuring.measures import DOCTOR, Measuring
from engine.measuring.owners import Batch, Owners
from engine.measuring.quarantine import ordered, quarantined
from engine.policy import Vocabulary

FEW = 1_000
"""As many names of rows at most are told to an engine."""


class Counted(Struct, frozen=True):
    """What a batch came to: its doctors' counts by every measure, and the rows of theirs that are quarantined."""

    folded: Sequence[Folded]
    quarantined: Anything


class Counting:
    """Counts batch after batch, with one engine. What it asks is written once where batches are alike."""

    def __init__(
        self,
        engine: Engine,
        vocabulary: Vocabulary,
        measures: Sequence[Measuring],
        askings: Mapping[str, Asking],
        owners: Owners,
    ) -> None:
        self.engine, self.vocabulary, self.measures = engine, vocabulary, measures
        self.askings, self.owners = askings, owners

    def count(self, batch: Batch) -> Counted:
        """The counts of the doctors of a batch. Raises Invalid as the engine does."""
        tables = self.engine.tables(batch.doctors[0], batch.doctors[-1])
        found = {name: self._found(name, tables[name], batch) for name in self.askings}
        folded = fold(self.measures, self.askings, found, batch.doctors)
        bad = [
            table
            for name, asking in self.askings.items()
            for table in quarantined(self.vocabulary, asking, folded, found[name].groups, batch.doctors)
        ]
        return Counted(folded, ordered(bad))

    def _found(self, name: str, rows: Anything, batch: Batch) -> Found:
        """What is found of the rows of a flow."""
        asking, twice = self.askings[name], self._twice(name, rows, batch)
        if twice:
            rows = asking.marked(rows, twice if sum(map(len, twice.values())) <= FEW else None)
        differing = [self.engine.found(asking.differing(one, rows)) for one in asking.different]
        return Found(self.engine.found(asking.groups(rows)), differing)

    def _twice(self, name: str, rows: Anything, batch: Batch) -> Mapping[str, Collection[str]]:
        """The names that several rows of a doctor bear, by doctor: as was seen before, or as the engine finds."""
        known = self.owners.twice[name]
        if known is not None:
            return {doctor: known[doctor] for doctor in batch.doctors if doctor in known}
        names: dict[str, set[str]] = defaultdict(set)
        for one in self.engine.found(self.askings[name].twice(rows)).to_pylist():
            names[one[DOCTOR]].add(one[KEY])
        return names
