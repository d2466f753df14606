"""What the leaves of a tree ask, as plain data for a record."""

from __future__ import annotations

from typing import Any as Anything

from engine.conditions import (
    All,
    Always,
    Any,
    Attribute,
    Day,
    Empty,
    Entry,
    Exempt,
    Fact,
    FieldTest,
    InTable,
    Is,
    Node,
    Not,
    Number,
    Outcome,
    Rate,
    Record,
    Same,
    Silent,
    Source,
    Stated,
    Test,
)

Json = dict[str, Anything]


def asks(node: Node) -> Json:
    """What a leaf asks, as plain data; nothing for a gate."""
    match node:
        case Attribute(test=test):
            return {"fields": list(test.fields), "tests": [plain_test(one) for one in test.tests]}
        case Fact():
            return {
                "fact": node.fact,
                "tests": [plain_test(one) for one in node.tests],
                "closes": entry(node.closes),
                "counts_from": entry(node.counts_from),
            }
        case Rate():
            return {
                "measure": node.measure,
                node.relation: str(node.threshold),
                "zero": node.zero,
                "during": entry(node.during),
                "counts_from": entry(node.counts_from),
            }
        case Empty():
            span, counts_from = entry(node.during), entry(node.counts_from)
            return {"measure": node.measure, "during": span, "counts_from": counts_from}
        case Record():
            return {
                "row": node.row,
                "names": list(node.names),
                "of": node.of,
                "where": [field_test(test) for test in node.where],
                "same": [same_test(same) for same in node.same],
                "earlier": node.earlier,
                "filed": node.filed,
                "closes": entry(node.closes),
                "counts_from": entry(node.counts_from),
            }
        case Outcome(of=claim):
            return {"outcome": claim}
        case All() | Any() | Not() | Exempt() | Always() | Silent():
            return {}


def field_test(test: FieldTest) -> Json:
    """Tests on a field, or on the first given of several."""
    return {"fields": list(test.fields), "span": test.span, "tests": [plain_test(one) for one in test.tests]}


def same_test(same: Same) -> Json:
    """Agreement with another item's statement."""
    return {"mine": same.mine, "item": same.item, "theirs": same.theirs}


def plain_test(test: Test) -> Json:
    """One test: its kind and what it compares with."""
    match test:
        case Is(values=values):
            return {"is": list(values)}
        case InTable(table=table):
            return {"table": table.id}
        case Number(relation=relation, threshold=threshold):
            return {relation: str(threshold)}
        case Day(relation=relation, entry=one):
            return {relation: entry(one)}
        case Stated():
            return {"stated": True}


def entry(one: Entry | None) -> Json | None:
    """A calendar entry: its name, and its days when it is not open."""
    if one is None:
        return None
    if one.first is None and one.last is None:
        return {"entry": one.name, "open": True}
    days = {"from": one.first, "to": one.last}
    return {"entry": one.name, **{key: day.isoformat() for key, day in days.items() if day}}


def sources(passages: tuple[Source, ...]) -> list[Json]:
    """Passages as plain data, in the policy's order."""
    return [{"document": one.document, "section": one.section, "lines": list(one.lines)} for one in passages]
