"""How a rate or a fact is counted from raw flows → what is read and left out, in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from engine.asked import entry
from engine.conditions import Day, Entry, Source
from engine.drafting.showing.nodes import Rules
from engine.measuring.linking import Countings
from engine.measuring.measures import (
    Compared,
    Count,
    Distinct,
    Every,
    Exclusion,
    Flow,
    Has,
    Measuring,
    Never,
    OneOf,
    Period,
    Rows,
    Side,
    Some,
    Start,
    Weekly,
    Where,
)
from engine.measuring.measures import (
    Part as Share,
)
from engine.policy import Unit
from engine.telling.parts import Part

Sources = tuple[Source, ...]


class Counting:
    """Tells how the rates of a policy are counted, each rule beside the passages it comes from."""

    def __init__(self, rules: Rules, countings: Countings) -> None:
        self.rules, self.say, self.text = rules, rules.say, rules.text
        self.words, self.countings = rules.policy.vocabulary, countings

    def several(self, names: Iterable[str]) -> Part:
        """The measures of these names that are counted from flows, under one title."""
        kept = set(names)
        parts = tuple(self.measure(one) for one in self.countings.measures if one.id in kept)
        return Part(self.say("counting.title"), parts=parts)

    def measure(self, measuring: Measuring) -> Part:
        self.rules.afresh()
        below, above, own = measuring.denominator, measuring.numerator, measuring.sources
        counted = below or above
        assert isinstance(counted, Side), "linking gives a fact a side of its own"
        flow = self.countings.flows[counted.flow]
        return Part(
            self.label(measuring),
            kind="title",
            parts=(
                self.period(measuring.period, flow, own),
                *([self.side("denominator", below, measuring, flow)] if below else ()),
                self.side("numerator" if below else "value", above, measuring, flow),
                Part(self.say("counting.locations"), parts=tuple(self.origin((), measuring.locations.readings))),
                *self.origin(own),
                Part(self.say("show.identity", id=measuring.id), fine=True),
            ),
        )

    def label(self, measuring: Measuring) -> str:
        named = self.words.measures if measuring.gives == "measure" else self.words.facts
        return self.text(named[measuring.id].label)

    def unit(self, measuring: Measuring, role: str) -> str:
        if measuring.gives == "fact":
            unit = self.words.facts[measuring.id].unit
            return self.text(unit.many) if unit else self.label(measuring)
        units: Unit = getattr(self.words.measures[measuring.id], role)
        return self.text(units.many)

    # --- days ---------------------------------------------------------------------------------------------------

    def period(self, period: Period, flow: Flow, inherited: Sources) -> Part:
        span, start = period.span, period.start
        told = self.span(span)
        return replace(
            told,
            text=self.say("counting.period", label=told.text),
            parts=(
                *([self.start(start, flow, period.sources)] if start else ()),
                *self.origin(period.sources, period.readings, inherited),
            ),
        )

    def span(self, span: Entry) -> Part:
        return Part(self.text(span.label) if span.label else span.name, aside=self.rules.days(span))

    def start(self, start: Start, flow: Flow, inherited: Sources) -> Part:
        lines = self.begins(start, flow).values()
        return Part(
            self.say("counting.starts"), parts=(*lines, *self.origin(start.sources, start.readings, inherited))
        )

    def begins(self, start: Start, flow: Flow) -> dict[str, Part]:
        """What begins a count, what undoes that, and what is counted where nothing begins it."""
        unless = Part(self.say("counting.unless", days=self.day(start.unless))) if start.unless else None
        return {
            "first": Part(self.say("counting.first"), aside=self.where(start.first, flow)),
            **({"unless": unless} if unless else {}),
            "without": Part(self.say(f"counting.without_{start.without}")),
        }

    def day(self, test: Day) -> str:
        return self.rules.span(test.relation, entry(test.entry) or {})

    # --- sides --------------------------------------------------------------------------------------------------

    def side(self, role: str, side: Side | Share, measuring: Measuring, flow: Flow) -> Part:
        """A side: what is read, what is kept of it, what is left out, how it counts; a share is of the same flow."""
        flow = self.countings.flows[side.flow] if isinstance(side, Side) else flow
        left_out = [self.exclusion(one, measuring, flow, side.sources) for one in _exclusions(side)]
        return Part(
            self.say(f"counting.{role}", unit=self.unit(measuring, role)),
            aside=self.count(side.count, flow),
            parts=(
                *self.kept(side, measuring, flow).parts,
                *([Part(self.say("counting.exclusions"), parts=tuple(left_out))] if left_out else ()),
                *self.origin(side.sources, side.readings, measuring.sources),
            ),
        )

    def kept(self, side: Side | Share, measuring: Measuring, flow: Flow) -> Part:
        """Which rows a side looks at."""
        read = self.say("counting.flow", flow=self.text(flow.label)) if isinstance(side, Side) else ""
        asked = [Part(self.say("counting.where"), aside=self.where(side.where, flow))] if side.where else []
        role = "numerator" if side is measuring.numerator else "denominator"
        return Part(self.unit(measuring, role), parts=(Part(read or self.say("counting.part")), *asked))

    def exclusion(self, one: Exclusion, measuring: Measuring, flow: Flow, inherited: Sources) -> Part:
        label = self.text(self.words.measures[measuring.id].exclusions[one.name])
        origin = tuple(self.origin(one.sources, one.readings, inherited))
        return Part(label, aside=self.where(one.when, flow), parts=origin)

    def count(self, count: Count, flow: Flow) -> str:
        match count:
            case Rows():
                return self.say("counting.rows")
            case Distinct(fields=fields):
                columns = self.rules.joined([self.column(name, flow) for name in fields], "and")
                return self.say("counting.distinct", columns=columns)
            case Weekly(field=field):
                return self.say("counting.weekly", column=self.column(field, flow))

    # --- which rows ---------------------------------------------------------------------------------------------

    def where(self, where: Where, flow: Flow) -> str:
        """What is asked of a row."""
        match where:
            case Has(field=field, test=test):
                return self.say(
                    "counting.has", column=self.column(field, flow), expected=self.expected(test, field, flow)
                )
            case Every(of=of):
                asked = [self.where(one, flow) for one in of if not isinstance(one, Never)]
                refused = [self.where(one, flow) for one in of if isinstance(one, Never)]
                return ", ".join([*([self.rules.joined(asked, "and")] if asked else []), *refused])
            case Some(of=of):
                return self.rules.joined([self.where(one, flow) for one in of])
            case Never(of=inside):
                return self.say("counting.never", inside=self.where(inside, flow))

    def expected(self, test: OneOf | Compared | Day, field: str, flow: Flow) -> str:
        match test:
            case OneOf(values=values):
                return self.rules.joined([self.value(one, field, flow) for one in values])
            case Compared(relation="less_than", limit=limit):
                return self.say("counting.less_than", value=self.rules.number(limit))
            case Compared(relation=relation, limit=limit):
                return self.say(f"test.{relation}", value=self.rules.number(limit))
            case Day():
                return self.day(test)

    def value(self, value: str | int | bool, field: str, flow: Flow) -> str:
        match value:
            case bool():
                return self.say("value.yes" if value else "value.no")
            case int():
                return self.rules.number(value)
            case str():
                known = flow.columns[field].values
                return self.text(known[value]) if value in known else value

    def column(self, name: str, flow: Flow) -> str:
        return self.text(flow.columns[name].label)

    def origin(
        self, sources: Sources, readings: Sequence[tuple[str, str]] = (), inherited: Sources = ()
    ) -> Iterator[Part]:
        return self.rules.origin_of(sources, tuple(readings), inherited)


def _exclusions(side: Side | Share) -> tuple[Exclusion, ...]:
    return side.exclusions if isinstance(side, Side) else ()
