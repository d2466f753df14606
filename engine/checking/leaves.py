"""Each leaf of a record with its verdict, its reason and what it saw, worked out again from the record's facts.

Nothing of the engine is imported here but this room, which was written apart from `engine/observe.py`: a mistake
must be made twice to pass.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from engine.checking.counts import counted
from engine.checking.facts import (
    BY_FINDING,
    FILED,
    FIRST,
    LAST,
    Candidate,
    Facts,
    Json,
    day,
    field,
    is_day,
    ordered,
    text,
)
from engine.checking.passing import (
    DATED,
    MET,
    REASONS,
    UNKNOWN,
    UNMET,
    WORDS,
    holds,
    in_time,
    name_of,
    reason,
    span,
    written,
)

ABSENT = {"declaration": "not_declared", "prefill": "not_prefilled", "document": "document_missing"}
GRADE_OF = {"declaration": "declared", "prefill": "prefilled", "document": "documented"}
LEAVES = ("attribute", "fact", "rate", "empty", "record", "always", "silent")
PAST = ("superseded", "replaced", "yielded")


NOTHING: Mapping[str, Any] = {}


class Seen(NamedTuple):
    """What a leaf saw: its verdict, why it is unmet or unknown, and the rest (what is None or empty is left out)."""

    verdict: int
    why: str | None
    saw: Mapping[str, Any] = NOTHING


def observed_again(record: Json) -> Json:
    """A record with its leaves, its look-ups and the digest of its dossier as its own facts and rules give them.

    `record` is valid under `schemas/decision.schema.json`. Raises what Python raises where it makes no sense.
    """
    facts = record["dossier"]
    dossier = {**{key: facts[key] for key in facts if key != "digest"}, "rows": ordered(facts["rows"])}
    whole = {**dossier, "doctor": record["doctor"], "year": record["year"]}
    digest = f"sha256:{hashlib.sha256(text(whole).encode()).hexdigest()}"
    leaves = Leaves(record)
    again: Json = {key: leaves.within(record[key]) for key in ("eligible", "volets", "components", "indicators")}
    tables = [one for _, one in sorted(leaves.looked_up.items())]
    return {**record, **again, "dossier": {**dossier, "digest": digest}, "tables": tables}


class Leaves:
    """Looks again at the facts of a record with each of its leaves; `looked_up` keeps what was sought in tables."""

    def __init__(self, record: Json) -> None:
        self.facts, self.fields = Facts(record), record["dossier"]["fields"]
        self.tables = {(one["table"], one["value"]): one for one in record["tables"]}
        self.looked_up: dict[tuple[str, str], Json] = {}
        parts = [record[key] for key in ("eligible", "volets", "components", "indicators")]
        self.open = {leaf["at"]: leaf["asks"]["question"] for leaf in silent(parts)}

    def within(self, part: Any) -> Any:
        """The part with every leaf below it observed again."""
        if isinstance(part, list):
            return [self.within(one) for one in part]
        if not isinstance(part, dict):
            return part
        if part.get("kind") not in LEAVES or "at" not in part:
            return {key: self.within(value) for key, value in part.items()}
        seen = self.observe(part)
        if part["kind"] == "silent":
            # A question is known by the place of the first leaf that leaves it open, which is one that does.
            asked = part["asks"]["question"]
            part = {**part, "asks": {"question": asked if self.open.get(asked) == asked else part["at"]}}
        basis = {key: value for key, value in part.items() if key not in ("verdict", "reason", "unknown", "saw")}
        why = {UNMET: {"reason": seen.why}, UNKNOWN: {"unknown": seen.why}, MET: {}}[seen.verdict]
        saw = {key: value for key, value in seen.saw.items() if value is not None and value != []}
        return {**basis, **why, "verdict": WORDS[seen.verdict], "saw": saw}

    def observe(self, leaf: Json) -> Seen:
        match leaf["kind"]:
            case "attribute":
                return self.attribute(**leaf["asks"])
            case "fact":
                return self.fact(**leaf["asks"])
            case "rate":
                return self.rate(leaf["asks"])
            case "empty":
                return self.empty(leaf["asks"])
            case "record":
                return self.record(leaf["asks"])
            case "silent":
                return Seen(UNKNOWN, "silent")
            case _:
                return Seen(MET, None)

    # --- tests ------------------------------------------------------------------------------------------------------

    def passes(self, test: Json, value: Any) -> int:
        """Whether a value passes a test: unknown when there is none, unmet when it was looked for and not found."""
        if value is None:
            return UNKNOWN
        if value == "none":
            return UNMET
        ((kind, asked),) = test.items()
        match kind:
            case "stated":
                return MET
            case "is":
                return holds(written(value) in asked)
            case "table":
                found = self.look_up(asked, written(value))
                return holds(found["entry"] is not None and not found["refused"])
            case "at_least" | "more_than":
                enough = type(value) is int and value >= Fraction(asked)
                return holds(enough and (kind == "at_least" or value > Fraction(asked)))
            case _:
                return holds(is_day(value) and in_time(kind, asked, value))

    def look_up(self, table: str, value: str) -> Json:
        entry = self.tables.get((table, value), {}).get("entry")
        refused = entry is not None and self.tables[table, value]["refused"]
        found = {"table": table, "value": value, "entry": entry, "refused": refused}
        return self.looked_up.setdefault((table, value), found)

    def all_pass(self, tests: Iterable[Json], value: Any) -> int:
        return min((self.passes(test, value) for test in tests), default=MET)

    def check(self, test: Json, row: Json) -> Json:
        """What the test of a row's field gives, with the reason when it is not met."""
        if test["span"]:
            names, value = test["fields"], field(row, test["fields"][0])
            verdict = span(test["tests"], value, field(row, names[1]))
            return _check(test, names[0], value, verdict, "out_of_period" if verdict == UNMET else None)
        given = [name for name in test["fields"] if name in row.get("fields", {})]
        name = next((one for one in given if field(row, one) != "none"), [*given, *test["fields"]][0])
        value = field(row, name)
        verdicts = [self.passes(one, value) for one in test["tests"]]
        if min(verdicts, default=MET) != UNMET:
            return _check(test, name, value, min(verdicts, default=MET))
        failed = test["tests"][verdicts.index(UNMET)]
        tables = [
            self.look_up(one["table"], written(value)) for one in test["tests"] if "table" in one and value != "none"
        ]
        refused = next((one["entry"] for one in tables if one["refused"]), None)
        return _check(test, name, value, UNMET, reason(failed, name, value, row["type"]), refused)

    def same(self, test: Json, row: Json) -> Json:
        """Whether a row says of something what the standing statement of another item says of it."""
        others, mine = self.facts.standing(test["item"]), field(row, test["mine"])
        theirs = [field(one, test["theirs"]) for one in others]
        agree = [UNKNOWN if value is None else holds(name_of(value) == name_of(mine)) for value in theirs]
        verdict = UNMET if mine == "none" else UNKNOWN if mine is None or not theirs else max(agree)
        why = "document_incomplete" if mine == "none" else "document_mismatch"
        return _check(test, test["mine"], mine, verdict, why if verdict == UNMET else None, None, ordered(others))

    # --- leaves -----------------------------------------------------------------------------------------------------

    def attribute(self, fields: list[str], tests: list[Json]) -> Seen:
        if fields == ["location.department"]:
            rows = [_seen(row, self.all_pass(tests, row["name"])) for row in self.facts.locations()]
            verdict = max((WORDS.index(one["verdict"]) for one in rows), default=UNKNOWN)
            return Seen(verdict, _missing_or(verdict, "not_eligible"), {"rows": ordered(rows)})
        values = [self.fields.get(name) for name in fields]
        verdict = self.all_pass(tests, values[0]) if len(fields) == 1 else span(tests, *values)
        return Seen(verdict, _missing_or(verdict, "not_eligible"), {"value": values[0]})

    def fact(self, fact: str, tests: list[Json], closes: Json | None, counts_from: Json | None) -> Seen:
        about = counts_from or self.facts.calendar["assessment"]
        told = self.facts.of("fact", [fact], self.facts.year)
        told = [row for row in told if day(row, "observed_on", FIRST) <= about.get("to", LAST)]
        last = max((day(row, "observed_on", FIRST) for row in told), default=FIRST)
        rows = [row for row in told if day(row, "observed_on", FIRST) == last]
        if not rows:
            if closes is None:
                return Seen(UNKNOWN, "missing")
            return (
                Seen(UNMET, "not_recorded")
                if self.over(closes)
                else Seen(UNKNOWN, "not_yet", {"until": closes["to"]})
            )
        verdicts = [self.all_pass(tests, field(row, "value")) for row in rows]
        seen = ordered(_seen(row, verdict) for row, verdict in zip(rows, verdicts, strict=True))
        differ = len({text(field(row, "value")) for row in rows}) > 1
        saw = {
            "rows": seen,
            "conflict": ordered(rows) if differ else [],
            "value": None if differ else field(rows[0], "value"),
        }
        if len(set(verdicts)) > 1:
            return Seen(UNKNOWN, "contradictory", {"rows": seen, "conflict": ordered(rows)})
        verdict = verdicts[0]
        if verdict == UNMET and counts_from and FIRST < last < counts_from.get("to", FIRST):
            return Seen(UNKNOWN, "missing", saw)
        if not self.over(counts_from):
            return Seen(UNKNOWN, "not_yet", {**saw, "conflict": [], "until": (counts_from or {})["to"]})
        reached = any("at_least" in test or "more_than" in test for test in tests)
        why = _missing_or(verdict, "threshold_missed" if reached else "not_recorded")
        return Seen(verdict, why, {**saw, "grade": "measured" if verdict == MET else None})

    def rate(self, asks: Json) -> Seen:
        seen = self.counts(asks)
        left_out = [_seen(row, UNMET, why) for row, why in counted(asks, self.facts)[1]]
        return Seen(seen.verdict, seen.why, {**seen.saw, "rows": ordered([*seen.saw["rows"], *left_out])})

    def counts(self, asks: Json) -> Seen:
        """What the counts that are read give, in every way they can be read."""
        kept, _, versions = counted(asks, self.facts)
        doubted = {"rows": [_seen(row, UNKNOWN) for row in kept]}
        if versions is None:
            return Seen(UNKNOWN, "missing", doubted)
        verdicts = {_rate(asks, *version) for version in versions}
        rivals, empty = ordered(kept) if len(versions) > 1 else [], all(whole == 0 for _, whole in versions)
        told = _count(asks, *versions[0])
        shown = told if len(versions) == 1 else None
        if verdicts == {UNKNOWN}:
            return Seen(UNKNOWN, "anomaly", {**doubted, "count": shown, "conflict": ordered(kept)})
        if len(verdicts) > 1:
            return Seen(UNKNOWN, "contradictory", {**doubted, "conflict": rivals})
        if not self.over(asks["counts_from"]):
            return Seen(UNKNOWN, "not_yet", {**doubted, "count": shown, "until": asks["counts_from"]["to"]})
        verdict = verdicts.pop()
        rows = [_seen(row, verdict) for row in kept]
        grade = "measured" if verdict == MET and not empty else None
        why = None if verdict == MET else "not_calculable" if empty else "threshold_missed"
        return Seen(verdict, why, {"rows": rows, "count": told, "conflict": rivals, "grade": grade})

    def empty(self, asks: Json) -> Seen:
        kept, _, versions = counted(asks, self.facts)
        doubted = {"rows": ordered(_seen(row, UNKNOWN) for row in kept)}
        if versions is None:
            return Seen(UNKNOWN, "missing", doubted)
        if len({whole == 0 for _, whole in versions}) > 1:
            return Seen(UNKNOWN, "contradictory", {**doubted, "conflict": ordered(kept)})
        if not self.over(asks["counts_from"]):
            return Seen(UNKNOWN, "not_yet", {**doubted, "until": asks["counts_from"]["to"]})
        verdict = holds(versions[0][1] == 0)
        rows = ordered(_seen(row, verdict) for row in kept)
        return Seen(verdict, "excluded" if verdict == UNMET else None, {"rows": rows})

    def record(self, asks: Json) -> Seen:
        there = self.there(asks)
        looked = [self.look(asks, one) for one in there]
        rivals = [one for candidate, one in zip(there, looked, strict=True) if candidate.conflict]
        if any(one["verdict"] != "met" or one["row"]["type"] != "prefill" for one in rivals):
            # What others contradict matches for certain only if every version of the facts does.
            for one in rivals:
                one["verdict"] = "unknown" if one["verdict"] == "met" else one["verdict"]
        conflict = {text(row): row for candidate in there for row in candidate.conflict}
        saw: Json = {"rows": ordered(looked), "conflict": [row for _, row in sorted(conflict.items())]}
        verdict = max((WORDS.index(one["verdict"]) for one in looked), default=UNMET)
        if verdict == MET and not self.over(asks["counts_from"]):
            return Seen(UNKNOWN, "not_yet", {"rows": saw["rows"], "until": asks["counts_from"]["to"]})
        if verdict == MET:
            matched = [one["row"] for one in looked if one["verdict"] == "met"]
            upheld = any(one.confirmed and one.row in matched for one in there)
            return Seen(MET, None, {**saw, "grade": "documented" if upheld else GRADE_OF[asks["row"]]})
        if verdict == UNKNOWN:
            return Seen(UNKNOWN, "contradictory" if conflict else "missing", saw)
        if asks["closes"] is not None and not self.over(asks["closes"]):
            return Seen(UNKNOWN, "not_yet", {"rows": saw["rows"], "until": asks["closes"]["to"]})
        why, refused = nearest_row(looked, ABSENT[asks["row"]])
        return Seen(UNMET, why, {**saw, "refused": refused})

    def there(self, asks: Json) -> list[Candidate]:
        """The rows to look at: one that lacks the filing date tested is not there yet."""
        year = self.facts.year
        if asks["earlier"]:
            held = [row for row in self.facts.rows if row["type"] == asks["row"] and row["name"] in asks["names"]]
            held = [row for row in held if asks["of"] is None or asks["of"] in row.get("items", ())]
            year = max((row["campaign"] for row in held if row["campaign"] < year), default=FIRST)
        filing = {name for test in asks["where"] for name in test["fields"] if name in FILED}
        found = self.facts.candidates(asks["row"], asks["names"], asks["of"], year)
        if asks["filed"]:
            return [_as_filed(one) for one in found]
        return [one for one in found if not filing or filing & one.row.get("fields", {}).keys()]

    def look(self, asks: Json, candidate: Candidate) -> Json:
        row, struck = candidate.row, candidate.struck
        lifted = [
            test for test in asks["where"] if asks["filed"] and all(DATED & one.keys() for one in test["tests"])
        ]
        checks = [self.check(test, row) for test in asks["where"] if test not in lifted]
        checks += [self.same(test, row) for test in asks["same"]]
        verdict = UNMET if struck else min((WORDS.index(one["verdict"]) for one in checks), default=MET)
        return {**_seen(row, verdict, struck), "findings": ordered(candidate.findings), "checks": checks}

    def over(self, entry: Json | None) -> bool:
        """Whether an entry has ended; an open one is never waited for."""
        return entry is None or entry.get("to", FIRST) <= self.facts.today


