"""One field test against one value: exact, three-valued, with the reason when it is not met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from unicodedata import combining, normalize

from engine.conditions import FILED_ON, Day, Entry, FieldTest, InTable, Is, Number, Same, Stated, TableEntry, Test
from engine.dossier import NONE, Row, RowType, Value
from engine.observation import Check, Reason
from engine.verdict import Verdict, all_of

MET, UNMET, UNKNOWN = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN


def holds(condition: bool) -> Verdict:
    """Met or unmet."""
    return MET if condition else UNMET


def test_value(test: Test, value: Value | None) -> Verdict:
    """Whether a value passes a test: unknown when absent, unmet when looked for and not found."""
    if value is None:
        return UNKNOWN
    if value == NONE:
        return UNMET
    match test:
        case Is(values=values):
            return holds(written_value(value) in values)
        case InTable(table=table):
            entry = table.find(written_value(value))
            return holds(entry is not None and not entry.refused)
        case Number(relation=relation, threshold=threshold):
            if isinstance(value, bool) or not isinstance(value, int):
                return UNMET
            return holds(value >= threshold if relation == "at_least" else value > threshold)
        case Day(relation=relation, entry=entry):
            return _day(relation, entry, value)
        case Stated():
            return MET


def test_span(tests: Sequence[Test], start: Value | None, end: Value | None) -> Verdict:
    """Whether a span of time meets the entries of `during` tests; a span without an end is still open."""
    entries = [test.entry for test in tests if isinstance(test, Day)]
    return all_of(_meets(entry, start, end) for entry in entries)


def _meets(entry: Entry, start: Value | None, end: Value | None) -> Verdict:
    if entry.first is None or entry.last is None:
        return UNKNOWN if start is None else holds(start != NONE)
    begun = UNKNOWN if start is None else holds(isinstance(start, date) and start <= entry.last)
    not_over = MET if end in (None, NONE) else holds(isinstance(end, date) and end >= entry.first)
    return all_of([begun, not_over])


def _day(relation: str, entry: Entry, value: Value) -> Verdict:
    if not isinstance(value, date):
        return UNMET
    if entry.first is None or entry.last is None:
        return MET
    match relation:
        case "until":
            return holds(value <= entry.last)
        case "before":
            return holds(value < entry.first)
        case _:
            return holds(entry.first <= value <= entry.last)


def check_field(test: FieldTest, fields: Mapping[str, Value], type: RowType) -> Check:
    """The test of one row's field (the first given of several, or a span)."""
    if test.span:
        start, end = (fields.get(name) for name in test.fields)
        verdict = test_span(test.tests, start, end)
        return Check(test, test.fields[0], start, verdict, "out_of_period" if verdict is UNMET else None)
    name = test.fields[0] if len(test.fields) == 1 else _given(test.fields, fields)
    found = fields.get(name)
    verdicts = [test_value(one, found) for one in test.tests]
    verdict = all_of(verdicts)
    if verdict is not UNMET:
        return Check(test, name, found, verdict)
    failed = test.tests[verdicts.index(UNMET)]
    return Check(test, name, found, verdict, _reason(failed, name, found, type), _refused(test, found))


def _given(names: Sequence[str], fields: Mapping[str, Value]) -> str:
    """The first of several fields that holds something, or else that was looked for; or else the first."""
    name = next((field for field in names if fields.get(field, NONE) != NONE), None)
    return name or next((field for field in names if field in fields), names[0])


def check_same(same: Same, row: Row, standing: Sequence[Row]) -> Check:
    """Whether the row agrees with one row of another item's standing statement; unknown when none stands."""
    mine = row.fields.get(same.mine)
    theirs = [other.fields.get(same.theirs) for other in standing]
    if mine == NONE:
        verdict = UNMET
    elif mine is None or not theirs:
        verdict = UNKNOWN
    else:
        agree = [UNKNOWN if value is None else holds(name_of(value) == name_of(mine)) for value in theirs]
        verdict = max(agree)
    if verdict is not UNMET:
        return Check(same, same.mine, mine, verdict, against=tuple(standing))
    reason: Reason = "document_incomplete" if mine == NONE else "document_mismatch"
    return Check(same, same.mine, mine, verdict, reason, against=tuple(standing))


def name_of(value: Value) -> Value:
    """A value as names are compared: two people do not write capitals, accents and spaces alike."""
    if not isinstance(value, str):
        return value
    letters = (char for char in normalize("NFKD", value) if not combining(char))
    return " ".join("".join(letters).casefold().split())


def _reason(test: Test, field: str, found: Value | None, type: RowType) -> Reason:
    if found == NONE:
        return "document_incomplete" if type == "document" else "not_recorded"
    match test:
        case Day(relation=relation, entry=entry):
            if field not in FILED_ON:
                return "out_of_period"
            early = (
                relation == "within" and isinstance(found, date) and entry.first is not None and found < entry.first
            )
            return "declared_early" if early else "declared_late"
        case Number():
            return "threshold_missed"
        case _:
            return "document_mismatch" if type == "document" else "not_qualifying"


def _refused(test: FieldTest, found: Value | None) -> TableEntry | None:
    """The entry by which a table expressly refuses the value."""
    for one in test.tests:
        entry = one.table.find(written_value(found)) if isinstance(one, InTable) and found is not None else None
        if entry and entry.refused:
            return entry
    return None


def written_value(value: Value) -> str:
    """A value as tests and tables write it."""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def least_numerator(threshold: Fraction, strictly: bool, denominator: int) -> int:
    """The least whole numerator whose rate is at least (`strictly`: more than) the threshold.

    numerator / denominator ≥ p / q is numerator ≥ p × denominator / q, rounded up; strictly, rounded down plus one.
    """
    product = threshold.numerator * denominator
    if strictly:
        return product // threshold.denominator + 1
    return -(-product // threshold.denominator)
