"""What stands in a dossier on a day: what was recorded by then, and not replaced, rejected or refuted since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from engine.conditions import Entry
from engine.dossier import NAMED_BY, Dossier, Row, RowType
from engine.policy import Policy

Struck = Literal[
    "superseded", "replaced", "yielded", "rejected", "refuted", "not_produced", "out_of_span", "recounted"
]
BY_FINDING: tuple[Struck, ...] = ("refuted", "not_produced")
FILED_BY: Mapping[RowType, str] = {
    "declaration": "declared_on",
    "document": "received_on",
    "finding": "decided_on",
    "fact": "observed_on",
}


class Candidate(Struct, frozen=True):
    """A row a rule may look at.

    `struck` says why it can no longer match, `confirmed` that `findings` upheld it; `conflict` holds the rows that
    disagree about it: findings of one day that contradict each other, or prefills of one day that differ.
    """

    row: Row
    struck: Struck | None
    confirmed: bool = False
    conflict: tuple[Row, ...] = ()
    findings: tuple[Row, ...] = ()


def day_known(row: Row) -> date | None:
    """The day a row was known: when it was recorded, or else filed; None when neither is given."""
    filed = row.fields.get(FILED_BY.get(row.type, ""))
    return row.recorded_on or (filed if isinstance(filed, date) else None)


def standing_on(dossier: Dossier, policy: Policy, day: date) -> Standing:
    """What stands of a dossier at the end of a day, under a policy's window and its reading of papers unproduced."""
    return Standing(dossier, day, policy.calendar["campaign"], policy.not_produced)


