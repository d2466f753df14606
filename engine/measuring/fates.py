"""What a measure asks of each row of a flow, and what may become of one: the same question for all that ask it alike.

*Other*, *quarantined*, *out of period*, *excluded* under the first reason that holds, or *counted*.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from engine.conditions import Entry
from engine.measuring.measures import (
    Count,
    Distinct,
    Every,
    Flow,
    Has,
    Measuring,
    Never,
    Part,
    Rows,
    Side,
    Some,
    Start,
    Weekly,
    Where,
)

OTHER, UNDECIDED, OUT, DOUBTFUL, COUNTED, PART, EXCLUDED = range(7)
"""Fates as numbers. `UNDECIDED`: whether the measure looks at the row is not known; `DOUBTFUL`: what it then makes of
it. `PART`: counted, and in the part that the numerator counts. `EXCLUDED` is the first exclusion, the next number the
second. Where a doctor's period begins later, all from `DOUBTFUL` on are out of it."""


class Asked(Struct, frozen=True, cache_hash=True):
    """What decides the fate of a row: which rows, over which days, what is left out, what is counted, what part."""

    flow: str
    day: str
    where: Where | None
    span: Entry
    exclusions: tuple[Where, ...]
    needs: tuple[str, ...]
    parted: bool = False
    part: Where | None = None
    part_needs: tuple[str, ...] = ()


class Begun(Struct, frozen=True, cache_hash=True):
    """What begins a doctor's own period: which rows of a flow, in which span, and which days undo that."""

    asked: Asked
    start: Start


class Counted(Struct, frozen=True):
    """One side of a measure: what it asks of rows, whether it takes the part of them, how they count.

    `own`: within a period that each doctor has of their own.
    """

    name: str
    asked: Asked
    fate: int
    own: bool
    count: Count
    side: Side


def sides(measuring: Measuring) -> tuple[Counted, ...]:
    """The sides of a measure, denominator first; a part asks what the denominator asks."""
    return tuple(_sides(measuring))


def _sides(measuring: Measuring) -> Iterator[Counted]:
    below, above, span = measuring.denominator, measuring.numerator, measuring.period.span
    own = measuring.period.start is not None
    if below:
        asked = _asked(below, span, above if isinstance(above, Part) else None)
        yield Counted("denominator", asked, COUNTED, own, below.count, below)
        if isinstance(above, Part):
            yield Counted("numerator", asked, PART, own, above.count, below)
    if isinstance(above, Side):
        yield Counted("numerator", _asked(above, span, None), COUNTED, own, above.count, above)


def begun(measuring: Measuring) -> Begun | None:
    """What begins a doctor's own period, if the measure has that."""
    start = measuring.period.start
    return Begun(sides(measuring)[0].asked, start) if start else None


def _asked(side: Side, span: Entry, part: Part | None) -> Asked:
    asked = Asked(
        side.flow, side.day, side.where, span, tuple(one.when for one in side.exclusions), needs_of(side.count)
    )
    if part is None:
        return asked
    return replace(asked, parted=True, part=part.where, part_needs=needs_of(part.count))


def needs_of(count: Count) -> tuple[str, ...]:
    """The columns that counting looks at."""
    match count:
        case Rows():
            return ()
        case Distinct(fields=fields):
            return fields
        case Weekly(field=field):
            return (field,)


def looks_at(where: Where) -> Iterator[str]:
    """The columns that a test looks at."""
    match where:
        case Has(field=field):
            yield field
        case Every(of=of) | Some(of=of):
            for one in of:
                yield from looks_at(one)
        case Never(of=inside):
            yield from looks_at(inside)


def may_be_unknown(where: Where, flow: Flow) -> bool:
    """Whether a sound row may leave it open if a test holds."""
    return any(flow.columns[name].optional for name in looks_at(where))


def may_be_doubtful(asked: Asked, flow: Flow) -> bool:
    """Whether the fate of a sound row may not be known."""
    tests = [one for one in (asked.where, *asked.exclusions, asked.part) if one]
    needed = (asked.day, *asked.needs, *asked.part_needs)
    return any(may_be_unknown(one, flow) for one in tests) or any(flow.columns[name].optional for name in needed)
