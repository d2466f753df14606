"""Columns worked out in steps, each from those before: only what a later step still uses is carried along."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any as Anything

import ibis.expr.operations as ops
from ibis import _
from ibis.common.deferred import Attr, BinaryOperator, Call, Item, Just, Resolver, UnaryOperator, resolver
from ibis.common.deferred import Sequence as Several

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
    said, terms = _Said(table.op()), {name: resolver(term) for name, term in columns.items()}
    return ops.Project(table.op(), {name: said.of(term).op() for name, term in terms.items()}).to_expr()


class _Said:
    """Terms said of a table. Ibis says a part anew wherever it stands; here it is said once, as are equal ones."""

    def __init__(self, table: Anything) -> None:
        self.table = table
        self.known: dict[int, Anything] = {}
        self.made: dict[object, Anything] = {}

    def of(self, term: Resolver) -> Anything:
        """What a term, or a part of it, comes to."""
        if id(term) not in self.known:
            self.known[id(term)] = self._of(term)
        return self.known[id(term)]

    def _of(self, term: Resolver) -> Anything:
        match term:
            case Just(value=value):
                return value
            case BinaryOperator(func=func, left=left, right=right):
                return self._made(func, self.of(left), self.of(right))
            case UnaryOperator(func=func, arg=arg):
                return self._made(func, self.of(arg))
            case Attr(obj=of, name=name):
                return self._made(getattr, self.of(of), self.of(name))
            case Item(indexer=name):
                return self._made(self._column, self.of(name))
            case Call(func=func, args=args, kwargs=kwargs):
                named = {name: self.of(one) for name, one in kwargs.items()}
                return self._made(self.of(func), *map(self.of, args), **named)
            case Several(typ=kind, values=values):
                return self._made(_several, kind, *map(self.of, values))
            case _:
                return term.resolve({"_": self.table.to_expr()})

    def _column(self, name: str) -> Anything:
        # A table of Ibis, when asked for a column, tries everything else that it may have been asked.
        return ops.Field(self.table, name).to_expr()

    def _made(self, make: Callable[..., Anything], *parts: Anything, **named: Anything) -> Anything:
        """What is made of parts, once of the same parts."""
        every = (*parts, *named.values())
        key = make, *named, *((type(one), one) if isinstance(one, str | int) else id(one) for one in every)
        if key not in self.made:
            self.made[key] = make(*parts, **named)
        return self.made[key]


def _several(kind: Callable[[Iterable[Anything]], Anything], *parts: Anything) -> Anything:
    return kind(parts)


def used(term: Term) -> set[str]:
    """The columns that a term names."""
    return set(COLUMN.findall(repr(term)))
