"""The pages of a year, and a choice of counting readings → how each rate and fact is counted, linked and frozen.

Every name is resolved here, every value typed by its column, every `choose` replaced by the option taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any as Anything
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from engine.choices import link_readings, settle, sources_of, text_of
from engine.conditions import Entry, Source
from engine.cursor import Cursor, parse_day
from engine.grammar import Grammar
from engine.linking import linked
from engine.loading import PolicyFiles
from engine.measuring.measures import (
    Begins,
    Column,
    Exclusion,
    Flow,
    Locations,
    Measuring,
    Part,
    Period,
    Readings,
    Side,
    Start,
)
from engine.measuring.selecting import Selecting
from engine.policy import Policy, Reading
from engine.problems import Invalid, Problem
from engine.vocabulary import each
from engine.yamltext import Page


class Countings(Struct, frozen=True):
    """How a year counts under one choice of readings: its measures, its flows, its contested questions."""

    measures: tuple[Measuring, ...] = ()
    flows: Mapping[str, Flow] = {}
    readings: Mapping[str, Reading] = {}
    choices: Mapping[str, str] = {}


Made = TypeVar("Made", Exclusion, Part, Period, Side, Start)
Sources = tuple[Source, ...]


@lru_cache(maxsize=16)
def flows_of(files: PolicyFiles) -> Mapping[str, Flow]:
    """The raw tables of a year, by name; none where its vocabulary names none.

    Raises Invalid: a key or a day that is no column, or none of its type.
    """
    page = files.vocabulary.get("flows")
    return {name: _flow(name, cursor) for name, cursor in Cursor.top(page).items()} if page else {}


@lru_cache(maxsize=16)
def counting_readings(files: PolicyFiles) -> Mapping[str, Reading]:
    """The contested questions that change how rates are counted, and no condition."""
    return link_readings(files.countings, linked(files, {}).documents)


def link_measures(files: PolicyFiles, choices: Mapping[str, str]) -> tuple[Measuring, ...]:
    """How everything that has a page under `measures/` is counted, in the vocabulary's order: rates, then facts.

    `choices` are options asked for; every other reading takes its default. Raises Invalid: a name that does not
    exist, a value or a test that does not go with its column, a reading or option that does not exist or cannot be
    computed.
    """
    return measures_of(files, linked(files, {}), choices)


def countings_of(files: PolicyFiles, choices: Mapping[str, str]) -> Countings:
    """All of it, under the readings asked for, and else the defaults. Raises Invalid, as `link_measures`."""
    readings = counting_readings(files)
    return Countings(link_measures(files, choices), flows_of(files), readings, settle(readings, choices))


def parted(files: PolicyFiles, asked: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The readings asked for that change conditions, and those that only change how rates are counted."""
    counting = {name: option for name, option in asked.items() if name in files.countings}
    return {name: option for name, option in asked.items() if name not in counting}, counting


def measures_of(files: PolicyFiles, policy: Policy, choices: Mapping[str, str]) -> tuple[Measuring, ...]:
    """The same for pages whose calendar and vocabulary are those of a policy that is linked."""
    for name in choices:
        if name in policy.readings:
            raise Invalid([Problem("reading_decides", details={"name": name})])
    made = each(files.measures, _Linker(files, policy, choices).measure)
    return tuple(made[name] for name in (*policy.vocabulary.measures, *policy.vocabulary.facts) if name in made)


