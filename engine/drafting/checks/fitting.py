"""Tests that do not fit what they test: a number asked of a text, a value that a field never takes."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from engine.conditions import Attribute, Day, Fact, FieldTest, InTable, Is, Node, Number, Record, Stated, Table, Test
from engine.cursor import Cursor
from engine.drafting.draft import Draft
from engine.policy import Field, FieldType, Vocabulary
from engine.problems import Problem, unknown_name

TRUTH = frozenset({"true", "false"})


class Taken(Struct, frozen=True):
    """What a field may hold: its name, its type, and the only texts it may be (None: any)."""

    name: str
    type: FieldType
    texts: frozenset[str] | None


def fitting(draft: Draft) -> Iterator[Problem]:
    """Each test that no value of its field can pass, and each entry of a tested list that its field never names."""
    for version in draft.versions:
        for node, place in version.conditions():
            for written, fields, tests in _tests(node, place, version.policy.vocabulary):
                for test in tests:
                    yield from _misfit(test, fields, written, draft)


def _tests(
    node: Node, place: Cursor, vocabulary: Vocabulary
) -> Iterator[tuple[Cursor, tuple[Taken, ...], tuple[Test, ...]]]:
    """The tests of a leaf, each group with where it is written and what the fields it reads may hold."""
    match node:
        case Attribute(test=test):
            yield place["attribute"], tuple(_of_doctor(name, vocabulary) for name in test.fields), test.tests
        case Fact(fact=fact, tests=tests):
            yield place["fact"], (_held(vocabulary.facts[fact]),), tests
        case Record(where=where):
            for test in where:
                fields = tuple(_of_row(name, node, vocabulary) for name in test.fields)
                yield _written(place["record"]["where"], test), fields, test.tests
        case _:
            pass


def _misfit(test: Test, fields: tuple[Taken, ...], written: Cursor, draft: Draft) -> Iterator[Problem]:
    known = [texts for field in fields if (texts := field.texts) is not None]
    texts = frozenset().union(*known) if len(known) == len(fields) else None
    match test:
        case Is(values=values):
            wrong = [value for value in values if texts is not None and value not in texts]
            yield from (written.problem("unknown_value", **unknown_name(value, texts or ())) for value in wrong)
        case InTable(table=table):
            yield from _unnamed(table, texts, draft)
        case Number() | Day():
            types = ("integer", "year") if isinstance(test, Number) else ("date",)
            for field in fields:
                if field.type not in types:
                    yield written.problem(
                        "test_not_of_type", name=field.name, relation=test.relation, type=field.type
                    )
        case Stated():
            pass


def _unnamed(table: Table, texts: frozenset[str] | None, draft: Draft) -> Iterator[Problem]:
    """The entries of a list that no value a field takes is."""
    if texts is None:
        return
    page, named = Cursor.top(draft.files.tables[table.id]), [table.find(text) for text in sorted(texts)]
    for entry in table.entries:
        if entry not in named:
            place = page["refused" if entry.refused else "entries"][entry.code]
            yield place.problem("not_in_table", **unknown_name(entry.code, texts))


def _of_row(name: str, record: Record, vocabulary: Vocabulary) -> Taken:
    """What a field of a row may hold: a `choice` is in one of the lists of its item, if it has any."""
    if name == "choice":
        lists = [] if record.row == "document" else [vocabulary.items[item].choices for item in record.names]
        codes = frozenset(entry.code for tables in lists for table in tables for entry in table.entries)
        return Taken(name, "text", codes if lists and all(lists) else None)
    if (record.row, name) == ("document", "status"):
        # The dossier's own list; the vocabulary's `status` is the doctor's.
        return Taken(name, "text", None)
    return _held(vocabulary.fields[name])


def _of_doctor(name: str, vocabulary: Vocabulary) -> Taken:
    known = vocabulary.fields.get(name)
    return _held(known) if known else Taken(name, "text", None)


def _held(field: Field) -> Taken:
    if field.table:
        return Taken(field.name, field.type, frozenset(entry.code for entry in field.table.entries))
    return Taken(field.name, field.type, frozenset(field.values) or (TRUTH if field.type == "boolean" else None))


def _written(where: Cursor, test: FieldTest) -> Cursor:
    """Where a test of a row's field is written."""
    key = (" to " if test.span else " or ").join(test.fields)
    return where[key]
