"""Indicators fed by one declaration: which of them comes first has to be stated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from engine.conditions import Record, walk
from engine.cursor import Cursor
from engine.drafting.draft import Draft
from engine.problems import Problem


def priority(draft: Draft) -> Iterator[Problem]:
    """Each item whose declarations several indicators read, and that does not say which of them comes first."""
    readers = _readers(draft)
    for name, item in Cursor.top(draft.files.vocabulary["items"]).items():
        stated, reading = item.get("priority"), sorted(readers[name])
        if stated is None and len(reading) > 1:
            yield item.problem("no_priority", name=name, readers=", ".join(reading))
        if stated is not None and sorted(stated.data) != reading:
            yield stated.problem("wrong_priority", name=name, readers=", ".join(reading))


def _readers(draft: Draft) -> dict[str, set[str]]:
    """The indicators that read the declarations of each item, under any choice of readings."""
    readers: dict[str, set[str]] = defaultdict(set)
    for version in draft.versions:
        for indicator in version.policy.indicators:
            for node in walk(indicator.when):
                if isinstance(node, Record) and node.row == "declaration":
                    for name in node.names:
                        readers[name].add(indicator.id)
    return readers
