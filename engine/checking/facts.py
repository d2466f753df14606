"""What stands of a record's facts at the end of the day of its decision: what was known, and not struck by then."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

Json = dict[str, Any]
BY_FINDING, FILED = ("refuted", "not_produced"), ("declared_on", "requested_on")
KNOWN_BY = {"declaration": "declared_on", "document": "received_on", "finding": "decided_on", "fact": "observed_on"}
FIRST, LAST = "", "~"
"""As text, before and after every day."""


def text(value: Any) -> str:
    """A JSON value in canonical form."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def ordered(values: Iterable[Any]) -> list[Any]:
    return sorted(values, key=text)


def is_day(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) is not None


def field(row: Json, name: str) -> Any:
    return row.get("fields", {}).get(name)


def day(row: Json, name: str, default: str) -> str:
    value: str = field(row, name)
    return value if is_day(value) else default


def said(row: Json) -> Json:
    """What a row says, apart from when and how it was said."""
    return {key: value for key, value in row.get("fields", {}).items() if key not in (*FILED, "channel")}


class Candidate(NamedTuple):
    """A row a condition may look at: why it cannot match, whether a control upheld it, what disagrees about it."""

    row: Json
    struck: str | None
    findings: Sequence[Json] = ()
    confirmed: bool = False
    conflict: Sequence[Json] = ()


class Facts:
    """What stands of the facts at the end of the day of the decision."""

    def __init__(self, record: Json) -> None:
        self.today, self.year, self.calendar = record["as_of"], record["year"], record["calendar"]
        self.opens, self.shuts = (
            self.calendar["campaign"].get(end, far) for end, far in (("from", ""), ("to", LAST))
        )
        self.ignored = {"not_produced"} if record["not_produced"] == "ignored" else set()
        self.statements: dict[tuple[str, int], list[Json]] = {}
        self.looked_up: dict[tuple[str, tuple[str, ...], str | None, int], list[Candidate]] = {}
        known = [row for row in record["dossier"]["rows"] if self.known_on(row) <= self.today]
        self.rows = [self.as_received(row) for row in known]
        self.superseded = {(r["type"], r["campaign"], r["supersedes"]) for r in self.rows if r.get("supersedes")}

    def known_on(self, row: Json) -> str:
        return row.get("recorded_on") or day(row, KNOWN_BY.get(row["type"], ""), FIRST)

    def as_received(self, row: Json) -> Json:
        """A paper's status given after the day reads as received."""
        late = row["type"] == "document" and day(row, "status_on", FIRST) > self.today
        return {**row, "fields": {**row["fields"], "status": "received"}} if late else row

    def of(self, type: str, names: Sequence[str], year: int) -> list[Json]:
        return [row for row in self.rows if row["type"] == type and row["name"] in names and row["campaign"] == year]

    def stands(self, row: Json) -> bool:
        return (row["type"], row["campaign"], row.get("id")) not in self.superseded

    def locations(self) -> list[Json]:
        """The locations in force on the day of assessment."""
        on = self.calendar["assessment"].get("to", self.today)
        there = [row for row in self.rows if row["type"] == "location" and self.stands(row)]
        return [row for row in there if day(row, "from", FIRST) <= on <= day(row, "to", LAST)]

    def statement(self, item: str, year: int) -> list[Json]:
        """The declarations of an item that stand."""
        if (item, year) not in self.statements:
            self.statements[item, year] = self.declared(item, year)
        return self.statements[item, year]

    def declared(self, item: str, year: int) -> list[Json]:
        """The same, worked out: those of one day give way to a later day's that says otherwise, in time."""
        standing: list[Json] = []
        last: list[Json] = []
        rows = [row for row in self.of("declaration", [item], year) if self.stands(row)]
        for on in sorted({day(row, "declared_on", LAST) for row in rows}):
            told = [row for row in rows if day(row, "declared_on", LAST) == on]
            differs = standing and ordered(map(said, told)) != last
            if differs and on > self.shuts:
                standing = standing + told
                continue
            standing, last = (told if differs else standing + told), ordered(map(said, told))
        return standing

    def prefills(self, item: str, year: int) -> list[Json]:
        rows = self.of("prefill", [item], year)
        last = max((row.get("recorded_on", FIRST) for row in rows), default=FIRST)
        return [row for row in rows if row.get("recorded_on", FIRST) == last]

    def struck(self, row: Json, year: int) -> str | None:
        statement = self.statement(row["name"], year)
        if not self.stands(row):
            return "superseded"
        if row["type"] == "document":
            return "rejected" if field(row, "status") == "rejected" else None
        if row not in (statement if row["type"] == "declaration" else self.prefills(row["name"], year)):
            return "replaced"
        timely = [one for one in statement if self.opens <= day(one, "declared_on", LAST) <= self.shuts]
        corrected = timely and field(row, "choice") not in [field(one, "choice") for one in timely]
        return "yielded" if row["type"] == "prefill" and corrected else None

    def findings(self, item: str, row: Json, year: int) -> list[Json]:
        found = self.of("finding", [item], year)
        about = [one for one in found if field(one, "choice") in (None, field(row, "choice"))]
        last = max((day(one, "decided_on", FIRST) for one in about), default=FIRST)
        return [one for one in about if day(one, "decided_on", FIRST) == last]

    def candidates(self, type: str, names: Sequence[str], of: str | None, year: int) -> list[Candidate]:
        """Every such row of a campaign; `of` restricts papers to those that cover an item."""
        asked = (type, tuple(names), of, year)
        if asked not in self.looked_up:
            self.looked_up[asked] = self.looked(type, names, of, year)
        return self.looked_up[asked]

    def looked(self, type: str, names: Sequence[str], of: str | None, year: int) -> list[Candidate]:
        rows = [row for row in self.of(type, names, year) if of is None or of in row.get("items", ())]
        return [self.candidate(row, of, year) for row in rows]

    def candidate(self, row: Json, of: str | None, year: int) -> Candidate:
        if struck := self.struck(row, year):
            return Candidate(row, struck)
        items = [of] if of else row.get("items", [row["name"]])
        findings = [one for item in items for one in self.findings(item, row, year)]
        outcomes = {field(one, "outcome") for one in findings} - self.ignored
        against = [outcome for outcome in BY_FINDING if outcome in outcomes]
        if against:
            contested = "confirmed" in outcomes
            return Candidate(row, None if contested else against[0], findings, False, findings if contested else [])
        rivals = self.prefills(row["name"], year) if row["type"] == "prefill" else []
        conflict = rivals if any(said(other) != said(row) for other in rivals) else []
        return Candidate(row, None, findings, "confirmed" in outcomes, conflict)

    def standing(self, item: str) -> list[Json]:
        """The statement of an item, and the prefill that nothing corrected."""
        found = [one for type in ("declaration", "prefill") for one in self.candidates(type, [item], None, self.year)]
        return [one.row for one in found if one.struck in (None, *BY_FINDING)]
