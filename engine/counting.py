"""The counts of a rate: which rows are of its span, which replace which, and what they add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import combinations, product
from math import prod

from engine.conditions import Empty, Entry, Rate
from engine.dossier import Row, Value
from engine.policy import Policy
from engine.standing import Standing, Struck

COUNTS = ("numerator", "denominator")
MOST_ROWS = 8
"""Rows of one day for one rate; beyond, the leaf is unknown."""
MOST_VERSIONS = 64
"""Contradicting rows are tried in every combination up to this many; beyond, the leaf is unknown."""


def counts_of(
    leaf: Rate | Empty, standing: Standing, policy: Policy
) -> tuple[list[Row], list[tuple[int, int]] | None]:
    """The rows of a measure, and its (numerator, denominator) in every version the rows allow.

    None when a count, or the row of a location in force, is missing. Locations add up.
    """
    span, told = leaf.during or policy.calendar["year"], leaf.during is not None
    rows = [row for row in standing.of("measure", [leaf.measure]) if _in_period(row, span, told=told)]
    by_location: dict[Value | None, list[Row]] = {}
    for row in rows:
        by_location.setdefault(row.fields.get("location"), []).append(row)
    groups = [group for located in by_location.values() for group in _periods(located)]
    kept = [row for group in groups for row in group]
    if not kept or _location_missing(by_location, standing, policy):
        return kept, None
    versions = [_versions(group) for group in groups]
    if (
        any(version is None for version in versions)
        or prod(len(version or ()) for version in versions) > MOST_VERSIONS
    ):
        return kept, None
    combined = product(*(version or () for version in versions))
    return kept, sorted({(sum(n for n, _ in one), sum(d for _, d in one)) for one in combined})


def left_out(leaf: Rate, kept: Sequence[Row], standing: Standing, policy: Policy) -> list[tuple[Row, Struck]]:
    """The rows of a measure that a rate does not count, and why: of another year, or counted again since.

    A rate told which span to read leaves those of the other spans unsaid: other conditions read them.
    """
    told, span = leaf.during is not None, leaf.during or policy.calendar["year"]
    others = [row for row in standing.of("measure", [leaf.measure]) if row not in kept]
    inside = [row for row in others if _in_period(row, span, told=told)]
    outside = [] if told else [row for row in others if row not in inside]
    return [*((row, "recounted") for row in inside), *((row, "out_of_span") for row in outside)]


def _in_period(row: Row, span: Entry, *, told: bool) -> bool:
    """Whether a count is of this span: its period ends in it. Without a period it is of the year, if none is told."""
    end = row.fields.get("period_end")
    if span.first is None or span.last is None:
        return True
    return span.first <= end <= span.last if isinstance(end, date) else not told


def _periods(rows: list[Row]) -> list[list[Row]]:
    """The counts of one location, those whose periods touch together: a later count replaces those it overlaps."""
    groups: list[list[Row]] = []
    for day in sorted({_recorded(row) for row in rows}, reverse=True):
        settled = [row for group in groups for row in group]
        for row in rows:
            if _recorded(row) != day or any(_overlap(row, other) for other in settled):
                continue
            touched = [group for group in groups if any(_overlap(row, other) for other in group)]
            groups = [group for group in groups if group not in touched]
            groups.append([row, *(other for group in touched for other in group)])
    return groups


def _recorded(row: Row) -> date:
    return row.recorded_on or date.min


def _overlap(one: Row, other: Row) -> bool:
    """Whether two counts share a day; a count without a period covers every day."""
    (start, end), (begin, stop) = (
        (row.fields.get("period_start", date.min), row.fields.get("period_end", date.max)) for row in (one, other)
    )
    if not (isinstance(start, date) and isinstance(end, date) and isinstance(begin, date) and isinstance(stop, date)):
        return True
    return start <= stop and begin <= end


def _location_missing(by_location: Mapping[Value | None, list[Row]], standing: Standing, policy: Policy) -> bool:
    if None in by_location:
        return False
    day = policy.calendar["assessment"].last or standing.as_of
    return any(row.id not in by_location for row in standing.locations(day) if row.id is not None)


def _versions(rows: list[Row]) -> list[tuple[int, int]] | None:
    """The different counts that rows of one day give together; None when one of them lacks a count.

    Rows whose periods do not overlap add up; where they do, each way of covering the span is a version.
    """
    if len(rows) > MOST_ROWS or any(_count(row, name) is None for row in rows for name in COUNTS):
        return None
    numerator, denominator = COUNTS
    if len(rows) == 1:
        return [(_sum(rows, numerator), _sum(rows, denominator))]
    ways = [[row for index, row in enumerate(rows) if mask >> index & 1] for mask in range(1, 2 ** len(rows))]
    apart = [way for way in ways if not any(_overlap(*pair) for pair in combinations(way, 2))]
    full = [way for way in apart if all(row in way or any(_overlap(row, one) for one in way) for row in rows)]
    return sorted({(_sum(way, numerator), _sum(way, denominator)) for way in full})


def _sum(rows: Sequence[Row], name: str) -> int:
    return sum(_count(row, name) or 0 for row in rows)


def _count(row: Row, field: str) -> int | None:
    value = row.fields.get(field)
    return value if isinstance(value, int) else None
