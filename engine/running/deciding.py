"""The doctors of one batch decided: together as far as the columns vouch for them, singly where they do not.

Those of the sample are decided singly besides, and must come out as the columns have it; for some of them it is found
out singly too which other readings would change the decision.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from functools import cached_property, partial
from itertools import pairwise
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.compute as computed
from msgspec import Struct

from engine.columnar.layout import DOCTOR, Line, doctors_schema, nodes_schema
from engine.columnar.observing import merged_table, wanted
from engine.columnar.results import Results
from engine.columns import Columns
from engine.engines.engine import Engine
from engine.loading import PolicyFiles
from engine.network import EngineFault
from engine.policy import Policy
from engine.problems import Invalid
from engine.running.quarantine import Refused
from engine.running.sampling import held_against
from engine.running.singly import Settled, Singly
from engine.running.together import After, Crowded, Together
from engine.sourcing.sources import Source
from engine.tables import DOCTORS, Wanted
from engine.yamltext import Page

Heard = Callable[[int], None]
SHORT = 4
"""What part of a batch the first and the last are: meanwhile either the engine has nothing to do, or all else."""
OBSERVING = 300
"""From so many doctors on, it pays to observe their leaves alone and to derive all the rest together."""


class Batch(Struct, frozen=True):
    """What became of some doctors: the rows of both tables by doctor, who was refused and why, how many went singly.

    `sorts` are the numbers with the field that doctors are told apart by, as the source has it.
    """

    numbers: Sequence[str]
    doctors: Anything
    nodes: Anything
    refused: tuple[Refused, ...]
    singly: int
    sorts: Anything


class _Found(Struct, frozen=True):
    """What the engine tells of a batch: rows of both tables, who has none, and of those, if many, what leaves see."""

    results: Results
    alone: list[str]
    crowded: Crowded | None
    sorts: Anything


class Deciding(Struct, frozen=True, dict=True):
    """Decides batch after batch of a source; those who are `odd` are decided singly whatever the columns say.

    If `ahead`, the engine works at a batch while the source is read for the one before.
    """

    files: PolicyFiles
    policy: Policy
    as_of: date | None
    engine: Engine
    source: Source
    odd: frozenset[str]
    singly: Singly
    sample: frozenset[str]
    repriced: frozenset[str]
    sort_by: str
    priced: bool
    ahead: bool

    @cached_property
    def columns(self) -> Columns:
        """The policy as columns, which takes as long as a hundred doctors: made once, and for who needs them."""
        return Columns(self.files, self.policy, self.as_of, priced=self.priced)

    @cached_property
    def together(self) -> Together:
        """What decides those whom the columns vouch for."""
        return Together(self.columns, self.engine)

    @cached_property
    def after(self) -> After:
        """What follows from leaves that were observed singly."""
        return After(self.columns)

    def batches(self, numbers: Sequence[str], size: int, heard: Heard) -> Generator[Batch]:
        """Decide the doctors of these numbers, sorted, so many at a time.

        Raises EngineFault where derivations or counts diverge.
        """
        places = list(batch_ends(len(numbers), size, short=size // SHORT if self.ahead else 0))
        parts = [numbers[first:last] for first, last in pairwise(places)]
        with closing(self._in_turn(parts)) as turns:
            for first, part in zip(places, parts, strict=False):
                heard(first)
                sampled, found = next(turns)
                yield self._batch(part, found, sampled, partial(_after, heard, first))

    def _in_turn(self, parts: Sequence[Sequence[str]]) -> Generator[tuple[Iterator[Settled], _Found]]:
        """Of each batch its sample, and what the engine finds: if `ahead`, it is at the next already.

        Where there are other processes, they begin with the sample before the engine is waited for.
        """
        if not self.ahead:
            yield from ((self._sampled(part), self._found(part)) for part in parts)
            return
        with ThreadPoolExecutor(1) as beside:
            asked = beside.submit(self._found, parts[0])
            for part, after in pairwise(parts):
                sampled, found = self._sampled(part), asked.result()
                asked = beside.submit(self._found, after)
                yield sampled, found
            yield self._sampled(parts[-1]), asked.result()

    def _found(self, numbers: Sequence[str]) -> _Found:
        """Everything that is asked of the engine about the doctors of a batch."""
        self.engine.tables(numbers[0] if numbers else "", numbers[-1] if numbers else "")
        sound = [number for number in numbers if number not in self.odd]
        results = self._together(sound)
        alone = _others(numbers, [results])
        # Where nobody is decided together, nothing is asked that the leaves of the others could join.
        crowded = self.together.crowded() if sound and len(alone) >= OBSERVING else None
        return _Found(results, alone, crowded, self._sorts())

    def _sampled(self, numbers: Sequence[str]) -> Iterator[Settled]:
        """Those of the sample who are among these doctors, decided by both derivations; nobody where all will be."""
        some = [] if self.odd.issuperset(numbers) else sorted(self.sample.intersection(numbers))
        return self.singly.settled(self._pages(some), self.sample, self.repriced)

    def _batch(self, numbers: Sequence[str], by_engine: _Found, sampled: Iterator[Settled], heard: Heard) -> Batch:
        """The rest of a batch, and all of it put together."""
        found = [by_engine.results]
        if by_engine.crowded is not None:
            found.append(self._observed(by_engine.alone, by_engine.crowded, len(numbers), heard))
        left = frozenset(_others(numbers, found))
        alone = self.singly.settled(self._pages(sorted(left)), self.sample, left)
        waiting = {*left, *self.sample.intersection(numbers)}
        done = partial(_after, heard, len(numbers) - len(waiting))
        again = list(_told(sampled, waiting, done))
        settled = list(_told(alone, waiting, done))
        sure = [each.sure for each in found]
        doctors = _whole([each.every_doctor for each in found], sure, [part.doctors for part in settled])
        nodes = _whole([each.every_node for each in found], sure, [part.nodes for part in settled])
        _check_sample(doctors, [part.doctors for part in again], left)
        _check_sample(nodes, [part.nodes for part in again], left)
        refused = [one for part in settled for one in part.refused]
        refused += [one for part in again for one in part.refused if one[0] not in left]
        _check_everyone(numbers, doctors, nodes, refused)
        return Batch(numbers, doctors, nodes, tuple(refused), len(by_engine.alone), by_engine.sorts)

    def _pages(self, numbers: Sequence[str], wanted: Wanted | None = None) -> Iterator[tuple[str, Page | Invalid]]:
        """Doctors with their pages, or why they have none."""
        return zip(numbers, self.source.pages(numbers, wanted), strict=True)

    def _together(self, numbers: Sequence[str]) -> Results:
        """The rows of both tables of those of these doctors whom the columns vouch for."""
        if not numbers:
            nobody = arrow.chunked_array([], arrow.bool_())
            return Results(doctors_schema(self.policy).empty_table(), nodes_schema(self.policy).empty_table(), nobody)
        # Between the first and the last of a batch there may be others.
        return self.together.found(arrow.array(numbers, arrow.string()))

    def _observed(self, numbers: Sequence[str], crowded: Crowded, everyone: int, heard: Heard) -> Results:
        """The rows of both tables of those of these doctors of whom no more than leaves is to be seen singly."""
        found, only = crowded
        some = [number for number in numbers if number in only and number not in self.odd]
        whole = sorted(frozenset(numbers).difference(some))
        lines: dict[str, Line] = {}
        rows = wanted(only, self.columns.questions.values())
        for few in self.singly.partly(self._pages(some, rows), only):
            lines |= few
            heard(everyone - len(numbers) + len(lines))
        leaves = [merged_table(found, lines, self.columns.questions.values())]
        for part in self.singly.observed(self._pages(whole)):
            leaves.append(part)
            heard(everyone - len(numbers) + sum(one.num_rows for one in leaves))
        return self.after.found(arrow.concat_tables(leaves))

    def _sorts(self) -> Anything:
        listed = self.engine.held[DOCTORS]
        return self.engine.found(listed.filter(listed.year == self.policy.year).select(DOCTOR, self.sort_by))


def batch_ends(everyone: int, size: int, *, short: int) -> Iterator[int]:
    """Where batches begin, and the last ends; if told, the first and the last are `short`, and the others alike."""
    if short == 0 or everyone <= size:
        # A source without anyone is a batch too: of nobody.
        yield from range(0, max(everyone, 1), size)
    else:
        yield 0
        number = -(-(everyone - 2 * short) // size)
        yield from (short + (everyone - 2 * short) * rank // number for rank in range(number + 1))
    yield everyone


def _after(heard: Heard, before: int, done: int) -> None:
    heard(before + done)


def _told(parts: Iterable[Settled], waiting: set[str], heard: Heard) -> Iterator[Settled]:
    """Some settled after others; it is heard how many of those who are `waiting` no longer are."""
    everyone = len(waiting)
    for part in parts:
        waiting.difference_update(part.doctors[DOCTOR].to_pylist(), (doctor for doctor, _ in part.refused))
        heard(everyone - len(waiting))
        yield part


def _others(numbers: Sequence[str], found: Iterable[Results]) -> list[str]:
    """Those who have no row yet, in their order."""
    there = [piece for one in found for piece in one.every_doctor[DOCTOR].filter(one.sure).chunks]
    every = arrow.array(numbers, arrow.string())
    mine = computed.is_in(every, arrow.chunked_array(there, arrow.string()))
    return list(every.filter(computed.invert(mine)).to_pylist())


def _whole(found: Sequence[Anything], sure: Sequence[Anything], settled: Sequence[Anything]) -> Anything:
    """All the rows of a batch, by doctor: those surely found, and those settled one by one."""
    every = arrow.concat_tables([*found, *settled])
    vouched = [chunk for one in sure for chunk in one.chunks]
    counts = arrow.chunked_array([*vouched, *(arrow.repeat(True, len(part)) for part in settled)], arrow.bool_())
    order = computed.sort_indices(every[DOCTOR])
    return every.take(order.filter(counts.take(order)))


def _check_sample(whole: Anything, again: Sequence[Anything], left: Collection[str]) -> None:
    """Raises EngineFault unless the rows of the sample are those of the batch, but of doctors left to be settled."""
    told = arrow.concat_tables([whole.slice(0, 0), *again])
    told = told.filter(computed.invert(computed.is_in(told[DOCTOR], arrow.array(sorted(left), arrow.string()))))
    both = computed.indices_nonzero(computed.is_in(whole[DOCTOR], told[DOCTOR]))
    held_against(whole.take(both), told)


def _check_everyone(numbers: Sequence[str], doctors: Anything, nodes: Anything, refused: Sequence[Refused]) -> None:
    """Raises EngineFault unless every doctor of a batch is decided, in both tables, or refused, and once."""
    out = {doctor for doctor, _ in refused}
    expected = arrow.chunked_array([arrow.array([one for one in numbers if one not in out], arrow.string())])
    for table in (doctors, nodes):
        if not table[DOCTOR].equals(expected):
            both = set(table[DOCTOR].to_pylist()) ^ set(expected.to_pylist())
            raise EngineFault(f"{next(iter(sorted(both)), DOCTOR)}: neither decided nor refused, or both")
