"""The rules of a year in plain words, made from the data: what is asked, what it pays, where it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from engine.asked import entry
from engine.conditions import Attribute, Entry, Fact, FieldTest, InTable, Node, Record, Table, TableEntry, Test, walk
from engine.drafting.showing_nodes import Quote, Rules, nothing
from engine.policy import (
    Branch,
    Component,
    Indicator,
    Neutralisation,
    Option,
    Period,
    Policy,
    Published,
    Reading,
    Volet,
    Weight,
)
from engine.telling.parts import Explanation, Part
from engine.words import Lang

MOST_ENTRIES = 40
"""A longer list is counted, and not given in full."""


def show(policy: Policy, lang: Lang, only: str | None = None, quote: Quote = nothing) -> Explanation:
    """The rules of a policy, or of one indicator or component of it; `quote` gives the words of passages."""
    return _Shown(Rules(policy, lang, quote)).explanation(only)


def names(policy: Policy) -> tuple[str, ...]:
    """What can be shown alone: indicators and components."""
    return (*(one.id for one in policy.indicators), *(one.id for one in policy.components))


class _Shown:
    def __init__(self, rules: Rules) -> None:
        self.rules, self.policy, self.say, self.text = rules, rules.policy, rules.say, rules.text

    def explanation(self, only: str | None) -> Explanation:
        own = [self.part_alone(only)] if only else list(self.whole())
        lists, contested = self.lists(only), self.readings(only)
        sections = (*own, *([lists] if lists.parts else []), *([contested] if contested.parts else []))
        if only is None:
            sections = (*sections, self.documents())
        return Explanation(self.text(self.policy.title), self.intro(), (), sections)

    def intro(self) -> tuple[str, ...]:
        other = [
            self.say("show.under", name=name, option=option)
            for name, option in self.policy.choices.items()
            if option != self.policy.readings[name].default
        ]
        lines = [self.rules.joined(other, "and")] if other else []
        return (self.say("show.intro" if other else "show.defaults"), *lines)

    def whole(self) -> Iterator[Part]:
        yield self.essentials()
        yield self.calendar()
        yield Part(self.say("show.eligible"), parts=(self.rules.node(self.policy.eligible),))
        yield from map(self.volet, self.policy.volets)
        yield from map(self.component, self.policy.components)
        yield self.control()

    def part_alone(self, only: str) -> Part:
        for indicator in self.policy.indicators:
            if indicator.id == only:
                return self.indicator(indicator)
        return next(self.component(one) for one in self.policy.components if one.id == only)

    # --- the year -----------------------------------------------------------------------------------------------

    def essentials(self) -> Part:
        value = Part(
            self.say("show.point_value", euros=self.rules.euros(str(self.policy.point_value))),
            parts=tuple(self.rules.passage_parts(self.policy.point_sources)),
        )
        return Part(self.say("show.essentials"), parts=(value, *map(self.published, self.policy.published)))

    def published(self, total: Published) -> Part:
        volets = {volet.id: self.text(volet.title) for volet in self.policy.volets}
        name = volets[total.volet] if total.volet else self.say("show.everything")
        under = [self.say("show.under", name=reading, option=option) for reading, option in total.under.items()]
        return Part(
            self.say("show.published", name=name, points=self.points(total.points)),
            aside=self.rules.joined(under, "and") if under else "",
            parts=tuple(self.rules.afresh().passage_parts(total.sources)),
        )

    def calendar(self) -> Part:
        return Part(self.say("show.calendar"), parts=tuple(map(self.entry, self.policy.calendar.values())))

    def entry(self, one: Entry) -> Part:
        days = self.days(one)
        return Part(
            self.text(one.label) if one.label else one.name,
            aside=days,
            parts=tuple(self.rules.afresh().origin_of(one.sources, one.readings)),
        )

    def days(self, one: Entry) -> str:
        return self.rules.span("within", entry(one) or {})

    def control(self) -> Part:
        key = f"show.not_produced_{self.policy.not_produced}"
        parts = tuple(self.rules.origin_of((), self.policy.findings_readings))
        return Part(self.say("show.control"), parts=(Part(self.say(key), parts=parts),))

    # --- volets and indicators ----------------------------------------------------------------------------------

    def volet(self, volet: Volet) -> Part:
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

    # --- components ---------------------------------------------------------------------------------------------

    def component(self, one: Component) -> Part:
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
            aside=self.say("show.paid", days=self.days(period.paid)),
            parts=(*tiers, *self.rules.origin_of(period.sources)),
        )

    # --- lists, readings, documents -----------------------------------------------------------------------------

    def lists(self, only: str | None) -> Part:
        used = {table.id for tree in self.trees(only) for node in walk(tree) for table in self.tables_of(node)}
        tables = [table for name, table in sorted(self.policy.tables.items()) if name in used]
        return Part(self.say("show.lists"), parts=tuple(map(self.table, tables)))

    def tables_of(self, node: Node) -> Iterator[Table]:
        """The lists that a leaf tests against, or that give the choices of what it wants declared."""
        match node:
            case Attribute(test=FieldTest(tests=tests)) | Fact(tests=tests):
                yield from _tables(tests)
            case Record(row=row, names=items, where=where):
                yield from _tables(test for one in where for test in one.tests)
                if row != "document":
                    yield from (table for item in items for table in self.policy.vocabulary.items[item].choices)
            case _:
                pass

    def table(self, table: Table) -> Part:
        accepted = [entry for entry in table.entries if not entry.refused]
        refused = [entry for entry in table.entries if entry.refused]
        lines = [Part(self.entries(accepted))] if accepted else []
        lines += [Part(self.say("show.refused", names=self.entries(refused)))] if refused else []
        return Part(
            self.text(table.title),
            aside=self.say("show.entries", count=len(accepted)),
            parts=(*lines, *self.rules.afresh().origin_of(table.sources)),
        )

    def entries(self, entries: list[TableEntry]) -> str:
        labels = [self.text(entry.label) for entry in entries[:MOST_ENTRIES]]
        listed = self.say("missing.separator").join(labels)
        left = len(entries) - len(labels)
        return self.say("show.more", names=listed, count=left) if left > 0 else listed

    def readings(self, only: str | None) -> Part:
        used = set(self.policy.readings) if only is None else set(self.shaping(only))
        kept = [self.policy.readings[name] for name in sorted(used)]
        return Part(self.say("show.contested"), parts=tuple(map(self.reading, kept)))

    def shaping(self, only: str) -> Iterator[str]:
        """The readings that shaped what is shown alone."""
        yield from (name for tree in self.trees(only) for node in walk(tree) for name, _ in node.readings)
        shaped = {one.id: one.readings for one in self.policy.indicators}
        shaped |= {one.id: one.readings for one in self.policy.components}
        yield from (name for name, _ in shaped[only])

    def reading(self, reading: Reading) -> Part:
        self.rules.afresh()
        contradiction = self.say("view.reading_id", name=reading.id, contradiction=reading.contradiction)
        return Part(
            self.text(reading.question),
            aside=contradiction,
            parts=(
                *(self.option(reading, option) for option in reading.options.values()),
                Part(self.say("show.why", why=self.text(reading.why))),
            ),
        )

    def option(self, reading: Reading, option: Option) -> Part:
        notes = [self.say("show.default")] if option.name == reading.default else []
        notes += [self.say("show.not_computable")] if option.silent else []
        support = [
            Part(self.text(one.who), parts=tuple(self.rules.passage_parts(one.sources))) for one in option.support
        ]
        required = [
            Part(self.say("show.requires", reading=self.say("show.under", name=name, option=needed)))
            for name, needed in option.require.items()
        ]
        return Part(
            self.say("show.option", name=option.name, says=self.text(option.says)),
            "met" if self.policy.choices[reading.id] == option.name else "none",
            ", ".join(notes),
            parts=(*support, *required),
        )

    def documents(self) -> Part:
        told = [
            Part(
                self.text(one.title),
                aside=one.publisher,
                parts=(
                    Part(self.say("show.governs", years=self.rules.joined([str(y) for y in one.governs], "and"))),
                ),
            )
            for one in self.policy.documents.values()
        ]
        return Part(self.say("show.documents"), parts=tuple(told))

    def trees(self, only: str | None) -> Iterator[Node]:
        """Every condition shown."""
        if only is None:
            yield self.policy.eligible
        for indicator in self.policy.indicators:
            if only in (None, indicator.id):
                yield indicator.when
                yield from (step.when for step in indicator.neutralisations)
        for component in self.policy.components:
            if only in (None, component.id):
                yield from (tier.when for period in component.periods for tier in period.tiers)


def _leaves(weight: Weight) -> Iterator[Decimal]:
    if isinstance(weight, Branch):
        yield from _leaves(weight.then)
        yield from _leaves(weight.otherwise)
    else:
        yield weight


def _tables(tests: Iterable[Test]) -> Iterator[Table]:
    yield from (test.table for test in tests if isinstance(test, InTable))
