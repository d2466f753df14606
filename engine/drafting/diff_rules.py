"""A rule as plain data → words: what a condition asks, with no dossier to answer it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.conditions import Text
from engine.drafting.differing import Plain, SubjectKind
from engine.telling.parts import Part
from engine.telling.phrases import Phrases, retyped


class Rules(Phrases):
    """Says the conditions of one policy, from the plain data of a comparison."""

    def said(self, plain: Plain) -> str:
        """A text in both languages, in this one."""
        return str(plain[self.lang])

    def rule(self, tree: Plain) -> Part:
        """A condition, with those below it."""
        below = tuple(self.rule(child) for child in tree.get("of", ()))
        leaf = "" if below else self.leaf(tree)
        if not tree.get("label"):
            return Part(leaf or self.say(f"node.{tree['kind']}"), parts=below)
        label = self.said(tree["label"])
        if leaf:
            return Part(self.say("diff.of", name=label, value=leaf))
        return Part(label, aside=self.say(f"node.{tree['kind']}"), parts=below)

    def line(self, tree: Plain) -> str:
        """A condition in one line: its label, or else what it asks."""
        if tree.get("of"):
            inner = self.say("missing.separator").join(map(self.line, tree["of"]))
            gate = self.said(tree["label"]) if tree.get("label") else self.say(f"node.{tree['kind']}")
            return self.say("diff.of", name=gate, value=inner)
        return self.leaf(tree)

    def leaf(self, tree: Plain) -> str:
        """What a leaf asks."""
        asks = tree.get("asks", {})
        match tree["kind"]:
            case "attribute":
                return self.say("diff.of", name=self.field(asks["fields"][0]), value=self.tests(asks))
            case "fact":
                return self.say("diff.of", name=self.fact(asks["fact"]), value=self.fact_tests(asks))
            case "rate":
                return self.say("diff.of", name=self.measure(asks["measure"]), value=self.threshold(asks))
            case "empty":
                return self.say("diff.of", name=self.measure(asks["measure"]), value=self.say("node.empty"))
            case "record":
                tests = self.say("missing.separator").join(self.where(asks))
                return self.say("diff.tested", name=self.row(asks), tests=tests) if tests else self.row(asks)
            case "outcome":
                return self.say("diff.reached", name=self.claim(asks["outcome"]))
            case "silent":
                return self.say("diff.of", name=self.say("node.silent"), value=self.said(tree["question"]))
            case kind:
                return self.say(f"node.{kind}")

    # --- what leaves look at ------------------------------------------------------------------------------------

    def measure(self, name: str) -> str:
        """A rate."""
        known = self.policy.vocabulary.measures.get(name)
        return self.text(known.label) if known else name

    def fact(self, name: str) -> str:
        """An automated value."""
        known = self.policy.vocabulary.facts.get(name)
        return self.text(known.label) if known else name

    def row(self, asks: Plain) -> str:
        """A declaration, a prefill or a paper."""
        earlier = self.say("node.earlier") if asks.get("earlier") else ""
        if asks["row"] != "document":
            item = self.joined([self.item(name) for name in asks["names"]])
            return self.say(f"node.{asks['row']}", item=item) + earlier
        kinds = self.joined([self.document(name) for name in asks["names"]])
        if asks.get("of"):
            return self.say("node.document", kinds=kinds, item=self.item(asks["of"])) + earlier
        return self.say("node.paper", kinds=kinds) + earlier

    def where(self, asks: Plain) -> Iterator[str]:
        """What is asked of each field of a row."""
        item = asks.get("of") or asks["names"][0]
        for test in asks["where"]:
            if asks["row"] == "document" and test["fields"] == ["status"]:
                yield self.state(test)
            else:
                yield self.say("diff.of", name=self.fields(test), value=self.tests(test, item))
        for same in asks["same"]:
            yield self.same(same)

    def state(self, test: Plain) -> str:
        """The state of a paper, which is not the status of the doctor."""
        states = [self.say(f"status.{value}") for one in test["tests"] for value in one["is"]]
        return self.say("diff.of", name=self.say("field.status"), value=self.joined(states))

    def fields(self, test: Plain) -> str:
        """The fields a test looks at: the first given of several, or both ends of a span."""
        return self.joined([self.field(name) for name in test["fields"]], "and" if test.get("span") else "or")

    def same(self, same: Plain) -> str:
        """Agreement with another item's statement."""
        theirs = self.say("test.same", field=self.field(same["theirs"]), item=self.item(same["item"]))
        return self.say("diff.of", name=self.field(same["mine"]), value=theirs)

    def threshold(self, asks: Plain) -> str:
        """`au moins 70 %`, `plus de 2/3`."""
        relation = "at_least" if "at_least" in asks else "more_than"
        return self.say(f"test.{relation}", value=self.fraction(asks[relation]))

    def fact_tests(self, asks: Plain) -> str:
        """All that is expected of an automated value."""
        field = self.policy.vocabulary.facts.get(asks["fact"])
        expected = [
            self.joined([self.typed(field, retyped(value)) for value in test["is"]])
            if "is" in test
            else self.test(test, asks["fact"])
            for test in asks["tests"]
        ]
        return self.joined(expected, "and")

    def claim(self, name: str) -> str:
        """The title of an indicator or volet."""
        return self.title("volet", name) or self.title("indicator", name) or name

    def title(self, kind: SubjectKind, name: str) -> str:
        """What a thing of the policy is called; empty when the policy has none of that name."""
        policy = self.policy
        titles: dict[SubjectKind, dict[str, Text]] = {
            "volet": {one.id: one.title for one in policy.volets},
            "indicator": {one.id: one.title for one in policy.indicators},
            "component": {one.id: one.title for one in policy.components},
            "table": {one.id: one.title for one in policy.tables.values()},
            "reading": {one.id: one.question for one in policy.readings.values()},
        }
        found = titles.get(kind, {}).get(name)
        return self.text(found) if found else ""

    def days(self, entry: Plain) -> str:
        """A calendar entry by its days."""
        if entry.get("open"):
            return self.say("diff.open")
        first, last = entry.get("from", entry["to"]), entry["to"]
        if first == last:
            return self.say("test.on", day=self.day(last))
        return self.say("test.within", first=self.day(first), last=self.day(last))
