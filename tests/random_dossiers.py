"""Dossiers drawn at random for any policy: what its conditions look at, near enough to their limits to fall on both
sides, and everything that makes a dossier hard to read.

Most of what is drawn stands alone, as columns want it; the rest repeats, replaces, contradicts, comes from other
campaigns or is spelled otherwise. The same `Random` draws the same dossier on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from random import Random
from typing import Any as Anything

from engine.columnar.pools import DEPARTMENT
from engine.conditions import Attribute, FieldTest, Record
from engine.dossier import DOCTOR_FIELDS, ROW_FIELDS
from engine.policy import Policy
from engine.tables import ROWS
from engine.yamltext import Page
from tests.random_values import DAY, NAMES, LookedAt, Values

Row = dict[str, Anything]
Rows = dict[str, list[Row]]


class Drawing(LookedAt):
    """Draws dossiers that the conditions of some policies of one year have something to say about."""

    def page(self, random: Random, number: str, *, plain: bool = False) -> Page:
        """One doctor's dossier; if `plain`, with everything told, once and well."""
        return _Dossier(self, random, plain=plain).page(number)


class _Dossier(Values):
    def page(self, number: str) -> Page:
        year = self.policy.year
        campaigns = {str(year): self.campaign(year)}
        if self.chance(0.4) or "earlier" in self.odd:
            campaigns[str(year - 1)] = self.other_campaign(year - 1)
        if "earlier" in self.odd:
            for other in (year - 2, year + 1):
                campaigns[str(other)] = self.other_campaign(other)
        name = {"name": "Dr Été"} if self.chance(0.5) else {}
        return Page("", {"doctor": number, **name, "campaigns": campaigns}, {})

    # --- campaigns --------------------------------------------------------------------------------------------------

    def campaign(self, year: int) -> Row:
        rows: Rows = {
            "locations": self.locations(),
            "measures": list(self.measures()),
            "facts": list(self.facts()),
            **self.records(earlier=False),
            "findings": list(self.findings()) if "finding" in self.odd else [],
        }
        for table, own in rows.items():
            for row in list(own):
                self.meddle(table, row, own)
        if "supersedes" in self.odd:
            self.replace(rows)
        self.identify(rows)
        for own in rows.values():
            self.random.shuffle(own)
        return {**self.doctor(), **{table: own for table, own in rows.items() if own or self.chance(0.2)}}

    def other_campaign(self, year: int) -> Row:
        rows = self.records(earlier=True)
        if self.chance(0.2):
            rows |= {"measures": list(self.measures()), "facts": list(self.facts())}
        if "earlier" in self.odd and self.chance(0.3):
            rows["prefills"].append({"item": "gone-since", "choice": "x"})
        return {table: own for table, own in rows.items() if own}

    def doctor(self) -> Row:
        given = {}
        for name, type in DOCTOR_FIELDS.items():
            if not self.chance(2 * self.gap):
                test = self.drawing.fields.get(name)
                fits = self.passing(test.tests[0], type) if test is not None and self.chance(0.8) else None
                given[name] = self.spelled(name, fits or self.value(name, type))
        if self.chance(0.7):
            # Most practise all year: else nobody is ever paid.
            given["activity_start"] = "2001-01-01"
            given.pop("activity_end", None)
        return given

    def locations(self) -> list[Row]:
        tests = [leaf.test for leaf in self.drawing.leaves if isinstance(leaf, Attribute)]
        asked = [test for test in tests if test.fields == (DEPARTMENT,)]
        found = []
        for number in range(
            self.random.choice([0, 1, 1, 2, 3]) if "places" in self.odd else self.random.choice([0, 1])
        ):
            fits = self.passing(self.random.choice(asked).tests[0], "text") if asked and self.chance(0.6) else None
            row: Row = {
                "id": f"l{number}",
                "department": fits or self.random.choice(["38", "2A", "aa", "none" if self.gap else "01"]),
            }
            row |= {name: self.day() for name in ("from", "to") if self.chance(0.3)}
            if self.chance(0.2):
                del row["id"]
            found.append(row)
        return found

    # --- what is counted and observed -------------------------------------------------------------------------------

    def measures(self) -> Iterator[Row]:
        placed = "places" in self.odd and self.chance(0.8)
        for name, measure in self.vocabulary.measures.items():
            if not self.chance(self.told):
                continue
            for place in ["l0", "l1", "l2", "l9"][: self.random.randint(1, 4)] if placed else [None]:
                row: Row = {"measure": name, **self.counts(name)}
                if place:
                    row["location"] = place
                if self.chance(0.6):
                    row |= self.period()
                if measure.exclusions and self.chance(0.3):
                    row["exclusions"] = {self.random.choice(list(measure.exclusions)): "3"}
                yield self.known(row)

    def counts(self, name: str) -> Row:
        rates = [leaf.threshold for leaf in self.drawing.rates if leaf.measure == name]
        share = self.random.choice(rates) if rates else None
        whole = self.random.choice([0, 1, 7, 10, 100, 1000, 99999, 10**15 - 1 if self.odd else 10**9 - 1])
        if share is not None and self.chance(0.7):
            whole = share.denominator * self.random.choice([1, 3, 50])
            part = whole * share.numerator // share.denominator + self.random.choice([-1, 0, 0, 1, 2])
        else:
            part = self.random.randint(0, whole)
        bound = self.vocabulary.measures[name].above_one == "invalid" and "wrong" not in self.odd
        if not bound and self.chance(0.03):
            part = whole + self.random.choice([0, 1, 50])
        counted = {"numerator": str(max(0, min(part, whole) if bound else part)), "denominator": str(whole)}
        return {key: value for key, value in counted.items() if not self.chance(self.gap)}

    def period(self) -> Row:
        entries = [entry for entry in self.policy.calendar.values() if entry.first and entry.first != entry.last]
        entry = self.random.choice(entries)
        year = self.policy.calendar["year"]
        if self.chance(0.6 if self.gap else 0.98):
            entry = year
        ends = {"period_start": entry.first.isoformat(), "period_end": entry.last.isoformat()}  # type: ignore[union-attr]
        if self.chance(self.gap):
            ends["period_end"] = self.day()
        return {key: value for key, value in ends.items() if not self.chance(self.gap)}

    def facts(self) -> Iterator[Row]:
        for name, field in self.vocabulary.facts.items():
            if not self.chance(self.told):
                continue
            leaf = self.drawing.facts.get(name)
            fits = (
                self.passing(self.random.choice(leaf.tests), field.type) if leaf and self.chance(self.well) else None
            )
            row = {"fact": name, "value": fits or self.value(name, field.type)}
            if self.chance(0.2 * self.gap):
                row["value"] = "none"
            if self.chance(self.gap):
                del row["value"]
            if self.chance(0.5):
                year = self.policy.calendar["year"]
                row["observed_on"] = self.day() if self.chance(10 * self.gap) else str(year.last)
            yield self.known(row)

    # --- records ----------------------------------------------------------------------------------------------------

    def records(self, *, earlier: bool) -> Rows:
        """One row at most for each item declared or prefilled, and for each kind of paper of an item."""
        rows: Rows = {"prefills": [], "declarations": [], "documents": []}
        shape = list(self.drawing.records)
        self.random.shuffle(shape)
        covered: set[tuple[str, str, str | None]] = set()
        choices = {item: self.choice(item) for item in self.vocabulary.items}
        for leaf in shape:
            if not self.chance(self.often * (0.3 if leaf.earlier != earlier else 1)):
                continue
            name = self.random.choice(leaf.names)
            if (leaf.row, name, leaf.of) in covered or not self.alone(leaf, name, covered):
                continue
            covered.add((leaf.row, name, leaf.of))
            rows[f"{leaf.row}s"].append(self.record(leaf, name, choices))
        return rows

    def alone(self, leaf: Record, name: str, covered: set[tuple[str, str, str | None]]) -> bool:
        """A prefill beside a declaration, or two kinds of paper of one item, are seldom drawn."""
        if leaf.row == "document":
            return self.chance(0.3) or not any(of == leaf.of for row, _, of in covered if row == "document")
        return self.chance(0.4) or not any(name == other for row, other, _ in covered if row != "document")

    def record(self, leaf: Record, name: str, choices: dict[str, str]) -> Row:
        row: Row = {"kind": name, "items": self.items(leaf)} if leaf.row == "document" else {"item": name}
        attributes: Row = {}
        if leaf.row != "document" and self.chance(0.9):
            row["choice"] = choices[name]
        for test in leaf.where:
            for field in test.fields if test.span else [self.random.choice(test.fields)]:
                value = self.field(test, field, name if leaf.row != "document" else None)
                if value is not None:
                    self.put(row, attributes, leaf, field, value)
        for same in leaf.same:
            if self.chance(0.95):
                theirs = choices[same.item] if same.theirs == "choice" else self.random.choice(NAMES)
                said = theirs if self.chance(self.well) else self.random.choice(NAMES)
                if same.mine != "choice" or leaf.row == "document" or not self.vocabulary.items[name].choices:
                    self.put(row, attributes, leaf, same.mine, said if self.chance(0.95) else "none")
        if self.chance(0.02 if leaf.row == "prefill" else 0.2):
            field = self.random.choice([one for one in self.vocabulary.fields if one not in _COLUMNS_OF_TABLES])
            self.put(row, attributes, leaf, field, self.value(field, self.vocabulary.fields[field].type))
        row |= self.manner(leaf, row)
        return self.known({**row, **({"attributes": attributes} if attributes else {})})

    def manner(self, leaf: Record, row: Row) -> Row:
        """When and how it was filed, where no test said so."""
        given: Row = {}
        if leaf.row == "declaration":
            given = {"declared_on": self.day(), "sworn": "true"}
        if leaf.row == "document":
            given = {"received_on": self.day(), "status": self.random.choice(["received", "validated", "rejected"])}
            if self.chance(0.5):
                given["status_on"] = self.day()
        return {name: value for name, value in given.items() if name not in row and self.chance(0.6)}

    def items(self, leaf: Record) -> list[str]:
        own = [leaf.of or self.random.choice(list(self.vocabulary.items))]
        return own + ([self.random.choice(list(self.vocabulary.items))] if self.chance(0.05) else [])

    def put(self, row: Row, attributes: Row, leaf: Record, name: str, value: str) -> None:
        if name not in ROW_FIELDS:
            attributes[name] = value
        elif name in _COLUMNS[leaf.row] and (value != "none" or name in _MAY_BE_NONE):
            row[name] = value if (leaf.row, name) != ("document", "status") else "validated"

    def field(self, test: FieldTest, name: str, item: str | None) -> str | None:
        """A value for the field of a test: most of them pass it."""
        if self.chance(self.gap):
            return None
        if self.chance(self.gap or 0.001):
            return "none"
        if name == "choice" and item and not self.chance(self.well):
            return self.choice(item)
        type = ROW_FIELDS[name] if name in ROW_FIELDS else self.vocabulary.fields[name].type
        fits = self.passing(self.random.choice(test.tests), type) if test.tests and self.chance(self.well) else None
        if fits is None and name == "choice" and item:
            return self.choice(item)
        return self.spelled(name, fits or self.value(name, type))

    # --- what makes it hard -----------------------------------------------------------------------------------------

    def known(self, row: Row) -> Row:
        """Told by whom and since when, perhaps."""
        if self.chance(0.01 + 2 * self.gap):
            row["recorded_on"] = self.day()
        if self.chance(0.1):
            row["origin"] = self.random.choice(["SNIIRAM", ""])
        return row

    def findings(self) -> Iterator[Row]:
        for item in self.random.sample(list(self.vocabulary.items), min(2, len(self.vocabulary.items))):
            row = {"item": item, "decided_on": self.day()}
            row["outcome"] = self.random.choice(["confirmed", "refuted", "not_produced"])
            if self.chance(0.3):
                row["choice"] = self.choice(item)
            yield self.known(row)

    def meddle(self, table: str, row: Row, rows: list[Row]) -> None:
        """Repeat a row, as it is or otherwise."""
        if "again" in self.odd and self.chance(0.15):
            rows.append(dict(row))
        if "otherwise" in self.odd and self.chance(0.25):
            rows.append(self.changed(table, row))
        if "periods" in self.odd and table == "measures" and self.chance(0.5):
            rows.append({**row, **self.period(), **self.counts(row["measure"])})

    def changed(self, table: str, row: Row) -> Row:
        """The same row but for one thing."""
        other = dict(row)
        match table:
            case "measures":
                other |= self.counts(row["measure"])
            case "facts":
                other["value"] = self.value("", self.vocabulary.facts[row["fact"]].type)
            case "declarations" | "prefills":
                other["choice"] = self.choice(row["item"]) if row["item"] in self.vocabulary.items else "x"
            case "findings":
                other["outcome"] = "confirmed"
            case _:
                pass
        dated = [name for name in ("declared_on", "received_on", "observed_on", "recorded_on") if name in other]
        for name in dated if self.chance(0.5) else ():
            other[name] = self.day()
        return other

    def replace(self, rows: Rows) -> None:
        """Have a row superseded by a changed one."""
        for table in [table for table in ("documents", "locations", "facts", "declarations") if rows[table]]:
            row = self.random.choice(rows[table])
            row.setdefault("id", f"{table}-old")
            rows[table].append({**self.changed(table, row), "id": f"{table}-new", "supersedes": row["id"]})

    def identify(self, rows: Rows) -> None:
        """An id for some rows; the same for two where something is wrong."""
        taken: set[str] = set()
        for table, own in rows.items():
            for number, row in enumerate(own):
                if row.get("id") in taken:
                    del row["id"]
                if "id" not in row and self.chance(0.1):
                    row["id"] = "one" if "wrong" in self.odd else f"{table}{number}"
                if "id" in row and "wrong" not in self.odd:
                    taken.add(row["id"])


_COLUMNS_OF_TABLES = {name for columns in ROWS.values() for name in columns} | set(ROW_FIELDS)
"""What no attribute can be called where dossiers are tables."""
_COLUMNS: dict[str, Sequence[str]] = {
    "declaration": ("choice", "channel", "declared_on", "requested_on", "sworn"),
    "prefill": ("choice",),
    "document": ("issuer", "issued_on", "received_on", "status", "status_on"),
}
_MAY_BE_NONE = ("declared_on", "requested_on", "issued_on", "received_on")


def days_of(policy: Policy) -> list[date]:
    """Days on which a policy may be asked to decide: the ends of its entries, the day before and the day after."""
    ends = {end for entry in policy.calendar.values() for end in (entry.first, entry.last) if end is not None}
    return sorted({end + move for end in ends for move in (-DAY, 0 * DAY, DAY)})
