"""Whether a value passes what a record asks of it, and why not; for `engine/checking/leaves.py`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from unicodedata import combining, normalize

from engine.checking.facts import FILED, FIRST, Json, is_day

UNMET, UNKNOWN, MET = 0, 1, 2
WORDS = ("unmet", "unknown", "met")
REASONS = (
    *("not_eligible", "prerequisite", "not_prefilled", "not_recorded", "not_declared", "not_qualifying", "excluded"),
    *("threshold_missed", "not_calculable", "out_of_period", "declared_early", "declared_late", "document_missing"),
    *("document_mismatch", "document_incomplete", "document_rejected", "not_produced", "refuted"),
)
DATED = {"until", "within", "before", "during"}


def holds(condition: bool) -> int:
    return MET if condition else UNMET


def written(value: Any) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def name_of(value: Any) -> Any:
    """A value as names are compared, whatever their capitals, accents and spaces."""
    letters = "".join(char for char in normalize("NFKD", str(value)) if not combining(char))
    return " ".join(letters.casefold().split()) if isinstance(value, str) else value


def in_time(relation: str, entry: Json, on: str) -> bool:
    """Whether a day is until, within or before a calendar entry; an open one is never late."""
    if "from" not in entry:
        return True
    early, late = on < entry["from"], on > entry["to"]
    return early if relation == "before" else not late and not (early and relation != "until")


def span(tests: Iterable[Json], start: Any, end: Any) -> int:
    """Whether a span of days meets the entries of `during` tests; one without an end is still open."""
    return min((_meets(test["during"], start, end) for test in tests if "during" in test), default=MET)


def _meets(entry: Json, start: Any, end: Any) -> int:
    if start is None:
        begun = UNKNOWN
    else:
        begun = holds(start != "none" if "from" not in entry else is_day(start) and start <= entry["to"])
    over = "from" in entry and end not in (None, "none") and not (is_day(end) and end >= entry["from"])
    return min(begun, holds(not over))


def reason(test: Json, name: str, value: Any, type: str) -> str:
    """Why a test of a row's field is unmet."""
    if value == "none":
        return "document_incomplete" if type == "document" else "not_recorded"
    if not DATED.isdisjoint(test):
        ((relation, entry),) = test.items()
        early = relation == "within" and is_day(value) and value < entry.get("from", FIRST)
        return "out_of_period" if name not in FILED else "declared_early" if early else "declared_late"
    if "at_least" in test or "more_than" in test:
        return "threshold_missed"
    return "document_mismatch" if type == "document" else "not_qualifying"
