"""The strata of a draw: doctors told apart by what the rules treat alike, by place, by what they have at stake.

Nothing here names a specialty: doctors are grouped by which of the lists that the rules test theirs by name it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import Any as Anything
from typing import Literal, get_args

from engine.claims import leaves
from engine.conditions import Attribute, InTable, Observed, Table
from engine.control.drawing import LEAST, Stratum
from engine.control.frame import Frame
from engine.policy import Policy
from engine.running.impact.who import DEPARTMENT, SPECIALTY

Key = tuple[str, ...]
Field = Literal["group", "specialty", "department", "stake"]
FIELDS: tuple[Field, ...] = get_args(Field)
USUAL: tuple[Field, ...] = ("group", "stake")
BANDS = 4
"""The bands that what is at stake is cut into, of about as many doctors each."""
UNKNOWN = "?"
OTHERS = "*"
"""Stands in a key for everything too rare to be a stratum of its own."""
TOGETHER = "+"
"""Joins the lists that name a specialty."""


def strata(frame: Frame, who: Anything, policy: Policy, by: Sequence[Field], wanted: int) -> tuple[Stratum, ...]:
    """The strata of a frame, by key, of which `wanted` doctors will be drawn.

    `who` is an Arrow table with the number, the specialty and the département of doctors. A stratum whose share of
    the draw would be less than two doctors is joined with others like it.
    """
    numbers, most = frame.doctors.to_pylist(), frame.most.to_pylist()
    place = {number: rank for rank, number in enumerate(who["doctor"].to_pylist())}
    given = {name: who[name].to_pylist() for name in (SPECIALTY, DEPARTMENT)}
    bands, groups = cuts(most), _Groups(policy)
    grouped: dict[Key, list[str]] = {}
    for number, worth in zip(numbers, most, strict=True):
        rank = place[number]
        specialty, department = given[SPECIALTY][rank], given[DEPARTMENT][rank]
        told: Mapping[Field, str] = {
            "group": groups.of(specialty),
            "specialty": groups.code(specialty),
            "department": department or UNKNOWN,
            "stake": str(bisect_right(bands, worth)),
        }
        grouped.setdefault(tuple(told[name] for name in by), []).append(number)
    joined = _joined(grouped, by, wanted, len(numbers))
    return tuple(Stratum(key, tuple(sorted(joined[key]))) for key in sorted(joined))


def cuts(amounts: Sequence[int]) -> list[int]:
    """Where the bands begin, but for the first, so that each holds about as many; equal amounts stay together."""
    ordered = sorted(amounts)
    begins = {ordered[len(ordered) * part // BANDS] for part in range(1, BANDS)} if ordered else set[int]()
    return sorted(begins - set(ordered[:1]))


def _joined(
    grouped: Mapping[Key, list[str]], by: Sequence[Field], wanted: int, everyone: int
) -> dict[Key, list[str]]:
    """The same doctors, those of rare strata together: what `by` names last is given up first, and stakes never."""
    joined = dict(grouped)
    for place in (place for place in reversed(range(len(by))) if by[place] != "stake"):
        narrow, joined = joined, {}
        for key, doctors in narrow.items():
            rare = len(doctors) * wanted < LEAST * everyone
            wider = (*key[:place], OTHERS, *key[place + 1 :])
            joined.setdefault(wider if rare else key, []).extend(doctors)
    return joined


class _Groups:
    """Tells specialties by the lists of the policy that name them, one after the other."""

    def __init__(self, policy: Policy) -> None:
        field = policy.vocabulary.fields.get(SPECIALTY)
        self.all = field.table if field else None
        self.known: dict[str | None, tuple[str, str]] = {}
        self.lists = {table.id: table for leaf in leaves(policy) for table in _lists(leaf)}

    def of(self, specialty: str | None) -> str:
        """The lists that name a specialty, as it is written in the data."""
        return self._told(specialty)[0]

    def code(self, specialty: str | None) -> str:
        """The code of a specialty."""
        return self._told(specialty)[1]

    def _told(self, specialty: str | None) -> tuple[str, str]:
        if specialty not in self.known:
            entry = self.all.find(specialty) if self.all and specialty else None
            code = entry.code if entry else UNKNOWN
            naming = [name for name, table in self.lists.items() if table.find(code)]
            self.known[specialty] = (TOGETHER.join(sorted(naming)), code)
        return self.known[specialty]


def _lists(leaf: Observed) -> Iterator[Table]:
    """The lists of specialties that a leaf tests a doctor's by."""
    if isinstance(leaf, Attribute) and SPECIALTY in leaf.test.fields:
        yield from (test.table for test in leaf.test.tests if isinstance(test, InTable))
