"""The names a year uses: its closed lists, and the types and labels of what a dossier may hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any as Anything
from typing import TypeVar

from engine.choices import sources_of, text_of
from engine.conditions import Table, TableEntry, Text
from engine.cursor import Cursor
from engine.policy import Field, Item, Measure, Paper, Unit, Vocabulary
from engine.problems import Invalid, Problem
from engine.yamltext import Page

T = TypeVar("T")
Readings = tuple[tuple[str, str], ...]


def each(pages: Mapping[str, Page], make: Callable[[str, Page], T]) -> dict[str, T]:
    """What `make` links of every page, by name. Raises Invalid with the problems of all of them."""
    made: dict[str, T] = {}
    problems: list[Problem] = []
    for name, page in pages.items():
        try:
            made[name] = make(name, page)
        except Invalid as invalid:
            problems += invalid.problems
    if problems:
        raise Invalid(problems)
    return made


def link_table(name: str, page: Page, documents: Mapping[str, object]) -> Table:
    """A closed list. Raises Invalid: an id that is not the file's, two that go by one name."""
    top = Cursor.top(page)
    if top["id"].text != name:
        top["id"].fail("id_not_file", expected=name)
    refused = top.get("refused")
    written = [(code, one, False) for code, one in top["entries"].items()]
    written += [(code, one, True) for code, one in (refused.items() if refused else ())]
    names: set[str] = set()
    entries = []
    for code, cursor, is_refused in written:
        aliases = cursor.get("aliases")
        called = tuple(alias.text for alias in (aliases.each() if aliases else ()))
        sources = sources_of(cursor.get("source"), documents)
        entry = TableEntry(code, text_of(cursor["label"]), called, sources, is_refused)
        double = next((one for one in entry.names if one in names), None)
        if double:
            cursor.fail("duplicate_id", name=double)
        names.update(entry.names)
        entries.append(entry)
    return Table(name, text_of(top["title"]), sources_of(top.get("source"), documents), tuple(entries))


def link_vocabulary(
    pages: Mapping[str, Cursor],
    tables: Mapping[str, Table],
    word: Callable[[Cursor], tuple[str, Readings]],
    documents: Mapping[str, object],
) -> Vocabulary:
    """The vocabulary of a year. Raises Invalid: no such table; a paper, field or document that is not there.

    `word` settles a word that a reading may choose, and says by which readings; `documents` are the sources.
    """

    def table(cursor: Cursor) -> Table:
        if cursor.text not in tables:
            cursor.fail_name("unknown_table", tables)
        return tables[cursor.text]

    def field(name: str, cursor: Cursor) -> Field:
        type: Anything = cursor["type"].text
        unit, listed = cursor.get("unit"), cursor.get("table")
        return Field(
            name=name,
            type=type,
            label=text_of(cursor["label"]),
            values=_texts(cursor.get("values")),
            table=table(listed) if listed else None,
            unit=_unit(unit) if unit else None,
            fixed=cursor.get("fixed") is not None,
        )

    def measure(name: str, cursor: Cursor) -> Measure:
        above: tuple[Anything, Readings] = word(cursor["above_one"])
        units = (_unit(cursor["numerator"]), _unit(cursor["denominator"]))
        return Measure(name, text_of(cursor["label"]), *units, above[0], _texts(cursor.get("exclusions")), above[1])

    def item(name: str, cursor: Cursor) -> Item:
        choices = cursor.get("choices")
        listed = tuple(table(one) for one in choices.each()) if choices else ()
        asked = cursor.get("control")
        return Item(name, text_of(cursor["label"]), listed, tuple(map(paper, asked.each())) if asked else ())

    def paper(cursor: Cursor) -> Paper:
        kinds = tuple(_known(one, "kind", pages["documents"]) for one in cursor["papers"].each())
        shows = tuple(_known(one, "field", pages["fields"]) for one in cursor["shows"].each())
        return Paper(kinds, shows, cursor.get("sent") is not None, sources_of(cursor.get("source"), documents))

    return Vocabulary(
        fields={name: field(name, cursor) for name, cursor in pages["fields"].items()},
        measures={name: measure(name, cursor) for name, cursor in pages["measures"].items()},
        facts={name: field(name, cursor) for name, cursor in pages["facts"].items()},
        items={name: item(name, cursor) for name, cursor in pages["items"].items()},
        documents={name: text_of(cursor["label"]) for name, cursor in pages["documents"].items()},
    )


def _known(cursor: Cursor, what: str, page: Cursor) -> str:
    """A name that a page has. Raises Invalid."""
    if cursor.text not in page.data:
        cursor.fail_name(f"unknown_{what}", page.data)
    return cursor.text


def _texts(cursor: Cursor | None) -> dict[str, Text]:
    return {name: text_of(text) for name, text in cursor.items()} if cursor else {}


def _unit(cursor: Cursor) -> Unit:
    return Unit(text_of(cursor["one"]), text_of(cursor["many"]))
