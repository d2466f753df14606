"""A change between two policies → words: what it is about, both values, both sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from engine.asked import sources as passages
from engine.conditions import Node, children
from engine.drafting.diff.differing import Change, Side
from engine.drafting.diff.values import SAYING_NOTHING, Values
from engine.policy import Policy
from engine.telling.parts import Part
from engine.words import Lang

FIELDS = ("date", "list", "values", "test", "threshold", "same")
"""The aspects told by the field they look at."""

LABELLED = (*SAYING_NOTHING, "neutralisation", "condition", "entry", "option", "tier", "refused")
"""The aspects that need no name beside the label of what comes or goes."""


class Words:
    """Says the changes between two policies, called `names` (two years, say)."""

    def __init__(self, one: Policy, other: Policy, names: tuple[str, str], lang: Lang) -> None:
        self.one, self.other, self.names = Values(one, lang), Values(other, lang), names
        self.say = self.other.say

    def change(self, alike: Sequence[Change]) -> Part:
        """One change, or the same change of several places: told once, with the places."""
        first = alike[0]
        labels = list(dict.fromkeys(self.other.said(one.label) for one in alike if one.label))
        every = self.say("missing.separator").join(labels)
        if first.aspect == "shifted":
            return Part(self.say("diff.shifted", labels=every))
        parts = [Part(self.say("diff.places", count=len(labels), labels=every))] if len(labels) > 1 else []
        if self.has_tree(first):
            parts += [self.tree(side, rules, name) for side, rules, name in self.sides(first)]
        head = self.head(first, labels[0] if len(labels) == 1 else "")
        parts += self.sources(alike)
        return Part(head[:1].upper() + head[1:], aside=self.under(first), parts=tuple(parts))

    def tree(self, side: Side, rules: Values, name: str) -> Part:
        """The condition of one side, with all below it."""
        assert isinstance(side.rule, Node), "a tree is told of a condition"
        told = rules.rule(side.rule)
        return Part(self.say("diff.of", name=name, value=told.text), aside=told.aside, parts=told.parts)

    def head(self, change: Change, label: str) -> str:
        """What a change is about, and both values where they are short."""
        about, values = self.about(change, label), []
        if not self.has_tree(change):
            values = [rules.valued(change, side) for side, rules, _ in self.sides(change)]
        match change.kind, [value for value in values if value]:
            case "changed", [was, now]:
                told = self.say("diff.change", what=about, was=was, now=now)
                gap = self.gap(change)
                return self.say("diff.gap", change=told, gap=gap) if gap else told
            case "changed", _:
                return about
            case kind, [value]:
                about = self.say("diff.valued" if label else "diff.of", name=about, value=value)
            case _:
                kind = change.kind
        lifted = "_neutralisation" if change.aspect == "neutralisation" else ""
        return self.say(f"diff.{kind}{lifted}", what=about)

    def gap(self, change: Change) -> str:
        """By how much points or euros changed, signed; empty where they hang on the doctor, and for anything else."""
        if change.aspect not in ("weight", "euros", "published", "point_value") or not (change.was and change.now):
            return ""
        was, now = change.was.value, change.now.value
        return self.signed(Decimal(now) - Decimal(was)) if isinstance(was, str) and isinstance(now, str) else ""

    def signed(self, gap: Decimal) -> str:
        """A difference with its sign."""
        return self.say("compare.more" if gap > 0 else "compare.less", value=self.other.number(abs(gap)))

    def about(self, change: Change, label: str) -> str:
        """The aspect or the field, under the label of the place; the label alone where it says all."""
        if label and (change.aspect in LABELLED or change.subject.kind == "calendar"):
            return label
        about = self.field(change) or self.say(f"diff.aspect_{change.aspect}")
        if change.within != "condition":
            about = self.say(f"diff.within_{change.within}", what=about)
        return self.say("diff.about", label=label, what=about) if label else about

    def field(self, change: Change) -> str:
        """The field or the automated value that a test looks at; empty for any other aspect."""
        side, rules, _ = next(self.sides(change))
        match side.value:
            case {"fields": _} if change.aspect in FIELDS:
                return rules.fields(side.value)
            case {"fact": str(fact)} if change.aspect in FIELDS:
                return rules.fact(fact)
            case {"mine": str(mine)}:
                return rules.field(mine)
            case _:
                return ""

    def sides(self, change: Change) -> Iterator[tuple[Side, Values, str]]:
        """Each side there is, with the words and the name of its policy."""
        for side, rules, name in ((change.was, self.one, self.names[0]), (change.now, self.other, self.names[1])):
            if side is not None:
                yield side, rules, name

    def under(self, change: Change) -> str:
        """The reading under which alone a change shows."""
        return self.say("diff.under", reading="=".join(change.under)) if change.under else ""

    def sources(self, alike: Sequence[Change]) -> Iterator[Part]:
        """Where each side is written."""
        for index, (rules, name) in enumerate(((self.one, self.names[0]), (self.other, self.names[1]))):
            sides = (one.was if index == 0 else one.now for one in alike)
            written = dict.fromkeys(source for side in sides if side for source in side.sources)
            if written:
                places = rules.passages(passages(tuple(written)))
                yield Part(self.say("diff.of", name=name, value=places), fine=True)

    def has_tree(self, change: Change) -> bool:
        """Whether a side is a condition with others below it: both are then told as trees."""
        return any(isinstance(side.rule, Node) and children(side.rule) for side, _, _ in self.sides(change))
