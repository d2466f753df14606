"""What is paid, compared between two policies: volets, indicators, components, and the totals announced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any as Anything
from typing import TypeVar

from engine.asked import entry
from engine.conditions import Node, Source, Text
from engine.drafting.diff.differing import Aspect, Change, Plain, Side, Subject, Within
from engine.drafting.diff.nodes import Found, Trees
from engine.drafting.diff.plain import alike, neutralisation, shape, text, tree, weight
from engine.policy import Branch, Component, Indicator, Neutralisation, Period, Policy, Tier, Volet
from engine.text import decimal_text

T = TypeVar("T")
Sources = tuple[Source, ...]
Rule = Node | Branch | None
Whole = Indicator | Volet | Component
Said = tuple[Plain, Sources] | tuple[Plain, Sources, Rule]
"""A value, None when there is none, where it is written, and the rule itself where the value is one."""

NOTHING: Said = (None, ())


class Telling:
    """Adds to `found` what differs between two things of one name."""

    def __init__(self, one: Policy, other: Policy, found: Found) -> None:
        self.one, self.other, self.found = one, other, found

    def differ(
        self, subject: Subject, aspect: Aspect, was: Said, now: Said, *, at: str = "", label: Text | None = None
    ) -> None:
        """One change, when the two values are not the same."""
        if was[0] != now[0]:
            before, after = (None if said[0] is None else Side(*said) for said in (was, now))
            self.found.changes.append(Change(subject, aspect, at or subject.id, before, after, label=text(label)))

    def named(self, subject: Subject, at: str, was: tuple[Text, Sources], now: tuple[Text, Sources]) -> None:
        """The label and the passages of a thing that both policies hold."""
        self.found.words(subject, at, was[0], now[0])
        self.found.passages(subject, at, was[1], now[1])


class Paid(Telling):
    """Compares everything that is paid."""

    def compare(self) -> None:
        """The policy itself, who is eligible, volets, indicators and components."""
        self.policy()
        Trees(Subject("eligible", "eligible"), self.found).compare(self.one.eligible, self.other.eligible)
        for volets in matched(by_id(self.one.volets), by_id(self.other.volets)):
            self.volet(*volets)
        for indicators in matched(by_id(self.one.indicators), by_id(self.other.indicators)):
            self.indicator(*indicators)
        for components in matched(by_id(self.one.components), by_id(self.other.components)):
            self.component(*components)

    def policy(self) -> None:
        """The value of the point, the totals announced, what a paper not shown does."""
        one, other, subject = self.one, self.other, Subject("policy", "policy")
        self.named(subject, "title", (one.title, ()), (other.title, ()))
        was, now = ((decimal_text(each.point_value), each.point_sources) for each in (one, other))
        self.differ(subject, "point_value", was, now, at="point_value")
        self.found.passages(subject, "point_value", was[1], now[1])
        self.differ(subject, "not_produced", (one.not_produced, ()), (other.not_produced, ()), at="findings")
        titles = {volet.id: volet.title for policy in (one, other) for volet in policy.volets}
        for volet in dict.fromkeys(total.volet for policy in (one, other) for total in policy.published):
            before, after = _announced(one, volet), _announced(other, volet)
            gone, come = ([(p, mine[p]) for p in mine if p not in theirs] for mine, theirs in _ways(before, after))
            for index in range(max(len(gone), len(come))):
                sides = (side[index] if index < len(side) else NOTHING for side in (gone, come))
                self.differ(subject, "published", *sides, at=volet or "policy", label=titles.get(volet or ""))

    def volet(self, was: Volet | None, now: Volet | None) -> None:
        """A volet that comes or goes; or its way of paying, its points and its gate."""
        subject = self.subject("volet", was, now)
        if was is None or now is None:
            return
        self.differ(subject, "pays", (was.pays, was.sources), (now.pays, now.sources))
        self.differ(subject, "weight", _weighed(was), _weighed(now))
        self.trees(subject, "gate", "gate", was.gate, now.gate)

    def indicator(self, was: Indicator | None, now: Indicator | None) -> None:
        """An indicator that comes or goes; or all it says."""
        subject = self.subject("indicator", was, now)
        if was is None or now is None:
            return
        self.differ(subject, "evidence", (was.evidence, was.sources), (now.evidence, now.sources))
        self.differ(subject, "weight", _weighed(was), _weighed(now))
        self.neutralisations(subject, was.neutralisations, now.neutralisations)
        Trees(subject, self.found).compare(was.when, now.when, inherited=(was.sources, now.sources))
        for paper in was.keep:
            if not any(alike(paper, other, self.found.years) for other in now.keep):
                self.differ(subject, "keep", (text(paper), was.sources), NOTHING)
        for paper in now.keep:
            if not any(alike(other, paper, self.found.years) for other in was.keep):
                self.differ(subject, "keep", NOTHING, (text(paper), now.sources))

    def neutralisations(
        self, subject: Subject, was: tuple[Neutralisation, ...], now: tuple[Neutralisation, ...]
    ) -> None:
        """Those with the same effect for the same doctors stand for each other, then those with the same effect."""
        left, right = list(was), list(now)
        for same in (_same_neutralisation, _same_effect):
            for one in list(left):
                other = next((step for step in right if same(one, step)), None)
                if other:
                    left.remove(one)
                    right.remove(other)
                    Trees(subject, self.found).compare(one.when, other.when, "neutralisation")
        for lifted in left:
            said = (neutralisation(lifted), lifted.when.sources, lifted.when)
            self.differ(subject, "neutralisation", said, NOTHING, at=lifted.when.at, label=lifted.when.label)
        for added in right:
            said = (neutralisation(added), added.when.sources, added.when)
            self.differ(subject, "neutralisation", NOTHING, said, at=added.when.at, label=added.when.label)

    def component(self, was: Component | None, now: Component | None) -> None:
        """A component that comes or goes; or its evidence, its way of paying, its gate and its periods."""
        subject = self.subject("component", was, now)
        if was is None or now is None:
            return
        self.differ(subject, "evidence", (was.evidence, was.sources), (now.evidence, now.sources))
        self.differ(subject, "pays", (was.pays, was.sources), (now.pays, now.sources))
        self.trees(subject, "gate", "gate", was.gate, now.gate)
        for periods in matched(by_id(was.periods), by_id(now.periods)):
            self.period(subject, *periods)

    def period(self, subject: Subject, was: Period | None, now: Period | None) -> None:
        """A period that comes or goes; or when it ends, when it is paid, and its tiers."""
        known = either(was, now)
        at = f"{subject.id}#{known.id}"
        if was is None or now is None:
            sides = ((one.id, one.sources) if one else NOTHING for one in (was, now))
            self.differ(subject, "period", *sides, at=at, label=known.label)
            return
        self.named(subject, at, (was.label, was.sources), (now.label, now.sources))
        if was.ends.name != now.ends.name:
            ends = ((entry(one.ends), one.sources) for one in (was, now))
            self.differ(subject, "ends", *ends, at=at, label=known.label)
        if was.paid.name != now.paid.name:
            paid = ((entry(one.paid), one.sources) for one in (was, now))
            self.differ(subject, "paid", *paid, at=at, label=known.label)
        for tiers in matched(by_id(was.tiers), by_id(now.tiers)):
            self.tier(subject, at, *tiers)

    def tier(self, subject: Subject, above: str, was: Tier | None, now: Tier | None) -> None:
        """A tier that comes or goes; or its amount and its condition."""
        known = either(was, now)
        aspect: Aspect = "euros" if was and now else "tier"
        sides = ((decimal_text(one.euros), one.when.sources) if one else NOTHING for one in (was, now))
        self.differ(subject, aspect, *sides, at=f"{above}.{known.id}", label=known.label)
        if was and now:
            Trees(subject, self.found).compare(was.when, now.when)

    def subject(self, kind: Anything, was: Whole | None, now: Whole | None) -> Subject:
        """A whole that only one policy has is a change; the title and passages of one that both have are told."""
        known: Whole | None = was if now is None else now
        assert known is not None, "one of the two stands in a policy"
        subject = Subject(kind, known.id)
        if was and now:
            self.named(subject, subject.id, (was.title, was.sources), (now.title, now.sources))
        else:
            sides = ((one.id, one.sources) if one else NOTHING for one in (was, now))
            self.differ(subject, kind, *sides, label=known.title)
        return subject

    def trees(self, subject: Subject, aspect: Aspect, within: Within, was: Node | None, now: Node | None) -> None:
        """Two trees that stand for the same thing, or one that comes or goes."""
        if was and now:
            Trees(subject, self.found).compare(was, now, within)
        elif was or now:
            sides = ((tree(one), one.sources, one) if one else NOTHING for one in (was, now))
            self.differ(subject, aspect, *sides)


def by_id(things: tuple[Anything, ...]) -> dict[str, Anything]:
    """Things by their id."""
    return {one.id: one for one in things}


def either(was: T | None, now: T | None) -> T:
    """The second of two things, one of which there is, or else the first."""
    known = was if now is None else now
    assert known is not None, "one of the two stands in a policy"
    return known


def matched(ones: Mapping[str, T], others: Mapping[str, T]) -> Iterator[tuple[T | None, T | None]]:
    """Both things of each name, None where there is none, in the order of the second policy and then of the first."""
    for name in dict.fromkeys((*others, *ones)):
        yield ones.get(name), others.get(name)


def _ways(one: T, other: T) -> tuple[tuple[T, T], tuple[T, T]]:
    return (one, other), (other, one)


def _same_neutralisation(one: Neutralisation, other: Neutralisation) -> bool:
    return one.effect == other.effect and shape(one.when) == shape(other.when)


def _same_effect(one: Neutralisation, other: Neutralisation) -> bool:
    return one.effect == other.effect


def _weighed(whole: Indicator | Volet) -> Said:
    return weight(whole.weight), whole.sources, whole.weight if isinstance(whole.weight, Branch) else None


def _announced(policy: Policy, volet: str | None) -> dict[str, Sources]:
    """The totals announced for a volet, or for the whole, under the readings taken."""
    found: dict[str, Sources] = {}
    for total in policy.published:
        if total.volet == volet and all(policy.choices[name] == option for name, option in total.under.items()):
            points = decimal_text(Decimal(total.points))
            found[points] = found.get(points, ()) + total.sources
    return found
