"""What is paid, in plain words, and what is asked for it: volets and indicators in points, components in euros."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from engine.drafting.showing.nodes import Rules
from engine.policy import Branch, Component, Indicator, Neutralisation, Period, Volet, Weight
from engine.telling.parts import Part


class Paid:
    """Tells what a policy pays."""

    def __init__(self, rules: Rules) -> None:
        self.rules, self.say, self.text = rules, rules.say, rules.text

    def volet(self, volet: Volet) -> Part:
        """A volet: what opens it, what it pays, its indicators."""
        weight = volet.weight
        aside = self.say("show.each") if weight is None else self.say("show.block", points=self.weight(weight))
        self.rules.afresh()
        gate = [Part(self.say("show.gate"), parts=(self.rules.node(volet.gate),))] if volet.gate else []
        return Part(
            self.text(volet.title),
            aside=self.marked(aside, volet.presumed),
            parts=(
                *self.branches(weight),
                *gate,
                *self.rules.origin_of(volet.sources, volet.readings),
                *map(self.indicator, volet.indicators),
            ),
        )

    def indicator(self, one: Indicator) -> Part:
        """An indicator: its points, its evidence, what it asks, what lifts it, the papers to keep."""
        self.rules.afresh()
        own = (one.sources, one.readings)
        return Part(
            self.text(one.title),
            aside=self.marked("" if one.weight is None else self.weight(one.weight), one.presumed),
            kind="title",
            parts=(
                Part(self.say("view.evidence", evidence=self.say(f"evidence.{one.evidence}"))),
                *self.branches(one.weight),
                Part(self.say("show.asked"), parts=(self.rules.node(one.when, *own),)),
                *(self.neutralised(step) for step in one.neutralisations),
                *(Part(self.say("view.keep", paper=self.text(paper))) for paper in one.keep),
                *self.rules.origin_of(*own),
                Part(self.say("show.identity", id=one.id), fine=True),
            ),
        )

    def marked(self, aside: str, presumed: bool) -> str:
        """What stands beside a title, and whether no text of the year itself says it."""
        return ", ".join(filter(None, (aside, self.say("show.presumed") if presumed else "")))

    def weight(self, weight: Weight) -> str:
        """A weight in one line; one that depends on a condition is told below."""
        if not isinstance(weight, Branch):
            return self.points(weight)
        return self.rules.joined(list(dict.fromkeys(self.points(one) for one in _leaves(weight))))

    def branches(self, weight: Weight | None) -> Iterator[Part]:
        """The condition on which a weight depends."""
        if isinstance(weight, Branch):
            yield Part(
                self.say("show.points_if", points=self.weight(weight.then)), parts=(self.rules.node(weight.when),)
            )
            yield from self.branches(weight.then)
            yield Part(self.say("show.points_else", points=self.weight(weight.otherwise)))
            yield from self.branches(weight.otherwise)

    def neutralised(self, step: Neutralisation) -> Part:
        return Part(self.say(f"show.neutralised_{step.effect}"), parts=(self.rules.node(step.when),))

    def points(self, points: Decimal) -> str:
        return self.rules.amount(str(points), "points")

    def component(self, one: Component) -> Part:
        """A component: its periods, and the tiers of each."""
        self.rules.afresh()
        gate = [Part(self.say("show.gate"), parts=(self.rules.node(one.gate),))] if one.gate else []
        return Part(
            self.text(one.title),
            aside=self.marked(self.say(f"show.pays_{one.pays}"), one.presumed),
            parts=(
                Part(self.say("view.evidence", evidence=self.say(f"evidence.{one.evidence}"))),
                *gate,
                *map(self.period, one.periods),
                *self.rules.origin_of(one.sources, one.readings),
                Part(self.say("show.identity", id=one.id), fine=True),
            ),
        )

    def period(self, period: Period) -> Part:
        tiers = [
            Part(
                self.say("view.tier", label=self.text(tier.label), euros=self.rules.euros(str(tier.euros))),
                parts=(self.rules.node(tier.when, period.sources),),
            )
            for tier in period.tiers
        ]
        return Part(
            self.text(period.label),
            aside=self.say("show.paid", days=self.rules.days(period.paid)),
            parts=(*tiers, *self.rules.origin_of(period.sources)),
        )


def _leaves(weight: Weight) -> Iterator[Decimal]:
    if isinstance(weight, Branch):
        yield from _leaves(weight.then)
        yield from _leaves(weight.otherwise)
    else:
        yield weight
