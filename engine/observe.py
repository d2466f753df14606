"""One leaf, one dossier → one Observation. All exact work happens here: fractions, dates, lists, documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec.structs import replace

from engine.conditions import (
    FILED_ON,
    Always,
    Attribute,
    Day,
    Empty,
    Entry,
    Fact,
    FieldTest,
    Number,
    Observed,
    Rate,
    Record,
    Silent,
    TableEntry,
)
from engine.counting import counts_of, left_out
from engine.dossier import Row, Value
from engine.matching import check_field, check_same, least_numerator, test_span, test_value
from engine.observation import GRADES, REASONS, Check, Count, Grade, Observation, Reason, Seen, Unknown
from engine.policy import Policy
from engine.standing import BY_FINDING, Candidate, Standing
from engine.verdict import Verdict, all_of

MET, UNMET, UNKNOWN = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN

NOTHING_THERE: dict[str, Reason] = {
    "declaration": "not_declared",
    "prefill": "not_prefilled",
    "document": "document_missing",
}
ROW_GRADE: dict[str, Grade] = {"declaration": "declared", "prefill": "prefilled", "document": "documented"}


def observe(leaf: Observed, standing: Standing, policy: Policy) -> Observation:
    """What a leaf sees in what stands of a dossier."""
    match leaf:
        case Record():
            return _record(leaf, standing)
        case Rate():
            return _rate(leaf, standing, policy)
        case Fact():
            return _fact(leaf, standing, policy)
        case Attribute():
            return _attribute(leaf, standing, policy)
        case Empty():
            return _empty(leaf, standing, policy)
        case Always():
            return Observation(MET)
        case Silent():
            return Observation(UNKNOWN, unknown="silent")


def _ended(entry: Entry | None, as_of: date) -> bool:
    """Whether the last day of an entry is over at the end of the day `as_of`."""
    return entry is None or entry.last is None or as_of >= entry.last


# --- attributes and facts ---------------------------------------------------------------------------------------


def _attribute(leaf: Attribute, standing: Standing, policy: Policy) -> Observation:
    test, fields = leaf.test, standing.dossier.fields
    if test.fields == ("location.department",):
        return _location(test, standing, policy)
    if test.span:
        start, end = (fields.get(name) for name in test.fields)
        value, verdict = start, test_span(test.tests, start, end)
    else:
        value = fields.get(test.fields[0])
        verdict = all_of(test_value(one, value) for one in test.tests)
    return _plain(verdict, value, "not_eligible")


def _location(test: FieldTest, standing: Standing, policy: Policy) -> Observation:
    day = policy.calendar["assessment"].last or standing.as_of
    rows = standing.locations(day)
    seen = [Seen(row, all_of(test_value(one, row.name) for one in test.tests)) for row in rows]
    verdict = max((one.verdict for one in seen), default=UNKNOWN)
    unknown: Unknown | None = "missing" if verdict is UNKNOWN else None
    return Observation(verdict, unknown, "not_eligible" if verdict is UNMET else None, seen=tuple(seen))


def _plain(verdict: Verdict, value: Value | None, reason: Reason) -> Observation:
    unknown: Unknown | None = "missing" if verdict is UNKNOWN else None
    return Observation(verdict, unknown, reason if verdict is UNMET else None, value=value)


def _fact(leaf: Fact, standing: Standing, policy: Policy) -> Observation:
    as_of, span = standing.as_of, leaf.counts_from or policy.calendar["assessment"]
    # What was observed after the end of the year it should tell of says nothing of that year.
    rows = _latest([row for row in standing.of("fact", [leaf.fact]) if _observed(row) <= (span.last or date.max)])
    if not rows:
        if leaf.closes is None:
            return Observation(UNKNOWN, "missing")
        if _ended(leaf.closes, as_of):
            return Observation(UNMET, reason="not_recorded")
        return Observation(UNKNOWN, "not_yet", until=leaf.closes.last)
    seen = tuple(Seen(row, all_of(test_value(one, row.fields.get("value")) for one in leaf.tests)) for row in rows)
    if len({one.verdict for one in seen}) > 1:
        return Observation(UNKNOWN, "contradictory", seen=seen, conflict=tuple(rows))
    values = {row.fields.get("value") for row in rows}
    conflict = tuple(rows) if len(values) > 1 else ()
    verdict, value = seen[0].verdict, None if conflict else rows[0].fields.get("value")
    if verdict is UNMET and _stale(rows, leaf.counts_from):
        return Observation(UNKNOWN, "missing", value=value, seen=seen, conflict=conflict)
    if not _ended(leaf.counts_from, as_of):
        return Observation(UNKNOWN, "not_yet", value=value, seen=seen, until=_last(leaf.counts_from))
    reason: Reason = "threshold_missed" if any(isinstance(test, Number) for test in leaf.tests) else "not_recorded"
    return Observation(
        verdict,
        unknown="missing" if verdict is UNKNOWN else None,
        reason=reason if verdict is UNMET else None,
        grade="measured" if verdict is MET else None,
        value=value,
        seen=seen,
        conflict=conflict,
    )


def _stale(rows: Sequence[Row], span: Entry | None) -> bool:
    """Whether what was observed stops before the end of the span it should tell of: it may have come since."""
    observed = [row.fields.get("observed_on") for row in rows]
    return (
        span is not None
        and span.last is not None
        and any(isinstance(day, date) and day < span.last for day in observed)
    )


def _latest(rows: Sequence[Row]) -> list[Row]:
    """The rows of the latest day observed; several when the day has several."""
    last = max((_observed(row) for row in rows), default=None)
    return [row for row in rows if _observed(row) == last]


def _observed(row: Row) -> date:
    observed = row.fields.get("observed_on")
    return observed if isinstance(observed, date) else date.min


def _last(entry: Entry | None) -> date | None:
    return entry.last if entry else None


# --- rates ------------------------------------------------------------------------------------------------------


def _rate(leaf: Rate, standing: Standing, policy: Policy) -> Observation:
    rows, counts = counts_of(leaf, standing, policy)
    observation = _counted(leaf, rows, counts, standing, policy)
    left = tuple(Seen(row, UNMET, struck=why) for row, why in left_out(leaf, rows, standing, policy))
    return replace(observation, seen=(*observation.seen, *left)) if left else observation


def _counted(
    leaf: Rate, rows: list[Row], counts: list[tuple[int, int]] | None, standing: Standing, policy: Policy
) -> Observation:
    if counts is None:
        return Observation(UNKNOWN, "missing", seen=_all_seen(rows, UNKNOWN))
    strictly = leaf.relation == "more_than"
    versions = [Count(n, d, least_numerator(leaf.threshold, strictly, d)) for n, d in counts]
    verdicts = {_rate_verdict(leaf, count, policy) for count in versions}
    conflict = tuple(rows) if len(versions) > 1 else ()
    shown, seen = (versions[0] if len(versions) == 1 else None), _all_seen(rows, UNKNOWN)
    if verdicts == {UNKNOWN}:
        return Observation(UNKNOWN, "anomaly", count=shown, seen=seen, conflict=tuple(rows))
    if len(verdicts) > 1:
        return Observation(UNKNOWN, "contradictory", seen=seen, conflict=conflict)
    if not _ended(leaf.counts_from, standing.as_of):
        return Observation(UNKNOWN, "not_yet", count=shown, seen=seen, until=_last(leaf.counts_from))
    (verdict,) = verdicts
    empty = all(count.denominator == 0 for count in versions)
    return Observation(
        verdict,
        reason=None if verdict is MET else "not_calculable" if empty else "threshold_missed",
        grade="measured" if verdict is MET and not empty else None,
        count=versions[0],
        seen=_all_seen(rows, verdict),
        conflict=conflict,
    )


def _all_seen(rows: Sequence[Row], verdict: Verdict) -> tuple[Seen, ...]:
    return tuple(Seen(row, verdict) for row in rows)


def _rate_verdict(leaf: Rate, count: Count, policy: Policy) -> Verdict:
    if count.denominator == 0:
        return MET if leaf.zero == "met" else UNMET
    above = count.numerator > count.denominator
    if above and policy.vocabulary.measures[leaf.measure].above_one != "counted":
        return UNKNOWN
    return MET if count.numerator >= count.needed else UNMET


def _empty(leaf: Empty, standing: Standing, policy: Policy) -> Observation:
    rows, counts = counts_of(leaf, standing, policy)
    seen = _all_seen(rows, UNKNOWN)
    if counts is None:
        return Observation(UNKNOWN, "missing", seen=seen)
    empties = {denominator == 0 for _, denominator in counts}
    if len(empties) > 1:
        return Observation(UNKNOWN, "contradictory", seen=seen, conflict=tuple(rows))
    if not _ended(leaf.counts_from, standing.as_of):
        return Observation(UNKNOWN, "not_yet", seen=seen, until=_last(leaf.counts_from))
    verdict = MET if empties == {True} else UNMET
    return Observation(verdict, reason=None if verdict is MET else "excluded", seen=_all_seen(rows, verdict))


# --- records ----------------------------------------------------------------------------------------------------


def _record(leaf: Record, standing: Standing) -> Observation:
    campaign: int | None = standing.dossier.year
    if leaf.earlier:
        campaign = standing.latest_campaign(leaf.row, leaf.names, leaf.of)
    found = standing.candidates(leaf.row, leaf.names, leaf.of, campaign) if campaign is not None else []
    found = [_as_filed(one) for one in found] if leaf.filed else found
    filing = set() if leaf.filed else {name for test in leaf.where for name in test.fields if name in FILED_ON}
    # A row that lacks the filing date tested is not there yet.
    there = [one for one in found if not filing or any(name in one.row.fields for name in filing)]
    seen = _doubted(there, [_look(leaf, candidate, standing) for candidate in there])
    conflict = _distinct(row for candidate in there for row in candidate.conflict)
    still_open = leaf.closes is not None and not _ended(leaf.closes, standing.as_of)
    verdict = max([one.verdict for one in seen], default=UNMET)
    if verdict is MET and not _ended(leaf.counts_from, standing.as_of):
        return Observation(UNKNOWN, "not_yet", seen=seen, until=_last(leaf.counts_from))
    if verdict is MET:
        return Observation(MET, grade=_grade(leaf, found, seen), seen=seen, conflict=conflict)
    if verdict is UNKNOWN:
        return Observation(UNKNOWN, "contradictory" if conflict else "missing", seen=seen, conflict=conflict)
    if still_open:
        return Observation(UNKNOWN, "not_yet", seen=seen, until=_last(leaf.closes))
    reason, refused = _why(leaf, seen)
    return Observation(UNMET, reason=reason, seen=seen, refused=refused, conflict=conflict)


def _distinct(rows: Iterable[Row]) -> tuple[Row, ...]:
    kept: list[Row] = []
    for row in rows:
        if row not in kept:
            kept.append(row)
    return tuple(kept)


def _doubted(there: list[Candidate], seen: list[Seen]) -> tuple[Seen, ...]:
    """A row that others contradict matches for certain only if every version of the facts does.

    Prefills that differ but all match leave no doubt; contradicting findings always do.
    """
    rivals = [one for candidate, one in zip(there, seen, strict=True) if candidate.conflict]
    if not rivals:
        return tuple(seen)
    sure = all(one.verdict is MET and one.row.type == "prefill" for one in rivals)
    return tuple(
        replace(one, verdict=UNKNOWN) if one in rivals and one.verdict is MET and not sure else one for one in seen
    )


def _as_filed(candidate: Candidate) -> Candidate:
    """A row as it was filed: whatever a control found since neither strikes nor contradicts it."""
    struck = None if candidate.struck in BY_FINDING else candidate.struck
    return replace(
        candidate, struck=struck, conflict=tuple(row for row in candidate.conflict if row.type != "finding")
    )


def _look(leaf: Record, candidate: Candidate, standing: Standing) -> Seen:
    row = candidate.row
    tests = [test for test in leaf.where if not (leaf.filed and _on_dates(test))]
    checks = [check_field(test, row.fields, row.type) for test in tests]
    checks += [check_same(same, row, standing.standing_rows(same.item, standing.dossier.year)) for same in leaf.same]
    verdict = UNMET if candidate.struck else all_of([check.verdict for check in checks])
    return Seen(row, verdict, tuple(checks), candidate.struck, candidate.findings)


def _on_dates(test: FieldTest) -> bool:
    return all(isinstance(one, Day) for one in test.tests)


def _grade(leaf: Record, found: list[Candidate], seen: tuple[Seen, ...]) -> Grade:
    """A row upheld by a control is documented, whatever it was."""
    matched = [one.row for one in seen if one.verdict is MET]
    upheld = any(candidate.confirmed and candidate.row in matched for candidate in found)
    return max(ROW_GRADE[leaf.row], "documented", key=GRADES.index) if upheld else ROW_GRADE[leaf.row]


def _why(leaf: Record, seen: tuple[Seen, ...]) -> tuple[Reason, TableEntry | None]:
    """Why no row matched: what stopped the row that came nearest."""
    told: list[tuple[int, int, Reason, TableEntry | None]] = []
    for one in seen:
        failed = [check for check in one.checks if check.verdict is UNMET]
        match one.struck:
            case "superseded" | "replaced" | "yielded" | "out_of_span" | "recounted":
                continue
            case "rejected":
                told.append((0, -REASONS.index("document_rejected"), "document_rejected", None))
            case "refuted" | "not_produced":
                told.append((0, -REASONS.index(one.struck), one.struck, None))
            case None:
                told.append((len(failed), 0, *_worst(failed)))
    if not told:
        return NOTHING_THERE[leaf.row], None
    _, _, reason, refused = min(
        told, key=lambda way: (*way[:2], -REASONS.index(way[2]), way[3].code if way[3] else "")
    )
    return reason, refused


def _worst(failed: list[Check]) -> tuple[Reason, TableEntry | None]:
    """The reason of a row's failed checks that says most; an express refusal says most of all."""
    refused = next((check for check in failed if check.refused), None)
    check = refused or max(failed, key=lambda one: REASONS.index(one.reason or "not_eligible"))
    return check.reason or "not_eligible", check.refused
