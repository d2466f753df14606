"""A batch of doctors counted by an engine: each flow asked once for all that counts from it; what comes is folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.compute as computed
from msgspec import Struct

from engine.engines.engine import Engine
from engine.measuring.asking import FLAW, Asking
from engine.measuring.fates import DOUBTFUL, UNDECIDED
from engine.measuring.folding import Folded, Found, fold
from engine.measuring.measures import DOCTOR, Measuring
from engine.measuring.owners import Batch
from engine.measuring.quarantine import ordered, quarantined
from engine.policy import Vocabulary

FEW = 1_000
"""As many doctors at most are named to an engine, to be looked at apart."""


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
            if (rows := flow.doubtful(tables[name], found[name])) is not None
            for table in quarantined(self.vocabulary, flow.asking, folded, rows, batch.doctors)
        ]
        return Counted(folded, ordered(bad))


class _Flow:
    """One flow asked of an engine."""

    def __init__(self, engine: Engine, asking: Asking) -> None:
        self.engine, self.asking = engine, asking
        self.twice: list[str] = []

    def found(self, rows: Anything) -> Found:
        """What is found of a batch of its rows."""
        self.twice = self.engine.found(self.asking.twice(rows))[DOCTOR].unique().to_pylist()
        parts = list(self._parts(rows))
        return Found(
            self._all(map(self.asking.groups, parts)),
            [self._all(self.asking.differing(one, part) for part in parts) for one in self.asking.different],
        )

    def doubtful(self, rows: Anything, found: Found) -> Anything | None:
        """The rows of the batch that are quarantined, or would be in a doctor's own period; None where none are."""
        doctors = _suspects(found.groups, self.asking.fates)
        if not doctors:
            return None
        some = rows.filter(rows.doctor.isin(doctors)) if len(doctors) <= FEW else rows
        return self._all(map(self.asking.doubtful, self._parts(some)))

    def _parts(self, rows: Anything) -> Iterator[Anything]:
        """The rows, with what tells those whose name is another's too: looked for among those alone who have such."""
        few = len(self.twice) <= FEW
        if self.twice and few:
            yield self.asking.marked(rows.filter(rows.doctor.isin(self.twice)))
            yield rows.filter(rows.doctor.notin(self.twice))
        else:
            yield self.asking.marked(rows) if self.twice else rows

    def _all(self, expressions: Iterable[Anything]) -> Anything:
        return arrow.concat_tables(map(self.engine.found, expressions))


def _suspects(groups: Anything, fates: Iterable[str]) -> list[str]:
    """The doctors who have rows with a flaw, or of which it is not known what becomes of them."""
    odd = computed.greater(groups[FLAW], 0)
    for name in fates:
        unknown = computed.is_in(groups[name], arrow.array([UNDECIDED, DOUBTFUL], groups[name].type))
        odd = computed.or_(odd, unknown)
    return list(groups[DOCTOR].filter(odd).unique().to_pylist())
