"""How rates are counted, compared between two policies: periods, rows, exclusions and their order, what makes one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from msgspec import Struct

from engine.conditions import Source
from engine.drafting.diff.differing import Aspect, Change, Diff, Plain, Side, Subject
from engine.drafting.diff.plain import text
from engine.drafting.showing.counting import Counting
from engine.drafting.showing.nodes import Rules
from engine.loading import PolicyFiles
from engine.measuring.alike import form
from engine.measuring.linking import Countings, countings_of
from engine.measuring.measures import Exclusion, Flow, Measuring, Start
from engine.measuring.measures import Part as Share
from engine.measuring.measures import Side as Counted
from engine.policy import Policy, Reading
from engine.problems import Invalid
from engine.telling.parts import Part
from engine.words import LANGS, Lang, say

Pair = tuple[Countings, Countings]
Choices = Mapping[str, str]


class Seen(Struct, frozen=True):
    """One thing that a measure says: of what, where, its form to compare, its words, and where it is written."""

    aspect: Aspect
    at: str
    form: Plain
    words: Mapping[Lang, str]
    sources: tuple[Source, ...]


def with_countings(whole: Diff, files: tuple[PolicyFiles, PolicyFiles], asked: tuple[Choices, Choices]) -> Diff:
    """The same comparison with how rates are counted, under the counting readings asked for.

    What only another option of a reading that both policies hold would show is told with it. Raises Invalid.
    """
    one, other = (countings_of(pages, choices) for pages, choices in zip(files, asked, strict=True))
    changes = [*_measures(whole, (one, other)), *_readings(one.readings, other.readings)]
    known = {_key(change) for change in changes}
    for name, option in _shared(one, other):
        try:
            taken = ({**choices, name: option} for choices in asked)
            pair = [countings_of(pages, choices) for pages, choices in zip(files, taken, strict=True)]
        except Invalid:
            continue
        for change in _measures(whole, (pair[0], pair[1])):
            if _key(change) not in known:
                known.add(_key(change))
                changes.append(replace(change, under=(name, option)))
    return replace(whole, changes=(*whole.changes, *changes))


def _key(change: Change) -> Plain:
    return change.subject, change.aspect, change.at, repr(change.was), repr(change.now)


def _shared(one: Countings, other: Countings) -> Iterator[tuple[str, str]]:
    """The options, other than those taken, that both policies hold and can compute."""
    for name, reading in other.readings.items():
        theirs = one.readings[name].options if name in one.readings else {}
        for option, known in reading.options.items():
            taken = option == one.choices.get(name) == other.choices[name]
            if option in theirs and not (taken or known.silent or theirs[option].silent):
                yield name, option


def _measures(whole: Diff, countings: Pair) -> Iterator[Change]:
    one, other = (_Teller(*side) for side in zip((whole.one, whole.other), countings, strict=True))
    for name in dict.fromkeys((*other.measures, *one.measures)):
        if name in one.measures and name in other.measures:
            yield from _measure(one, other, name)
            continue
        was, now = (
            Side(name, teller.measures[name].sources) if name in teller.measures else None for teller in (one, other)
        )
        label = (other if now else one).label(name)
        yield Change(Subject("counting", name), "counting", name, was, now, label=label)


def _measure(one: _Teller, other: _Teller, name: str) -> Iterator[Change]:
    """What differs in how both policies count the same."""
    before, after = ({(seen.aspect, seen.at): seen for seen in teller.said(name)} for teller in (one, other))
    for aspect, at in dict.fromkeys((*after, *before)):
        was, now = before.get((aspect, at)), after.get((aspect, at))
        if not _alike(aspect, was, now):
            sides = (Side(dict(seen.words), seen.sources) if seen else None for seen in (was, now))
            yield Change(Subject("counting", name), aspect, at, next(sides), next(sides), label=other.label(name))


def _alike(aspect: Aspect, was: Seen | None, now: Seen | None) -> bool:
    """Whether two sides say the same; of an order, whether what both hold is in the same one."""
    if aspect == "exclusion_order":
        names, others = (seen.form if seen else [] for seen in (was, now))
        return [one for one in names if one in others] == [one for one in others if one in names]
    return was is not None and now is not None and bool(was.form == now.form)


def _readings(ones: Mapping[str, Reading], others: Mapping[str, Reading]) -> Iterator[Change]:
    """The questions that come or go, and those that have another default."""
    for name in dict.fromkeys((*others, *ones)):
        was, now = (_default(known.get(name)) for known in (ones, others))
        whole = was is None or now is None
        if whole or ones[name].default != others[name].default:
            label = text((others.get(name) or ones[name]).question)
            aspect: Aspect = "reading" if whole else "counting_default"
            yield Change(Subject("counting", name), aspect, name, was, now, label=label)


def _default(reading: Reading | None) -> Side | None:
    return Side(text(reading.options[reading.default].says)) if reading else None


class _Teller:
    """Says what a measure of one policy says, in both languages."""

    def __init__(self, policy: Policy, countings: Countings) -> None:
        self.policy, self.countings = policy, countings
        self.measures = {one.id: one for one in countings.measures}
        self.tellers = {lang: Counting(Rules(policy, lang), countings) for lang in LANGS}

    def label(self, name: str) -> dict[str, str]:
        return {lang: teller.label(self.measures[name]) for lang, teller in self.tellers.items()}

    def said(self, name: str) -> Iterator[Seen]:
        """Everything that a measure says, its words in both languages beside the form that is compared."""
        measuring = self.measures[name]
        below, above = measuring.denominator, measuring.numerator
        counted = below or above
        assert isinstance(counted, Counted), "linking gives a fact a side of its own"
        flow, period = self.countings.flows[counted.flow], measuring.period
        yield self.seen("counting_period", "period", period.span, period.sources, lambda one: one.span(period.span))
        if period.start:
            yield from self.start(period.start, flow)
        for role, side in (("denominator", below), ("numerator", above)):
            if side:
                yield from self.side(role, side, measuring, flow)

    def start(self, start: Start, flow: Flow) -> Iterator[Seen]:
        told = {lang: teller.begins(start, flow) for lang, teller in self.tellers.items()}
        for name in told[LANGS[0]]:
            words = {lang: self.line(lines[name], lang) for lang, lines in told.items()}
            yield Seen("counting_start", name, self.form(getattr(start, name)), words, start.sources)

    def side(self, role: str, side: Counted | Share, measuring: Measuring, flow: Flow) -> Iterator[Seen]:
        own = side.flow if isinstance(side, Counted) else None
        flow = self.countings.flows[own] if own else flow
        yield self.seen(
            "counted_rows", role, [own, side.where], side.sources, lambda one: one.kept(side, measuring, flow)
        )
        yield self.seen("unit", role, side.count, side.sources, lambda one: Part(one.count(side.count, flow)))
        exclusions = side.exclusions if isinstance(side, Counted) else ()
        for each in exclusions:
            yield self.excluded(role, each, measuring, flow)
        if len(exclusions) > 1:
            names = [one.name for one in exclusions]
            labels = self.policy.vocabulary.measures[measuring.id].exclusions
            order = {lang: self.joined((getattr(labels[name], lang) for name in names), lang) for lang in LANGS}
            yield Seen("exclusion_order", role, names, order, side.sources)

    def excluded(self, role: str, one: Exclusion, measuring: Measuring, flow: Flow) -> Seen:
        at = f"{role}.{one.name}"
        return self.seen(
            "exclusion", at, one.when, one.sources, lambda each: each.exclusion(one, measuring, flow, one.sources)
        )

    def seen(
        self, aspect: Aspect, at: str, compared: Plain, sources: tuple[Source, ...], told: Callable[[Counting], Part]
    ) -> Seen:
        words = {lang: self.line(told(teller), lang) for lang, teller in self.tellers.items()}
        return Seen(aspect, at, self.form(compared), words, sources)

    def form(self, compared: Plain) -> Plain:
        return form(compared, self.policy.year)

    def line(self, part: Part, lang: Lang) -> str:
        """A part and those below it on one line, the passages apart."""
        own = " — ".join(filter(None, (part.text, part.aside)))
        return self.joined([own, *(self.line(one, lang) for one in part.parts if not one.fine)], lang)

    def joined(self, words: Iterable[str], lang: Lang) -> str:
        return say(lang, "missing.separator").join(words)
