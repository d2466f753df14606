"""The pages of a policy, and a choice of readings → one linked, frozen Policy.

Here every name is resolved, every scalar typed, every `choose` replaced by the option taken, so that no later pass
meets a name that does not exist or a question still open. Conditions are linked by `grammar`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any as Anything
from typing import TypeVar, cast

from msgspec.structs import replace

from engine.choices import link_readings, settle, silent, sources_of, text_of
from engine.claims import CyclicOutcomes, claims
from engine.conditions import Always, Empty, Entry, Source, Table
from engine.cursor import Cursor, parse_day
from engine.grammar import Grammar, Place
from engine.loading import PolicyFiles
from engine.policy import (
    Branch,
    Component,
    Document,
    Evidence,
    Indicator,
    Neutralisation,
    Period,
    Policy,
    Published,
    Reading,
    Tier,
    Vocabulary,
    Volet,
    Weight,
)
from engine.problems import Invalid, Problem
from engine.remembered import Linked, LookedUp, parts_of
from engine.vocabulary import each, link_table, link_vocabulary
from engine.yamltext import Page

T = TypeVar("T")
CLOSED = ("year", "assessment", "decision")
"""The calendar's entries that must be days or spans: a decision is dated."""
ALWAYS = (*CLOSED, "campaign")
"""Those that conditions look at in every year; another may be for counting alone (`engine.measuring`)."""


@lru_cache(maxsize=16)
def _unchosen(files: PolicyFiles) -> tuple[dict[str, Document], dict[str, Reading], dict[str, Table]]:
    """What no reading can change: the sources, the readings themselves, the closed lists."""
    documents = {name: _document(name, cursor) for name, cursor in Cursor.top(files.policy)["sources"].items()}
    tables = each(files.tables, lambda name, page: link_table(name, page, documents))
    return documents, link_readings(files.readings, documents), tables


