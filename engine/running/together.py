"""Doctors decided together: what an engine finds for those vouched for, and what follows from leaves seen singly."""

from __future__ import annotations

from typing import Any as Anything

from engine.columnar.crowds import Touched
from engine.columnar.layout import DOCTOR
from engine.columnar.results import Results
from engine.columns import Columns
from engine.engines.engine import Engine
from engine.engines.frames import Frames

LEAVES = "leaves"
Crowded = tuple[Anything, dict[str, tuple[int, ...]]]
"""What leaves see of doctors of whom something is crowded, and which questions that leaves open, by number."""


class Together:
    """Decides the doctors whose tables an engine holds; every expression is made once, for all batches."""

    def __init__(self, columns: Columns, engine: Engine) -> None:
        self.columns, self.engine = columns, engine
        self.wide = columns.wide(engine.held)
        self.touched = Touched(columns.crowds, columns.questions.values())
        self.derived: Anything = None
        self.partly: Anything = None

    def found(self, among: Anything) -> Results:
        """The rows of both tables of those of some doctors, an Arrow array, whom the columns vouch for."""
        wide = self.engine.kept(self.wide)
        if self.derived is None:
            self.derived, self.partly = self.columns.derived(wide), self.columns.partly(wide)
        return self.columns.results(self.engine.found(self.derived), among)

    def crowded(self) -> Crowded:
        """The doctors of whom something is crowded."""
        found = self.engine.found(self.partly)
        return found, dict(zip(found[DOCTOR].to_pylist(), self.touched.of(found), strict=True))


class After:
    """Derives what follows from leaves observed singly: on Polars, whatever computes the run, since they are here."""

    def __init__(self, columns: Columns) -> None:
        self.columns, self.frames = columns, Frames()
        self.expression: Anything = None

    def found(self, leaves: Anything) -> Results:
        """The rows of both tables, of the doctors whose amounts are not in doubt."""
        table = self.frames.bring(LEAVES, leaves)
        if self.expression is None:
            self.expression = self.columns.after(table)
        return self.columns.results(self.frames.found(self.expression))
