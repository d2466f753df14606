"""Rules that no passage supports: neither their own nor one they inherit."""

from __future__ import annotations

from collections.abc import Iterator

from engine.conditions import Node, Table, children
from engine.cursor import Cursor
from engine.drafting.draft import Draft, Version
from engine.drafting.places import trees
from engine.measuring.linking import counting_readings
from engine.policy import Reading
from engine.problems import Problem

IN_FORCE, CONTESTED = "unsourced", "unsourced_option"
"""A rule of the default readings needs a passage. What another reading brings in may rest on no registered document:
it is told, and breaks nothing."""


def sourcing(draft: Draft) -> Iterator[Problem]:
    """Each condition, calendar entry, list entry and option of a reading that has no source at all."""
    default, *others = (list(_unsourced(version)) for version in draft.versions)
    yield from (place.problem(IN_FORCE) for place in default)
    yield from (place.problem(CONTESTED) for places in others for place in places if place not in default)
    for name, table in draft.policy.tables.items():
        yield from (place.problem(IN_FORCE) for place in _listed(table, Cursor.top(draft.files.tables[name])))
    for name, reading in draft.policy.readings.items():
        yield from _supported(reading, Cursor.top(draft.files.readings[name]))
    for name, reading in counting_readings(draft.files).items():
        yield from _supported(reading, Cursor.top(draft.files.countings[name]))


def _unsourced(version: Version) -> Iterator[Cursor]:
    yield from (version.entries[name] for name, entry in version.policy.calendar.items() if not entry.sources)
    for tree in trees(version.policy):
        bare = _bare(tree)
        if bare is not None:
            yield version.places[bare.at]


def _bare(node: Node) -> Node | None:
    """The lowest condition of a tree above everything in it that has no source: where one would do."""
    if node.sources:
        return None
    of = children(node)
    below = [one for child in of if (one := _bare(child)) is not None]
    return node if len(below) > 1 or not of else next(iter(below), None)


def _listed(table: Table, page: Cursor) -> Iterator[Cursor]:
    if table.sources:
        return
    bare = [one for one in table.entries if not one.sources]
    if len(bare) == len(table.entries):
        yield page["id"]
        return
    yield from (page["refused" if one.refused else "entries"][one.code] for one in bare)


def _supported(reading: Reading, page: Cursor) -> Iterator[Problem]:
    """A reading rests on some passage; one of its options may be only what people hold, or a choice of ours."""
    bare = [name for name, option in reading.options.items() if not any(one.sources for one in option.support)]
    if len(bare) == len(reading.options):
        yield page["id"].problem(IN_FORCE)
        return
    yield from (page["options"][name].problem(CONTESTED) for name in bare)
