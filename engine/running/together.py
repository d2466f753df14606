"""Doctors decided together: what an engine finds for those vouched for, and what follows from leaves seen singly."""

from __future__ import annotations

from typing import Any as Anything

import polars

from engine.columns import Columns
from engine.engines.engine import Engine
from engine.engines.frames import Frames

LEAVES = "leaves"
Tables = tuple[Anything, Anything]
"""Rows of the table of doctors and of that of conditions."""


class Together:
    """Decides the doctors whose tables an engine holds; every expression is made once, for all batches."""

    def __init__(self, columns: Columns, engine: Engine) -> None:
        self.columns, self.engine = columns, engine
        self.wide = columns.wide(engine.held)
        self.derived: Anything = None

    def found(self) -> Tables:
        """The rows of both tables of the doctors whom the columns vouch for."""
        wide = self.engine.kept(self.wide)
        if self.derived is None:
            self.derived = self.columns.derived(wide)
        found = self.columns.results(self.engine.found(self.derived))
        return found.doctors, found.nodes


class After:
    """Derives what follows from leaves observed singly: on Polars, whatever computes the run, since they are here."""

    def __init__(self, columns: Columns) -> None:
        self.columns, self.frames = columns, Frames()
        self.expression: Anything = None

    def found(self, leaves: Anything) -> Tables:
        """The rows of both tables, of the doctors whose amounts are not in doubt."""
        table = self.frames.hold(LEAVES, polars.DataFrame(leaves).lazy())
        if self.expression is None:
            self.expression = self.columns.after(table)
        found = self.columns.results(self.frames.found(self.expression))
        return found.doctors, found.nodes