def silent(part: Any) -> Iterator[Json]:
    """The leaves of which the law says nothing."""
    if isinstance(part, dict) and part.get("kind") == "silent" and "at" in part:
        yield part
    elif isinstance(part, dict | list):
        for below in part.values() if isinstance(part, dict) else part:
            yield from silent(below)


def _as_filed(candidate: Candidate) -> Candidate:
    """A row as it was filed: what a control found since neither strikes nor contradicts it."""
    struck = None if candidate.struck in BY_FINDING else candidate.struck
    return candidate._replace(struck=struck, conflict=[row for row in candidate.conflict if row["type"] != "finding"])


def _seen(row: Json, verdict: int, struck: str | None = None) -> Json:
    return {"row": row, "verdict": WORDS[verdict], "struck": struck, "findings": [], "checks": []}


def _check(
    test: Json,
    name: str,
    found: Any,
    verdict: int,
    why: str | None = None,
    refused: str | None = None,
    against: Any = (),
) -> Json:
    told = {"field": name, "found": found, "verdict": WORDS[verdict], "reason": why, "refused": refused}
    return {**told, "against": list(against), "asks": test}


def _missing_or(verdict: int, reason: str) -> str | None:
    return {UNMET: reason, UNKNOWN: "missing", MET: None}[verdict]


