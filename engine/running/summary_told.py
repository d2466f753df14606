"""A summary in words: what was decided and paid, then by indicator, then by what the doctors are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from engine.amount import ZERO, Amount
from engine.columnar.layout import OUTCOMES
from engine.conditions import Text
from engine.policy import Component, Indicator, Policy, Volet
from engine.record import amount
from engine.running.summary import Summary, Tally
from engine.telling.phrases import Phrases
from engine.telling.sheets import Row, Sheet
from engine.words import Lang

NO_HEAD = ""
"""Of the column of bars, which draw one of the others."""


class SummaryTold(Phrases):
    """Tells of a summary in one language, with the labels of the policy."""

    def __init__(self, policy: Policy, lang: Lang, summary: Summary, field: str) -> None:
        super().__init__(policy, lang)
        self.summary, self.of = summary, field

    def intro(self) -> list[str]:
        """How many doctors were decided and paid, and how much."""
        whole = self.summary.whole
        paid = self.share(whole.paid, whole.doctors)
        return [
            self.say("summary.doctors", doctors=self.number(whole.doctors), paid=self.number(whole.paid), share=paid),
            self.say(
                "summary.paid", points=self.total(whole.points, "points"), euros=self.total(whole.euros, "euros")
            ),
        ]

    def total(self, value: Amount, unit: str) -> str:
        """Points or euros with their unit, from least to most where a fact is missing."""
        return self.amount(amount(value), unit)

    def share(self, part: int, whole: int) -> str:
        """A percentage, to the nearest of two decimals; of nobody, nothing."""
        return self.percent((2 * 10_000 * part + whole) // (2 * whole), 10_000) if whole else self.percent(0, 1)

    def sheets(self) -> Iterator[Sheet]:
        """The tables of the summary."""
        yield self._tallies()
        yield self._groups()

    def _tallies(self) -> Sheet:
        shown = [one for one in OUTCOMES if any(tally.outcomes[one] for tally in self.summary.tallies)]  # type: ignore[index]
        heads = ("summary.indicator", *(f"summary.{one}" for one in shown), "summary.paid_head")
        euros = {component.id for component in self.policy.components}
        blocks = {one.id for volet in self.policy.volets if volet.pays == "block" for one in volet.indicators}
        rows = []
        for tally in self.summary.tallies:
            doctors = sum(tally.outcomes.values())
            counts = [self.number(tally.outcomes[one]) for one in shown]  # type: ignore[index]
            least = self.amount(str(tally.paid.least), "euros" if tally.id in euros else "points")
            granted = Fraction(tally.outcomes["granted"], doctors) if doctors else None
            strong = tally.id in {volet.id for volet in self.policy.volets}
            paid = "" if tally.id in blocks else least
            rows.append(Row(self.name(tally), (*counts, paid), granted, strong))
        return Sheet(
            self.say("summary.by_indicator"), (*map(self.say, heads), NO_HEAD), tuple(rows), self._at_least()
        )

    def _at_least(self) -> tuple[str, ...]:
        """What the missing facts could add, where some are."""
        whole = self.summary.whole
        more = Amount(ZERO, whole.euros.most - whole.euros.least)
        return () if whole.euros.settled else (self.say("summary.at_least", more=self.euros(str(more.most))),)

    def name(self, tally: Tally) -> str:
        """The title of what was tallied."""
        return self.text(titles(self.policy)[tally.id])

    def _groups(self) -> Sheet:
        heads = ("summary.doctors_head", "summary.sure_head", "summary.euros")
        rows = tuple(
            Row(
                self.group(one.value),
                (self.number(one.doctors), self.number(one.paid), self.euros(str(one.euros.least))),
                Fraction(one.paid, one.doctors),
            )
            for one in self.summary.groups
        )
        field = self.field(self.of)
        title = self.say("summary.by", field=field[:1].lower() + field[1:])
        return Sheet(title, (field, *map(self.say, heads), NO_HEAD), rows)

    def group(self, value: str | None) -> str:
        """A value of the field that doctors are grouped by."""
        return self.say("summary.no_value") if value is None else self.value(self.of, value)


def titles(policy: Policy) -> Mapping[str, Text]:
    """The title of each volet, indicator and component, by its id."""
    parts: list[Volet | Indicator | Component] = [*policy.volets, *policy.indicators, *policy.components]
    return {one.id: one.title for one in parts}
