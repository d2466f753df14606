"""What a solver found, as a dossier that can be read, decided and told: made as small as it can be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any as Anything

import z3

from engine.cases import DOCTOR
from engine.dossier import NONE, ROW_FIELDS, Dossier, read_dossier
from engine.policy import Policy
from engine.problems import Invalid
from engine.proving.needs import Pool
from engine.proving.slots import CountKey, Counts, Facts, Given, Slot
from engine.proving.terms import Term
from engine.schema import check
from engine.yamltext import parse_json

Page = dict[str, Anything]
"""A dossier as plain data, as in the files of the examples."""
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
MOST_TRIED = 10
"""Denominators tried for plainer counts."""
TABLES = {
    "location": "locations",
    "fact": "facts",
    "prefill": "prefills",
    "declaration": "declarations",
    "document": "documents",
}
KEPT_WITH = (
    "measure",
    "fact",
    "item",
    "kind",
    "items",
    "department",
    "outcome",
    "decided_on",
    "numerator",
    "denominator",
)
"""What makes a row the row it is: the rest may be left out of a witness."""


def page_of(model: Term, facts: Facts, policy: Policy) -> Page:
    """The dossier that a solver's model stands for, for the campaign of a policy."""
    return _Writer(model, facts, policy).page()


def read(page: Page, *policies: Policy) -> Dossier:
    """The dossier of a page, as the first of these policies that can read it does. Raises Invalid when none can."""
    written = parse_json(json.dumps(page), "witness.json")
    problems = check(written, "dossier")
    if problems:
        raise Invalid(problems)
    first: Invalid | None = None
    for policy in policies:
        try:
            return read_dossier(written, policy)
        except Invalid as invalid:
            first = first or invalid
    raise first or Invalid([])