class Linker:
    """Links one policy; see `linking.link`."""

    def __init__(self, files: PolicyFiles, asked: Mapping[str, str]) -> None:
        self.files, self.top = files, Cursor.top(files.policy)
        self.documents, self.readings, self.tables = _unchosen(files)
        for name in asked:
            if name in files.countings:
                raise Invalid([Problem("reading_counts", details={"name": name})])
        self.choices, self.parts = settle(self.readings, asked), parts_of(files)
        self.taken, self.dated = LookedUp(self.choices), LookedUp[Entry]({})
        self.grammar = Grammar(files.year, self.documents, self.readings, self.taken, self.tables)
        self.grammar.calendar = self.dated
        written = self.top["calendar"].items()
        entries = [(name, one) for name, one in written if name in ALWAYS or one.get("about") is None]
        calendar = {name: self.once(f"calendar {name}", partial(self.entry, name, one)) for name, one in entries}
        self.grammar.calendar = self.dated = LookedUp(calendar)
        pages = {name: Cursor.top(page) for name, page in files.vocabulary.items()}
        self.grammar.vocabulary = self.once("vocabulary", lambda: self.vocabulary(pages))

    def vocabulary(self, pages: Mapping[str, Cursor]) -> Vocabulary:
        """The names of the year."""

        def word(cursor: Cursor) -> tuple[str, tuple[tuple[str, str], ...]]:
            return self.reading_block(lambda: self.word(cursor))

        return link_vocabulary(pages, self.tables, word, self.documents)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What `make` links, or linked before under the same readings and days of those it looks up."""
        places, outcomes, known = self.grammar.places, self.grammar.outcomes, self.parts.setdefault(name, [])
        for one in known:
            if (
                all(self.choices[reading] == option for reading, option in one.choices.items())
                and all(self.dated[entry] == days for entry, days in one.entries.items())
                and places.isdisjoint(one.places)
            ):
                places |= one.places
                outcomes += one.outcomes
                return cast(T, one.made)
        before, count = set(places), len(outcomes)
        self.taken.names.clear()
        self.dated.names.clear()
        made = make()
        new = frozenset(places - before)
        known.append(Linked(made, self.taken.found(), self.dated.found(), new, tuple(outcomes[count:])))
        return made

    def linked(self, make: Callable[[str, Page], T], name: str, page: Page) -> T:
        return self.once(page.file, lambda: make(name, page))

    def policy(self) -> Policy:
        top = self.top
        indicators = each(self.files.indicators, partial(self.linked, self.indicator))
        volets = tuple(self.volet(cursor, indicators) for cursor in self.distinct(top["volets"], "id"))
        components = each(self.files.components, partial(self.linked, self.component))
        listed = [self.listed(one, components) for one in self.distinct(top.get("components"))]
        point = top["point_value"]
        not_produced, findings_readings = self.reading_block(lambda: self.word(top["findings"]["not_produced"]))
        policy = Policy(
            year=self.files.year,
            title=text_of(top["title"]),
            point_value=Decimal(point["euros"].text),
            point_sources=self.sources(point),
            documents=self.documents,
            calendar=dict(self.dated),
            eligible=self.once(
                "eligible", lambda: self.grammar.required(top["eligible"], Place("eligible", "eligible", ()))
            ),
            volets=volets,
            components=tuple(components[name] for name in listed),
            readings=self.readings,
            choices=self.choices,
            vocabulary=self.grammar.vocabulary,
            tables=self.tables,
            not_produced="ignored" if not_produced == "ignored" else "unmet",
            findings_readings=findings_readings,
            published=self.once("published", lambda: tuple(self.totals(top.get("published")))),
            digest=self.files.digest,
        )
        self.check_outcomes(policy)
        return policy

    # --- names --------------------------------------------------------------------------------------------------

    def sources(self, cursor: Cursor) -> tuple[Source, ...]:
        return sources_of(cursor.get("source"), self.documents)

    def word(self, cursor: Cursor) -> str:
        return self.grammar.value(cursor).text

    def listed(self, cursor: Cursor, known: Mapping[str, object]) -> str:
        if cursor.text not in known:
            cursor.fail_name("not_in_folder", known)
        return cursor.text

    def distinct(self, cursor: Cursor | None, key: str | None = None) -> list[Cursor]:
        """The elements of a list, none of which names (under `key`) what another already named."""
        seen: set[str] = set()
        for one in _list(cursor):
            name = one[key] if key else one
            if name.text in seen:
                name.fail("duplicate_id", name=name.text)
            seen.add(name.text)
        return _list(cursor)

    def identify(self, top: Cursor, name: str) -> None:
        """A file says its own identity and year, and they are those of its place."""
        if top["id"].text != name:
            top["id"].fail("id_not_file", expected=name)
        if int(top["year"].text) != self.files.year:
            top["year"].fail("year_not_policy", expected=str(self.files.year))

    def reading_block(self, make: Callable[[], T]) -> tuple[T, tuple[tuple[str, str], ...]]:
        """What `make` links, and the readings that shaped it outside of its nodes."""
        outer, self.grammar.used = self.grammar.used, []
        made = make()
        used, self.grammar.used = tuple(dict.fromkeys(self.grammar.used)), outer
        return made, used

    def check_outcomes(self, policy: Policy) -> None:
        known = {indicator.id for indicator in policy.indicators}
        known |= {volet.id for volet in policy.volets if volet.pays == "block"}
        for cursor in self.grammar.outcomes:
            if cursor.text not in known:
                cursor.fail_name("unknown_outcome", known)
        try:
            claims(policy)
        except CyclicOutcomes as error:
            turning = {name.partition("#")[0].partition("~")[0] for name in error.cycle}
            inside = (one for one in self.grammar.outcomes if {one.text, _owner(one)} <= turning)
            next(inside, self.top).fail("cyclic_outcomes", cycle=" → ".join(error.cycle))

    # --- what a policy is made of -------------------------------------------------------------------------------

    def entry(self, name: str, cursor: Cursor) -> Entry:
        (first, last, written), readings = self.reading_block(lambda: self.written_days(name, cursor))
        return Entry(name, first, last, text_of(written["label"]), self.sources(written), readings)

    def written_days(self, name: str, cursor: Cursor) -> tuple[date | None, date | None, Cursor]:
        """The first and last day of a calendar entry (None: open), and where they are written."""
        written = self.grammar.value(cursor)
        if written.get("open"):
            if name in CLOSED:
                written.fail("entry_open", name=name)
            return None, None, written
        ends = ("on", "on") if written.get("on") else ("from", "to")
        first, last = (parse_day(self.grammar.value(written[end])) for end in ends)
        if first > last:
            written.fail("span_backwards")
        return first, last, written

    def indicator(self, name: str, page: Page) -> Indicator:
        top = Cursor.top(page)
        self.identify(top, name)
        sources, evidence = self.sources(top), _evidence(top)
        points = top.get("points")
        weight, readings = self.reading_block(
            lambda: self.weight(points, f"{name}#points", sources) if points else None
        )
        self.grammar.removed_when_empty.clear()
        when = self.grammar.required(top["when"], Place(name, f"{name}#when", sources))
        steps, more = self.reading_block(lambda: list(self.neutralisations(name, top.get("neutralised"))))
        for number, rate in enumerate(self.grammar.removed_when_empty, start=1):
            empty = Empty(
                at=f"{name}~empty{number}",
                measure=rate.measure,
                during=rate.during,
                counts_from=rate.counts_from,
                sources=sources,
                presumed=self.grammar.presumed(sources),
                readings=rate.readings,
            )
            steps.append(Neutralisation("removed", empty))
        return Indicator(
            id=name,
            volet=name.split(".", maxsplit=1)[0],
            title=text_of(top["title"]),
            evidence=evidence,
            weight=weight,
            sources=sources,
            presumed=self.grammar.presumed(sources),
            readings=tuple(dict.fromkeys((*readings, *more))),
            keep=tuple(text_of(paper) for paper in _list(top.get("keep"))),
            neutralisations=tuple(steps),
            when=when,
        )

    def neutralisations(self, name: str, cursor: Cursor | None) -> Iterator[Neutralisation]:
        for number, written in enumerate(_list(cursor), start=1):
            step = self.grammar.settle(written)
            if step is None:
                continue
            label, sources = text_of(step["label"]), self.sources(step)
            place = Place(name, f"{name}#neutralised{number}", sources)
            condition = step.get("when")
            node = self.grammar.required(condition, place) if condition else Always(at=place.at)
            when = replace(node, label=node.label or label, sources=sources, presumed=self.grammar.presumed(sources))
            yield Neutralisation("removed" if self.word(step["as"]) == "removed" else "met", when)

    def weight(self, cursor: Cursor, at: str, sources: tuple[Source, ...]) -> Weight:
        written = self.grammar.value(cursor)
        if not isinstance(written.data, dict):
            return Decimal(written.text)
        owner, _, _ = at.partition("#")
        when = self.grammar.required(written["when"], Place(owner, f"{at}.when", sources))
        then, otherwise = (self.weight(written[key], f"{at}.{key}", sources) for key in ("then", "else"))
        return Branch(when, then, otherwise)

    def volet(self, cursor: Cursor, indicators: Mapping[str, Indicator]) -> Volet:
        name, sources = cursor["id"].text, self.sources(cursor)
        known = {id.split(".", 1)[1]: indicator for id, indicator in indicators.items() if indicator.volet == name}
        own = tuple(known[self.listed(one, known)] for one in self.distinct(cursor["indicators"]))
        points, gate = cursor.get("points"), cursor.get("gate")
        weight, readings = self.once(
            f"volet {name}",
            lambda: self.reading_block(lambda: self.weight(points, f"{name}#points", sources) if points else None),
        )
        block = cursor["pays"].text == "block"
        if block != (weight is not None):
            cursor.fail("volet_points")
        for indicator in own:
            if block == (indicator.weight is not None):
                self.files_of(indicator.id).fail("indicator_points", volet=name)
        return Volet(
            id=name,
            title=text_of(cursor["title"]),
            pays="block" if block else "indicators",
            weight=weight,
            gate=self.once(f"gate {name}", lambda: self.grammar.node(gate, Place(name, f"{name}#gate", sources)))
            if gate
            else None,
            sources=sources,
            presumed=self.grammar.presumed(sources),
            readings=readings,
            indicators=own,
        )

    def files_of(self, indicator: str) -> Cursor:
        return Cursor.top(self.files.indicators[indicator])

    def component(self, name: str, page: Page) -> Component:
        top = Cursor.top(page)
        self.identify(top, name)
        sources, gate = self.sources(top), top.get("gate")
        place = Place(name, f"{name}#gate", sources)
        (pays, periods, opens), readings = self.reading_block(
            lambda: (
                self.word(top["pays"]),
                tuple(self.period(name, one, sources) for one in top["periods"].each()),
                self.grammar.node(gate, place) if gate else None,
            )
        )
        return Component(
            id=name,
            title=text_of(top["title"]),
            evidence=_evidence(top),
            pays="once" if pays == "once" else "complement",
            gate=opens,
            sources=sources,
            presumed=self.grammar.presumed(sources),
            readings=readings,
            periods=periods,
        )

    def period(self, component: str, cursor: Cursor, inherited: tuple[Source, ...]) -> Period:
        name, sources = cursor["id"].text, self.sources(cursor) or inherited
        ends, paid = (self.grammar.entry(cursor[key]) or cursor.fail("empty_option") for key in ("ends", "paid"))
        if ends.last is None:
            cursor["ends"].fail("period_open")
        tiers = tuple(self.tier(f"{component}#{name}", tier, sources) for tier in cursor["tiers"].each())
        if [tier.euros for tier in tiers] != sorted(tier.euros for tier in tiers):
            cursor["tiers"].fail("tiers_not_ascending")
        return Period(name, text_of(cursor["label"]), ends, paid, sources, tiers)

    def tier(self, at: str, cursor: Cursor, sources: tuple[Source, ...]) -> Tier:
        name = cursor["id"].text
        when = self.grammar.required(cursor["when"], Place(at.split("#", maxsplit=1)[0], f"{at}.{name}", sources))
        return Tier(name, text_of(cursor["label"]), Decimal(self.word(cursor["euros"])), when)

    def totals(self, cursor: Cursor | None) -> Iterator[Published]:
        """The totals announced, but for those that suppose an option the texts make not computable."""
        volets = [one["id"].text for one in self.top["volets"].each()]
        for one in _list(cursor):
            volet, under, sources = one.get("volet"), one.get("under"), self.sources(one)
            if volet and volet.text not in volets:
                volet.fail_name("unknown_outcome", volets)
            supposed = dict(under.data) if under else {}
            computable = {
                name: option for name, option in supposed.items() if not silent(self.readings, name, option)
            }
            try:
                settle(self.readings, computable)
            except Invalid as invalid:
                raise (under or one).placed(invalid) from None
            if computable == supposed:
                yield Published(volet.text if volet else None, Decimal(one["points"].text), sources, supposed)


def _document(name: str, cursor: Cursor) -> Document:
    governs = tuple(int(year) for year in cursor["governs"].data)
    return Document(name, text_of(cursor["title"]), cursor["publisher"].text, governs)


def _owner(cursor: Cursor) -> str | None:
    """The indicator or component in whose file something is written."""
    owner: str | None = cursor.page.data.get("id")
    return owner


def _list(cursor: Cursor | None) -> list[Cursor]:
    return list(cursor.each()) if cursor else []


def _evidence(cursor: Cursor) -> Evidence:
    written: Anything = cursor["evidence"].text  # the schema allows nothing but the kinds there are
    kind: Evidence = written
    return kind
