"""Doctors decided one by one, as `explain` decides them, by as many processes as it pays to start.

Those whom the columns do not vouch for are decided so, and those of the sample that the columns are held against.
What comes back stands in the order in which it was asked, whatever is finished first.
"""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from datetime import date
from functools import lru_cache
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from threading import Thread
from typing import Any as Anything
from typing import TypeVar

from msgspec import Struct

from engine.columnar.layout import Line, as_table, doctor_line, doctors_schema, node_line, nodes_schema
from engine.columnar.observing import Observing, observed_table
from engine.columnar.questions import questions
from engine.decision import day_of, decide, judge
from engine.dispute.pricing import alternatives, other_policies
from engine.dossier import read_dossier
from engine.linking import linked
from engine.loading import PolicyFiles, read_policy
from engine.policy import Policy
from engine.problems import Invalid, Problem
from engine.running.quarantine import Refused
from engine.schema import check
from engine.yamltext import Page

T = TypeVar("T")
CHUNK = 32
"""The doctors given to a process at once."""
PAYS = 150
"""From so many doctors on, other processes are started: it takes the time in which one decides so many."""
AHEAD = 16
"""The chunks that wait for each process: a sample of the usual size waits there whole, while all else goes on."""


class Under(Struct, frozen=True):
    """What doctors are decided under: enough for a process to find it by itself.

    If `priced`, it is told of each decision which other readings would change it.
    """

    folder: Path
    digest: str
    readings: tuple[tuple[str, str], ...]
    as_of: date | None
    priced: bool = True


class Asked(Struct, frozen=True):
    """A doctor to decide, from a page not checked yet or from what is wrong with it.

    `twice`: by both derivations; `priced`: other readings are sought, where the run seeks them; `only`: the numbers
    of the questions to answer, where they are not all.
    """

    doctor: str
    page: Page | tuple[Problem, ...]
    twice: bool = False
    priced: bool = True
    only: tuple[int, ...] = ()


class Settled(Struct, frozen=True):
    """What became of some doctors: their rows of each table, and those who cannot be decided, with what is wrong."""

    doctors: Anything
    nodes: Anything
    refused: tuple[Refused, ...]


def settle(asked: Sequence[Asked], under: Under) -> Settled:
    """Decide doctors one after the other. Raises EngineFault when the two derivations of one diverge."""
    files, policy = _prepared(under)
    lines: list[tuple[Line, Line]] = []
    refused: list[Refused] = []
    for one in asked:
        try:
            page = _sound(one.page)
            dossier = read_dossier(page, policy)
        except Invalid as invalid:
            refused.append((one.doctor, invalid.problems))
            continue
        decision = (decide if one.twice else judge)(policy, dossier, under.as_of)
        others = alternatives(files, page, decision) if under.priced and one.priced else None
        lines.append((doctor_line(decision, others), node_line(decision)))
    doctors = as_table([line for line, _ in lines], doctors_schema(policy))
    return Settled(doctors, as_table([line for _, line in lines], nodes_schema(policy)), tuple(refused))


def observe_all(asked: Sequence[Asked], under: Under) -> Anything:
    """What the leaves see of doctors, as a table that `Columns.after` reads; those left out are to be settled."""
    observing = _observing(under)
    lines: list[Line] = []
    for one in asked:
        with suppress(Invalid):
            line = observing.line(_sound(one.page))
            lines += [] if line is None else [line]
    return observed_table(lines, observing.questions)


def observe_some(asked: Sequence[Asked], under: Under) -> dict[str, Line]:
    """What some leaves see of doctors whose rows surely read, by doctor; those left out are to be settled."""
    observing = _observing(under)
    lines: dict[str, Line] = {}
    for one in asked:
        if isinstance(one.page, Page):
            with suppress(Invalid):
                line = observing.line(one.page, one.only)
                lines |= {} if line is None else {one.doctor: line}
    return lines


@lru_cache(maxsize=1)
def _observing(under: Under) -> Observing:
    """The questions of a policy and of every other reading of it, in the order in which columns ask them."""
    files, policy = _prepared(under)
    others = [other for *_, other in other_policies(files, policy)] if under.priced else []
    return Observing(policy, questions([policy, *others]).values(), day_of(policy, under.as_of))


