"""What a record says at one of its places, in words: `volets[volet-2].points.paid`, 439.5 → its title, paid, points.

The labels come from the policy of the record, where there is one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from engine.claims import claims
from engine.conditions import walk
from engine.linking import linked
from engine.loading import bundled_policies, read_policy, years
from engine.policy import Component, Indicator, Policy, Volet
from engine.telling.phrases import Figures
from engine.words import Lang, catalogue, say

STEP = re.compile(r"(?P<name>\w+)(?:\[(?P<among>[^\]]*)\])?(?:\.|$)")
PASSED = {"euros", "points", "row", "fields"}
"""What is not told on the way: the unit stands with the amount."""
ASKED = {"contested", "readings"}
"""What is labelled by a question."""
AMOUNTS = {"attained", "paid", "possible"}
WORDED = {"grade", "how", "outcome", "reason", "unknown", "verdict"}
"""The places whose values have words of their own."""
AMOUNT = re.compile(r"-?\d{1,15}(\.\d{1,6})?")
LONGEST = 60
"""Values longer than this are cut: a record may hold anything."""

Unit = Literal["points", "euros"]


class Step(Struct, frozen=True):
    """One step of a place: what stands there and, of a list, which of it."""

    name: str
    among: str | None = None


def policy_of(record: Mapping[str, Any], root: Path | None = None) -> Policy | None:
    """The policy of a record's year under its own readings, for the labels; None where there is none."""
    known = years(root or bundled_policies())
    return linked(read_policy(known[record["year"]]), {}) if record["year"] in known else None


class Statements(Figures):
    """Says places of a record and what stands there; without a policy, things go by the names they have in it."""

    def __init__(self, lang: Lang, policy: Policy | None) -> None:
        super().__init__(lang)
        self.labels = dict(_labels(policy, lang)) if policy else {}

    def place(self, place: str) -> str:
        """The place in words; what has none stays as it is written, and so does a place that is none."""
        steps = list(_steps(place))
        said, above = [], ""
        for rank, step in enumerate(steps):
            if step.among is None and step.name in PASSED and rank < len(steps) - 1:
                continue
            name = step.name if step.among is None else step.among
            label = self.labels.get(f"{above}/{name}") or self.labels.get(name)
            said.append(self._named(step, label))
            above = f"{above}/{name}" if above else name
        whole = ", ".join(said)
        return whole[:1].upper() + whole[1:]

    def _named(self, step: Step, label: str | None) -> str:
        """A step under its label; a question, which no label makes plain, after what it is."""
        if label and step.name not in ASKED:
            return label
        key = f"place.{step.name}"
        word = say(self.lang, key) if key in catalogue(self.lang) else step.name
        name = label or step.among
        return word if name is None else say(self.lang, "records.place", said=word, name=name)

    def value(self, place: str, value: Any) -> str:
        """What stands at a place, as people write it: an amount with its unit, a day, a word; else as it is."""
        steps = list(_steps(place))
        last, unit = steps[-1].name if steps else "", _unit(steps)
        if value is None:
            return say(self.lang, "records.nothing")
        if unit and _is_amount(value):
            return self.amount(value, unit)
        if isinstance(value, bool):
            return say(self.lang, "value.yes" if value else "value.no")
        if isinstance(value, int):
            return self.number(value)
        if not isinstance(value, str):
            return _cut(json.dumps(value, ensure_ascii=False, sort_keys=True))
        if last in WORDED and f"{last}.{value}" in catalogue(self.lang):
            return say(self.lang, f"{last}.{value}")
        return self.day(value) if _is_day(value) else _cut(value)


def _labels(policy: Policy, lang: Lang) -> Iterator[tuple[str, str]]:
    """What is called by a name in a record; periods and tiers under what they are of."""
    for _, tree in claims(policy):
        for node in walk(tree):
            if node.label:
                yield node.at, getattr(node.label, lang)
    for reading in policy.readings.values():
        yield reading.id, getattr(reading.question, lang)
    titled: tuple[Volet | Indicator | Component, ...] = (*policy.volets, *policy.indicators, *policy.components)
    for one in titled:
        yield one.id, getattr(one.title, lang)
    for component in policy.components:
        for period in component.periods:
            yield f"{component.id}/{period.id}", getattr(period.label, lang)
            for tier in period.tiers:
                yield f"{component.id}/{period.id}/{tier.id}", getattr(tier.label, lang)


def _steps(place: str) -> Iterator[Step]:
    at = 0
    while at < len(place):
        step = STEP.match(place, at)
        if step is None:
            yield Step(place[at:])
            return
        yield Step(step["name"], step["among"])
        at = step.end()


def _unit(steps: list[Step]) -> Unit | None:
    """What an amount that stands at the end of these steps is counted in."""
    names = [step.name for step in steps]
    if not names:
        return None
    apart = "components" in names and (names[-1] in AMOUNTS or names[-2] == "components")
    if "euros" in names or names[-1] == "point_value" or apart:
        return "euros"
    return "points" if "points" in names or names[-1].startswith("points_") or names[-1] == "weight" else None


def _is_amount(value: Any) -> bool:
    if isinstance(value, dict):
        return value.keys() == {"from", "to"} and all(map(_is_amount, value.values()))
    return isinstance(value, str) and AMOUNT.fullmatch(value) is not None


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _cut(written: str) -> str:
    return written if len(written) <= LONGEST else f"{written[: LONGEST - 1]}…"
