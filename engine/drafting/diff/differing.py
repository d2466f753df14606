"""What differs between two policies, as plain frozen data: each difference with both values and both sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any as Anything
from typing import Literal

from engine.conditions import Node, Source
from engine.policy import Branch, Policy

Plain = Anything
"""A value as plain JSON data, without sentences."""

SubjectKind = Literal[
    "policy", "eligible", "volet", "indicator", "component", "calendar", "table", "reading", "vocabulary",
    "counting",
]  # fmt: skip

Within = Literal["condition", "exemption", "neutralisation", "weight", "gate"]
"""Which of an indicator's trees a node stands in; an exemption is part of a condition."""

Aspect = Literal[
    # wholes that come or go
    "indicator", "volet", "component", "period", "tier", "table", "entry", "reading", "option", "name", "published",
    # what an indicator, a volet or a component says of itself
    "evidence", "weight", "neutralisation", "keep", "pays", "gate", "paid", "ends", "euros",
    # what a node asks
    "threshold", "date", "list", "values", "test", "closes", "counts_from", "during", "zero", "asked", "same",
    "filed", "earlier", "covers", "question",
    # how nodes hang together
    "form", "condition", "exemption", "moved",
    # the rest of a policy
    "point_value", "days", "shifted", "refused", "default", "require", "bounds", "type", "choices", "above_one",
    "not_produced", "aliases", "exclusions",
    # how rates are counted
    "counting", "counting_period", "counting_start", "counting_default", "counted_rows", "exclusion",
    "exclusion_order", "unit",
    # words and places, which are no rules
    "label", "source",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """What a difference is about: a kind of thing, and its name."""

    kind: SubjectKind
    id: str


@dataclass(frozen=True, slots=True)
class Side:
    """What one policy says, where it is written, and the rule itself where the value is one."""

    value: Plain
    sources: tuple[Source, ...] = ()
    rule: Node | Branch | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: added (no `was`), removed (no `now`), or changed.

    `at` is the place inside the subject (a node, a calendar entry, a table's entry); `label` names it in both
    languages where the policies do. `under` is the reading that shows the difference, where the readings taken
    do not.
    """

    subject: Subject
    aspect: Aspect
    at: str
    was: Side | None
    now: Side | None
    within: Within = "condition"
    label: Mapping[str, str] | None = None
    under: tuple[str, str] | None = None

    @property
    def kind(self) -> Literal["added", "removed", "changed"]:
        return "added" if self.was is None else "removed" if self.now is None else "changed"


@dataclass(frozen=True, slots=True)
class Diff:
    """Two policies, and what differs: rules, and apart from them labels and places in the sources."""

    one: Policy
    other: Policy
    changes: tuple[Change, ...]
    labels: tuple[Change, ...]
    sources: tuple[Change, ...]

    @property
    def rules(self) -> tuple[Change, ...]:
        """The differences but for the days that merely follow the year."""
        return tuple(change for change in self.changes if change.aspect != "shifted")
