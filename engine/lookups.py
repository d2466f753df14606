"""What leaves look up in tables, and what those say of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any as Anything

from engine.conditions import Attribute, Fact, FieldTest, InTable, Node, Record, Table
from engine.dossier import NONE
from engine.matching import written_value
from engine.observation import Observation


def looks_up(node: Node) -> bool:
    """Whether a node looks something up in a table."""
    match node:
        case Attribute(test=test):
            tests = test.tests
        case Fact(tests=tests):
            pass
        case Record(where=where):
            tests = tuple(one for test in where for one in test.tests)
        case _:
            return False
    return any(isinstance(one, InTable) for one in tests)


def looked_up(node: Node, saw: Observation) -> Iterator[tuple[Table, str]]:
    """The tables in which a leaf looked something up, and what it looked up there."""
    match node:
        case Attribute(test=test):
            pairs = [(test.tests, saw.value), *((test.tests, one.row.name) for one in saw.seen)]
        case Fact(tests=tests):
            pairs = [(tests, one.row.fields.get("value")) for one in saw.seen]
        case _:
            checks = [check for one in saw.seen for check in one.checks]
            pairs = [(one.test.tests, one.found) for one in checks if isinstance(one.test, FieldTest)]
    for tests, value in pairs:
        if value not in (None, NONE):
            yield from ((test.table, written_value(value)) for test in tests if isinstance(test, InTable))


def found(table: Table, value: str) -> dict[str, Anything]:
    """What a table says of a value: the entry that it names, if any, and whether the table refuses it."""
    one = table.find(value)
    return {
        "table": table.id,
        "value": value,
        "entry": one and one.code,
        "refused": bool(one and one.refused),
    }
