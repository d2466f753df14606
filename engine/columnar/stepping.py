"""Columns worked out in steps, each from those before: only what a later step still uses is carried along."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any as Anything

from engine.columnar.asking import Term

COLUMN = re.compile(r"_\['(\w+)'\]")
"""How a term that names a column writes itself; Ibis has no other way to tell before its table is known."""


def stepped(table: Anything, steps: Sequence[Mapping[str, Term]], last: Mapping[str, Term]) -> Anything:
    """A table with the columns `last`, by way of those of each step; what nothing uses is left out."""
    plan: list[tuple[set[str], dict[str, Term]]] = []
    needed = {name for term in last.values() for name in used(term)}
    for step in reversed(steps):
        made = {name: term for name, term in step.items() if name in needed}
        plan.append((needed - set(made), made))
        needed = plan[-1][0] | {name for term in made.values() for name in used(term)}
    for carried, made in reversed(plan):
        table = table.select(*sorted(carried), **made) if made else table
    return table.select(**last)


def used(term: Term) -> set[str]:
    """The columns that a term names."""
    return set(COLUMN.findall(repr(term)))
