"""All facts known of one doctor for one year, typed by the year's vocabulary, with their origins and dates."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any as Anything
from typing import Final, Literal

from msgspec import Struct, field

from engine.conditions import Table
from engine.cursor import Cursor, parse_day
from engine.policy import Field, FieldType, Policy
from engine.text import canonical_json, in_order
from engine.yamltext import Page

NONE: Final = "none"
"""What a field holds when it was looked for and not found; an absent field is unknown instead."""

Value = str | int | bool | date
RowType = Literal["location", "measure", "fact", "prefill", "declaration", "document", "finding"]

NAMED_BY: Mapping[RowType, str] = {
    "location": "department",
    "measure": "measure",
    "fact": "fact",
    "prefill": "item",
    "declaration": "item",
    "document": "kind",
    "finding": "item",
}
DOCTOR_FIELDS: Mapping[str, FieldType] = {
    "specialty": "text",
    "status": "text",
    "sector": "text",
    "caisse": "text",
    "hospital_practitioner": "boolean",
    "activity_start": "date",
    "activity_end": "date",
    "first_declaration": "year",
}
ROW_FIELDS: Mapping[str, FieldType] = {
    "from": "date",
    "to": "date",
    "location": "text",
    "numerator": "integer",
    "denominator": "integer",
    "period_start": "date",
    "period_end": "date",
    "observed_on": "date",
    "choice": "text",
    "channel": "text",
    "declared_on": "date",
    "requested_on": "date",
    "sworn": "boolean",
    "issuer": "text",
    "issued_on": "date",
    "received_on": "date",
    "status": "text",
    "status_on": "date",
    "outcome": "text",
    "ground": "text",
    "decided_on": "date",
    "reference": "text",
    "by": "text",
    "recorded_on": "date",
}
MOST_DIGITS = 15
"""A count has at most this many digits: more is a slip of the hand."""
KEPT_FROM_EARLIER: tuple[RowType, ...] = ("prefill", "declaration", "document", "finding")


class Row(Struct, frozen=True):
    """One fact about a doctor. `name` is its measure, fact, item, kind of document or department.

    `fields` holds what is given, typed; `items` what a document covers; `exclusions` the acts a measure left out,
    by reason; `recorded_on` the day it entered the system (None: not known, taken as always known).
    """

    type: RowType
    name: str
    campaign: int
    fields: Mapping[str, Value]
    items: tuple[str, ...] = ()
    exclusions: Mapping[str, int] = field(default_factory=dict)
    origin: str | None = None
    recorded_on: date | None = None
    id: str | None = None
    supersedes: str | None = None

    def plain(self) -> dict[str, Anything]:
        """The row as plain JSON data, the same whatever file or table it came from."""
        given: dict[str, Anything] = {
            "type": self.type,
            "name": self.name,
            "campaign": self.campaign,
            "fields": {key: _plain(value) for key, value in self.fields.items()},
            "items": sorted(self.items),
            "exclusions": dict(self.exclusions),
            "origin": self.origin,
            "recorded_on": self.recorded_on and self.recorded_on.isoformat(),
            "id": self.id,
            "supersedes": self.supersedes,
        }
        return {key: value for key, value in given.items() if value or value == ""}


class Dossier(Struct, frozen=True):
    """What is known of `doctor` for the campaign of `year`, with the earlier rows a rule may read."""

    doctor: str
    name: str | None
    year: int
    fields: Mapping[str, Value]
    rows: tuple[Row, ...]

    def plain(self, written: Callable[[Row], dict[str, Anything]] = Row.plain) -> dict[str, Anything]:
        """The canonical form: rows sorted by content, absent fields left out. `written` writes a row."""
        rows = sorted((written(row) for row in self.rows), key=in_order)
        fields = {key: _plain(value) for key, value in self.fields.items()}
        plain = {"doctor": self.doctor, "name": self.name, "year": self.year, "fields": fields, "rows": rows}
        return {key: value for key, value in plain.items() if value is not None}

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical form in canonical JSON (RFC 8785)."""
        return digest_of(self.plain())


