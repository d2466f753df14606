"""A node of a record → sentences: what was asked, what was found, where it came from, where it is written."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any as Anything

from engine.claims import claims
from engine.conditions import Node, Record, Silent, walk
from engine.measuring.origins import read_origin
from engine.measuring.written import NOWHERE
from engine.policy import Measure, Policy
from engine.telling.left_out import is_empty, left_out
from engine.telling.phrases import Json, Phrases, retyped
from engine.words import Lang, say

MET = "met"
FILING = ("choice", "channel", "declared_on", "received_on")
"""The fields that tell one row from another, where little room is left."""
COUNTED = ("choice", "numerator", "denominator", "value", "outcome")
"""The fields on which rows contradict each other."""
PERIOD = ("period_start", "period_end")
"""The fields that bound the days of a count; where the first comes after the last, no day is counted."""


class Sentences(Phrases):
    """Says the nodes of a record; the labels come from the linked policy, by place."""

    def __init__(self, policy: Policy, lang: Lang, *, brief: bool = False) -> None:
        super().__init__(policy, lang)
        self.shown = FILING if brief else None
        self.passages_left_out = NOWHERE
        self.wanted = self.say("found.expected")
        self.nodes: Mapping[str, Node] = {node.at: node for _, tree in claims(policy) for node in walk(tree)}

    def label(self, node: Json) -> str:
        """What a node is called: its own label, or what its kind asks."""
        return self.own_label(node) or self._asked(node)

    def own_label(self, node: Json) -> str:
        """The label the policy gives a node; empty when it gives none."""
        own = self.nodes[node["at"]].label
        return self.text(own) if own else ""

    def _asked(self, node: Json) -> str:
        asks = node.get("asks", {})
        match node["kind"]:
            case "attribute":
                return self.field(asks["fields"][0])
            case "fact":
                return self.text(self.policy.vocabulary.facts[asks["fact"]].label)
            case "rate":
                return self.text(self.policy.vocabulary.measures[asks["measure"]].label)
            case "record":
                return self._record_asked(asks)
            case "outcome":
                return self.claim(asks["outcome"])
            case kind:
                return self.say(f"node.{kind}")

    def _record_asked(self, asks: Json) -> str:
        earlier = self.say("node.earlier") if asks["earlier"] else ""
        if asks["row"] == "document":
            kinds = self.joined([self.document(kind) for kind in asks["names"]])
            if not asks["of"]:
                return self.say("node.paper", kinds=kinds) + earlier
            return self.say("node.document", kinds=kinds, item=self.item(asks["of"])) + earlier
        return (
            self.say(f"node.{asks['row']}", item=self.joined([self.item(name) for name in asks["names"]])) + earlier
        )

    def claim(self, name: str) -> str:
        """The title of an indicator, volet or component, or of what a claim of its own settles."""
        plain = name.replace("~", "#").partition("#")[0]
        titles = {volet.id: volet.title for volet in self.policy.volets}
        titles |= {indicator.id: indicator.title for indicator in self.policy.indicators}
        titles |= {component.id: component.title for component in self.policy.components}
        return self.text(titles[plain]) if plain in titles else plain

    # --- what was found -----------------------------------------------------------------------------------------

    def found(self, node: Json) -> Iterator[str]:
        """What a leaf found, one sentence a finding; nothing for a gate."""
        saw, asks = node.get("saw", {}), node.get("asks", {})
        match node["kind"]:
            case "attribute":
                yield from self._attribute(node, asks, saw)
            case "fact":
                yield from self._fact(node, asks, saw)
            case "rate":
                yield from self._rate(asks, saw)
            case "empty":
                yield self.say(f"found.empty_{node['verdict']}")
            case "record":
                yield from self._record(node, asks, saw)
            case "silent":
                leaf = self.nodes[node["at"]]
                yield self.text(leaf.question) if isinstance(leaf, Silent) else ""
            case "not":
                yield from self._not(node)
            case "outcome":
                yield self.say(f"found.outcome_{node['verdict']}", name=self.claim(asks["outcome"]))
            case _:
                pass
        if len(saw.get("conflict", ())) > 1:
            rows = [self.row(row, COUNTED) for row in saw["conflict"]]
            yield self.say("found.conflict", rows=" ".join(rows))
        if saw.get("until") and node.get("unknown") == "not_yet":
            yield self.say("found.until", day=self.day(saw["until"]))

    def _not(self, node: Json) -> Iterator[str]:
        """What the condition that must not hold found."""
        self.wanted = self.say("found.excluded")
        for child in node["of"]:
            for leaf in telling(child):
                yield from self.found(leaf)
        self.wanted = self.say("found.expected")

    def _attribute(self, node: Json, asks: Json, saw: Json) -> Iterator[str]:
        name = asks["fields"][0]
        for one in saw.get("rows", ()):
            yield self.say("found.location", department=one["row"]["name"], expected=self.tests(asks))
        if not saw.get("rows"):
            found = self.value(name, saw.get("value"))
            key = "found.attribute" if node["verdict"] == MET else "found.attribute_expected"
            yield self.say(key, field=self.field(name), found=found, expected=self.tests(asks), wanted=self.wanted)

    def _fact(self, node: Json, asks: Json, saw: Json) -> Iterator[str]:
        field = self.policy.vocabulary.facts[asks["fact"]]
        label, rows = self.text(field.label), saw.get("rows", ())
        values = dict.fromkeys(self.typed(field, one["row"]["fields"].get("value")) for one in rows)
        # The unit stands beside what was found: it is not told twice.
        told = [
            self.test(test, asks["fact"]) if values and "is" not in test else self.fact_test(test, asks["fact"])
            for test in asks["tests"]
        ]
        expected = self.joined(told, "and")
        if not values:
            yield self.say("found.no_fact", label=label, expected=expected)
        else:
            found = self.joined(list(values), "and")
            plain = node["verdict"] == MET and self.wanted == self.say("found.expected") and found == expected
            key = "fact_met" if plain else "fact"
            yield self.say(f"found.{key}", label=label, found=found, expected=expected, wanted=self.wanted)

    def fact_test(self, test: Json, fact: str) -> str:
        """What is expected of an automated value, with its unit."""
        field = self.policy.vocabulary.facts[fact]
        ((kind, asked),) = test.items()
        if kind in ("at_least", "more_than") and field.unit and asked.isdecimal():
            return self.say(f"test.{kind}", value=self.counted(int(asked), field.unit))
        if kind == "is":
            return self.joined([self.typed(field, retyped(value)) for value in test["is"]])
        return self.test(test, fact)

    def threshold(self, asks: Json) -> str:
        """`au moins 70 %`, `plus de 2/3`."""
        relation = "at_least" if "at_least" in asks else "more_than"
        return self.say(f"test.{relation}", value=self.fraction(asks[relation]))

    def _rate(self, asks: Json, saw: Json) -> Iterator[str]:
        measure, expected = self.policy.vocabulary.measures[asks["measure"]], self.threshold(asks)
        rows = saw.get("rows", ())
        counted = [one["row"] for one in rows if not one["struck"]]
        if "count" in saw:
            yield from self._count(measure, saw["count"], expected)
            for row in counted if asks["measure"] in self.passages_left_out else ():
                yield from left_out(self, row, self.passages_left_out[asks["measure"]])
        else:
            key = "found.rate_unsettled" if counted else "found.no_rate"
            yield self.say(key, label=self.text(measure.label), expected=expected)
            yield from map(self.row, counted)
        for one in rows:
            if one["struck"]:
                yield self.say(f"struck.{one['struck']}", row=self.row(one["row"]))

    def _count(self, measure: Measure, count: Json, expected: str) -> Iterator[str]:
        numerator, denominator, missing = (int(count[key]) for key in ("numerator", "denominator", "missing"))
        parts = {
            "numerator": self.counted(numerator, measure.numerator),
            "denominator": self.counted(denominator, measure.denominator),
            "expected": expected,
        }
        if denominator == 0:
            yield self.say("found.rate_empty", **parts)
            return
        parts["percent"] = self.percent(numerator, denominator)
        if missing:
            yield self.say("found.rate_short", needed=self.number(numerator + missing), **parts)
        else:
            yield self.say("found.rate", **parts)
        if numerator > denominator:
            yield self.say("found.above_one")

    def _record(self, node: Json, asks: Json, saw: Json) -> Iterator[str]:
        rows = saw.get("rows", [])
        if not rows:
            yield self.say(f"found.nothing_{asks['row']}")
            if self.shown is None and asks["where"]:
                expected = [
                    self.say(
                        "missing.field",
                        field=self.field(test["fields"][0]),
                        expected=self.tests(test, asks["names"][0]),
                    )
                    for test in asks["where"]
                ]
                yield self.say("found.awaited", expected=self.say("missing.separator").join(expected))
            return
        best = [one for one in rows if one["verdict"] == node["verdict"]] if node["verdict"] == MET else rows
        for one in best:
            yield self.row(one["row"], self.shown)
            yield from self._stopped(one)

    def _stopped(self, one: Json) -> Iterator[str]:
        """Why a row did not match: what struck it, or each test it did not pass."""
        if one["struck"]:
            yield self._struck(one)
            yield from (self.row(finding) for finding in one["findings"])
            return
        for check in one["checks"]:
            if check["verdict"] != MET:
                yield self.check(check, one["row"]["name"])

    def _struck(self, one: Json) -> str:
        """Why a row does not count; of a document that was received, that it is not the one asked for."""
        if one["struck"] == "not_produced" and one["row"]["type"] == "document":
            return self.say("struck.not_produced_document")
        return self.say(f"struck.{one['struck']}")

    def check(self, check: Json, item: str) -> str:
        """One test not passed: what the field holds, and what was expected."""
        asks, field = check["asks"], check["field"]
        found = self.value(field, check["found"], item)
        if check["refused"]:
            return self.say("found.refused", found=found)
        if "mine" in asks:
            theirs = self.say("test.same", field=self.field(asks["theirs"]), item=self.item(asks["item"]))
            values = [row["fields"].get(asks["theirs"]) for row in check["against"]]
            said = [self.value(asks["theirs"], value, asks["item"]) for value in values if value is not None]
            key = "found.check_same" if said else "found.check"
            return self.say(
                key, field=self.field(field), found=found, expected=theirs, said=self.joined(said or [""])
            )
        return self.say("found.check", field=self.field(field), found=found, expected=self.tests(asks, item))

    # --- rows ---------------------------------------------------------------------------------------------------

    def row(self, row: Json, only: Container[str] | None = None) -> str:
        """A row in one line: what it is, what it holds (`only` these fields), and where it came from."""
        fields = {key: value for key, value in row.get("fields", {}).items() if only is None or key in only}
        parts = [
            self.say("row.field", field=self.row_field(row, key), found=self.row_value(row, key, value))
            for key, value in fields.items()
            if not (key in PERIOD and is_empty(fields))
        ]
        parts += [self.say("row.no_day")] if is_empty(fields) else []
        shown = self.say("row.fields", fields=self.say("missing.separator").join(parts)) if parts else ""
        excluded = self._excluded(row) if only is None and row.get("exclusions") else ""
        return self.say("row.line", name=self.row_name(row), fields=shown + excluded, origin=self.origin(row))

    def _excluded(self, row: Json) -> str:
        """What a measure left out of its counts, by reason."""
        reasons = self.policy.vocabulary.measures[row["name"]].exclusions
        counts = [
            self.say("row.exclusion", count=self.number(count), reason=self.text(reasons[name]))
            for name, count in sorted(row["exclusions"].items())
        ]
        return self.say("row.excluded", counts=", ".join(counts))

    def row_field(self, row: Json, key: str) -> str:
        """The label of a row's field; a document's state is not the doctor's status."""
        return self.say("field.status") if (row["type"], key) == ("document", "status") else self.field(key)

    def row_value(self, row: Json, key: str, value: Anything) -> str:
        """A row's field in words."""
        if (row["type"], key) == ("document", "status"):
            return self.say(f"status.{value}")
        if (row["type"], key) == ("finding", "outcome"):
            return self.say(f"finding.{value}")
        return self.value(key, value, row["name"])

    def row_name(self, row: Json) -> str:
        """What a row is about."""
        name = row["name"]
        match row["type"]:
            case "declaration" | "prefill" | "finding":
                return self.say(f"row.{row['type']}", item=self.item(name))
            case "document":
                return self.of_kinds(row, [name])
            case "measure":
                return self.text(self.policy.vocabulary.measures[name].label)
            case "fact":
                return self.text(self.policy.vocabulary.facts[name].label)
            case _:
                return self.say("row.location", department=name)

    def of_kinds(self, row: Json, kinds: Sequence[str]) -> str:
        """A paper, of any of these kinds, and what it is for."""
        items = self.joined([self.say("row.quoted", text=self.item(item)) for item in row.get("items", [])], "and")
        return self.say("row.document", kind=self.joined([self.document(kind) for kind in kinds]), items=items)

    def to_bring(self, row: Json) -> str:
        """What a row to be added is about; of a paper, with every kind that no condition tells apart from its own."""
        if row["type"] != "document":
            return self.row_name(row)
        asked = [
            leaf.names
            for leaf in self.nodes.values()
            if isinstance(leaf, Record) and leaf.row == "document" and leaf.of in (None, *row["items"])
        ]
        kinds = self.policy.vocabulary.documents
        alike = [kind for kind in kinds if all((kind in names) == (row["name"] in names) for names in asked)]
        return self.of_kinds(row, alike)

    def origin(self, row: Json) -> str:
        """Where a row came from, and when it was recorded; what the product itself wrote is said in the language."""
        where = row.get("origin") or self.say("row.no_origin")
        if where == say("fr", "row.register"):
            where = self.say("row.register")
        elif counted := read_origin(where):
            where = self.text(counted.flows)
        recorded = row.get("recorded_on")
        return self.say("row.origin_on", origin=where, day=self.day(recorded)) if recorded else where


def telling(node: Json) -> list[Json]:
    """The leaves that tell why a node has its verdict.

    For a met `any`, its first met branch; for an unmet one, the branch that came nearest; else every part that
    shares the verdict.
    """
    below = node.get("of")
    if not below:
        return [node]
    alike = [child for child in below if child["verdict"] == node["verdict"]]
    match node["kind"], node["verdict"]:
        case ("exempt", "met"):
            alike = alike[-1:]
        case ("any", "met"):
            alike = alike[:1]
        case ("any", "unmet"):
            alike = [child for child in alike if child["at"] == node["nearest"]]
        case ("exempt", "unmet"):
            alike = alike[-1:]
        case ("not", _):
            return [node]
        case _:
            pass
    return [leaf for child in alike for leaf in telling(child)]


def every(node: Json) -> Iterator[Json]:
    """Every node of a record's tree, parents first."""
    yield node
    for child in node.get("of", ()):
        yield from every(child)


def rows_seen(tree: Json) -> Iterator[Json]:
    """Every row that the leaves of a tree looked at."""
    for node in every(tree):
        for one in node.get("saw", {}).get("rows", ()):
            yield one["row"]
            yield from one.get("findings", ())
            for check in one.get("checks", ()):
                yield from check["against"]
