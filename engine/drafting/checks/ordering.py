"""The order a calendar keeps, without which no decision could be right, under any choice of readings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from engine.conditions import Empty, Entry, Fact, Node, Rate, Record
from engine.cursor import Cursor
from engine.drafting.draft import Draft, Version
from engine.problems import Problem

End = Literal["first", "last"]

ORDER: tuple[tuple[str, End, str, End, str], ...] = (
    ("year", "first", "assessment", "first", "assessment"),
    ("assessment", "last", "year", "last", "assessment"),
    ("year", "first", "campaign", "first", "campaign"),
    ("assessment", "last", "campaign", "last", "campaign"),
    ("assessment", "last", "decision", "first", "decision"),
    ("campaign", "last", "decision", "first", "decision"),
)
"""An end of an entry that may not come after an end of another, and which of the two is shown.

Indicators are assessed within their year; a campaign declares what has been assessed; the decision follows both.
"""


def ordering(draft: Draft) -> Iterator[Problem]:
    """What stands in the wrong order, what a rule awaits beyond the decision, what is paid before it ends."""
    for version in draft.versions:
        yield from _anchors(version)
        yield from _awaited(version)
        yield from _periods(version, draft)


def _anchors(version: Version) -> Iterator[Problem]:
    calendar, places = version.policy.calendar, version.entries
    first = calendar["year"].first
    if first and first.year != version.policy.year:
        yield places["year"].problem("calendar_year", expected=str(version.policy.year), day=str(first))
    for earlier, start, later, end, shown in ORDER:
        before, after = getattr(calendar[earlier], start), getattr(calendar[later], end)
        if before and after and before > after:
            names = {"earlier": earlier, "later": later}
            yield places[shown].problem("calendar_order", before=str(before), after=str(after), **names)


def _awaited(version: Version) -> Iterator[Problem]:
    """What a condition waits for must have ended when the decision is made, or it would never be settled."""
    decision = version.policy.calendar["decision"].last
    for node, place in version.conditions():
        for entry in _waits_for(node):
            if entry and entry.last and decision and entry.last > decision:
                yield place.problem("after_decision", name=entry.name, day=str(entry.last), decision=str(decision))


def _waits_for(node: Node) -> tuple[Entry | None, ...]:
    match node:
        case Record() | Fact():
            return (node.closes, node.counts_from)
        case Rate() | Empty():
            return (node.counts_from,)
        case _:
            return ()


def _periods(version: Version, draft: Draft) -> Iterator[Problem]:
    """A component's periods end one after another, and each is paid once it has ended."""
    for component in version.policy.components:
        written = Cursor.top(draft.files.components[component.id])["periods"]
        before: Entry | None = None
        for place, period in zip(written.each(), component.periods, strict=True):
            ends, paid = period.ends, period.paid
            if ends.last and paid.first and paid.first < ends.last:
                yield place["paid"].problem("paid_early", name=paid.name, day=str(paid.first), ends=str(ends.last))
            if before and before.last and ends.last and ends.last < before.last:
                yield place["ends"].problem(
                    "calendar_order",
                    earlier=before.name,
                    before=str(before.last),
                    later=ends.name,
                    after=str(ends.last),
                )
            before = ends