def digest_of(plain: Mapping[str, Anything]) -> str:
    """The digest of a dossier in its canonical form."""
    return f"sha256:{hashlib.sha256(canonical_json(plain)).hexdigest()}"


def _plain(value: Value) -> Anything:
    return value.isoformat() if isinstance(value, date) else value


def campaigns(page: Page) -> list[int]:
    """The years a dossier's page holds, oldest first."""
    return sorted(int(year) for year in page.data["campaigns"])


def read_dossier(page: Page, policy: Policy) -> Dossier:
    """The dossier of the policy's year written in a page valid under its schema.

    Raises Invalid: no such campaign, a name or value the year's vocabulary does not have, an impossible date, a
    numerator above its denominator where the text forbids it.
    """
    top = Cursor.top(page)
    years = top["campaigns"]
    if str(policy.year) not in years.data:
        years.fail("no_campaign", year=str(policy.year), names=", ".join(sorted(years.data)))
    reader = _Reader(policy)
    campaign = years[str(policy.year)]
    reader.check_identities(campaign)
    rows = list(reader.rows(campaign, policy.year))
    for year, earlier in years.items():
        if int(year) < policy.year:
            rows += reader.earlier(earlier, int(year))
    name = top.get("name")
    return Dossier(top["doctor"].text, name.text if name else None, policy.year, reader.doctor(campaign), tuple(rows))


