"""Rows of a flow as columns: what a plan draws for some doctors of a batch, in the order of the doctors."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any as Anything

import numpy
import pyarrow as arrow

from engine.measuring.measures import Flow
from engine.population.chance import HALF, MILLION, Chance, Numbers, share_of
from engine.population.filling import EPOCH, doctor_numbers
from engine.population.flows_plan import (
    DOCTOR,
    Case,
    DoctorExpression,
    DrawnFlow,
    Either,
    FlowsPlan,
    Numbered,
    Part,
    PerKind,
    Pseudonym,
    RowExpression,
    Share,
    ShareOf,
    Since,
    Together,
    Wrong,
    words_of,
)
from engine.population.plan import Constant, Days, Pick, Spread

AT_ONCE = 500_000
"""The rows held at once, and in one part of a file, unless one doctor has more."""
DIGITS, LETTERS = b"0123456789", b"0123456789abcdef"
PLACES = 4
"""The signs of a text that are looked up at once."""
LENGTH = {DIGITS: 3, LETTERS: 4}
"""How often they are, for a number of a row and for a pseudonym."""
ABSENT = -(2**63)
"""What stands for a cell left empty among the numbers of a column."""
MIXING = 0xD6E8FEB86659FD93
"""An odd factor by which, twice, each bit of a number comes to hang on all (J. Maiga, public domain)."""


class Doctors:
    """What is drawn once for each doctor of a batch: numbers, days as numbers, ranks of words, millionths."""

    def __init__(self, plan: FlowsPlan, chance: Chance, first: int, scale: Fraction) -> None:
        self.plan, self.chance, self.first = plan, chance, first
        self.group = chance.weighted("group", [group.weight for group in plan.groups])
        self.numbers = arrow.array(doctor_numbers(first, chance.count)).cast(arrow.string())
        self.values: dict[str, Numbers] = {}
        for name, expression in plan.values.items():
            found = self.drawn(expression, f"flows.{name}", words_of(expression))
            self.values[name] = found * scale.numerator // scale.denominator if name == plan.scaled[0] else found

    def drawn(self, expression: DoctorExpression, name: str, words: tuple[str, ...]) -> Numbers:
        match expression:
            case Pick(weights):
                ranks = numpy.array([words.index(word) for word in weights])
                return numpy.asarray(ranks[self.chance.weighted(name, list(weights.values()))])
            case Days():
                return drawn_days(self.chance, name, expression)
            case Spread(points):
                return self.chance.spread(name, points)
            case Share(points):
                return self.chance.spread(name, points, MILLION)
            case ShareOf(value, points):
                return share_of(self.values[value], self.chance.spread(name, points, MILLION))
            case PerKind(kinds):
                found = numpy.zeros(self.chance.count, dtype=numpy.int64)
                for kind, one in kinds.items():
                    found = numpy.where(self.of_kind(kind, kinds), self.drawn(one, name, words), found)
                return found

    def of_kind(self, kind: str, kinds: Mapping[str, object]) -> Anything:
        """Whose nearest kind, of those named, this one is."""
        nearest = [next(one for one in group.kinds if one in kinds) for group in self.plan.groups]
        return numpy.isin(self.group, [rank for rank, one in enumerate(nearest) if one == kind])

    def counts(self, part: Part) -> Numbers:
        """How many rows each doctor leaves in a part."""
        concerned = numpy.ones(self.chance.count, dtype=bool)
        for value, words in part.when.items():
            known = words_of(self.plan.values[value])
            concerned &= numpy.isin(self.values[value], [known.index(word) for word in words])
        return numpy.where(concerned, self.values[part.count], 0)


def drawn_days(chance: Chance, name: str, days: Days) -> Numbers:
    """A day for each, as numbers."""
    return chance.below(name, (days.last - days.first).days + 1) + (days.first - EPOCH).days


def flow_rows(flow: DrawnFlow, doctors: Doctors, first: int) -> Iterator[Anything]:
    """The rows of a flow for a batch of doctors, some doctors at a time, the first of them of that number.

    As tables sorted by doctor. The rows of the first doctors hang on no later doctor.
    """
    counts = numpy.stack([doctors.counts(part) for part in flow.parts])
    ends = numpy.cumsum(counts.sum(axis=0))
    start = rank = done = 0
    while start < len(ends):
        end = max(start + 1, int(numpy.searchsorted(ends, done + AT_ONCE, side="right")))
        yield _Rows(flow, doctors, numpy.arange(start, end), counts[:, start:end], rank, first + done).table()
        start, rank, done = end, rank + 1, int(ends[end - 1])


class _Some(Chance):
    """What is drawn for some of so many rows: their indexes."""

    def __init__(self, batch: Chance, count: int, picked: Numbers) -> None:
        super().__init__(batch.seed, batch.batch, count)
        self.picked = picked

    def below(self, name: str, limit: int | Numbers) -> Numbers:
        return super().below(name, limit)[self.picked]


class _Rows:
    """Rows of some doctors, each column as whole numbers: days, ranks of words, or what they are."""

    def __init__(
        self, flow: DrawnFlow, doctors: Doctors, members: Numbers, counts: Numbers, rank: int, first: int
    ) -> None:
        self.flow, self.doctors, self.members, self.first = flow, doctors, members, first
        # Part after part of a doctor, doctor after doctor.
        self.part = numpy.repeat(numpy.tile(numpy.arange(len(flow.parts)), len(members)), counts.T.ravel())
        self.doctor = numpy.repeat(members, counts.sum(axis=0))
        self.every = numpy.arange(len(self.doctor))
        self.prefix = f"flows.{flow.flow.name}.{rank}"
        self.leading = self.led(flow.together) if flow.together else self.every
        self.keys = first + self.every
        self.columns: dict[str, Numbers] = {}
        self.words: dict[str, list[str]] = {name: [] for name in flow.flow.columns}
        self.people: dict[str, Anything] = {}

    def chance(self, at: Numbers) -> Chance:
        return _Some(self.doctors.chance, len(self.every), at)

    def led(self, together: Together) -> Numbers:
        """For each row, the first of those it goes with: never another doctor's, nor another part's."""
        drawn = self.chance(self.every).below(f"{self.prefix}.together", MILLION)
        follows = drawn < int(together.share * MILLION)
        follows[:1] = False
        follows[1:] &= (self.doctor[1:] == self.doctor[:-1]) & (self.part[1:] == self.part[:-1])
        return numpy.asarray(numpy.maximum.accumulate(numpy.where(follows, 0, self.every)))

    def table(self) -> Anything:
        """The columns of the flow."""
        for name in dict.fromkeys(name for part in self.flow.parts for name in part.columns):
            self.columns[name] = self.drawn(name)
        for rank, wrong in enumerate(self.flow.wrong):
            drawn = self.chance(self.every).below(f"{self.prefix}.wrong.{rank}", MILLION)
            self.spoil(wrong, numpy.flatnonzero(drawn < wrong.per_million))
        flow = self.flow.flow
        owner = arrow.DictionaryArray.from_arrays(
            (self.doctor - self.members[0]).astype(numpy.int32),
            self.doctors.numbers.take(arrow.array(self.members)),
        )
        return arrow.table({DOCTOR: owner, **{name: self.made(flow, name) for name in flow.columns}})

    def spoil(self, wrong: Wrong, rows: Numbers) -> None:
        """Put what it should not hold in a column of some rows: for a number, that of the doctor's row before."""
        if wrong.column == self.flow.flow.key:
            self.keys[rows] -= (rows > 0) & (self.doctor[rows] == self.doctor[rows - 1])
        else:
            self.columns[wrong.column][rows] = self.number(wrong.column, wrong.value)

    def drawn(self, name: str) -> Numbers:
        """A column: rows of parts that say the same of it at once."""
        found = numpy.full(len(self.every), ABSENT)
        said: dict[int, list[int]] = {}
        for rank, part in enumerate(self.flow.parts):
            said.setdefault(id(part.columns.get(name)), []).append(rank)
        for ranks in said.values():
            expression = self.flow.parts[ranks[0]].columns.get(name)
            rows = self.every if len(said) == 1 else numpy.flatnonzero(numpy.isin(self.part, ranks))
            if expression is not None and len(rows):
                found[rows] = self.column(expression, name, f"{name}.{ranks[0]}", self.leading[rows])
        return found

    def column(self, expression: RowExpression, column: str, path: str, at: Numbers) -> Numbers:
        """What an expression comes to for some rows."""
        chance, name = self.chance(at), f"{self.prefix}.{path}"
        match expression:
            case Constant(text):
                return numpy.array(self.number(column, text))
            case Pick(weights):
                numbers = numpy.array([self.number(column, word) for word in weights])
                return numpy.asarray(numbers[chance.weighted(name, list(weights.values()))])
            case Days():
                return drawn_days(chance, name, expression)
            case Spread(points):
                return chance.spread(name, points)
            case PerKind(kinds):
                found = numpy.zeros(len(at), dtype=numpy.int64)
                for kind, one in kinds.items():
                    own = self.doctors.of_kind(kind, kinds)[self.doctor[at]]
                    found = numpy.where(own, self.column(one, column, f"{path}.{kind}", at), found)
                return found
            case Either(share, _, _):
                shares = self.doctor_value(share, at) if isinstance(share, str) else int(share * MILLION)
                return self.one_or_other(expression, chance.below(name, MILLION) < shares, column, path, at)
            case Since(value, _, _):
                begun = self.columns[self.flow.flow.day][at] >= self.doctor_value(value, at)
                return self.one_or_other(expression, begun, column, path, at)
            case Case(looked_at, words, other):
                found = self.column(other, column, f"{path}.else", at)
                for word, one in words.items():
                    own = self.columns[looked_at][at] == self.number(looked_at, word)
                    found = numpy.where(own, self.column(one, column, f"{path}.{word}", at), found)
                return found
            case Numbered(text, value):
                most = int(self.doctors.values[value].max(initial=1))
                numbers = numpy.array([self.number(column, f"{text}{one + 1}") for one in range(most)])
                return numpy.asarray(numbers[chance.below(name, self.doctor_value(value, self.every))])
            case Pseudonym(value, names):
                return self.pseudonym(
                    column, chance.below(name, self.doctor_value(value, self.every)), value, names, at
                )

    def one_or_other(self, both: Either | Since, first: Anything, column: str, path: str, at: Numbers) -> Numbers:
        then = self.column(both.then, column, f"{path}.then", at)
        other = self.column(both.other, column, f"{path}.else", at)
        return numpy.where(first, then, other)

    def doctor_value(self, value: str, at: Numbers) -> Numbers:
        return self.doctors.values[value][self.doctor[at]]

    def pseudonym(self, column: str, drawn: Numbers, value: str, names: str, at: Numbers) -> Numbers:
        """People as ranks among those who are drawn, whose names are made once."""
        sizes = numpy.maximum(self.doctors.values[value][self.members], 1)
        starts = numpy.cumsum(sizes) - sizes
        ranks = starts[self.doctor[at] - self.members[0]] + drawn
        there = numpy.zeros(int(sizes.sum()), dtype=bool)
        there[ranks] = True
        owners = numpy.repeat(self.members, sizes)[there]
        places = (numpy.arange(len(there)) - numpy.repeat(starts, sizes))[there]
        seed = self.doctors.chance.seed ^ int.from_bytes(hashlib.sha256(names.encode()).digest()[:8])
        people = ((self.doctors.first + owners) << HALF) + places
        made = texts(mixed(people.astype(numpy.uint64) ^ numpy.uint64(seed)), LETTERS)
        earlier = self.people.get(column, made[:0])
        self.people[column] = arrow.concat_arrays([earlier, made])
        return numpy.asarray(len(earlier) + (numpy.cumsum(there) - 1)[ranks])

    def number(self, column: str, text: str | None) -> int:
        """A value as a number of its column: a day, a count, whether it holds, or the rank of a word."""
        if text is None:
            return ABSENT
        match self.flow.flow.columns[column].type:
            case "date":
                return (date.fromisoformat(text) - EPOCH).days
            case "integer":
                return int(text)
            case "boolean":
                return int(text == "true")
            case "text":
                words = self.words[column]
                if text not in words:
                    words.append(text)
                return words.index(text)

    def made(self, flow: Flow, name: str) -> Anything:
        """A column as it is written."""
        if name == flow.key:
            return texts(self.keys, DIGITS)
        if self.flow.together and name == self.flow.together.column:
            return texts(self.first + self.leading, DIGITS)
        numbers = self.columns.get(name, numpy.full(len(self.every), ABSENT))
        absent = numbers == ABSENT
        numbers = numpy.where(absent, 0, numbers)
        match flow.columns[name].type:
            case "text":
                names = self.people.get(name, arrow.array(self.words[name], arrow.string()))
                return arrow.DictionaryArray.from_arrays(arrow.array(numbers.astype(numpy.int32), mask=absent), names)
            case "date":
                return arrow.array(numbers.astype(numpy.int32), mask=absent).cast(arrow.date32())
            case "boolean":
                return arrow.array(numbers.astype(bool), mask=absent)
            case "integer":
                return arrow.array(numbers, mask=absent)