class _Writer:
    def __init__(self, model: Term, facts: Facts, policy: Policy) -> None:
        self.model, self.facts, self.policy = model, facts, policy

    def page(self) -> Page:
        campaigns: dict[int, dict[str, Anything]] = {self.policy.year: self.fields(self.facts.doctor)}
        for table, campaign, row in self.rows():
            year = self.policy.year - campaign
            campaigns.setdefault(year, {}).setdefault(table, []).append(row)
        return {
            "doctor": DOCTOR,
            "campaigns": {str(year): campaigns[year] for year in sorted(campaigns, reverse=True)},
        }

    def rows(self) -> Iterator[tuple[str, int, dict[str, Anything]]]:
        """Every row that is there: its table, how many campaigns ago, and what it holds."""
        slots = [*self.facts.locations, *(slot for slots in self.facts.facts.values() for slot in slots)]
        yield from ((TABLES[slot.kind], 0, self.row(slot)) for slot in slots if self.true(slot.there))
        for key, counts in self.facts.counts.items():
            if self.true(counts.there):
                yield "measures", 0, self.count(key, counts)
        for pool, pooled in self.facts.rows.items():
            there = [slot for slot in pooled if self.true(slot.there)]
            yield from ((TABLES[pool.kind], pool.campaign, self.row(slot)) for slot in there)
            if pool.kind == "declaration":
                yield from ((TABLES[pool.kind], pool.campaign, row) for row in self.said_again(there))
        for (item, campaign), found in self.facts.findings.items():
            for outcome, term in (("refuted", found.refuted), ("not_produced", found.not_produced)):
                if self.true(term) and self.bears(item, campaign):
                    day = self.facts.last_day.isoformat()
                    yield "findings", campaign, {"item": item, "outcome": outcome, "decided_on": day}

    def bears(self, item: str, campaign: int) -> bool:
        """Whether a finding about an item bears on some row."""
        pools = (Pool(kind, item, campaign) for kind in ("declaration", "prefill", "document"))
        return any(self.true(slot.there) for pool in pools for slot in self.facts.rows.get(pool, ()))

    def row(self, slot: Slot) -> dict[str, Anything]:
        match slot.kind:
            case "declaration" | "prefill":
                return {"item": slot.name} | self.fields(slot.fields)
            case "document":
                kind = self.facts.texts.text(self.number(slot.named))
                return {"kind": kind, "items": [slot.name or self.other_item()]} | self.fields(slot.fields)
            case "fact":
                return {"fact": slot.name} | self.fields(slot.fields)
            case _:
                return self.fields(slot.fields)

    def other_item(self) -> str:
        """An item that no paper asked for has to cover."""
        covered = {pool.name for pool in self.facts.rows if pool.kind == "document"}
        items = self.policy.vocabulary.items
        return next((item for item in items if item not in covered), next(iter(items)))

    def said_again(self, slots: Sequence[Slot]) -> Iterator[dict[str, Anything]]:
        """On each day in time, what was declared on the others: a statement that says less would replace them."""
        timely = [(slot, self.row(slot)) for slot in slots if self.true(self.facts.in_time(slot))]
        days = {row.get("declared_on", NONE) for _, row in timely}
        for slot, row in timely:
            for day in sorted(days - {row.get("declared_on", NONE)}):
                unsaid = {name: NONE for name in ("channel", "requested_on") if name in slot.fields}
                yield {**row, "declared_on": day, **unsaid}

    def count(self, key: CountKey, counts: Counts) -> dict[str, Anything]:
        measure, (first, last, told) = key
        row: dict[str, Anything] = {
            "measure": measure,
            "numerator": self.number(counts.numerator),
            "denominator": self.number(counts.denominator),
        }
        others = [span for name, span in self.facts.counts if name == measure and span != (first, last, told)]
        if told and first and last:
            day = _own_day(first, last, [(start, end) for start, end, is_told in others if is_told])
            row |= {"period_start": day.isoformat(), "period_end": day.isoformat()}
            return row | ({"recorded_on": day.isoformat()} if others else {})
        return row | ({"recorded_on": self.facts.last_day.isoformat()} if others else {})

    # --- values -------------------------------------------------------------------------------------------------

    def fields(self, fields: Mapping[str, Given]) -> dict[str, Anything]:
        """The fields that are given, those of the schema apart from those of the vocabulary."""
        found: dict[str, Anything] = {}
        attributes: dict[str, Anything] = {}
        for name, field in fields.items():
            if self.true(field.given):
                own = field.place.kind == "doctor" or name in ROW_FIELDS or name in ("value", "department")
                (found if own else attributes)[name] = NONE if self.true(field.none) else self.value(field)
        return found | ({"attributes": attributes} if attributes else {})

    def value(self, field: Given) -> str | int | bool:
        match self.facts.texts.type(field.place):
            case "text":
                return self.facts.texts.text(self.number(field.term))
            case "date":
                return date.fromordinal(self.number(field.term)).isoformat()
            case "boolean":
                return self.true(field.term)
            case "integer" | "year":
                return self.number(field.term)

    def true(self, term: Term) -> bool:
        return bool(z3.is_true(self.model.eval(term, model_completion=True)))

    def number(self, term: Term) -> int:
        return int(self.model.eval(term, model_completion=True).as_long())


def _own_day(first: date, last: date, others: Sequence[tuple[date | None, date | None]]) -> date:
    """A day of a span that is in none of the others, where there is one."""
    days = (date.fromordinal(day) for day in range(last.toordinal(), first.toordinal() - 1, -1))
    outside = (day for day in days if not any((a or day) <= day <= (b or day) for a, b in others))
    return next(outside, last)


def shrunk(page: Page, policies: Sequence[Policy], holds: Callable[[Page], bool]) -> Page:
    """The page with all left out that `holds` does without, and plainer numbers and days where it stays true."""
    for smaller in (_without_rows, _without_fields, _plainer):
        page = smaller(page, policies, holds)
    return page


def plainer_than(before: Page, after: Page, policies: Sequence[Policy], holds: Callable[[Page], bool]) -> Page:
    """The page after a change, with what the change brought left out or made plain where `holds` stays true."""
    kept = set(_fields(before))
    for path in [path for path in _fields(after) if path not in kept]:
        without = _copy(after)
        del _at(without, path[:-1])[path[-1]]
        after = without if holds(_cleaned(without)) else after
    after = _cleaned(after)
    for path in [path for path in _fields(after) if path not in kept and _is_day(path, after)]:
        after = next(_holding(after, path, _days(policies), holds), after)
    return after


