"""Dossiers as tables: their columns and types, and the way from a dossier's page to rows and back.

What a value of a row is, in either form, is a text as the page writes it; a column only gives it a type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain

from engine.dossier import DOCTOR_FIELDS, NAMED_BY, NONE, ROW_FIELDS
from engine.policy import FieldType
from engine.problems import Invalid, Problem
from engine.yamltext import Plain

Columns = Mapping[str, FieldType]
Cells = Mapping[str, str]
"""A row: the texts of its columns, those that are NULL left out."""

DOCTORS = "doctors"
ATTRIBUTES = "attributes"
ITEMS = "document_items"
EXCLUSIONS = "exclusions"
OWNER: Columns = {"doctor": "text", "year": "year"}
"""Whose row it is, in every table: the doctor's number, and the campaign."""
NUMBER = r"^[0-9]{1,20}$"
"""What the schema of a dossier takes as a doctor's number."""
ROW = "row"
"""The column by which child tables name a row of its table, within a campaign; it says nothing of the doctor."""


def _row(*names: str) -> Columns:
    known: Columns = {ROW: "integer", "id": "text", "supersedes": "text", "origin": "text", "recorded_on": "date"}
    return {**OWNER, **known, **{name: ROW_FIELDS.get(name, "text") for name in names}}


ROWS: Mapping[str, Columns] = {
    "locations": _row("department", "from", "to"),
    "measures": _row("measure", "location", "numerator", "denominator", "period_start", "period_end"),
    "facts": _row("fact", "value", "observed_on"),
    "prefills": _row("item", "choice"),
    "declarations": _row("item", "choice", "channel", "declared_on", "requested_on", "sworn"),
    "documents": _row("kind", "issuer", "issued_on", "received_on", "status", "status_on"),
    "findings": _row("item", "choice", "outcome", "ground", "decided_on", "reference", "by"),
}
CHILDREN: Mapping[str, Columns] = {
    EXCLUSIONS: {**OWNER, ROW: "integer", "reason": "text", "count": "integer"},
    ITEMS: {**OWNER, ROW: "integer", "item": "text"},
    ATTRIBUTES: {**OWNER, "of": "text", ROW: "integer", "name": "text", "value": "text"},
}
TABLES: Mapping[str, Columns] = {DOCTORS: {**OWNER, "name": "text", **DOCTOR_FIELDS}, **ROWS, **CHILDREN}
NEEDED: Mapping[str, frozenset[str]] = {
    **{table: frozenset(OWNER) for table in TABLES},
    **{table: frozenset(columns) for table, columns in CHILDREN.items()},
}
"""The columns that a table cannot do without: all of a child's, and elsewhere whose row it is."""

Wanted = Mapping[str, Collection[tuple[str, str]]]
"""For each doctor, the rows that something looks at: by their table, and the name they have there."""
NAMES = {f"{type}s": name for type, name in NAMED_BY.items() if type != "location"}
"""The tables whose rows are of a name that something may look at, and the column that holds it."""
CHILD_OF = {EXCLUSIONS: "measures", ITEMS: "documents"}
"""The tables of parts of rows that are all of one other table."""


def rows_of(data: Plain) -> Iterator[tuple[str, Cells]]:
    """The rows that a dossier's data, valid under its schema, comes to, each with its table."""
    doctor = data["doctor"]
    for year, campaign in data["campaigns"].items():
        owner = {"doctor": doctor, "year": year}
        name = {"name": data["name"]} if data.get("name") else {}
        yield DOCTORS, {**owner, **name, **_given(campaign, DOCTOR_FIELDS)}
        for table, columns in ROWS.items():
            for number, row in enumerate(campaign.get(table) or (), start=1):
                own = {**owner, ROW: str(number)}
                given = _given(row, columns)
                absent = {column for column, text in given.items() if text == NONE and columns[column] != "text"}
                yield table, {**own, **{column: text for column, text in given.items() if column not in absent}}
                # A date that was looked for and not found is no date: it stands among what tables hold as text.
                named = chain(((column, NONE) for column in sorted(absent)), (row.get("attributes") or {}).items())
                for attribute, value in named:
                    if value is not None:
                        yield ATTRIBUTES, {**own, "of": table, "name": attribute, "value": value}
                for item in row.get("items") or ():
                    yield ITEMS, {**own, "item": item}
                for reason, count in (row.get("exclusions") or {}).items():
                    yield EXCLUSIONS, {**own, "reason": reason, "count": count}