class _Linker:
    """Links the pages of one year under one choice of readings."""

    def __init__(self, files: PolicyFiles, policy: Policy, choices: Mapping[str, str]) -> None:
        self.vocabulary, self.flows = policy.vocabulary, flows_of(files)
        readings = counting_readings(files)
        self.grammar = Grammar(files.year, policy.documents, readings, settle(readings, choices), policy.tables)
        self.grammar.calendar = {**policy.calendar, **_counting_entries(files, policy.documents)}

    def measure(self, name: str, page: Page) -> Measuring:
        top, self.grammar.used = Cursor.top(page), []
        if top["id"].text != name:
            top["id"].fail("id_not_file", expected=name)
        if int(top["year"].text) != self.grammar.year:
            top["year"].fail("year_not_policy", expected=str(self.grammar.year))
        sources, below = sources_of(top["source"], self.grammar.documents), top.get("denominator")
        rate = self.is_rate(top)
        locations = self.locations(top["locations"])
        if rate != (below is not None):
            top.fail("measure_denominator")
        denominator = self.denominator(below, name, sources) if below else None
        numerator = self.numerator(top["numerator"], denominator, name, sources)
        period = self.period(top["period"], denominator or numerator, sources)
        return Measuring(
            id=name,
            gives="measure" if rate else "fact",
            locations=locations,
            period=period,
            denominator=denominator,
            numerator=numerator,
            sources=sources,
            presumed=self.grammar.presumed(sources),
            readings=_readings(locations, period, denominator, numerator),
        )

    def is_rate(self, top: Cursor) -> bool:
        """Whether what is counted is a rate; it is one of the vocabulary, or a fact in whole numbers."""
        known, rate = top["id"], top["gives"].text == "measure"
        if rate and known.text not in self.vocabulary.measures:
            known.fail_name("unknown_measure", self.vocabulary.measures)
        numbers = [name for name, fact in self.vocabulary.facts.items() if fact.type == "integer"]
        if not rate and known.text not in numbers:
            known.fail_name("unknown_fact", numbers)
        return rate

    def locations(self, written: Cursor) -> Locations:
        with self.apart():
            self.grammar.value(written)
            return Locations("together", tuple(self.grammar.used))

    # --- sides --------------------------------------------------------------------------------------------------

    def denominator(self, written: Cursor, measure: str, inherited: Sources) -> Side:
        with self.apart():
            return self.side(self.grammar.value(written), measure, inherited)

    def numerator(self, written: Cursor, denominator: Side | None, measure: str, inherited: Sources) -> Side | Part:
        """A side of its own when it names its flow, else a part of what the denominator counts."""
        with self.apart():
            cursor = self.grammar.value(written)
            if cursor.get("flow"):
                return self.side(cursor, measure, inherited)
            if denominator is None:
                cursor.fail("missing_key", key="flow")
            if cursor.get("exclude"):
                cursor["exclude"].fail("excluded_below")
            rows = Selecting(self.grammar, self.flows[denominator.flow])
            where, count = rows.where(cursor.get("where")), rows.count(cursor["count"])
            return self.told(Part(where, count, self.sources(cursor, inherited), False, ()))

    def side(self, cursor: Cursor, measure: str, inherited: Sources) -> Side:
        flow, sources = self.flow(cursor["flow"]), self.sources(cursor, inherited)
        rows = Selecting(self.grammar, flow)
        side = Side(
            flow=flow.name,
            day=flow.day,
            where=rows.where(cursor.get("where")),
            exclusions=tuple(self.exclusions(cursor.get("exclude"), rows, measure, sources)),
            count=rows.count(cursor["count"]),
            sources=sources,
            presumed=False,
            readings=(),
        )
        return self.told(side)

    def exclusions(
        self, cursor: Cursor | None, rows: Selecting, measure: str, inherited: Sources
    ) -> Iterator[Exclusion]:
        measures, seen = self.vocabulary.measures, set[str]()
        known = measures[measure].exclusions if measure in measures else {}
        for written in cursor.each() if cursor else ():
            with self.apart() as above:
                settled = self.grammar.settle(written)
                if settled is None:
                    above.extend(self.grammar.used)
                    continue
                reason = settled["reason"]
                if reason.text not in known:
                    reason.fail_name("unknown_exclusion", known)
                if reason.text in seen:
                    reason.fail("duplicate_id", name=reason.text)
                seen.add(reason.text)
                when = rows.required(settled["when"])
                yield self.told(Exclusion(reason.text, when, self.sources(settled, inherited), False, ()))

    def flow(self, written: Cursor) -> Flow:
        if written.text not in self.flows:
            written.fail_name("unknown_flow", self.flows)
        return self.flows[written.text]

    # --- days ---------------------------------------------------------------------------------------------------

    def period(self, cursor: Cursor, counted: Side | Part, inherited: Sources) -> Period:
        with self.apart():
            span, starts = (
                self.grammar.entry(cursor["span"]) or cursor["span"].fail("empty_option"),
                cursor.get("starts"),
            )
            if span.is_open:
                cursor["span"].fail("entry_open", name=span.name)
            sources = self.sources(cursor, inherited)
            start = self.start(starts, counted, sources) if starts and isinstance(counted, Side) else None
            return self.told(Period(span, start, sources, False, ()))

    def start(self, written: Cursor, counted: Side, inherited: Sources) -> Start | None:
        with self.apart() as above:
            cursor = self.grammar.settle(written)
            if cursor is None:
                above.extend(self.grammar.used)
                return None
            rows, unless = Selecting(self.grammar, self.flows[counted.flow]), cursor.get("unless")
            tested = self.grammar.settle(unless) if unless else None
            start = Start(
                first=rows.required(cursor["first"]),
                unless=next((rows.day(relation, day) for relation, day in tested.items()), None) if tested else None,
                without="nothing" if self.grammar.value(cursor["without"]).text == "nothing" else "whole",
                told=Begins(**{name: text_of(clause) for name, clause in cursor["told"].items()}),
                sources=self.sources(cursor, inherited),
                presumed=False,
                readings=(),
            )
            return self.told(start)

    # --- where it is written ------------------------------------------------------------------------------------

    @contextmanager
    def apart(self) -> Iterator[list[tuple[str, str]]]:
        """What is linked inside has readings of its own; gives those of what holds it."""
        above, self.grammar.used = self.grammar.used, []
        yield above
        self.grammar.used = above

    def told(self, part: Made) -> Made:
        """A part with whether it is presumed, and the readings that shaped it."""
        readings = tuple(dict.fromkeys(self.grammar.used))
        return replace(part, presumed=self.grammar.presumed(part.sources), readings=readings)

    def sources(self, cursor: Cursor, inherited: Sources) -> Sources:
        return sources_of(cursor.get("source"), self.grammar.documents) or inherited