def mixed(numbers: Anything) -> Anything:
    """Numbers that stand for others and tell nothing of them: no two for one."""
    for _ in range(2):
        numbers = (numbers ^ (numbers >> numpy.uint64(HALF))) * numpy.uint64(MIXING)
    return numbers ^ (numbers >> numpy.uint64(HALF))


def texts(numbers: Anything, signs: bytes) -> Anything:
    """Numbers as texts of one length, written in these signs, as many at once as a table holds."""
    base = len(signs) ** PLACES
    table = _several(signs)
    length, numbers = LENGTH[signs], numbers.astype(numpy.uint64)
    written = numpy.empty((len(numbers), length), dtype=numpy.uint32)
    for place in range(length):
        written[:, length - 1 - place] = table[numbers // numpy.uint64(base**place) % numpy.uint64(base)]
    ends = numpy.arange(len(numbers) + 1, dtype=numpy.int32) * (length * PLACES)
    return arrow.Array.from_buffers(
        arrow.string(), len(numbers), [None, arrow.py_buffer(ends), arrow.py_buffer(written)]
    )


@cache
def _several(signs: bytes) -> Anything:
    """The texts of so many signs, in order, each as one number."""
    return numpy.frombuffer(b"".join(map(bytes, product(signs, repeat=PLACES))), dtype=numpy.uint32)