def _sound(page: Page | tuple[Problem, ...]) -> Page:
    """The page, valid under its schema. Raises Invalid."""
    problems = page if isinstance(page, tuple) else check(page, "dossier")
    if isinstance(page, tuple) or problems:
        raise Invalid(problems)
    return page


@lru_cache(maxsize=1)
def _prepared(under: Under) -> tuple[PolicyFiles, Policy]:
    """The policy, linked once in each process. Raises Invalid when it is no longer what the run began with."""
    files = read_policy(under.folder)
    if files.digest != under.digest:
        raise Invalid([Problem("policy_changed", str(under.folder))])
    return files, linked(files, dict(under.readings))


class Singly:
    """Decides doctors one by one; the processes it starts end with the block it is used in.

    So many doctors are `expected` in all: if they are many, other processes decide them, even if few at a time.
    """

    def __init__(self, under: Under, jobs: int, expected: int = 0) -> None:
        self.under, self.jobs, self.expected = under, jobs, expected
        self.pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Singly:
        self._start_for(self.expected)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)

    def settled(
        self, pages: Iterable[tuple[str, Page | Invalid]], twice: Collection[str], priced: Collection[str]
    ) -> Iterator[Settled]:
        """What becomes of doctors, some at a time, in order.

        `twice` are those whom both derivations decide, `priced` those of whom other readings are sought.
        """
        asked = (Asked(doctor, _plain(page), doctor in twice, doctor in priced) for doctor, page in pages)
        return self.each(settle, asked)

    def observed(self, pages: Iterable[tuple[str, Page | Invalid]]) -> Iterator[Anything]:
        """What the leaves see of doctors, some at a time, in order: of those whom it takes no more to decide."""
        return self.each(observe_all, (Asked(doctor, _plain(page)) for doctor, page in pages))

    def partly(
        self, pages: Iterable[tuple[str, Page | Invalid]], only: Mapping[str, tuple[int, ...]]
    ) -> Iterator[dict[str, Line]]:
        """What some leaves of each doctor see, those whose numbers are told, some doctors at a time.

        By other processes only if there are some: for so little it does not pay to start them.
        """
        asked = (Asked(doctor, _plain(page), only=only[doctor]) for doctor, page in pages)
        return self.each(observe_some, asked, start=False)

    def each(
        self, work: Callable[[Sequence[Asked], Under], T], asked: Iterable[Asked], *, start: bool = True
    ) -> Iterator[T]:
        """What some work makes of doctors, some at a time, in order.

        In other processes, which are started where it pays, and are at the first of them before anything is asked of
        what is returned.
        """
        first = list(islice(every := iter(asked), PAYS))
        if start:
            self._start_for(len(first))
        chunks = _chunks(chain(first, every))
        pool = self.pool
        if pool is None:
            return (work(chunk, self.under) for chunk in chunks)
        begun = (pool.submit(work, chunk, self.under) for chunk in chunks)
        return _in_order(deque(islice(begun, AHEAD * self.jobs)), begun)

    def _start_for(self, doctors: int) -> None:
        if self.pool is None and self.jobs > 1 and doctors >= PAYS:
            self.pool = _pool(self.jobs, self.under)


def _in_order(waiting: deque[Future[T]], begun: Iterator[Future[T]]) -> Iterator[T]:
    """What becomes of work that waits, as it was asked; as one is through, another is begun."""
    while waiting:
        yield waiting.popleft().result()
        waiting.extend(islice(begun, 1))


def _chunks(asked: Iterator[Asked]) -> Iterator[list[Asked]]:
    while chunk := list(islice(asked, CHUNK)):
        yield chunk


def _plain(page: Page | Invalid) -> Page | tuple[Problem, ...]:
    """What can be sent to another process, which an exception that was not raised cannot."""
    return page.problems if isinstance(page, Invalid) else page


def _pool(jobs: int, under: Under) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_begin, initargs=(under,))


def _begin(under: Under) -> None:
    """What a process of the pool does first.

    An interruption is for the process that waits; when that one is gone, this one ends too.
    """
    signal(SIGINT, SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    # A policy that cannot be used is told of by the first work that asks for it.
    with suppress(Invalid):
        _observing(under)
    # What everybody is decided by is no garbage: a sixth of the time went into looking it through again.
    gc.freeze()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None, "a process of the pool was started by another"
    wait([parent.sentinel])
    os._exit(1)