def _without_rows(page: Page, _: Sequence[Policy], holds: Callable[[Page], bool]) -> Page:
    for year, table, number in list(_places(page)):
        without = _copy(page)
        rows = without["campaigns"][year][table]
        rows[number] = None
        page = without if holds(_cleaned(without)) else page
    return _cleaned(page)


def _without_fields(page: Page, _: Sequence[Policy], holds: Callable[[Page], bool]) -> Page:
    for path in list(_fields(page)):
        without = _copy(page)
        del _at(without, path[:-1])[path[-1]]
        page = without if holds(_cleaned(without)) else page
    return _cleaned(page)


def _plainer(page: Page, policies: Sequence[Policy], holds: Callable[[Page], bool]) -> Page:
    days = _days(policies)
    for path in list(_fields(page)):
        if _is_day(path, page) and _at(page, path) not in days:
            page = next(_holding(page, path, days, holds), page)
    for year, table, number in list(_places(page)):
        row = page["campaigns"][year][table][number]
        if table == "measures" and isinstance(row.get("denominator"), int):
            page = next(_counting(page, (year, table, number), holds), page)
    return page


def _days(policies: Sequence[Policy]) -> list[str]:
    """The first and last days of the calendars, those of the campaign first."""
    entries = [entry for policy in policies for entry in (policy.calendar["campaign"], *policy.calendar.values())]
    return list(dict.fromkeys(day.isoformat() for entry in entries for day in (entry.first, entry.last) if day))


def _is_day(path: tuple[Anything, ...], page: Page) -> bool:
    return bool(DAY.fullmatch(str(_at(page, path))))


def _counting(page: Page, path: tuple[Anything, ...], holds: Callable[[Page], bool]) -> Iterator[Page]:
    """The page with plainer counts."""
    row = _at(page, ("campaigns", *path))
    for denominator in range(min(row["denominator"], MOST_TRIED) + 1):
        for numerator in range(denominator + 1):
            other = _copy(page)
            _at(other, ("campaigns", *path)).update(numerator=numerator, denominator=denominator)
            same = other == page
            if not same and holds(other):
                yield other


def _holding(
    page: Page, path: tuple[Anything, ...], values: Sequence[Anything], holds: Callable[[Page], bool]
) -> Iterator[Page]:
    for value in values:
        other = _copy(page)
        _at(other, path[:-1])[path[-1]] = value
        if holds(other):
            yield other


def _places(page: Page) -> Iterator[tuple[str, str, int]]:
    for year, campaign in page["campaigns"].items():
        for table, rows in campaign.items():
            if isinstance(rows, list):
                yield from ((year, table, number) for number in range(len(rows)))


def _fields(page: Page) -> Iterator[tuple[Anything, ...]]:
    """The path of every field that a witness may do without, the last of a row first."""
    for year, campaign in page["campaigns"].items():
        yield from (("campaigns", year, name) for name, value in campaign.items() if not isinstance(value, list))
    for year, table, number in _places(page):
        row = page["campaigns"][year][table][number]
        for name in row:
            if name == "attributes":
                yield from (("campaigns", year, table, number, name, inner) for inner in row[name])
            elif name not in KEPT_WITH:
                yield ("campaigns", year, table, number, name)


def _at(page: Anything, path: tuple[Anything, ...]) -> Anything:
    for step in path:
        page = page[step]
    return page


def _copy(page: Page) -> Page:
    copied: Page = json.loads(json.dumps(page))
    return copied


def _cleaned(page: Page) -> Page:
    """The page without the rows, attributes, tables and earlier campaigns that are empty."""
    latest = max(page["campaigns"])
    campaigns: Page = {}
    for year, campaign in page["campaigns"].items():
        kept: Page = {}
        for name, value in campaign.items():
            rows = [_row(row) for row in value if row is not None] if isinstance(value, list) else value
            if rows != []:
                kept[name] = rows
        if kept or year == latest:
            campaigns[year] = kept
    return {**page, "campaigns": campaigns}


def _row(row: Page) -> Page:
    return {name: value for name, value in row.items() if value != {}}
