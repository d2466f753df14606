"""The rules of a year in plain words, made from the data: what is asked, what it pays, where it is written."""

from __future__ import annotations

from collections.abc import Iterator

from engine.conditions import Entry
from engine.drafting.showing.beside import Beside
from engine.drafting.showing.counting import Counting
from engine.drafting.showing.nodes import Quote, Rules, nothing
from engine.drafting.showing.paid import Paid
from engine.measuring.linking import Countings
from engine.policy import Document, Policy, Published
from engine.telling.parts import Explanation, Part
from engine.words import Lang

UNCOUNTED = Countings()
"""How a policy counts that says nothing of it."""


def show(
    policy: Policy,
    lang: Lang,
    only: str | None = None,
    quote: Quote = nothing,
    countings: Countings = UNCOUNTED,
) -> Explanation:
    """The rules of a policy, or of one indicator, component or measure of it, and how what they look at is counted.

    `quote` gives the words of passages.
    """
    return _Shown(Rules(policy, lang, quote), countings).explanation(only)


def names(policy: Policy, countings: Countings = UNCOUNTED) -> tuple[str, ...]:
    """What can be shown alone: indicators, components, and what is counted from raw flows."""
    counted = (one.id for one in countings.measures)
    return (*(one.id for one in policy.indicators), *(one.id for one in policy.components), *counted)


class _Shown:
    def __init__(self, rules: Rules, countings: Countings) -> None:
        self.rules, self.policy, self.say, self.text = rules, rules.policy, rules.say, rules.text
        self.paid, self.countings, self.counting = Paid(rules), countings, Counting(rules, countings)

    def explanation(self, only: str | None) -> Explanation:
        beside = Beside(self.rules, only, self.countings)
        own = list(self.alone(only)) if only else list(self.whole())
        counted = self.counting.several(beside.measures())
        sections = [*own, *(part for part in (counted, beside.lists(), beside.readings()) if part.parts)]
        if only is None:
            sections.append(self.documents())
        return Explanation(self.text(self.policy.title), self.intro(), (), tuple(sections))

    def intro(self) -> tuple[str, ...]:
        known = {**self.policy.readings, **self.countings.readings}
        choices = {**self.policy.choices, **self.countings.choices}
        other = [
            self.say("show.under", name=name, option=option)
            for name, option in choices.items()
            if option != known[name].default
        ]
        lines = [self.rules.joined(other, "and")] if other else []
        return (self.say("show.intro" if other else "show.defaults"), *lines)

    def whole(self) -> Iterator[Part]:
        yield self.essentials()
        yield self.calendar()
        yield Part(self.say("show.eligible"), parts=(self.rules.node(self.policy.eligible),))
        yield from map(self.paid.volet, self.policy.volets)
        yield from map(self.paid.component, self.policy.components)
        yield self.control()

    def alone(self, only: str) -> Iterator[Part]:
        """The indicator or component of that name; a measure is told as it is counted, and no more."""
        told = {one.id: self.paid.indicator(one) for one in self.policy.indicators if one.id == only}
        told |= {one.id: self.paid.component(one) for one in self.policy.components if one.id == only}
        yield from [told[only]] if only in told else []

    # --- the year -----------------------------------------------------------------------------------------------

    def essentials(self) -> Part:
        value = Part(
            self.say("show.point_value", euros=self.rules.euros(str(self.policy.point_value))),
            parts=tuple(self.rules.origin_of(self.policy.point_sources)),
        )
        return Part(self.say("show.essentials"), parts=(value, *map(self.published, self.policy.published)))

    def published(self, total: Published) -> Part:
        volets = {volet.id: self.text(volet.title) for volet in self.policy.volets}
        name = volets[total.volet] if total.volet else self.say("show.everything")
        under = [self.say("show.under", name=reading, option=option) for reading, option in total.under.items()]
        return Part(
            self.say("show.published", name=name, points=self.rules.amount(str(total.points), "points")),
            aside=self.rules.joined(under, "and") if under else "",
            parts=tuple(self.rules.afresh().passage_parts(total.sources)),
        )

    def calendar(self) -> Part:
        return Part(self.say("show.calendar"), parts=tuple(map(self.entry, self.policy.calendar.values())))

    def entry(self, one: Entry) -> Part:
        return Part(
            self.text(one.label) if one.label else one.name,
            aside=self.rules.days(one),
            parts=tuple(self.rules.afresh().origin_of(one.sources, one.readings)),
        )

    def control(self) -> Part:
        key = f"show.not_produced_{self.policy.not_produced}"
        parts = tuple(self.rules.origin_of((), self.policy.findings_readings))
        return Part(self.say("show.control"), parts=(Part(self.say(key), parts=parts),))

    def documents(self) -> Part:
        return Part(self.say("show.documents"), parts=tuple(map(self.document, self.policy.documents.values())))

    def document(self, one: Document) -> Part:
        years = self.rules.joined([str(year) for year in one.governs], "and")
        return Part(self.text(one.title), aside=one.publisher, parts=(Part(self.say("show.governs", years=years)),))
