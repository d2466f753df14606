"""What a dossier may hold more rows of than columns can tell apart, and which leaves that concerns.

Of such a doctor columns answer every leaf that looks at nothing crowded. What may be crowded is what leaves look at:
a pool of rows, a count, a fact, what a control found about an item; or the names that a record has in common with
another item, which columns cannot always compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any as Anything

from engine.columnar.bits import Bit, columns_of
from engine.columnar.pools import looked, pools
from engine.columnar.questions import Question
from engine.conditions import Observed, Record
from engine.policy import Policy


class Touched:
    """Which questions look at something crowded."""

    def __init__(self, known: Sequence[Bit], questions: Iterable[Question]) -> None:
        self.known, self.columns = known, columns_of(known)
        self.by_thing: dict[object, set[int]] = {}
        for number, question in enumerate(questions):
            for thing in looked_at(question.leaf, question.policy):
                self.by_thing.setdefault(thing, set()).add(number)
        self.by_marks: dict[tuple[int, ...], tuple[int, ...]] = {}

    def of(self, table: Anything) -> Iterator[tuple[int, ...]]:
        """For each row of an Arrow table with columns of marks, the numbers of those questions."""
        for found in zip(*(table[name].to_pylist() for name in self.columns), strict=True):
            if found not in self.by_marks:
                self.by_marks[found] = self._questions(dict(zip(self.columns, found, strict=True)))
            yield self.by_marks[found]

    def _questions(self, found: Mapping[str, int]) -> tuple[int, ...]:
        crowded = [bit.of for bit in self.known if found[bit.column] >> bit.place & 1]
        return tuple(sorted(set[int]().union(*(self.by_thing.get(thing, ()) for thing in crowded))))


def looked_at(leaf: Observed, policy: Policy) -> Iterator[object]:
    """Everything that a leaf looks at and that may be crowded."""
    found = looked([(leaf, policy)])
    yield from found.pools
    yield from ((pool.item, "finding") for pool in found.pools if pool.item)
    yield from ((counted, "numerator") for counted in found.counts)
    yield from ((fact, "there") for fact in found.facts)
    if isinstance(leaf, Record):
        yield from ((pool, same) for pool in pools(leaf) for same in leaf.same)
