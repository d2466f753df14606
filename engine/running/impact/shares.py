"""What is paid under each title, in euros, by two policies to the same doctors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.compute as computed
from msgspec import Struct

from engine.amount import NOTHING, Amount
from engine.network import EngineFault
from engine.policy import Component, Indicator, Policy, Volet
from engine.running.impact.flips import Side
from engine.running.impact.pair import Pair, total_of

EXACT = arrow.decimal128(24, 4)
"""Points times euros, summed: wide enough for every doctor, and nothing rounded."""
Part = Volet | Indicator | Component


class Share(Struct, frozen=True):
    """What is paid under one title on both sides, nothing where a policy does not have it."""

    id: str
    side: Side
    before: Amount
    after: Amount

    @property
    def change(self) -> Decimal:
        """What is paid for certain, more or less than before."""
        return self.after.least - self.before.least


def shares(pair: Pair, one: Policy, other: Policy) -> Iterator[Share]:
    """A share for each volet paid as a block, each indicator of others, each component, by the second policy's order.

    Raises EngineFault when a doctor of whom all is known is not paid the sum of the shares.
    """
    before, after = (_paid(pair, side, policy) for side, policy in enumerate((one, other)))
    for name in [*after, *(name for name in before if name not in after)]:
        yield Share(name, _side(name in before, name in after), before.get(name, NOTHING), after.get(name, NOTHING))


def _paid(pair: Pair, side: int, policy: Policy) -> Mapping[str, Amount]:
    """What each part of a policy pays in all; held against what each doctor is paid."""
    totals: dict[str, Amount] = {}
    sums: Anything = arrow.repeat(arrow.scalar(Decimal(0), EXACT), len(pair))
    settled: Anything = arrow.repeat(arrow.scalar(True), len(pair))
    for part in _parts(policy):
        least, most = pair.amounts(side, f"{part.id}.paid")
        value = Decimal(1) if isinstance(part, Component) else policy.point_value
        totals[part.id] = total_of((least, most)) * value
        sums = computed.add(sums, computed.multiply(least, arrow.scalar(value))).cast(EXACT)
        settled = computed.and_(settled, computed.equal(least, most))
    apart = computed.and_(settled, computed.not_equal(sums, pair.column(side, "euros.least")))
    if computed.any(apart).as_py():
        doctor = pair.numbers.filter(apart)[0]
        raise EngineFault(f"{doctor}: {sums.filter(apart)[0]}")
    return totals


def _parts(policy: Policy) -> Iterator[Part]:
    for volet in policy.volets:
        if volet.pays == "block":
            yield volet
        else:
            yield from volet.indicators
    yield from policy.components


def _side(first: bool, second: bool) -> Side:
    return "both" if first and second else "first" if first else "second"
