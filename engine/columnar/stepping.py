"""Columns worked out in steps, each from those before: what stands in several places is worked out once.

Ibis writes a term as often as it is used, and engines take long to plan what is written. Here what is used again is a
column of an earlier step: what is written grows with the different terms there are, not with all the ways to them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any as Anything

import ibis.expr.operations as ops
from ibis.common.deferred import Attr, BinaryOperator, Call, Item, Just, Resolver, UnaryOperator, resolver
from ibis.common.deferred import Sequence as Several
from msgspec import Struct

from engine.columnar.asking import Term

WORTH = 3
"""The operations that a column has to spare: it is carried from step to step."""


class Part(Struct, frozen=True, eq=False):
    """A term or a part of one: what makes it, and of what other parts and plain values; equal ones are one object.

    A column is made by nothing, of its name; a list or a tuple by its type.
    """

    make: Callable[..., Anything] | None
    of: tuple[Anything, ...]
    keywords: tuple[str, ...] = ()

    @property
    def parts(self) -> list[Part]:
        return [one for one in self.of if isinstance(one, Part)]

    @property
    def column(self) -> bool:
        return self.make is None

    @property
    def several(self) -> bool:
        return isinstance(self.make, type)


def stepped(table: Anything, known: Mapping[str, Term], last: Mapping[str, Term]) -> Anything:
    """A table with the columns `last`. `known` are terms by the names that later ones, and the last, use them by."""
    terms = _Terms(known)
    final = {name: terms.of(term) for name, term in last.items()}
    uses = terms.uses(final.values())
    names = {part: part.of[0] for part in uses if part.column}
    for carried, made in _steps(uses, final.values()):
        new = {f"t{len(names) + number}": part for number, part in enumerate(made)}
        table = _selected(table, {names[part]: part for part in carried} | new, names)
        names |= {part: name for name, part in new.items()}
    return _selected(table, final, names)


def needed(known: Mapping[str, Term], last: Mapping[str, Term]) -> list[str]:
    """The columns that a table has to have for `stepped`."""
    terms = _Terms(known)
    uses = terms.uses([terms.of(term) for term in last.values()])
    return [part.of[0] for part in uses if part.column]


class _Terms:
    """Terms, and what is equal in them as one part."""

    def __init__(self, known: Mapping[str, Term]) -> None:
        self.read: dict[int, tuple[Resolver, Anything]] = {}
        self.parts: dict[object, Part] = {}
        self.known: dict[str, Anything] = {}
        for name, term in known.items():
            self.known[name] = self.of(term)

    def of(self, term: Term) -> Anything:
        """The part that a term is, or a plain value."""
        asked = resolver(term)
        if id(asked) not in self.read:
            # What is kept is not taken for another that comes to stand where it stood.
            self.read[id(asked)] = asked, self._of(asked)
        return self.read[id(asked)][1]

    def _of(self, term: Resolver) -> Anything:
        match term:
            case Just(value=value):
                return value
            case BinaryOperator(func=func, left=left, right=right):
                return self._part(func, left, right)
            case UnaryOperator(func=func, arg=arg):
                return self._part(func, arg)
            case Call(func=Attr(obj=of, name=Just(value=name)), args=args, kwargs=named):
                return self._part(_method(name), of, *args, **named)
            case Call(func=Just(value=func), args=args, kwargs=named):
                return self._part(func, *args, **named)
            case Several(typ=kind, values=values):
                return self._part(kind, *values)
            case Item(indexer=Just(value=name)):
                return self.known[name] if name in self.known else self._one(None, (name,))
            case _:
                raise NotImplementedError(term)

    def _part(self, make: Callable[..., Anything], *of: Resolver, **named: Resolver) -> Part:
        return self._one(make, tuple(map(self.of, (*of, *named.values()))), *named)

    def _one(self, make: Callable[..., Anything] | None, parts: tuple[Anything, ...], *named: str) -> Part:
        # One is True, and is not the same.
        key = make, *named, *((type(one), one) if isinstance(one, str | int) else id(one) for one in parts)
        if key not in self.parts:
            self.parts[key] = Part(make, parts, named)
        return self.parts[key]

    def uses(self, last: Iterable[Anything]) -> dict[Part, int]:
        """Everything that some terms are made of, smaller parts first, with how often each is written."""
        uses = Counter(one for one in last if isinstance(one, Part))
        for part in reversed(self.parts.values()):
            for one in part.parts if part in uses else ():
                uses[one] += uses[part] if part.several else 1
        return {part: uses[part] for part in self.parts.values() if part in uses}


def _steps(uses: Mapping[Part, int], last: Iterable[Anything]) -> Iterator[tuple[list[Part], list[Part]]]:
    """What each step carries along, and what it makes: the parts that are worth a column, as early as can be."""
    step, until = dict[Part, int](), dict[Part, int]()
    below, sizes = dict[Part, frozenset[Part]](), dict[Part, int]()

    def use(columns: Iterable[Part], at: int) -> None:
        until.update({one: max(at, until.get(one, 0)) for one in columns})

    for part, times in uses.items():
        columns = frozenset[Part]().union(*(below[one] for one in part.parts))
        size = (not part.several) + sum(sizes[one] for one in part.parts)
        spared = size * (times - 1) if columns and not part.several else 0
        if part.column or spared >= WORTH:
            step[part] = max((step[one] + 1 for one in columns), default=0)
            use(columns, step[part])
            columns, size = frozenset((part,)), 0
        below[part], sizes[part] = columns, size
    end = max(step.values(), default=0) + 1
    use((column for one in last if isinstance(one, Part) for column in below[one]), end)
    for now in range(1, end):
        carried = [part for part, made in step.items() if made < now < until[part]]
        yield carried, [part for part, made in step.items() if made == now]


def _selected(table: Anything, columns: Mapping[str, Anything], names: Mapping[Part, str]) -> Anything:
    """A table of columns made of those that another has by some names."""
    below, said = table.op(), dict[Part, Anything]()

    def say(one: Anything) -> Anything:
        if not isinstance(one, Part):
            return one
        if one not in said:
            # A table of Ibis, when asked for a column, tries everything else that it may have been asked.
            said[one] = ops.Field(below, names[one]).to_expr() if one in names else _made(one, map(say, one.of))
        return said[one]

    return ops.Project(below, {name: say(one).op() for name, one in columns.items()}).to_expr()


def _made(part: Part, of: Iterable[Anything]) -> Anything:
    """What a part is made, of what its own parts come to."""
    assert part.make is not None, "a column has a name"
    if part.several:
        return part.make(of)
    every = list(of)
    first = len(every) - len(part.keywords)
    return part.make(*every[:first], **dict(zip(part.keywords, every[first:], strict=True)))


@cache
def _method(name: str) -> Callable[..., Anything]:
    """What calls a method of what it is given."""
    return lambda of, *args, **named: getattr(of, name)(*args, **named)
