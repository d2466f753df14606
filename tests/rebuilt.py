"""A policy read back from a record, and the record decided again by the engine's own passes.

It tells, without `engine/checker.py`, whether a record is one that some policy and some dossier give: its own rules
are made a policy, its own facts a dossier, and the engine decides. What a record says of other readings, of changes
that were not made, of facts that came later and of what contradicts itself is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any as Anything
from typing import Literal

from engine.conditions import (
    All,
    Always,
    Any,
    Attribute,
    Day,
    Empty,
    Entry,
    Exempt,
    Fact,
    FieldTest,
    InTable,
    Is,
    Node,
    Not,
    Number,
    Outcome,
    Rate,
    Record,
    Same,
    Silent,
    Source,
    Stated,
    Table,
    TableEntry,
    Test,
    Text,
)
from engine.decision import judge
from engine.dossier import Dossier, read_dossier
from engine.issuing.redeciding import dossier_page
from engine.policy import (
    Branch,
    Component,
    Indicator,
    Measure,
    Neutralisation,
    Period,
    Policy,
    Tier,
    Unit,
    Vocabulary,
    Volet,
    Weight,
)
from engine.record import Writer

Json = dict[str, Anything]
NO_TEXT = Text("", "")
LEFT_OUT = ("contested", "contradictions", "later")


class Bare(Writer):
    """Writes a decision without looking for what was missing."""

    def missing(self, claim: str) -> list[Json]:
        return []


def as_decided(record: Json, law: Policy) -> Json:
    """What the engine writes, deciding on the record's own facts by its own rules.

    `law` only types the facts. Raises what the engine raises where the record is none of a policy and a dossier.
    """
    policy = Rebuilt(record).policy()
    dossier: Dossier = read_dossier(dossier_page(record, "record"), law)
    decision = judge(policy, dossier, date.fromisoformat(record["as_of"]))
    found: Json = json.loads(json.dumps(Bare(decision).whole()))
    return found


def core(record: Json) -> Json:
    """What `as_decided` can give of a record."""
    kept = {key: value for key, value in record.items() if key not in (*LEFT_OUT, "engine")}
    for part in ("volets", "indicators"):
        kept[part] = [{**one, "missing": []} for one in record[part]]
    return kept


def priced(record: Json) -> bool:
    """Whether the euros of all that is left out are its points at the value of the point."""
    value = Decimal(record["policy"]["point_value"])
    told = [each for part in ("volets", "indicators") for one in record[part] for each in one["missing"]]
    pairs = [(one["points"], one["euros"]) for one in told]
    for other in [*record["contested"], *([record["later"]] if record["later"] else [])]:
        pairs += [(other["points"][key], other["euros"][key]) for key in ("paid", "attained", "possible")]
    return all(_times(points, value) == euros for points, euros in pairs)


def _times(points: Anything, value: Decimal) -> Anything:
    if isinstance(points, dict):
        return {end: _times(one, value) for end, one in points.items()}
    written = format(Decimal(points) * value, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


class Rebuilt:
    """The rules of a record as a linked policy."""

    def __init__(self, record: Json) -> None:
        self.record = record
        self.measures: dict[str, str] = {}

    def policy(self) -> Policy:
        record = self.record
        eligible = self.node(record["eligible"]["tree"])
        volets = tuple(self.volet(one) for one in record["volets"])
        components = tuple(self.component(one) for one in record["components"])
        measures = {name: self.measure(name, above) for name, above in self.measures.items()}
        return Policy(
            year=record["year"],
            title=NO_TEXT,
            point_value=Decimal(record["policy"]["point_value"]),
            point_sources=(),
            documents={},
            calendar={name: self.sure_entry(one) for name, one in record["calendar"].items()},
            eligible=eligible,
            volets=volets,
            components=components,
            readings={},
            choices=record["readings"],
            vocabulary=Vocabulary({}, measures, {}, {}, {}),
            tables={},
            not_produced=record["not_produced"],
            findings_readings=(),
            published=(),
            digest=record["policy"]["digest"],
        )

    def measure(self, name: str, above_one: Anything) -> Measure:
        unit = Unit(NO_TEXT, NO_TEXT)
        return Measure(name, NO_TEXT, unit, unit, above_one, {})

    # --- parts ------------------------------------------------------------------------------------------------------

    def volet(self, one: Json) -> Volet:
        return Volet(
            id=one["id"],
            title=NO_TEXT,
            pays=one["pays"],
            weight=self.weight(one["weight"]),
            gate=self.node(one["gate"]) if one["gate"] else None,
            **self.basis(one),
            indicators=tuple(self.indicator(i) for i in self.record["indicators"] if i["volet"] == one["id"]),
        )

    def indicator(self, one: Json) -> Indicator:
        return Indicator(
            id=one["id"],
            volet=one["volet"],
            title=NO_TEXT,
            evidence=one["evidence"],
            weight=self.weight(one["weight"]),
            **self.basis(one),
            keep=(),
            neutralisations=tuple(
                Neutralisation(step["as"], self.node(step["when"])) for step in one["neutralisations"]
            ),
            when=self.node(one["tree"]),
        )

    def component(self, one: Json) -> Component:
        return Component(
            id=one["id"],
            title=NO_TEXT,
            evidence="automated",
            pays=one["pays"],
            gate=self.node(one["gate"]) if one["gate"] else None,
            **self.basis(one),
            periods=tuple(self.period(period) for period in one["periods"]),
        )

    def period(self, one: Json) -> Period:
        tiers = tuple(
            Tier(tier["id"], NO_TEXT, Decimal(tier["euros"]), self.node(tier["tree"])) for tier in one["tiers"]
        )
        return Period(one["id"], NO_TEXT, self.sure_entry(one["ends"]), self.sure_entry(one["paid_in"]), (), tiers)

    def weight(self, one: Anything) -> Weight | None:
        if not isinstance(one, dict):
            return None if one is None else Decimal(one)
        then, otherwise = self.weight(one["then"]), self.weight(one["else"])
        assert then is not None and otherwise is not None
        return Branch(self.node(one["when"]), then, otherwise)

    def basis(self, one: Json) -> dict[str, Anything]:
        return {
            "sources": tuple(Source(s["document"], s["section"], (*s["lines"],)) for s in one["sources"]),
            "presumed": one["presumed"],
            "readings": tuple(one["readings"].items()),
        }

    # --- conditions -------------------------------------------------------------------------------------------------

    def node(self, one: Json) -> Node:
        told = {"at": one["at"], **self.basis(one)}
        asks = one.get("asks", {})
        below = tuple(self.node(child) for child in one.get("of", ()))
        match one["kind"]:
            case "all":
                return All(**told, of=below)
            case "any":
                return Any(**told, of=below)
            case "not":
                return Not(**told, of=below[0])
            case "exempt":
                return Exempt(**told, when=below[0], require=below[1])
            case "always":
                return Always(**told)
            case "silent":
                return Silent(**told, question=Text(asks["question"], ""))
            case "outcome":
                return Outcome(**told, of=asks["outcome"])
            case "attribute":
                return Attribute(**told, test=self.field_test({**asks, "span": len(asks["fields"]) > 1}))
            case "fact":
                return Fact(**told, fact=asks["fact"], tests=self.tests(asks), **self.waits(asks, "closes"))
            case "record":
                return self.record_leaf(told, asks)
            case kind:
                return self.counted(kind, told, asks)

    def counted(self, kind: str, told: dict[str, Anything], asks: Json) -> Node:
        waits = self.waits(asks, "during")
        if kind == "empty":
            return Empty(**told, measure=asks["measure"], **waits)
        relation: Literal["at_least", "more_than"] = "at_least" if "at_least" in asks else "more_than"
        if self.measures.setdefault(asks["measure"], asks["above_one"]) != asks["above_one"]:
            raise ValueError("a measure of two kinds")
        return Rate(
            **told,
            measure=asks["measure"],
            relation=relation,
            threshold=Fraction(asks[relation]),
            zero=asks["zero"],
            **waits,
        )

    def record_leaf(self, told: dict[str, Anything], asks: Json) -> Node:
        same = tuple(Same(one["mine"], one["item"], one["theirs"]) for one in asks["same"])
        return Record(
            **told,
            row=asks["row"],
            names=tuple(asks["names"]),
            of=asks["of"],
            where=tuple(self.field_test(one) for one in asks["where"]),
            same=same,
            earlier=asks["earlier"],
            filed=asks["filed"],
            **self.waits(asks, "closes"),
        )

    def waits(self, asks: Json, *names: str) -> dict[str, Anything]:
        return {name: self.entry(asks[name]) for name in (*names, "counts_from")}

    def field_test(self, asks: Json) -> FieldTest:
        return FieldTest(tuple(asks["fields"]), asks["span"], self.tests(asks))

    def tests(self, asks: Json) -> tuple[Test, ...]:
        return tuple(self.test(one) for one in asks["tests"])

    def test(self, one: Mapping[str, Anything]) -> Test:
        ((kind, asked),) = one.items()
        match kind:
            case "is":
                return Is(tuple(asked))
            case "table":
                return InTable(self.table(asked))
            case "at_least" | "more_than":
                return Number(kind, Fraction(asked))
            case "stated":
                return Stated()
            case _:
                return Day(kind, self.sure_entry(asked))  # type: ignore[arg-type]

    def table(self, name: str) -> Table:
        found = [one for one in self.record["tables"] if one["table"] == name and one["entry"] is not None]
        entries = (TableEntry(one["entry"], NO_TEXT, (one["value"],), (), one["refused"]) for one in found)
        return Table(name, NO_TEXT, (), tuple(sorted(entries, key=lambda entry: entry.code not in entry.aliases)))

    def entry(self, one: Json | None) -> Entry | None:
        return None if one is None else self.sure_entry(one)

    def sure_entry(self, one: Json) -> Entry:
        days = {end: date.fromisoformat(one[end]) if end in one else None for end in ("from", "to")}
        return Entry(one["entry"], days["from"], days["to"])