def _rate(asks: Json, part: int, whole: int) -> int:
    if whole == 0:
        return holds(asks["zero"] == "met")
    if part > whole and asks["above_one"] != "counted":
        return UNKNOWN
    return holds(part >= needed(asks, whole))


def _count(asks: Json, part: int, whole: int) -> Json:
    least = needed(asks, whole)
    numbers = {"numerator": part, "denominator": whole, "needed": least, "missing": max(0, least - part)}
    return {name: str(number) for name, number in numbers.items()}


def needed(asks: Json, whole: int) -> int:
    """The least numerator that is enough for a denominator."""
    share = Fraction(str(asks.get("at_least", asks.get("more_than")))) * whole
    return share.__ceil__() if "at_least" in asks else share.__floor__() + 1


def nearest_row(looked: list[Json], absent: str) -> tuple[str, str | None]:
    """Why no row matched: what stopped the one that came nearest, and the entry that refuses it expressly."""
    told: list[tuple[int, int, int, str, str]] = []
    for one in looked:
        failed = [check for check in one["checks"] if check["verdict"] == "unmet"]
        if one["struck"] is None:
            worst = max(failed, key=lambda check: (bool(check["refused"]), REASONS.index(check["reason"])))
            refused = [check for check in failed if check["refused"]]
            worst = refused[0] if refused else worst
            rank = REASONS.index(worst["reason"])
            told.append((len(failed), 0, -rank, worst["refused"] or "", worst["reason"]))
        elif one["struck"] not in PAST:
            why = "document_rejected" if one["struck"] == "rejected" else one["struck"]
            told.append((0, -REASONS.index(why), -REASONS.index(why), "", why))
    if not told:
        return absent, None
    *_, refused_by, why = min(told)
    return why, refused_by or None