def _counting_entries(files: PolicyFiles, documents: Mapping[str, object]) -> dict[str, Entry]:
    """The calendar's entries that rates are counted by, and that no condition looks at. Raises Invalid."""
    calendar = Cursor.top(files.policy)["calendar"].items()
    return {name: _entry(name, one, documents) for name, one in calendar if one.get("about")}


def _entry(name: str, cursor: Cursor, documents: Mapping[str, object]) -> Entry:
    if cursor.get("open"):
        cursor.fail("entry_open", name=name)
    first, last = (parse_day(cursor[end]) for end in (("on", "on") if cursor.get("on") else ("from", "to")))
    if first > last:
        cursor.fail("span_backwards")
    return Entry(name, first, last, text_of(cursor["label"]), sources_of(cursor.get("source"), documents))


def _readings(locations: Locations, period: Period, *sides: Side | Part | None) -> Readings:
    """The readings that shaped a measure anywhere, each once."""
    found = [locations.readings, period.readings, period.start.readings if period.start else ()]
    for side in sides:
        found += [side.readings] if side else []
        found += [one.readings for one in side.exclusions] if isinstance(side, Side) else []
    return tuple(dict.fromkeys(reading for readings in found for reading in readings))


def _flow(name: str, cursor: Cursor) -> Flow:
    columns = {known: _column(known, one) for known, one in cursor["columns"].items()}
    for role, type in (("key", "text"), ("day", "date")):
        given = [known for known, column in columns.items() if column.type == type and not column.optional]
        if cursor[role].text not in given:
            cursor[role].fail_name("unknown_column", given)
    return Flow(name, text_of(cursor["label"]), cursor["key"].text, cursor["day"].text, columns)


def _column(name: str, cursor: Cursor) -> Column:
    type: Anything = cursor["type"].text  # the schema allows nothing but the types there are
    values, least, most = cursor.get("values"), cursor.get("least"), cursor.get("most")
    return Column(
        name=name,
        type=type,
        label=text_of(cursor["label"]),
        values={value: text_of(label) for value, label in values.items()} if values else {},
        least=int(least.text) if least else None,
        most=int(most.text) if most else None,
        optional=cursor.get("optional") is not None,
        pseudonym=cursor.get("pseudonym") is not None,
    )
