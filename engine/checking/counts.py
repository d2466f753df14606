"""What the counts of a measure come to: which of them are read, and every way they can be read together."""

from __future__ import annotations

from itertools import combinations, product
from math import prod
from typing import Any

from engine.checking.facts import FIRST, LAST, Facts, Json, day, field, is_day

MOST_ROWS, MOST_VERSIONS = 8, 64
"""Beyond, what the counts come to is unknown."""
Versions = list[tuple[int, int]]


def counted(asks: Json, facts: Facts) -> tuple[list[Json], list[tuple[Json, str]], Versions | None]:
    """The counts that are read, those left out and why, and what is read comes to (None when it cannot be told)."""
    span, told = asks["during"] or facts.calendar["year"], asks["during"] is not None
    rows = facts.of("measure", [asks["measure"]], facts.year)
    inside = [row for row in rows if _ends_in(row, span, told=told)]
    places = {field(row, "location"): [one for one in inside if _same_place(one, row)] for row in inside}
    groups = [group for located in places.values() for group in _groups(located)]
    kept = [row for group in groups for row in group]
    outside = [] if told else [(row, "out_of_span") for row in rows if row not in inside]
    left_out = [*((row, "recounted") for row in inside if row not in kept), *outside]
    absent = None not in places and any(one.get("id", FIRST) not in {*places, FIRST} for one in facts.locations())
    ways = [_ways(group) for group in groups]
    if not kept or absent or not all(ways) or prod(map(len, ways)) > MOST_VERSIONS:
        return kept, left_out, None
    return kept, left_out, sorted({(sum(n for n, _ in one), sum(d for _, d in one)) for one in product(*ways)})


def _same_place(one: Json, other: Json) -> bool:
    return bool(field(one, "location") == field(other, "location"))


def _ends_in(row: Json, span: Json, *, told: bool) -> bool:
    """Whether a count is of this span: one without a period is of the year, where no span is told."""
    end: Any = field(row, "period_end")
    if "from" not in span:
        return True
    return bool(span["from"] <= end <= span["to"]) if is_day(end) else not told


def _groups(rows: list[Json]) -> list[list[Json]]:
    """Counts whose periods touch together; a count replaces those of earlier days that it overlaps."""
    groups: list[list[Json]] = []
    for on in sorted({row.get("recorded_on", FIRST) for row in rows}, reverse=True):
        later = [row for group in groups for row in group]
        for row in rows:
            if row.get("recorded_on", FIRST) == on and not any(_overlap(row, one) for one in later):
                touched = [group for group in groups if any(_overlap(row, one) for one in group)]
                groups = [group for group in groups if group not in touched]
                groups.append([row, *(one for group in touched for one in group)])
    return groups


def _overlap(one: Json, other: Json) -> bool:
    if any(field(row, name) == "none" for row in (one, other) for name in ("period_start", "period_end")):
        return True
    (start, end), (begin, stop) = (
        (day(row, "period_start", FIRST), day(row, "period_end", LAST)) for row in (one, other)
    )
    return start <= stop and begin <= end


def _ways(rows: list[Json]) -> Versions:
    """What counts of one place give together, in each way that covers their span; nothing when one lacks a count."""
    told = [(field(row, "numerator"), field(row, "denominator")) for row in rows]
    if len(rows) > MOST_ROWS or any(type(count) is not int for counts in told for count in counts):
        return []
    ways = [[n for n in range(len(rows)) if mask >> n & 1] for mask in range(1, 2 ** len(rows))]
    touching = {pair for pair in combinations(range(len(rows)), 2) if _overlap(rows[pair[0]], rows[pair[1]])}
    apart = [way for way in ways if not touching & set(combinations(way, 2))]
    full = [
        way
        for way in apart
        if all(n in way or any((min(n, one), max(n, one)) in touching for one in way) for n in range(len(rows)))
    ]
    return [(sum(told[n][0] for n in way), sum(told[n][1] for n in way)) for way in full]