class Standing:
    """The rows of a dossier as they stood at the end of the day `as_of`.

    `window` is the campaign's calendar entry: a statement made after its end replaces nothing.
    `not_produced` says what a paper asked for and not shown does to the rows of its item.
    """

    def __init__(
        self,
        dossier: Dossier,
        as_of: date,
        window: Entry,
        not_produced: Literal["unmet", "ignored"],
    ) -> None:
        self.dossier, self.as_of, self.window = dossier, as_of, window
        self.ignored = {"not_produced"} if not_produced == "ignored" else set()
        known: list[Row] = []
        later: list[Row] = []
        for row in dossier.rows:
            (known if (day_known(row) or as_of) <= as_of else later).append(row)
        self.rows = tuple([self.as_known(row) for row in known])
        self.later = tuple(later)
        self.named: dict[tuple[RowType, str, int], list[int]] = {}
        for index, row in enumerate(self.rows):
            self.named.setdefault((row.type, row.name, row.campaign), []).append(index)
        self.statements: dict[tuple[str, int], list[Row]] = {}
        self.looked_up: dict[tuple[RowType, frozenset[str], str | None, int], list[Candidate]] = {}
        self.superseded = {(row.type, row.campaign, row.supersedes) for row in self.rows if row.supersedes}

    def as_known(self, row: Row) -> Row:
        """A row as it was known: a status given after the day reads as received."""
        on = row.fields.get("status_on")
        if row.type != "document" or not isinstance(on, date) or on <= self.as_of:
            return row
        return replace(row, fields={**row.fields, "status": "received"})

    def of(self, type: RowType, names: Iterable[str], campaign: int | None = None) -> list[Row]:
        """The rows of a type and of these names (None of them: all), in one campaign (default: the dossier's own)."""
        year = campaign or self.dossier.year
        places = [place for name in set(names) for place in self.named.get((type, name, year), ())]
        return [self.rows[place] for place in sorted(places)]

    def locations(self, day: date) -> list[Row]:
        """The practice locations in force on a day."""
        return [
            row
            for row in self.rows
            if row.type == "location"
            and not self._superseded(row)
            and _day(row, "from", date.min) <= day <= _day(row, "to", date.max)
        ]

    def latest_campaign(self, type: RowType, names: Iterable[str], item: str | None) -> int | None:
        """The latest earlier campaign that holds such a row."""
        wanted = set(names)
        years = {
            row.campaign
            for row in self.rows
            if row.type == type and row.name in wanted and row.campaign < self.dossier.year
            if item is None or item in row.items
        }
        return max(years, default=None)

    def candidates(self, type: RowType, names: Iterable[str], item: str | None, campaign: int) -> list[Candidate]:
        """Every such row of the campaign, struck or not; `item` restricts documents to those that cover it."""
        asked = (type, frozenset(names), item, campaign)
        if asked not in self.looked_up:
            rows = [row for row in self.of(type, asked[1], campaign) if item is None or item in row.items]
            self.looked_up[asked] = [self._candidate(row, item, campaign) for row in rows]
        return self.looked_up[asked]

    def standing_rows(self, item: str, campaign: int) -> list[Row]:
        """The rows that make up an item's standing statement: declarations, and the prefill not corrected."""
        found = self.candidates("declaration", [item], None, campaign) + self.candidates(
            "prefill", [item], None, campaign
        )
        return [candidate.row for candidate in found if candidate.struck in (None, *BY_FINDING)]

    def _candidate(self, row: Row, item: str | None, campaign: int) -> Candidate:
        """How a row stands as evidence for an item (None: for whatever it covers)."""
        struck = self._struck(row, campaign)
        if struck:
            return Candidate(row, struck)
        items = [item] if item else row.items or [row.name]
        findings = tuple(finding for name in items for finding in self._findings(name, row, campaign))
        outcomes = {str(finding.fields["outcome"]) for finding in findings} - self.ignored
        against = [outcome for outcome in BY_FINDING if outcome in outcomes]
        if against and "confirmed" in outcomes:
            return Candidate(row, None, conflict=findings, findings=findings)
        if against:
            return Candidate(row, against[0], findings=findings)
        rivals = self._rivals(row, campaign)
        return Candidate(row, None, "confirmed" in outcomes, rivals, findings)

    def _rivals(self, row: Row, campaign: int) -> tuple[Row, ...]:
        """The prefills of one item that disagree on one day."""
        if row.type != "prefill":
            return ()
        rows = self._last_prefills(row.name, campaign)
        return tuple(rows) if any(_said(other) != _said(row) for other in rows) else ()

    def _last_prefills(self, item: str, campaign: int) -> list[Row]:
        rows = self.of("prefill", [item], campaign)
        last = max((row.recorded_on or date.min for row in rows), default=None)
        return [row for row in rows if (row.recorded_on or date.min) == last]

    def _superseded(self, row: Row) -> bool:
        return row.id is not None and (row.type, row.campaign, row.id) in self.superseded

    def _struck(self, row: Row, campaign: int) -> Struck | None:
        if self._superseded(row):
            return "superseded"
        match row.type:
            case "document":
                return "rejected" if row.fields.get("status") == "rejected" else None
            case "declaration":
                return None if row in self._statement(row.name, campaign) else "replaced"
            case "prefill":
                if row not in self._last_prefills(row.name, campaign):
                    return "replaced"
                declared = [other for other in self._statement(row.name, campaign) if self._in_window(other)]
                choices = {other.fields.get("choice") for other in declared}
                return "yielded" if declared and row.fields.get("choice") not in choices else None
            case _:
                return None

    def _statement(self, item: str, campaign: int) -> list[Row]:
        """The standing declarations of an item, worked out once."""
        if (item, campaign) not in self.statements:
            self.statements[item, campaign] = self._standing_declarations(item, campaign)
        return self.statements[item, campaign]

    def _standing_declarations(self, item: str, campaign: int) -> list[Row]:
        """Those of the item's declarations that stand.

        Those of one day form one statement. A later one replaces it when choices or attributes differ, and stands
        beside it otherwise, so that a late repeat never erases a timely declaration.
        """
        rows = [row for row in self.of("declaration", [item], campaign) if not self._superseded(row)]
        rows.sort(key=_declared_on)
        standing: list[Row] = []
        last: list[dict[str, object]] = []
        for _, group in groupby(rows, key=_declared_on):
            statement = list(group)
            said = sorted((_said(row) for row in statement), key=repr)
            if standing and said != last:
                if not self._in_time(statement[0]):
                    standing += statement
                    continue
                standing = []
            standing += statement
            last = said
        return standing

    def _in_time(self, row: Row) -> bool:
        """Whether a declaration was made before the campaign's window closed: a later one replaces nothing."""
        return self.window.last is None or _declared_on(row) <= self.window.last

    def _in_window(self, row: Row) -> bool:
        """Whether a declaration was made while the window was open: only then does it correct a prefill."""
        return self._in_time(row) and (self.window.first is None or _declared_on(row) >= self.window.first)

    def _findings(self, item: str, row: Row, campaign: int) -> list[Row]:
        """The findings of the latest day about an item, or about this row's own choice of it."""
        found = [
            finding
            for finding in self.of("finding", [item], campaign)
            if finding.fields.get("choice") in (None, row.fields.get("choice"))
        ]
        last = max((_decided_on(finding) for finding in found), default=None)
        return [finding for finding in found if _decided_on(finding) == last]


def _day(row: Row, field: str, default: date) -> date:
    value = row.fields.get(field)
    return value if isinstance(value, date) else default


def _declared_on(row: Row) -> date:
    return _day(row, "declared_on", date.max)


def _decided_on(row: Row) -> date:
    return _day(row, "decided_on", date.min)


def _said(row: Row) -> dict[str, object]:
    """What a declaration says, apart from when and how it was said."""
    manner = ("declared_on", "requested_on", "channel", NAMED_BY["declaration"])
    return {key: value for key, value in sorted(row.fields.items()) if key not in manner}