class _Reader:
    def __init__(self, policy: Policy) -> None:
        self.policy, self.vocabulary = policy, policy.vocabulary
        self.known: Mapping[RowType, Mapping[str, object]] = {
            "measure": self.vocabulary.measures,
            "fact": self.vocabulary.facts,
            "prefill": self.vocabulary.items,
            "declaration": self.vocabulary.items,
            "finding": self.vocabulary.items,
            "document": self.vocabulary.documents,
        }

    def doctor(self, campaign: Cursor) -> dict[str, Value]:
        return {
            key: self.value(value, type, self.vocabulary.fields.get(key))
            for key, type in DOCTOR_FIELDS.items()
            if (value := campaign.get(key)) is not None
        }

    def rows(self, campaign: Cursor, year: int) -> Iterator[Row]:
        for type in NAMED_BY:
            table = campaign.get(f"{type}s")
            for row in table.each() if table else ():
                yield self.row(type, row, year)

    def earlier(self, campaign: Cursor, year: int) -> Iterator[Row]:
        """Rows of an earlier campaign, those of items and papers that this year no longer names left out."""
        for type in KEPT_FROM_EARLIER:
            table = campaign.get(f"{type}s")
            for row in table.each() if table else ():
                if row[NAMED_BY[type]].text in self.known[type]:
                    yield self.row(type, row, year)

    def check_identities(self, campaign: Cursor) -> None:
        """Within a campaign, an id names one row, and what is superseded exists in its table."""
        seen: set[str] = set()
        for type in NAMED_BY:
            table = campaign.get(f"{type}s")
            rows = list(table.each()) if table else []
            ids = [row["id"].text for row in rows if row.get("id")]
            for row in rows:
                name, replaced = row.get("id"), row.get("supersedes")
                if name and name.text in seen:
                    name.fail("duplicate_id", name=name.text)
                if name:
                    seen.add(name.text)
                if replaced and replaced.text not in ids:
                    replaced.fail_name("unknown_row", ids)

    def row(self, type: RowType, cursor: Cursor, year: int) -> Row:
        name = cursor[NAMED_BY[type]]
        if type in self.known and name.text not in self.known[type]:
            name.fail_name(f"unknown_{NAMED_BY[type]}", self.known[type])
        fields = {
            key: self.row_value(type, name.text, key, value, year)
            for key, value in cursor.items()
            if key in ROW_FIELDS and key not in ("recorded_on", NAMED_BY[type]) and value.data is not None
        }
        attributes, exclusions = cursor.get("attributes"), cursor.get("exclusions")
        for key, value in attributes.items() if attributes else ():
            if key not in self.vocabulary.fields or key in ROW_FIELDS:
                value.fail_name("unknown_field", set(self.vocabulary.fields) - set(ROW_FIELDS), key)
            if value.data is not None:
                spec = self.vocabulary.fields[key]
                fields[key] = self.value(value, spec.type, spec)
        if type == "fact" and (found := cursor.get("value")) is not None:
            spec = self.vocabulary.facts[name.text]
            fields["value"] = self.value(found, spec.type, spec)
        if type == "measure":
            self.check_counts(cursor, name.text, fields)
        items, recorded = cursor.get("items"), cursor.get("recorded_on")
        texts = {key: cursor[key].text for key in ("origin", "id", "supersedes") if cursor.get(key)}
        return Row(
            type=type,
            name=name.text,
            campaign=year,
            fields=fields,
            items=tuple(self.item(item) for item in items.each()) if items else (),
            exclusions=self.exclusions(name.text, exclusions) if exclusions else {},
            recorded_on=parse_day(recorded) if recorded else None,
            **texts,
        )

    def row_value(self, type: RowType, name: str, key: str, cursor: Cursor, year: int) -> Value:
        if key == "choice":
            tables = self.vocabulary.items[name].choices
            # An earlier campaign had lists of its own: what it named is kept as it is written.
            return self.in_tables(cursor, tables) if tables and year == self.policy.year else cursor.text
        # A document's status is the schema's own list; the vocabulary's `status` is the doctor's.
        field = None if (type, key) == ("document", "status") else self.vocabulary.fields.get(key)
        return self.value(cursor, ROW_FIELDS[key], field)

    def value(self, cursor: Cursor, type: FieldType, field: Field | None) -> Value:
        if not isinstance(cursor.data, str):
            cursor.fail("not_expected", value=str(cursor.data)[:80], expected=type)
        if cursor.text == NONE:
            return NONE
        match type:
            case "date":
                return parse_day(cursor)
            case "integer" | "year":
                digits = cursor.text.removeprefix("-")
                if not (digits.isascii() and digits.isdecimal() and len(digits) <= MOST_DIGITS):
                    cursor.fail("not_an_integer", value=cursor.text[:80])
                return int(cursor.text)
            case "boolean":
                if cursor.text not in ("true", "false"):
                    cursor.fail("not_a_boolean", value=cursor.text[:80])
                return cursor.text == "true"
            case "text":
                if field and field.table:
                    return self.in_tables(cursor, (field.table,))
                if field and field.values and cursor.text not in field.values:
                    cursor.fail_name("unknown_value", field.values)
                return cursor.text

    def in_tables(self, cursor: Cursor, tables: tuple[Table, ...]) -> str:
        for table in tables:
            entry = table.find(cursor.text)
            if entry:
                return entry.code
        return cursor.fail_name("not_in_table", (entry.code for table in tables for entry in table.entries))

    def item(self, cursor: Cursor) -> str:
        if cursor.text not in self.vocabulary.items:
            cursor.fail_name("unknown_item", self.vocabulary.items)
        return cursor.text

    def exclusions(self, measure: str, cursor: Cursor) -> dict[str, int]:
        known = self.vocabulary.measures[measure].exclusions
        for name, count in cursor.items():
            if name not in known:
                count.fail_name("unknown_exclusion", known, name)
        counts = {name: self.value(count, "integer", None) for name, count in cursor.items()}
        return {name: count for name, count in counts.items() if isinstance(count, int)}

    def check_counts(self, cursor: Cursor, measure: str, fields: Mapping[str, Value]) -> None:
        numerator, denominator = fields.get("numerator"), fields.get("denominator")
        if not isinstance(numerator, int) or not isinstance(denominator, int):
            return
        if numerator > denominator and self.vocabulary.measures[measure].above_one == "invalid":
            cursor["numerator"].fail("above_one", numerator=str(numerator), denominator=str(denominator))
