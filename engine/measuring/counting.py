"""A batch of doctors counted by an engine: each flow asked once for all that counts from it; what comes is folded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any as Anything

from msgspec import Struct

from engine.engines.engine import Engine
from engine.measuring.asking import KEY, Asking
from engine.measuring.folding import Folded, Found, fold
from engine.measuring.measures import DOCTOR, Measuring
from engine.measuring.owners import Batch
from engine.measuring.quarantine import ordered, quarantined
from engine.policy import Vocabulary

FEW = 1_000
"""As many rows at most are named to an engine, as those whose name is another's too."""


class Counted(Struct, frozen=True):
    """What a batch came to: its doctors' counts by every measure, and the rows of theirs that are quarantined."""

    folded: Sequence[Folded]
    quarantined: Anything


class Counting:
    """Counts batch after batch, with one engine. What it asks is written once where batches are alike."""

    def __init__(
        self, engine: Engine, vocabulary: Vocabulary, measures: Sequence[Measuring], askings: Mapping[str, Asking]
    ) -> None:
        self.engine, self.vocabulary, self.measures = engine, vocabulary, measures
        self.flows = {name: _Flow(engine, asking) for name, asking in askings.items()}

    def count(self, batch: Batch) -> Counted:
        """The counts of the doctors of a batch. Raises Invalid as the engine does."""
        tables = self.engine.tables(batch.doctors[0], batch.doctors[-1])
        askings = {name: flow.asking for name, flow in self.flows.items()}
        found = {name: flow.found(tables[name]) for name, flow in self.flows.items()}
        folded = fold(self.measures, askings, found, batch.doctors)
        bad = [
            table
            for name, flow in self.flows.items()
            for table in quarantined(self.vocabulary, flow.asking, folded, found[name].groups, batch.doctors)
        ]
        return Counted(folded, ordered(bad))


class _Flow:
    """One flow asked of an engine."""

    def __init__(self, engine: Engine, asking: Asking) -> None:
        self.engine, self.asking = engine, asking

    def found(self, rows: Anything) -> Found:
        """What is found of a batch of its rows."""
        twice = self.engine.found(self.asking.twice(rows)).to_pylist()
        if twice:
            rows = self.asking.marked(rows, _by_doctor(twice) if len(twice) <= FEW else None)
        differing = [self.engine.found(self.asking.differing(one, rows)) for one in self.asking.different]
        return Found(self.engine.found(self.asking.groups(rows)), differing)


def _by_doctor(twice: Iterable[Mapping[str, str]]) -> Mapping[str, Sequence[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for one in twice:
        names[one[DOCTOR]].append(one[KEY])
    return {doctor: sorted(own) for doctor, own in sorted(names.items())}
