"""The rules of one year under the calendar of another, so that both can be asked of one dossier."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from engine.conditions import Entry
from engine.linking import link
from engine.loading import PolicyFiles
from engine.offsets import Calendar, Offsets
from engine.policy import Policy
from engine.yamltext import Plain


def same_days(one: Policy, other: Policy, files: PolicyFiles) -> Policy:
    """The other policy, linked from its pages under its own choices, as if its year were that of the first.

    A calendar entry that both hold and close takes the days of the first; one that only the other has, or that the
    first leaves open, is moved with them; one that the other leaves open stays open. Policies of one year are
    compared on their own days: there a day that differs is a rule that differs.
    """
    if one.year == other.year:
        return other
    page = files.policy
    days = {name: _written(entry) for name, entry in days_of(one, other).items()}
    pages = replace(files, policy=replace(page, data={**page.data, "calendar": days}))
    return replace(link(pages, other.choices), year=one.year)


def days_of(one: Policy, other: Policy) -> Calendar:
    """The other policy's calendar, on the days of the first."""
    back = Offsets(other.calendar, one.calendar)
    return {name: _entry(entry, one.calendar, back) for name, entry in other.calendar.items()}


def _entry(entry: Entry, calendar: Mapping[str, Entry], back: Offsets) -> Entry:
    same = calendar.get(entry.name)
    if entry.first is None or entry.last is None:
        return entry
    if same and not same.is_open:
        return replace(entry, first=same.first, last=same.last)
    return replace(entry, first=back.day(entry.first), last=back.day(entry.last))


def _written(entry: Entry) -> Plain:
    """An entry as a page writes it."""
    label = {"fr": entry.label.fr, "en": entry.label.en} if entry.label else {"fr": entry.name, "en": entry.name}
    if entry.first is None or entry.last is None:
        return {"open": "true", "label": label}
    return {"from": entry.first.isoformat(), "to": entry.last.isoformat(), "label": label}
