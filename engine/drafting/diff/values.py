"""One value of a change → words, under the labels of the policy it belongs to."""

from __future__ import annotations

from engine.conditions import Always
from engine.drafting.diff.differing import Change, Plain, Side
from engine.drafting.diff.rules import Rules
from engine.policy import Branch, Weight

SAYING_NOTHING = ("indicator", "volet", "component", "period", "table", "reading", "name", "moved", "counting")
"""The aspects whose value says nothing that their label does not."""
COUNTED = (
    *("counting_period", "counting_start", "counting_default", "counted_rows"),
    *("exclusion", "exclusion_order", "unit"),
)
"""The aspects of how a rate is counted: their values are words already."""


class Values(Rules):
    """Says the values of changes; which aspect has which form of value, `diff_plain` and `diff_parts` decide."""

    def valued(self, change: Change, side: Side) -> str:
        """A value in words; empty when its label says it all."""
        value = side.value
        match change.aspect:
            case "weight" if isinstance(side.rule, Branch):
                return self.branch(side.rule)
            case "weight" | "published" | "euros" | "tier" | "point_value" | "bounds":
                return self.worth(change, value)
            case "neutralisation" | "form" | "condition" | "exemption" | "gate":
                return self.condition(side)
            case "days" | "shifted" | "during" | "ends" | "paid":
                return self.days(value)
            case "closes" | "counts_from":
                return self.say("diff.open") if value.get("open") else self.span("until", value)
            case "threshold" | "date" | "list" | "values" | "test" | "asked" | "same":
                return self.asked(value)
            case "covers":
                return self.item(value)
            case "question" | "keep":
                return self.said(value)
            case "default":
                says = self.policy.readings[change.subject.id].options[value].says
                return self.say("diff.valued", name=value, value=self.text(says))
            case aspect if aspect in COUNTED:
                return self.said(value)
            case aspect if aspect in SAYING_NOTHING:
                return ""
            case _:
                return self.listed(change, value)

    def branch(self, weight: Weight) -> str:
        """Points that hang on a condition."""
        if not isinstance(weight, Branch):
            return self.amount(weight, "points")
        then, otherwise = self.branch(weight.then), self.branch(weight.otherwise)
        return self.say("diff.weight", when=self.sentence(weight.when), then=then, otherwise=otherwise)

    def worth(self, change: Change, value: Plain) -> str:
        """Points or euros, one amount or a range."""
        match value:
            case {"points": [least, most]}:
                return self.extent("points", least, most)
            case {"euros": [least, most]}:
                return self.extent("euros", least, most)
            case _:
                return self.amount(value, "points" if change.aspect in ("weight", "published") else "euros")

    def extent(self, unit: str, least: str, most: str | None) -> str:
        """What an option that cannot be computed could be worth."""
        if most is None:
            return self.say("diff.at_least", least=self.amount(least, unit))
        return self.amount({"from": least, "to": most}, unit)

    def condition(self, side: Side) -> str:
        """A condition in one line, or what a neutralisation does and for whom."""
        node, effect = side.rule, side.value.get("as")
        if node is None or isinstance(node, Branch):
            return self.say(f"node.{side.value['kind']}")
        if effect is None:
            return self.sentence(node)
        said = self.say(f"show.neutralised_{effect}")
        said = said[:1].lower() + said[1:]
        return said if isinstance(node, Always) else self.say("diff.of", name=said, value=self.sentence(node))

    def asked(self, value: Plain) -> str:
        """A threshold, the tests of a field or of an automated value, an agreement; or what a leaf looks at."""
        match value:
            case {"fact": _, "tests": _}:
                return self.fact_tests(value)
            case {"fields": _, "tests": _}:
                return self.expected(value, value.get("row", ""), value.get("item"))
            case {"mine": _, "theirs": theirs, "item": item}:
                return self.say("test.same", field=self.field(theirs), item=self.item(item))
            case {"measure": name}:
                return self.measure(name)
            case {"fact": name}:
                return self.fact(name)
            case {"outcome": name}:
                return self.claim(name)
            case {"row": _}:
                return self.kept(value)
            case _:
                return self.threshold(value)

    def listed(self, change: Change, value: Plain) -> str:
        """A word of a closed list of the language, or names as they are written."""
        match value:
            case bool():
                return self.say("value.yes" if value else "value.no")
            case dict():
                return ", ".join(f"{name}={one}" for name, one in value.items())
            case list():
                return ", ".join(value) or self.say("diff.nothing")
            case _ if change.aspect in ("type", "option"):
                return str(value)
            case _ if change.aspect == "evidence":
                return self.say(f"evidence.{value}")
            case _:
                return self.say(f"diff.{change.aspect}_{value}")
