"""An expression as SQL engines take it: what it repeats is worked out once, in as few steps as there can be.

Ibis writes a term as often as it is used. Polars then works it out once by itself; a SQL planner chokes on a million
characters. Here the terms of an expression are parted into steps, each a query over the one before, so that the query
grows with the different terms there are and no longer with all the ways to them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any as Anything

import ibis.expr.operations as ops

WORTH = 20
"""The terms that a column has to spare: it is carried from step to step."""
Value = Anything
"""A node of Ibis: a term, such as a comparison of two columns."""


def shared(expression: Anything) -> Anything:
    """The same table, in which every term that stands in several places is a column of an earlier step."""
    chain, base = _chain(expression.op())
    if not chain:
        return expression
    terms = _Terms(base, chain)
    final = {name: terms.on_base(value) for name, value in chain[0].values.items()}
    levels = _levels(final.values())
    names = {term: f"h{number}" for number, term in enumerate(levels)}
    relation = base
    for level in range(1, max(levels.values(), default=0) + 1):
        made = {names[term]: term for term, at in levels.items() if at == level}
        later = [*final.values(), *(term for term, at in levels.items() if at > level)]
        known = {term: name for term, name in names.items() if levels[term] < level}
        kept = _used(later, {term for term, at in levels.items() if at <= level})
        carried = {_name(one, names): one for one in kept if one not in made.values()}
        relation = ops.Project(relation, _over(relation, {**carried, **made}, known))
    return ops.Project(relation, _over(relation, final, names)).to_expr()


def _chain(top: Anything) -> tuple[list[Anything], Anything]:
    """The projections that a table is made of, the last first, and what is below them."""
    chain = []
    while isinstance(top, ops.Project):
        chain.append(top)
        top = top.parent
    return chain, top


class _Terms:
    """Terms of projections, said of what is below all of those."""

    def __init__(self, base: Anything, chain: Iterable[Anything]) -> None:
        self.base, self.chain = base, set(chain)
        self.known: dict[Value, Value] = {}

    def on_base(self, term: Value) -> Value:
        """A term of any of the projections."""
        if term not in self.known:
            if isinstance(term, ops.Field) and term.rel in self.chain:
                self.known[term] = self.on_base(term.rel.values[term.name])
            else:
                self.known[term] = _made(term, {part: self.on_base(part) for part in _parts(term)})
        return self.known[term]


def _parts(term: Value) -> Iterator[Value]:
    """What a term is made of; a column is made of nothing."""
    if not isinstance(term, ops.Field):
        for one in term.__args__:
            for part in one if isinstance(one, tuple) else (one,):
                if isinstance(part, ops.Value):
                    yield part


def _made(term: Value, parts: Mapping[Value, Value]) -> Value:
    """The same term of other parts."""
    if all(part is other for part, other in parts.items()):
        return term

    def other(one: Anything) -> Anything:
        if isinstance(one, tuple):
            return tuple(other(each) for each in one)
        return parts.get(one, one) if isinstance(one, ops.Value) else one

    given = dict(zip(term.__argnames__, map(other, term.__args__), strict=True))
    return term.__recreate__(given)


def _levels(terms: Iterable[Value]) -> dict[Value, int]:
    """The terms worth a column, those that stand in several places, each with the step that can work it out."""
    uses: Counter[Value] = Counter()
    order: list[Value] = []
    seen: set[Value] = set()

    def look(term: Value) -> None:
        uses[term] += 1
        if term not in seen:
            seen.add(term)
            for part in _parts(term):
                look(part)
            order.append(term)

    for term in terms:
        look(term)
    below: dict[Value, int] = {}
    levels: dict[Value, int] = {}
    sizes: dict[Value, int] = {}
    for term in order:
        parts = list(_parts(term))
        below[term] = max((levels.get(part, 0) or below[part] for part in parts), default=0)
        sizes[term] = 1 + sum(1 if part in levels else sizes[part] for part in parts)
        if sizes[term] * (uses[term] - 1) >= WORTH:
            levels[term] = below[term] + 1
    return levels


def _used(terms: Iterable[Value], columns: set[Value]) -> list[Value]:
    """The columns, of the table below or worked out, that terms are made of; each once."""
    found: dict[Value, None] = {}
    seen: set[Value] = set()

    def look(term: Value) -> None:
        if term in seen:
            return
        seen.add(term)
        if term in columns or isinstance(term, ops.Field):
            found[term] = None
            return
        for part in _parts(term):
            look(part)

    for term in terms:
        if term in columns:
            found[term] = None
        else:
            look(term)
    return list(found)


def _name(column: Value, names: Mapping[Value, str]) -> str:
    return names.get(column) or column.name


def _over(relation: Anything, terms: Mapping[str, Value], known: Mapping[Value, str]) -> dict[str, Value]:
    """Terms said of a relation that has some of them, and the columns of what is below, as columns."""
    done: dict[Value, Value] = {}

    def said(term: Value) -> Value:
        if term not in done:
            if term in known:
                done[term] = ops.Field(relation, known[term])
            elif isinstance(term, ops.Field):
                done[term] = ops.Field(relation, term.name)
            else:
                done[term] = _made(term, {part: said(part) for part in _parts(term)})
        return done[term]

    return {name: said(term) for name, term in terms.items()}
