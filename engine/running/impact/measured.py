"""What changes between two runs of the same doctors: who gains, who loses, and where the euros go.

Everything is counted in exact decimals and adds up: every breakdown to the whole, gains and losses to the difference.
Gains and losses are told on what is paid for certain; totals on that, and on the most that missing facts leave open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.compute as computed
from msgspec import Struct

from engine.amount import NOTHING, ZERO, Amount
from engine.columnar.layout import DOCTOR
from engine.network import EngineFault
from engine.policy import Policy
from engine.running.impact.outcomes import Flip, flips
from engine.running.impact.pair import Pair
from engine.running.impact.shares import Share, shares
from engine.running.impact.who import DEPARTMENT, SPECIALTY
from engine.running.summary import labelled

STEP = 100
"""The points between two steps of the distribution of gains and losses."""
SIDES = ("before", "after")


class Group(Struct, frozen=True):
    """Some doctors: how many, how many gain and lose for certain, how much, and what is paid on both sides."""

    value: str | None
    doctors: int
    gaining: int
    losing: int
    gained: Decimal
    lost: Decimal
    before: Amount
    after: Amount

    @property
    def change(self) -> Decimal:
        """What is paid for certain, more or less than before."""
        return self.after.least - self.before.least


class Impact(Struct, frozen=True):
    """What one policy changes for the doctors whom both decided; `decided` is how many each of them did.

    The shares add up to the whole with `tied`, on either side: what missing facts tie together between shares.
    `steps` count doctors by gain or loss: 0 those for whom nothing changes, 1 those who gain up to one `step` of
    euros, and so on.
    """

    decided: tuple[int, int]
    whole: Group
    shares: tuple[Share, ...]
    tied: tuple[Amount, Amount]
    specialties: tuple[Group, ...]
    departments: tuple[Group, ...]
    flips: tuple[Flip, ...]
    step: Decimal
    steps: Mapping[int, int]


class Measured(Struct, frozen=True):
    """What changes, and the tables that show it: a row a doctor, and a row a flip."""

    impact: Impact
    doctors: Anything
    flips: Anything


def measure(pair: Pair, one: Policy, other: Policy, who: Anything) -> Measured:
    """Compare two runs; `who` is an Arrow table of each doctor's specialty and département.

    Raises EngineFault when the figures do not add up to the cent.
    """
    doctors = _doctors(pair, other, who)
    found, table = flips(pair, one, other)
    paid = tuple(shares(pair, one, other))
    whole = next(_groups(doctors, arrow.nulls(len(pair), arrow.string())), _nobody())
    step = STEP * other.point_value
    impact = Impact(
        decided=pair.decided,
        whole=whole,
        shares=paid,
        tied=_tied(whole, paid),
        specialties=tuple(sorted(_groups(doctors, doctors[SPECIALTY]), key=_by_size)),
        departments=tuple(sorted(_groups(doctors, doctors[DEPARTMENT]), key=_by_name)),
        flips=found,
        step=step,
        steps=_steps(doctors["change"], step),
    )
    reconcile(impact)
    return Measured(impact, doctors, table)


def _doctors(pair: Pair, policy: Policy, who: Anything) -> Anything:
    """A row a doctor: who it is, euros before and after, and the difference of what is certain."""
    known = who.combine_chunks()
    place = computed.index_in(pair.numbers, known[DOCTOR].combine_chunks())
    values = {name: known[name].combine_chunks().take(place) for name in (SPECIALTY, DEPARTMENT)}
    euros = {
        f"{when}.{bound}": pair.column(side, f"euros.{bound}")
        for side, when in enumerate(SIDES)
        for bound in ("least", "most")
    }
    change = computed.subtract(euros["after.least"], euros["before.least"])
    specialty = labelled(policy, SPECIALTY, values[SPECIALTY])
    return arrow.table({DOCTOR: pair.numbers, **values, SPECIALTY: specialty, **euros, "change": change})


def _groups(doctors: Anything, values: Anything) -> Iterator[Group]:
    change = doctors["change"]
    zero = arrow.scalar(ZERO, change.type)
    gaining, losing = computed.greater(change, zero), computed.less(change, zero)
    summed = {
        "gaining": gaining.cast(arrow.int64()),
        "losing": losing.cast(arrow.int64()),
        "gained": computed.if_else(gaining, change, zero),
        "lost": computed.if_else(losing, change, zero),
        **{f"{when}.{bound}": doctors[f"{when}.{bound}"] for when in SIDES for bound in ("least", "most")},
    }
    table = arrow.table({"value": values, **summed})
    for row in (
        table.group_by("value").aggregate([*((name, "sum") for name in summed), ([], "count_all")]).to_pylist()
    ):
        counts = (row["count_all"], row["gaining_sum"], row["losing_sum"], row["gained_sum"], row["lost_sum"])
        before, after = (Amount(row[f"{when}.least_sum"], row[f"{when}.most_sum"]) for when in SIDES)
        yield Group(row["value"], *counts, before, after)


def _nobody() -> Group:
    return Group(None, 0, 0, 0, ZERO, ZERO, NOTHING, NOTHING)


def _by_size(group: Group) -> tuple[bool, int, str]:
    return group.value is None, -group.doctors, group.value or ""


def _by_name(group: Group) -> tuple[bool, str]:
    return group.value is None, group.value or ""


def _steps(change: Anything, step: Decimal) -> dict[int, int]:
    """How many doctors gain or lose up to so many steps."""
    counted: dict[int, int] = {}
    for one in computed.value_counts(change).to_pylist():
        whole, rest = divmod(abs(one["values"]), step)
        size = int(whole) + (1 if rest else 0)
        number = size if one["values"] > 0 else -size
        counted[number] = counted.get(number, 0) + one["counts"]
    return dict(sorted(counted.items()))


# --- all adds up --------------------------------------------------------------------------------------------------


def _tied(whole: Group, paid: Sequence[Share]) -> tuple[Amount, Amount]:
    """What is left of the whole once the shares are taken, on either side."""
    before = sum((share.before for share in paid), NOTHING)
    after = sum((share.after for share in paid), NOTHING)
    return _less(whole.before, before), _less(whole.after, after)


def _less(one: Amount, other: Amount) -> Amount:
    return Amount(one.least - other.least, one.most - other.most)


def reconcile(impact: Impact) -> None:
    """Raises EngineFault unless each breakdown adds up to the whole, and gains and losses to the difference."""
    whole = impact.whole
    for name, groups in (("specialties", impact.specialties), ("departments", impact.departments)):
        doctors = sum(one.doctors for one in groups)
        before, after = (sum((getattr(one, side) for one in groups), NOTHING) for side in SIDES)
        if (doctors, before, after) != (whole.doctors, whole.before, whole.after):
            raise EngineFault(f"{name}: {doctors} {before} {after} ≠ {whole.doctors} {whole.before} {whole.after}")
    for group in (whole, *impact.specialties, *impact.departments):
        if group.gained + group.lost != group.change:
            raise EngineFault(f"{group.value}: {group.gained} + {group.lost} ≠ {group.change}")
    for side, tied in zip((whole.before, whole.after), impact.tied, strict=True):
        if side.settled and tied != NOTHING:
            raise EngineFault(f"{impact.shares}: {tied} ≠ {NOTHING}")
    if sum(impact.steps.values()) != whole.doctors:
        raise EngineFault(f"{impact.steps} ≠ {whole.doctors}")
