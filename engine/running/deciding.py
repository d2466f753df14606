"""The doctors of one batch decided: together as far as the columns vouch for them, singly where they do not.

Those of the sample are decided singly besides, and must come out as the columns have it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.compute as computed
from msgspec import Struct

from engine.network import EngineFault
from engine.policy import Policy
from engine.problems import Problem
from engine.running.layout import DOCTOR, doctors_schema, nodes_schema
from engine.running.sampling import held_against
from engine.running.singly import Settled, Singly
from engine.running.sources import Source

Refused = tuple[str, tuple[Problem, ...]]
Heard = Callable[[int], None]


class Together(Struct, frozen=True):
    """The rows of the doctors that columns vouch for, in any order, and the numbers of all others."""

    doctors: Anything
    nodes: Anything
    singly: Sequence[str]


class Batch(Struct, frozen=True):
    """What became of a batch: the rows of both tables by doctor, who was refused and why, who was decided singly."""

    doctors: Anything
    nodes: Anything
    refused: tuple[Refused, ...]
    singly: int


class Deciding:
    """Decides batch after batch of one source."""

    def __init__(self, policy: Policy, source: Source, singly: Singly, sample: frozenset[str]) -> None:
        self.source, self.singly, self.sample = source, singly, sample
        self.schemas = doctors_schema(policy), nodes_schema(policy)

    def together(self, numbers: Sequence[str]) -> Together:
        """Those of a batch that can be decided at once."""
        doctors, nodes = (schema.empty_table() for schema in self.schemas)
        return Together(doctors, nodes, numbers)

    def batch(self, numbers: Sequence[str], heard: Heard) -> Batch:
        """Decide the doctors of these numbers, sorted. Raises EngineFault where derivations or counts diverge."""
        found = self.together(numbers)
        alone = frozenset(found.singly)
        twice = self.sample & frozenset(numbers)
        asked = sorted(alone | twice)
        settled = list(self._settled(asked, twice, heard, len(numbers) - len(asked)))
        refused = tuple(one for part in settled for one in part.refused)
        doctors = _whole(found.doctors, [part.doctors for part in settled], alone)
        nodes = _whole(found.nodes, [part.nodes for part in settled], alone)
        _check_everyone(numbers, doctors, nodes, refused)
        return Batch(doctors, nodes, refused, len(alone))

    def _settled(self, asked: Sequence[str], twice: Collection[str], heard: Heard, before: int) -> Iterator[Settled]:
        done = before
        for part in self.singly.settled(zip(asked, self.source.pages(asked), strict=True), twice):
            done += part.doctors.num_rows + len(part.refused)
            heard(done)
            yield part


def _whole(vouched: Anything, parts: Sequence[Anything], alone: Collection[str]) -> Anything:
    """All the rows of a batch, by doctor: those vouched for, once the sample agrees, and those decided alone."""
    told = arrow.concat_tables([vouched.slice(0, 0), *parts])
    mine = computed.is_in(told[DOCTOR], arrow.array(sorted(alone), arrow.string()))
    sampled = told.filter(computed.invert(mine))
    held_against(vouched.filter(computed.is_in(vouched[DOCTOR], sampled[DOCTOR])).sort_by(DOCTOR), sampled)
    return arrow.concat_tables([vouched, told.filter(mine)]).sort_by(DOCTOR)


def _check_everyone(numbers: Sequence[str], doctors: Anything, nodes: Anything, refused: Sequence[Refused]) -> None:
    """Raises EngineFault unless every doctor of a batch is decided, in both tables, or refused, and once."""
    out = {doctor for doctor, _ in refused}
    expected = arrow.chunked_array([arrow.array([one for one in numbers if one not in out], arrow.string())])
    for table in (doctors, nodes):
        if not table[DOCTOR].equals(expected):
            both = set(table[DOCTOR].to_pylist()) ^ set(expected.to_pylist())
            raise EngineFault(f"{next(iter(sorted(both)), DOCTOR)}: neither decided nor refused, or both")