def _given(row: Mapping[str, Plain], columns: Columns) -> dict[str, str]:
    return {column: row[column] for column in columns if row.get(column) is not None}


def dossier_data(doctor: str, tables: Mapping[str, Sequence[Cells]]) -> Plain:
    """The data of a dossier from all the rows of one doctor, by table.

    Raises Invalid, each problem with the table as its file: a row of a campaign that `doctors` does not hold, two of
    one campaign there, a child of no row or of two, what cannot be read twice said twice.
    """
    campaigns: dict[str, dict[str, Plain]] = {}
    name: str | None = None
    for row in sorted(tables[DOCTORS], key=lambda one: one.get("year", "")):
        year = row.get("year", "")
        if year in campaigns:
            raise _wrong(DOCTORS, doctor, "doctor_twice", year=year)
        campaigns[year] = _given(row, DOCTOR_FIELDS)
        name = row.get("name", name)
    named = {"name": name} if name else {}
    parents: dict[tuple[str, str, str], list[dict[str, Plain]]] = defaultdict(list)
    for table, columns in ROWS.items():
        # Rows of one campaign stand in the order of their numbers, whatever that of the file.
        for row in sorted(tables[table], key=_number):
            if row.get("year") not in campaigns:
                raise _wrong(table, doctor, "no_doctor_row", year=row.get("year", ""))
            kept = {column: text for column, text in _given(row, columns).items() if column not in (*OWNER, ROW)}
            campaigns[row["year"]].setdefault(table, []).append(kept)
            parents[table, row["year"], row.get(ROW, "")].append(kept)

    def parent(child: str, table: str, row: Cells) -> dict[str, Plain]:
        found = parents.get((table, row.get("year", ""), row.get(ROW, "")), [])
        if len(found) != 1 or ROW not in row:
            details = {"table": table, "year": row.get("year", ""), "row": row.get(ROW, "")}
            raise _wrong(child, doctor, "child_of_two" if len(found) > 1 else "child_of_none", **details)
        return found[0]

    for row in sorted(tables[ATTRIBUTES], key=lambda one: one.get("name", "")):
        table = row.get("of", "")
        holder, attribute = parent(ATTRIBUTES, table, row), row.get("name", "")
        into = holder if attribute in ROWS[table] else holder.setdefault("attributes", {})
        _put(into, attribute, row.get("value"), ATTRIBUTES, doctor)
    for row in sorted(tables[EXCLUSIONS], key=lambda one: one.get("reason", "")):
        excluded = parent(EXCLUSIONS, "measures", row).setdefault("exclusions", {})
        _put(excluded, row.get("reason", ""), row.get("count"), EXCLUSIONS, doctor)
    for row in sorted(tables[ITEMS], key=lambda one: one.get("item", "")):
        parent(ITEMS, "documents", row).setdefault("items", []).append(row.get("item"))
    return {"doctor": doctor, **named, "campaigns": campaigns}


def some_of(rows: Mapping[str, Sequence[Cells]], wanted: Collection[tuple[str, str]]) -> dict[str, Sequence[Cells]]:
    """Those of a doctor's rows that have these names; where one replaces another, all of its table."""
    kept = {
        table: rows[table]
        if table not in NAMES or any("supersedes" in row for row in rows[table])
        else [row for row in rows[table] if (table, row[NAMES[table]]) in wanted]
        for table in (DOCTORS, *ROWS)
    }
    parents = {(table, row["year"], row.get(ROW)) for table in ROWS for row in kept[table]}
    children = {
        table: [row for row in rows[table] if (CHILD_OF.get(table) or row["of"], row["year"], row[ROW]) in parents]
        for table in CHILDREN
    }
    return {**kept, **children}


def _number(row: Cells) -> tuple[int, str]:
    """What to sort rows by: ten comes after nine."""
    number = row.get(ROW, "")
    return len(number), number


def row_number(rows: Sequence[Cells], year: str, rank: int) -> str:
    """The number of a row of a campaign by its rank in the page, or where it has none its rank counted from one."""
    return sorted((row for row in rows if row.get("year") == year), key=_number)[rank].get(ROW, str(rank + 1))


def _put(into: dict[str, Plain], key: str, value: str | None, table: str, doctor: str) -> None:
    if key in into:
        raise _wrong(table, doctor, "duplicate_key", key=key)
    into[key] = value


def _wrong(table: str, doctor: str, code: str, /, **details: str) -> Invalid:
    return Invalid([Problem(code, table, place=doctor, details=details)])
