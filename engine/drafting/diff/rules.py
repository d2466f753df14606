"""What rules are made of, in words: the small things that a change is about."""

from __future__ import annotations

from msgspec.structs import replace

from engine.conditions import Node, Text
from engine.drafting.diff.differing import Plain, SubjectKind
from engine.drafting.showing.nodes import Rules as Shown
from engine.telling.parts import Part


class Rules(Shown):
    """Says the rules of one policy, and what the plain data of a comparison names."""

    def said(self, plain: Plain) -> str:
        """A text in both languages, in this one."""
        return str(plain[self.lang])

    def rule(self, node: Node) -> Part:
        """A condition with all below it; its passages are told of the change, not of each line."""
        return _rules_alone(self.node(node))

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

    def measure(self, name: str) -> str:
        """A rate."""
        return self.text(self.policy.vocabulary.measures[name].label)

    def fact(self, name: str) -> str:
        """An automated value."""
        return self.text(self.policy.vocabulary.facts[name].label)

    def kept(self, asks: Plain) -> str:
        """A declaration, a prefill or a paper."""
        if asks["row"] == "document":
            return self.say("node.paper", kinds=self.joined([self.document(kind) for kind in asks["names"]]))
        return self.say(f"node.{asks['row']}", item=self.joined([self.item(name) for name in asks["names"]]))

    def fields(self, test: Plain) -> str:
        """The fields a test looks at: the first given of several, or both ends of a span."""
        names = [self.row_field({"type": test.get("row", "")}, name) for name in test["fields"]]
        return self.joined(names, "and" if test.get("span") else "or")

    def fact_tests(self, asks: Plain) -> str:
        """All that is expected of an automated value."""
        return self.joined([self.fact_test(test, asks["fact"]) for test in asks["tests"]], "and")

    def days(self, entry: Plain) -> str:
        """A calendar entry by its days."""
        return self.say("diff.open") if entry.get("open") else self.span("within", {"from": entry["to"], **entry})


def _rules_alone(part: Part) -> Part:
    return replace(part, parts=tuple(_rules_alone(one) for one in part.parts if not one.fine))
