"""What a leaf saw in a dossier: the value, the threshold, the distance, and where each fact came from."""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

from msgspec import Struct

from engine.conditions import FieldTest, Same, TableEntry
from engine.dossier import Row, Value
from engine.standing import Struck
from engine.verdict import Verdict

Grade = Literal["declared", "prefilled", "documented", "measured"]
GRADES: tuple[Grade, ...] = ("declared", "prefilled", "documented", "measured")

Unknown = Literal["not_yet", "silent", "missing", "anomaly", "contradictory"]
UNKNOWNS: tuple[Unknown, ...] = ("not_yet", "silent", "missing", "anomaly", "contradictory")
"""From the least to the most telling, where several leave one condition unknown."""

Reason = Literal[
    "not_eligible",
    "prerequisite",
    "not_prefilled",
    "not_recorded",
    "not_declared",
    "not_qualifying",
    "excluded",
    "threshold_missed",
    "not_calculable",
    "out_of_period",
    "declared_early",
    "declared_late",
    "document_missing",
    "document_mismatch",
    "document_incomplete",
    "document_rejected",
    "not_produced",
    "refuted",
]
REASONS: tuple[Reason, ...] = get_args(Reason)
"""From the least to the most telling, where several ways were open and none was met."""


class Check(Struct, frozen=True):
    """One test of one row: the field looked at, what it held (None: nothing known), and what that gives.

    `refused` is the entry that expressly refuses it; `against` the rows it was compared with.
    """

    test: FieldTest | Same
    field: str
    found: Value | None
    verdict: Verdict
    reason: Reason | None = None
    refused: TableEntry | None = None
    against: tuple[Row, ...] = ()


class Seen(Struct, frozen=True):
    """A row a leaf looked at. `struck` says why the row could not match whatever its fields.

    `findings` are the controls that bear on it.
    """

    row: Row
    verdict: Verdict
    checks: tuple[Check, ...] = ()
    struck: Struck | None = None
    findings: tuple[Row, ...] = ()


class Count(Struct, frozen=True):
    """A rate as counted: `needed` is the least numerator that meets the condition, the denominator held."""

    numerator: int
    denominator: int
    needed: int


class Observation(Struct, frozen=True):
    """What one leaf saw. `unknown` goes with an unknown verdict, `reason` with an unmet one.

    `until` is the last day on which it could still change, where a date has not come. `conflict` holds the rows
    that disagree.
    """

    verdict: Verdict
    unknown: Unknown | None = None
    reason: Reason | None = None
    grade: Grade | None = None
    value: Value | None = None
    count: Count | None = None
    seen: tuple[Seen, ...] = ()
    until: date | None = None
    refused: TableEntry | None = None
    conflict: tuple[Row, ...] = ()
