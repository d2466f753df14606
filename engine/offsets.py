"""Days told by their distance to the calendar: a day, or a whole dossier, of one year moved to another year.

Two calendars share the entries that have the same name and are open in neither. The first and last day of a shared
entry are boundaries: each is moved to its counterpart, and a day between two boundaries keeps its distance to the
nearer of them without ever crossing the other. So every comparison of a day with a shared boundary (before it,
after it, on it) comes out alike in both years.

That holds as long as both calendars put their boundaries in the same order. Where they do not, it cannot hold for
all of them: entries are then taken in the order of the first calendar (in which the year comes first), and a
boundary that contradicts one already taken is left out; `Offsets.unkept` names its entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any as Anything

from msgspec.structs import replace

from engine.conditions import Entry
from engine.dossier import DOCTOR_FIELDS, NONE, ROW_FIELDS, Dossier, Row, Value
from engine.policy import FieldType, Policy

Calendar = Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class Boundary:
    """The first day beyond a boundary of an entry, in each calendar, as ordinals."""

    entry: str
    was: int
    now: int


def moved(day: date, origin: Calendar, target: Calendar) -> date:
    """The day of the target calendar that stands to its entries as `day` stands to those of the origin."""
    return Offsets(origin, target).day(day)


class Offsets:
    """The way from one calendar to another; `unkept` names the entries whose boundaries come in another order."""

    def __init__(self, origin: Calendar, target: Calendar) -> None:
        kept: list[Boundary] = []
        unkept: list[str] = []
        for boundary in _shared(origin, target):
            if all(_same_order(boundary, other) for other in kept):
                kept.append(boundary)
            elif boundary.entry not in unkept:
                unkept.append(boundary.entry)
        self.boundaries = tuple(sorted(kept, key=lambda one: (one.was, one.now)))
        self.unkept = tuple(unkept)

    def day(self, day: date) -> date:
        """The day moved; one beyond all boundaries keeps its distance to the last of them."""
        here = day.toordinal()
        passed = [one for one in self.boundaries if one.was <= here]
        ahead = self.boundaries[len(passed) :]
        if not passed:
            there = here + (ahead[0].now - ahead[0].was if ahead else 0)
        elif not ahead:
            there = here - passed[-1].was + passed[-1].now
        else:
            there = _between(here, passed[-1], ahead[0])
        return date.fromordinal(min(max(there, date.min.toordinal()), date.max.toordinal()))


def _between(here: int, low: Boundary, high: Boundary) -> int:
    """The day between two boundaries, told from the nearer; the middle of a shorter span is as far as it may go."""
    before, after, room = here - low.was, high.was - 1 - here, high.now - low.now
    return low.now + min(before, (room - 1) // 2) if before <= after else high.now - 1 - min(after, room // 2)


def _shared(origin: Calendar, target: Calendar) -> Iterator[Boundary]:
    """The boundaries of the entries that both calendars hold and close."""
    for name, one in origin.items():
        other = target.get(name)
        if other and one.first and one.last and other.first and other.last:
            yield Boundary(name, one.first.toordinal(), other.first.toordinal())
            yield Boundary(name, one.last.toordinal() + 1, other.last.toordinal() + 1)


def _same_order(one: Boundary, other: Boundary) -> bool:
    """Whether no day can stand between the two in one calendar with no room for it in the other."""
    first, second = sorted((one, other), key=lambda boundary: boundary.was)
    return first.was == second.was or first.now < second.now


class Move:
    """The way of a dossier from one policy's year to another's: its days by offset, its years by difference.

    The entries named `first` are kept before any other, where the calendars come in another order.
    """

    def __init__(self, one: Policy, other: Policy, first: Iterable[str] = ()) -> None:
        preferred = {name: one.calendar[name] for name in first}
        self.offsets = Offsets({**preferred, **one.calendar}, other.calendar)
        self.years, self.year = other.year - one.year, other.year
        self.vocabulary = one.vocabulary
        fields = {name: field.type for name, field in one.vocabulary.fields.items()}
        self.types: Mapping[str, FieldType] = {**fields, **DOCTOR_FIELDS, **ROW_FIELDS}

    def dossier(self, dossier: Dossier) -> Dossier:
        """The same doctor in the other year. What that year has no name for is kept: no rule of it looks there."""
        fields = {name: self._value(value, self.types.get(name)) for name, value in dossier.fields.items()}
        rows = tuple(self._row(row) for row in dossier.rows)
        return replace(dossier, year=dossier.year + self.years, fields=fields, rows=rows)

    def _row(self, row: Row) -> Row:
        recorded = row.recorded_on and self.offsets.day(row.recorded_on)
        fields = {name: self._value(value, self._type(row, name)) for name, value in row.fields.items()}
        return replace(row, campaign=row.campaign + self.years, fields=fields, recorded_on=recorded)

    def _type(self, row: Row, name: str) -> FieldType | None:
        if row.type == "fact" and name == "value" and row.name in self.vocabulary.facts:
            return self.vocabulary.facts[row.name].type
        return self.types.get(name)

    def _value(self, value: Value, type: FieldType | None) -> Value:
        if isinstance(value, date):
            return self.offsets.day(value)
        return value + self.years if type == "year" and isinstance(value, int) else value

    # --- a dossier's page ---------------------------------------------------------------------------------------

    def page(self, data: Mapping[str, Anything]) -> dict[str, Anything]:
        """A dossier as plain data, valid under its schema, in the other year: the same move, before it is typed."""
        campaigns = {
            str(int(year) + self.years): {name: self._plain(name, value) for name, value in campaign.items()}
            for year, campaign in data["campaigns"].items()
        }
        return {**data, "campaigns": campaigns}

    def _plain(self, name: str, value: Anything) -> Anything:
        match value:
            case dict() if name == "exclusions":
                return value
            case dict() if value.get("fact") in self.vocabulary.facts:
                type = self.vocabulary.facts[value["fact"]].type
                found = {"value": self._text(value["value"], type)} if "value" in value else {}
                return {key: self._plain(key, one) for key, one in value.items()} | found
            case dict():
                return {key: self._plain(key, one) for key, one in value.items()}
            case list():
                return [self._plain(name, one) for one in value]
            case _:
                return self._text(value, self.types.get(name))

    def _text(self, value: Anything, type: FieldType | None) -> Anything:
        if value is None or value == NONE:
            return value
        if type == "date":
            return self.offsets.day(date.fromisoformat(value)).isoformat()
        return str(int(value) + self.years) if type == "year" else value
