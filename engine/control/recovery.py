"""A redecision → euros, line by line: what was to be paid before the findings and is after, and what made the gap.

Every line is exact, and so is their sum. Where facts are unknown an amount is a range: then nothing can be claimed.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Literal

from msgspec import Struct

from engine.amount import NOTHING, ZERO, Amount, total
from engine.conditions import Text
from engine.control.redeciding import Redecision
from engine.decision import Decision

Cause = Literal["found", "closed", "learnt", "same"]
"""Why a line pays something else: by the findings, on its own condition or on its volet's alone; or learnt since."""


POINTS = "points"
"""What pays the volets, beside the components, each paid apart."""


class Line(Struct, frozen=True):
    """What one part pays, in euros: as decided before, on the last day without the findings, and with them.

    `under` says with what it is paid: the points, or the component that it is.
    """

    id: str
    under: str
    title: Text
    before: Amount
    unfound: Amount
    after: Amount
    cause: Cause


class Account(Struct, frozen=True, dict=True):
    """Every line of a redecision, in the order of the policy, and what they come to.

    The totals are the decisions' own: of amounts that are not settled, the sum of ranges would be too wide.
    """

    lines: tuple[Line, ...]
    before: Amount
    unfound: Amount
    after: Amount

    @cached_property
    def settled(self) -> bool:
        """Whether no amount hangs on an unknown fact."""
        return all(one.settled for line in self.lines for one in (line.before, line.unfound, line.after))

    @property
    def owed(self) -> Decimal | None:
        """What was paid and is not due, in euros, below zero what is still due; None where it is not settled."""
        if not (self.before.settled and self.after.settled):
            return None
        return self.before.most - self.after.most

    @property
    def parts(self) -> tuple[str, ...]:
        """What is paid apart: the points, then each component."""
        return tuple(dict.fromkeys(line.under for line in self.lines))

    def of(self, under: str) -> tuple[Decimal, Decimal]:
        """What is paid apart, before and after, where that is settled."""
        lines = [line for line in self.lines if line.under == under]
        return sum((line.before.most for line in lines), ZERO), sum((line.after.most for line in lines), ZERO)

    @property
    def moved(self) -> tuple[Line, ...]:
        """The lines that pay something else than before."""
        return tuple(line for line in self.lines if line.before != line.after)


def account(redecision: Redecision) -> Account:
    """What a redecision comes to, line by line: a volet paid as a block is one line, as each indicator of another."""
    decisions = (redecision.before, redecision.unfound, redecision.after)
    parts = zip(*(list(_parts(one)) for one in decisions), strict=True)
    return Account(tuple(_line(*each) for each in parts), *(_whole(one) for one in decisions))


class _Part(Struct, frozen=True):
    """What one part of a decision comes to, in euros."""

    id: str
    under: str
    title: Text
    attained: Amount
    paid: Amount


def _parts(decision: Decision) -> Iterator[_Part]:
    for volet in decision.volets:
        if volet.volet.pays == "block":
            paid = (decision.euros(one) for one in (volet.attained, volet.paid))
            yield _Part(volet.volet.id, POINTS, volet.volet.title, *paid)
            continue
        for one in volet.indicators:
            paid = (decision.euros(each) for each in (one.attained, one.paid))
            yield _Part(one.indicator.id, POINTS, one.indicator.title, *paid)
    for beside in decision.components:
        component = beside.component
        yield _Part(component.id, component.id, component.title, beside.attained, beside.paid)


def _line(before: _Part, unfound: _Part, after: _Part) -> Line:
    return Line(
        id=before.id,
        under=before.under,
        title=before.title,
        before=before.paid,
        unfound=unfound.paid,
        after=after.paid,
        cause=_cause(before, unfound, after),
    )


def _cause(before: _Part, unfound: _Part, after: _Part) -> Cause:
    if unfound.paid != after.paid:
        return "closed" if unfound.attained == after.attained else "found"
    return "same" if before.paid == after.paid else "learnt"


def _whole(decision: Decision) -> Amount:
    """What a decision pays, what is paid beside the points included."""
    return total([decision.euros(decision.paid), *(one.paid for one in decision.components), NOTHING])
