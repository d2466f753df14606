"""A decision as a record: JSON data under `schemas/decision.schema.json`, without sentences.

It holds all that was decided from, rules and facts, so that whoever has it alone can decide again
(`engine/checker.py`).

Amounts are exact decimals in text; one not settled is `{"from": …, "to": …}`. Dates are ISO. Nothing depends on
the order in which a dossier's rows were written, on a clock or on a locale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any as Anything

from msgspec import Struct

from engine import VERSION
from engine.amount import Amount
from engine.asked import asks, entry, field_test, plain_test, same_test, sources
from engine.claims import claims
from engine.conditions import (
    Any,
    FieldTest,
    Node,
    Rate,
    Same,
    Silent,
    Text,
    children,
    walk,
)
from engine.decision import ComponentDecision, Decision, IndicatorDecision, VoletDecision
from engine.dispute.contradictions import Contradiction, contradictions, with_later
from engine.dispute.mending import Change, Wanted
from engine.dispute.pricing import Alternative, flips
from engine.dispute.shortfall import Shortfalls
from engine.dossier import Row, digest_of
from engine.lookups import found, looked_up, looks_up
from engine.observation import Check, Observation, Seen
from engine.policy import Branch, Component, Indicator, Neutralisation, Policy, Volet, Weight
from engine.text import canonical_json, decimal_text, in_order
from engine.verdict import Verdict

SCHEMA = "decision/2"
DAYS = ("year", "assessment", "campaign", "decision")
"""The calendar entries that conditions look at without naming them."""
Json = dict[str, Anything]


def canonical(record: Json) -> bytes:
    """The record in canonical JSON (RFC 8785)."""
    return canonical_json(record)


def record(decision: Decision, others: Iterable[Alternative] = ()) -> Json:
    """The decision as plain JSON data, with the other readings that would change it."""
    writer = Writer(decision)
    return {
        **writer.whole(),
        "contested": [_alternative(one, decision) for one in others],
        "contradictions": _sorted([_contradiction(one) for one in contradictions(decision)]),
        "later": _later(decision),
    }


def _contradiction(one: Contradiction) -> Json:
    rows = _sorted([row.plain() for row in one.rows])
    return {"kind": one.kind, "rows": rows, "at": sorted(one.at)}


def _later(decision: Decision) -> Json | None:
    """What came to be known after the day of the decision, and what it would have changed."""
    other = with_later(decision)
    if other is None:
        return None
    rows = _sorted([row.plain() for row in decision.later])
    return {"rows": rows, **_other(other, decision)}


def _alternative(one: Alternative, decision: Decision) -> Json:
    return {"reading": one.reading, "option": one.option, **_other(one.decision, decision)}


def _other(other: Decision, decision: Decision) -> Json:
    """Another decision on the same dossier: what it would pay, and the outcomes that would differ."""
    return {
        "points": amounts(other.possible, other.attained, other.paid),
        "euros": amounts(*(other.euros(value) for value in (other.possible, other.attained, other.paid))),
        "components": {each.component.id: amount(each.paid) for each in other.components},
        "outcomes": flips(decision, other),
    }


def amount(value: Amount) -> Anything:
    """One decimal when settled, and both ends when not."""
    if value.settled:
        return decimal_text(value.least)
    return {"from": decimal_text(value.least), "to": decimal_text(value.most)}


def amounts(possible: Amount, attained: Amount, paid: Amount) -> Json:
    return {"paid": amount(paid), "attained": amount(attained), "possible": amount(possible)}


class Writer:
    def __init__(self, decision: Decision) -> None:
        self.decision, self.policy, self.reasons = decision, decision.policy, decision.reasons
        self.fixed, self.shortfalls = _fixed(decision.policy), Shortfalls(decision)
        self.rows: dict[int, Json] = {}
        self.looked_up: dict[tuple[str, str], Json] = {}

    def whole(self) -> Json:
        return {**self.head(), **self.tree(), "tables": [one for _, one in sorted(self.looked_up.items())]}

    def head(self) -> Json:
        """What was decided on: whose facts, under which rules, on which day."""
        decision, policy = self.decision, self.policy
        return {
            "schema": SCHEMA,
            "doctor": decision.dossier.doctor,
            "year": policy.year,
            "as_of": decision.as_of.isoformat(),
            "policy": {"digest": policy.digest, "point_value": decimal_text(policy.point_value)},
            "dossier": self.dossier(),
            "engine": {"version": VERSION},
            "readings": dict(sorted(policy.choices.items())),
            "calendar": {name: entry(policy.calendar[name]) for name in DAYS},
            "not_produced": policy.not_produced,
        }

    def dossier(self) -> Json:
        """Every fact of the dossier, those of later days and those that no condition looks at included."""
        told = self.decision.dossier.plain(self.row)
        return {"digest": digest_of(told), **{key: told[key] for key in ("name", "fields", "rows") if key in told}}

    def tree(self) -> Json:
        """What was decided: verdicts, points and euros."""
        decision, policy = self.decision, self.policy
        points = (decision.possible, decision.attained, decision.paid)
        return {
            "eligible": {"verdict": decision.eligible.word, "tree": self.node(policy.eligible)},
            "points": amounts(*points),
            "euros": amounts(*(decision.euros(value) for value in points)),
            "volets": [self.volet(volet) for volet in decision.volets],
            "components": [self.component(component) for component in decision.components],
            "indicators": [self.indicator(one) for one in decision.indicators],
        }

    def missing(self, claim: str) -> list[Json]:
        """The shortfalls of a claim: what would have met it, and the points and euros that would have brought."""
        written = []
        for one in self.shortfalls.of(claim):
            gain = one.gain(self.decision)
            changes = [_change(change) for change in one.changes]
            points, euros = amount(gain), amount(self.decision.euros(gain))
            written.append({"changes": changes, "points": points, "euros": euros})
        return written

    # --- parts --------------------------------------------------------------------------------------------------

    def volet(self, decided: VoletDecision) -> Json:
        volet = decided.volet
        return {
            "id": volet.id,
            "pays": volet.pays,
            "weight": self.weight(volet.weight),
            "verdict": decided.verdict.word,
            "gate": self.node(volet.gate) if volet.gate else None,
            "points": amounts(decided.possible, decided.attained, decided.paid),
            "missing": self.missing(volet.gate.at) if volet.gate and decided.gate is Verdict.UNMET else [],
            **_basis(volet),
        }

    def indicator(self, decided: IndicatorDecision) -> Json:
        indicator = decided.indicator
        return {
            "id": indicator.id,
            "volet": indicator.volet,
            "outcome": decided.outcome,
            "how": decided.how,
            "grade": decided.grade,
            "reason": decided.reason,
            "unknown": decided.unknown,
            "evidence": indicator.evidence,
            "weight": self.weight(indicator.weight),
            "points_possible": amount(decided.possible),
            "points_attained": amount(decided.attained),
            "points_paid": amount(decided.paid),
            **_basis(indicator),
            "missing": self.missing(indicator.id) if decided.outcome == "refused" else [],
            "neutralisations": [self.neutralisation(step) for step in indicator.neutralisations],
            "tree": self.node(indicator.when),
        }

    def weight(self, weight: Weight | None) -> Anything:
        """The points written, or the condition that chooses between two weights; None where the volet pays."""
        if not isinstance(weight, Branch):
            return None if weight is None else decimal_text(weight)
        then, otherwise = self.weight(weight.then), self.weight(weight.otherwise)
        return {"when": self.node(weight.when), "then": then, "else": otherwise}

    def neutralisation(self, step: Neutralisation) -> Json:
        return {"as": step.effect, "when": self.node(step.when)}

    def component(self, decided: ComponentDecision) -> Json:
        component = decided.component
        return {
            "id": component.id,
            "outcome": decided.outcome,
            "pays": component.pays,
            "gate": self.node(component.gate) if component.gate else None,
            "euros": amounts(decided.possible, decided.attained, decided.paid),
            **_basis(component),
            "periods": [
                {
                    "id": one.period.id,
                    "ends": entry(one.period.ends),
                    "paid_in": entry(one.period.paid),
                    "pending": one.pending,
                    "tier": one.tier,
                    "attained": amount(one.attained),
                    "paid": amount(one.paid),
                    "tiers": [
                        {"id": tier.id, "euros": decimal_text(tier.euros), "tree": self.node(tier.when)}
                        for tier in one.period.tiers
                    ],
                }
                for one in decided.periods
            ],
        }

    def row(self, row: Row) -> Json:
        """A row as plain data, written once however many leaves saw it."""
        if id(row) not in self.rows:
            self.rows[id(row)] = row.plain()
        return self.rows[id(row)]

    # --- trees --------------------------------------------------------------------------------------------------

    def node(self, node: Node) -> Json:
        verdict, fixed = self.decision.verdicts[node.at], self.fixed[node.at]
        written: Json = {**fixed.told, "verdict": verdict.word}
        match verdict:
            case Verdict.UNMET:
                # An `any` fails for the reason of its nearest branch.
                nearest = self.reasons.nearest(node.of) if isinstance(node, Any) and node.of else None
                written["reason"] = self.reasons.unmet(nearest or node)
                if nearest:
                    written["nearest"] = nearest.at
            case Verdict.UNKNOWN:
                written["unknown"] = self.reasons.unknown(node)
            case Verdict.MET:
                pass
        observed = self.decision.observations.get(node.at)
        if observed:
            written["saw"] = saw(observed, self.row)
            for table, value in looked_up(node, observed) if fixed.looks_up else ():
                self.looked_up.setdefault((table.id, value), found(table, value))
        elif below := children(node):
            written["of"] = [self.node(child) for child in below]
        return written


class Fixed(Struct, frozen=True):
    """What a record says of a node whatever the dossier; whether the node looks something up in a table."""

    told: Json
    looks_up: bool


@lru_cache(maxsize=256)
def _fixed(policy: Policy) -> Mapping[str, Fixed]:
    """What a record says of each node whatever the dossier, by place; what does not apply is left out."""
    fixed: dict[str, Fixed] = {}
    questions: dict[Text, str] = {}
    for node in [node for _, tree in claims(policy) for node in walk(tree)]:
        asked = asks(node)
        if isinstance(node, Rate):
            asked["above_one"] = policy.vocabulary.measures[node.measure].above_one
        if isinstance(node, Silent):
            # A question of the law left open in several places is one: the first of them stands for its words.
            asked["question"] = questions.setdefault(node.question, node.at)
        told = {"at": node.at, "kind": type(node).__name__.lower(), **_basis(node)}
        fixed[node.at] = Fixed({**told, "asks": asked} if asked else told, looks_up(node))
    return fixed


def _basis(one: Node | Volet | Indicator | Component) -> Json:
    """What a part of the policy rests on: its passages, whether they are presumed, the readings that shaped it."""
    return {"sources": sources(one.sources), "presumed": one.presumed, "readings": dict(one.readings)}


def saw(observation: Observation, plain: Callable[[Row], Json] = Row.plain) -> Json:
    """What a leaf saw, as plain data; what does not apply is left out. `plain` writes a row."""
    count, value = observation.count, observation.value
    written: Json = {}
    if observation.grade is not None:
        written["grade"] = observation.grade
    if value is not None:
        written["value"] = value.isoformat() if isinstance(value, date) else value
    if observation.until is not None:
        written["until"] = observation.until.isoformat()
    if observation.refused is not None:
        written["refused"] = observation.refused.code
    if observation.seen:
        written["rows"] = _sorted([_seen(one, plain) for one in observation.seen])
    if observation.conflict:
        written["conflict"] = _sorted([plain(row) for row in observation.conflict])
    if count is not None:
        written["count"] = {
            "numerator": str(count.numerator),
            "denominator": str(count.denominator),
            "needed": str(count.needed),
            "missing": str(max(0, count.needed - count.numerator)),
        }
    return written


def _change(change: Change) -> Json:
    return {
        "before": change.before and change.before.plain(),
        "after": change.after and change.after.plain(),
        "among": None if change.among is None else str(change.among),
        "wanted": {name: _wanted(wanted) for name, wanted in change.wanted.items()},
    }


def _wanted(wanted: Wanted) -> Json:
    match wanted:
        case Same():
            return same_test(wanted)
        case FieldTest():
            return field_test(wanted)
        case tests:
            return {"tests": [plain_test(one) for one in tests]}


def _seen(one: Seen, plain: Callable[[Row], Json]) -> Json:
    return {
        "row": plain(one.row),
        "verdict": one.verdict.word,
        "struck": one.struck,
        "findings": _sorted([plain(row) for row in one.findings]),
        "checks": [_check(check, plain) for check in one.checks],
    }


def _check(check: Check, plain: Callable[[Row], Json]) -> Json:
    found = check.found
    return {
        "field": check.field,
        "found": found.isoformat() if isinstance(found, date) else found,
        "verdict": check.verdict.word,
        "reason": check.reason,
        "refused": check.refused and check.refused.code,
        "against": _sorted([plain(row) for row in check.against]),
        "asks": _asked(check.test),
    }


@lru_cache(maxsize=1024)
def _asked(test: FieldTest | Same) -> Json:
    return same_test(test) if isinstance(test, Same) else field_test(test)


def _sorted(rows: list[Json]) -> list[Json]:
    return sorted(rows, key=in_order) if len(rows) > 1 else rows
