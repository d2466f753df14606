"""What a doctor would lose if a control refuted what was declared: item by item, and all together.

Exact: the dossier is decided again with findings that refute the items, as if made on the day of the decision. Where
facts are unknown, what counts is the least that is paid: what is at stake is paid for certain.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from engine.amount import ZERO
from engine.claims import leaves, looking
from engine.conditions import Observed, Record
from engine.decision import Decision, IndicatorDecision, settled_again, worth
from engine.dispute.pricing import flips
from engine.dossier import Dossier, Row, Value
from engine.observation import GRADES, Grade
from engine.policy import Indicator, Policy
from engine.standing import standing_on
from engine.verdict import Verdict

OPEN: Grade = "declared"
"""What rests on a declaration alone is open to control."""


class Loss(Struct, frozen=True):
    """What would no longer be paid, in points and in euros, and what becomes of indicators and components.

    `alone` is what the condition brings by itself, where it is part of a volet paid as a block that whole block; the
    rest falls with it, being paid only because that volet is reached.
    """

    points: Decimal
    euros: Decimal
    points_alone: Decimal
    euros_alone: Decimal
    flips: Mapping[str, str]


class Stake(Struct, frozen=True):
    """An item that something granted rests on: by what evidence, for which indicators, and what refuting it costs."""

    item: str
    grade: Grade
    indicators: tuple[Indicator, ...]
    rows: tuple[Row, ...]
    loss: Loss


class Stakes(Struct, frozen=True):
    """All that a doctor has at stake, in the order of the rules; `together` is the loss of all that is open."""

    items: tuple[Stake, ...]
    together: Loss

    @property
    def open(self) -> tuple[Stake, ...]:
        """Those that rest on a declaration alone."""
        return tuple(one for one in self.items if one.grade == OPEN)


def stakes(decision: Decision, only: Collection[str] = ()) -> Stakes:
    """What is at stake in a decision; `only` names the items looked at (none: all)."""
    found = tuple(
        Stake(item, base.grade, tuple(base.indicators), tuple(base.rows), loss(decision, [item]))
        for item, base in _bases(decision).items()
        if not only or item in only
    )
    return Stakes(found, loss(decision, [one.item for one in found if one.grade == OPEN]))


# --- what a grant rests on ------------------------------------------------------------------------------------------


class _Base(Struct):
    """What is gathered of an item: the weakest evidence that anything granted has of it."""

    grade: Grade
    indicators: list[Indicator]
    rows: list[Row]


def _bases(decision: Decision) -> dict[str, _Base]:
    bases: dict[str, _Base] = {}
    for one in decision.indicators:
        if one.grade is None:
            continue
        for item, (grades, rows) in _seen(one, decision).items():
            grade = _rests(one, grades)
            if grade is None:
                continue
            base = bases.setdefault(item, _Base(grade, [], []))
            base.grade = min(base.grade, grade, key=GRADES.index)
            base.indicators.append(one.indicator)
            base.rows += [row for row in rows if row not in base.rows]
    return bases


def _rests(one: IndicatorDecision, grades: Collection[Grade]) -> Grade | None:
    """What a granted indicator has of an item; None where it rests on other things.

    A declaration counts for nothing beside papers, nor where the indicator holds by better evidence than that.
    """
    if one.grade == OPEN and OPEN in grades:
        return OPEN
    return max((grade for grade in grades if grade != OPEN), key=GRADES.index, default=None)


def _seen(one: IndicatorDecision, decision: Decision) -> dict[str, tuple[list[Grade], list[Row]]]:
    """The grades and the rows by which an indicator's records are met, by item."""
    found: dict[str, tuple[list[Grade], list[Row]]] = {}
    for leaf in looking(one.indicator.when):
        seen = decision.observations[leaf.at]
        if not isinstance(leaf, Record) or seen.grade is None:
            continue
        for row in (each.row for each in seen.seen if each.verdict is Verdict.MET):
            for item in _items(leaf, row):
                grades, rows = found.setdefault(item, ([], []))
                grades.append(seen.grade)
                rows.append(row)
    return found


def _items(leaf: Record, row: Row) -> Iterable[str]:
    if leaf.of:
        return (leaf.of,)
    return row.items if leaf.row == "document" else (row.name,)


# --- what refuting it costs -----------------------------------------------------------------------------------------


def loss(decision: Decision, items: Collection[str]) -> Loss:
    """What a doctor loses when these items are refuted together; what would be gained counts for nothing."""
    after, value = refuting(decision, items), decision.policy.point_value
    volets = list(zip(decision.volets, after.volets, strict=True))
    beside = list(zip(decision.components, after.components, strict=True))
    paid = [(was, now) for was, now in volets if was.paid.least]
    points = sum((was.paid.least - now.paid.least for was, now in volets), ZERO)
    euros = sum((was.paid.least - now.paid.least for was, now in beside), ZERO)
    alone = sum((was.attained.least - now.attained.least for was, now in paid), ZERO)
    euros_alone = sum((was.attained.least - now.attained.least for was, now in beside if was.paid.least), ZERO)
    return Loss(
        points=max(ZERO, points),
        euros=max(ZERO, points * value + euros),
        points_alone=max(ZERO, alone),
        euros_alone=max(ZERO, alone * value + euros_alone),
        flips=flips(decision, after),
    )


def refuting(decision: Decision, items: Collection[str]) -> Decision:
    """The decision had a control refuted these items by its day, whatever was found of them before."""
    if not items:
        return decision
    policy, dossier = decision.policy, refuted(decision.dossier, items, decision)
    within = frozenset[str]().union(*(looking_at(policy, item) for item in items))
    known = {at: seen for at, seen in decision.observations.items() if at not in within}
    return worth(policy, dossier, settled_again(decision, standing_on(dossier, policy, decision.as_of), known))


def refuted(dossier: Dossier, items: Iterable[str], decision: Decision) -> Dossier:
    """The dossier with each of the items refuted on the day of a decision."""
    names = dict.fromkeys(items)
    kept = [row for row in dossier.rows if row.type != "finding" or row.name not in names]
    found: dict[str, Value] = {"outcome": "refuted", "decided_on": decision.as_of}
    return replace(dossier, rows=(*kept, *(Row("finding", item, dossier.year, found) for item in names)))


@lru_cache(maxsize=1024)
def looking_at(policy: Policy, item: str) -> frozenset[str]:
    """The places of the leaves that look at what an item is declared, prefilled or proved by."""
    return frozenset(leaf.at for leaf in leaves(policy) if _about(leaf, item))


def _about(leaf: Observed, item: str) -> bool:
    match leaf:
        case Record(row="document", of=of):
            return of in (item, None)
        case Record(names=names):
            return item in names
        case _:
            return False
