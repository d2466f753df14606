"""Among whom doctors are drawn: those of a run whom something is paid to on a declaration alone.

A run is too large for each of its doctors to be decided again. Its columns tell the most that each could lose: all
that is paid for indicators which rest on a declaration, and for whatever the rules hang on the same items.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Set
from decimal import Decimal
from functools import reduce
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.compute as computed
import pyarrow.dataset as datasets
from msgspec import Struct

from engine.claims import Part, hanging_on, looking, own_claims
from engine.columnar.layout import DOCTOR
from engine.conditions import Record
from engine.control.stakes import OPEN, looking_at
from engine.policy import Indicator, Policy
from engine.running.kept import Kept
from engine.tabular import unreadable

CENTS = Decimal(100)
WIDE = arrow.decimal128(24, 2)


class Frame(Struct, frozen=True):
    """Doctors by number, in order, and the most that each could lose, in cents: Arrow columns."""

    doctors: Anything
    most: Anything

    @property
    def size(self) -> int:
        """How many doctors there are."""
        return len(self.doctors)

    @property
    def digest(self) -> str:
        """SHA-256 of every number and amount, a line each."""
        told = hashlib.sha256()
        for number, most in zip(self.doctors.to_pylist(), self.most.to_pylist(), strict=True):
            told.update(f"{number} {most}\n".encode())
        return f"sha256:{told.hexdigest()}"

    def most_of(self, doctor: str) -> int:
        """The most that a doctor could lose, in cents; nothing for who is not here."""
        place = computed.index(self.doctors, doctor).as_py()
        return 0 if place < 0 else int(self.most[place].as_py())

    def ranked(self) -> list[tuple[int, str]]:
        """The most that each could lose, and who, the greatest first, then by number."""
        both = arrow.table({"most": self.most, DOCTOR: self.doctors})
        ordered = both.sort_by([("most", "descending"), (DOCTOR, "ascending")])
        return list(zip(ordered["most"].to_pylist(), ordered[DOCTOR].to_pylist(), strict=True))

    @property
    def total(self) -> Decimal:
        """The most that all of them could lose, in euros."""
        return Decimal(computed.sum(self.most).as_py() or 0) / CENTS


def frame(run: Kept, policy: Policy, only: Collection[str] = ()) -> Frame:
    """The doctors of a run who could lose something; `only` names the items looked at (none: all).

    Raises Invalid when the run's table of doctors cannot be read.
    """
    file = str(run.folder / "doctors.parquet")
    bounding = Bounding(policy, only)
    none = arrow.table({DOCTOR: arrow.array([], arrow.string()), "most": arrow.array([], arrow.int64())})
    try:
        read = datasets.dataset(file, format="parquet").to_batches(columns=bounding.columns)
        whole = arrow.concat_tables([none, *(bounding.of(arrow.Table.from_batches([batch])) for batch in read)])
    except (arrow.ArrowException, OSError, KeyError) as error:
        raise unreadable(file, error) from None
    ordered = whole.sort_by(DOCTOR)
    return Frame(ordered[DOCTOR].combine_chunks(), ordered["most"].combine_chunks())


class _Reached(Struct, frozen=True):
    """An indicator that may rest on a declaration, and the claims that hang on the items it is declared by."""

    indicator: Indicator
    claims: frozenset[str]


class Bounding:
    """The most that doctors could lose, from the columns of a run."""

    def __init__(self, policy: Policy, only: Collection[str]) -> None:
        self.policy = policy
        self.reached = tuple(_reached(policy, only))
        self.columns = [DOCTOR, *(f"{one.indicator.id}.grade" for one in self.reached)]
        self.columns += [f"{volet.id}.paid.least" for volet in policy.volets]
        self.columns += [f"{one.id}.paid.most" for volet in policy.volets for one in volet.indicators]
        self.columns += [f"{one.id}.paid.least" for one in policy.components]

    def of(self, rows: Anything) -> Anything:
        """The doctors of some rows who could lose something, and how much at most, in cents."""
        rests = {
            one.indicator.id: computed.fill_null(
                computed.equal(rows[f"{one.indicator.id}.grade"].cast(arrow.string()), OPEN), fill_value=False
            )
            for one in self.reached
        }
        points = _sum(rows, [self._volet(rows, rests, place) for place in range(len(self.policy.volets))])
        beside = [
            _where(self._any(rows, rests, {self.policy.eligible.at, *_names(one)}), rows[f"{one.id}.paid.least"])
            for one in self.policy.components
        ]
        euros = computed.multiply(points, arrow.scalar(self.policy.point_value))
        cents = computed.ceil(computed.multiply(_sum(rows, [euros, *beside]), arrow.scalar(CENTS)))
        found = arrow.table({DOCTOR: rows[DOCTOR], "most": cents.cast(arrow.int64())})
        return found.filter(computed.greater(found["most"], 0))

    def _volet(self, rows: Anything, rests: dict[str, Anything], place: int) -> Anything:
        """Of a volet: all that is paid where its payment may fall, else what may fall in it."""
        volet = self.policy.volets[place]
        whole = {self.policy.eligible.at, *_names(volet)}
        if volet.pays == "indicators":
            whole.discard(volet.id)
        paid = rows[f"{volet.id}.paid.least"]
        least = _where(self._any(rows, rests, whole), paid)
        parts = [_where(self._any(rows, rests, _names(one)), rows[f"{one.id}.paid.most"]) for one in volet.indicators]
        return computed.max_element_wise(least, computed.min_element_wise(_sum(rows, parts), paid.cast(WIDE)))

    def _any(self, rows: Anything, rests: dict[str, Anything], names: Set[str]) -> Anything:
        """Whether something that rests on a declaration reaches one of these claims."""
        reaching = [rests[one.indicator.id] for one in self.reached if one.claims & names]
        never = arrow.chunked_array([arrow.repeat(arrow.scalar(value=False), rows.num_rows)])
        return reduce(computed.or_, reaching, never)


def _reached(policy: Policy, only: Collection[str]) -> Iterator[_Reached]:
    for one in policy.indicators:
        items = {
            item
            for leaf in looking(one.when)
            if isinstance(leaf, Record) and leaf.row != "document"
            for item in leaf.names
            if not only or item in only
        }
        if items:
            places = frozenset[str]().union(*(looking_at(policy, item) for item in items))
            yield _Reached(one, frozenset(name for name, _ in hanging_on(policy, places)))


def _names(part: Part) -> Set[str]:
    """The claims of a part."""
    return {name for name, _ in own_claims(part)}


def _where(held: Anything, amount: Anything) -> Anything:
    """An amount where something holds, and nothing elsewhere."""
    return computed.if_else(held, amount.cast(WIDE), arrow.scalar(Decimal("0.00"), WIDE))


def _sum(rows: Anything, amounts: list[Anything]) -> Anything:
    """Amounts of each row, added up."""
    nothing = arrow.chunked_array([arrow.repeat(arrow.scalar(Decimal("0.00"), WIDE), rows.num_rows)])
    return reduce(lambda one, other: computed.add(one, other).cast(WIDE), amounts, nothing)
