"""Columns worked out in steps, each from those before: only what a later step still uses is carried along."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any as Anything

import ibis.expr.operations as ops
from ibis import _
from ibis.common.deferred import resolver

from engine.columnar.asking import Term

COLUMN = re.compile(r"_\['(\w+)'\]")
"""How a term that names a column writes itself; Ibis has no other way to tell before its table is known."""


def stepped(table: Anything, steps: Sequence[Mapping[str, Term]], last: Mapping[str, Term]) -> Anything:
    """A table with the columns `last`, by way of those of each step; what nothing uses is left out."""
    plan, _wanted = _planned(steps, last)
    for carried, made in plan:
        table = _selected(table, {**{name: _[name] for name in sorted(carried)}, **made}) if made else table
    return _selected(table, last)


def needed(steps: Sequence[Mapping[str, Term]], last: Mapping[str, Term]) -> set[str]:
    """The columns of a table that steps use, directly or for each other, to come to the columns `last`."""
    return _planned(steps, last)[1]


def _planned(
    steps: Sequence[Mapping[str, Term]], last: Mapping[str, Term]
) -> tuple[list[tuple[set[str], dict[str, Term]]], set[str]]:
    """What each step carries along and what it makes; and what has to be there before the first."""
    plan: list[tuple[set[str], dict[str, Term]]] = []
    wanted = {name for term in last.values() for name in used(term)}
    for step in reversed(steps):
        made = {name: term for name, term in step.items() if name in wanted}
        plan.insert(0, (wanted - made.keys(), made))
        wanted = plan[0][0] | {name for term in made.values() for name in used(term)}
    return plan, wanted


def _selected(table: Anything, columns: Mapping[str, Term]) -> Anything:
    """A table of columns said of another. Ibis, when asked, looks for what they name in every table below."""
    terms = {name: resolver(term).resolve({"_": table}).op() for name, term in columns.items()}
    return ops.Project(table.op(), terms).to_expr()


def used(term: Term) -> set[str]:
    """The columns that a term names."""
    return set(COLUMN.findall(repr(term)))
