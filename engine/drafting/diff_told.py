"""A comparison of two policies as titled parts: what matters first, then every difference with both sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.amount import NOTHING, Amount, total
from engine.drafting.diff_meant import MEANINGS, Doctors, Meant
from engine.drafting.diff_plain import bare
from engine.drafting.diff_words import Words
from engine.drafting.differing import Change, Diff, Plain, Subject, SubjectKind
from engine.drafting.totals import reached, worth
from engine.policy import Indicator
from engine.record import amount
from engine.telling.parts import Explanation, Part
from engine.text import in_order
from engine.words import Lang

BESIDE: tuple[SubjectKind, ...] = ("policy", "calendar", "table", "reading", "vocabulary")
"""What is told after what is paid, each kind in a section of its own."""

GROUPED = ("table", "reading")
"""What has a name of its own, under which its differences stand."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What to show of a comparison, in which language, and what its two sides are called.

    `indicator` keeps one indicator alone; `labels` and `sources` add what is no change of rule.
    """

    lang: Lang
    names: tuple[str, str]
    indicator: str | None = None
    labels: bool = False
    sources: bool = False


def told(diff: Diff, meant: Sequence[Meant] | None, shown: Shown) -> Explanation:
    """The comparison in words; `meant` is what each claim comes to, None where nothing was proved."""
    return _Telling(diff, meant, shown).whole()


class _Telling:
    def __init__(self, diff: Diff, meant: Sequence[Meant] | None, shown: Shown) -> None:
        self.diff, self.shown, self.one, self.other = diff, shown, diff.one, diff.other
        self.words = Words(diff.one, diff.other, shown.names, shown.lang)
        self.doctors = Doctors(diff.one, diff.other, shown.names, shown.lang)
        self.say, self.phrases = self.words.say, self.words.other
        self.proved, self.meant = meant is not None, {one.claim: one for one in meant or ()}

    def whole(self) -> Explanation:
        one, other = self.shown.names
        named = self.shown.indicator
        sections = self.detail(Subject("indicator", named)) if named else self.sections()
        return Explanation(
            title=self.say("diff.title", one=one, other=other),
            intro=tuple(self.intro()),
            totals=() if named else tuple(self.totals()),
            sections=tuple(sections) or (Part(self.say("diff.same")),),
        )

    # --- at the top ---------------------------------------------------------------------------------------------

    def intro(self) -> Iterator[str]:
        """What was compared, how many indicators came to what, and how much is not shown."""
        one, other = (self.phrases.text(policy.title) for policy in (self.one, self.other))
        yield self.say("diff.compared", one=one, other=other)
        if self.proved and self.one.year != self.other.year:
            yield self.say("diff.offsets", one=self.shown.names[0], other=self.shown.names[1])
        if self.shown.indicator:
            return
        if self.proved:
            yield self.summary()
        if self.diff.rules:
            yield self.counted("diff.changes", len(self.diff.rules))
        if self.diff.labels and not self.shown.labels:
            yield self.counted("diff.labels_apart", len(self.diff.labels))
        if self.diff.sources and not self.shown.sources:
            yield self.counted("diff.sources_apart", len(self.diff.sources))

    def summary(self) -> str:
        """`21 indicateurs : 12 équivalents, 4 plus exigeants, 3 moins exigeants, 2 incomparables.`"""
        known = {indicator.id for indicator in self.other.indicators}
        words = [one.word for name, one in self.meant.items() if name in known]
        counts = [self.counted(f"diff.{word}", words.count(word)) for word in MEANINGS if word in words]
        return self.counted("diff.summary", len(words), meanings=", ".join(counts))

    def counted(self, key: str, count: int, **details: str) -> str:
        """A sentence in the singular or the plural."""
        return self.say(f"{key}_{'one' if self.phrases.singular(count) else 'many'}", count=count, **details)

    def totals(self) -> Iterator[tuple[str, str, str]]:
        """What each volet and the whole come to with every indicator granted, on either side."""
        yield "", *self.shown.names
        ones, others = ({volet.id: volet for volet in policy.volets} for policy in (self.one, self.other))
        for name in dict.fromkeys((*others, *ones)):
            was, now = (reached(side[name]) if name in side else NOTHING for side in (ones, others))
            yield self.phrases.text((others.get(name) or ones[name]).title), self.points(was), self.points(now)
        was, now = (total(map(reached, policy.volets)) for policy in (self.one, self.other))
        yield self.say("diff.whole"), self.points(was), self.points(now)
        yield (
            self.say("diff.in_euros"),
            self.euros(was * self.one.point_value),
            self.euros(now * self.other.point_value),
        )

    def points(self, value: Amount) -> str:
        return self.phrases.amount(amount(value), "points")

    def euros(self, value: Amount) -> str:
        return self.phrases.amount(amount(value), "euros")

    # --- sections -----------------------------------------------------------------------------------------------

    def sections(self) -> Iterator[Part]:
        """The essentials, then volet by volet, then what rules refer to."""
        indicators = list(self.indicators())
        yield from _section(self.say("diff.essentials"), self.essentials(indicators))
        yield from self.details(self.say("diff.subject_eligible"), [Subject("eligible", self.one.eligible.at)])
        volets = {
            volet.id: self.phrases.text(volet.title) for policy in (self.one, self.other) for volet in policy.volets
        }
        for name, title in volets.items():
            own = [Subject("indicator", one.id) for one in indicators if one.volet == name]
            yield from self.details(title, [Subject("volet", name), *own])
        components = dict.fromkeys(one.id for policy in (self.other, self.one) for one in policy.components)
        yield from self.details(self.say("diff.subject_component"), [Subject("component", one) for one in components])
        for kind in BESIDE:
            yield from _section(self.say(f"diff.subject_{kind}"), self.beside(kind))
        if self.shown.labels:
            yield from _section(self.say("diff.labels"), map(self.label, self.diff.labels))
        if self.shown.sources:
            yield from _section(self.say("diff.sources"), map(self.moved, self.diff.sources))

    def indicators(self) -> Iterator[Indicator]:
        """Every indicator of either policy, volet by volet, in the order of the second."""
        known = {one.id: one for policy in (self.one, self.other) for one in policy.indicators}
        order = dict.fromkeys(one.id for policy in (self.other, self.one) for one in policy.indicators)
        volets = dict.fromkeys(known[name].volet for name in order)
        return (known[name] for volet in volets for name in order if known[name].volet == volet)

    def essentials(self, indicators: Iterable[Indicator]) -> Iterator[Part]:
        """Each indicator that differs in one line, and those that do not in another."""
        differing = {change.subject.id for change in self.diff.changes}
        differing |= {name for name, one in self.meant.items() if one.word != "equivalent"}
        same = []
        for indicator in indicators:
            if indicator.id in differing:
                yield self.essential(indicator)
            else:
                same.append(self.phrases.text(indicator.title))
        if same and differing:
            yield Part(self.say("diff.unchanged", titles=self.say("missing.separator").join(same)))

    def essential(self, indicator: Indicator) -> Part:
        """An indicator in one line: what it means now, and what it is worth."""
        aside = self.say("missing.separator").join([*self.meaning(indicator.id), *self.weighed(indicator.id)])
        return Part(self.phrases.text(indicator.title), aside=aside)

    def meaning(self, claim: str) -> Iterator[str]:
        """What a claim comes to; whether it is new or gone; else, unproved, whether its rule changed."""
        subject = Subject("indicator", claim)
        whole = next((one for one in self.diff.changes if one.subject == subject and one.aspect == "indicator"), None)
        if whole:
            yield self.say(f"diff.whole_{whole.kind}")
        elif claim in self.meant:
            yield self.say(f"diff.word_{self.meant[claim].word}")
        else:
            count = sum(change.subject == subject for change in self.diff.changes)
            yield self.counted("diff.differs", count)

    def weighed(self, name: str) -> Iterator[str]:
        """What an indicator is worth when granted, where that changed."""
        ones, others = ({one.id: one for one in policy.indicators} for policy in (self.one, self.other))
        if name in ones and name in others:
            was, now = worth(ones[name].weight), worth(others[name].weight)
            if was != now:
                change = self.say("compare.change", was=self.points(was), now=self.points(now))
                signed = self.words.signed(now.least - was.least)
                yield self.say("diff.gap", change=change, gap=signed) if was.settled and now.settled else change

    # --- differences --------------------------------------------------------------------------------------------

    def details(self, title: str, subjects: Iterable[Subject]) -> Iterator[Part]:
        """A section of several things, each under its own title."""
        yield from _section(title, (part for subject in subjects for part in self.detail(subject)))

    def beside(self, kind: SubjectKind) -> Iterator[Part]:
        """What differs in what rules refer to; a list or a question that both policies hold stands above its own."""
        changes = [change for change in self.diff.changes if change.subject.kind == kind]
        whole = [change for change in changes if change.aspect == kind or kind not in GROUPED]
        yield from self.changes(whole)
        for subject in dict.fromkeys(change.subject for change in changes if change not in whole):
            own = [change for change in changes if change.subject == subject]
            yield Part(self.title(subject), parts=tuple(self.changes(own)))

    def detail(self, subject: Subject) -> Iterator[Part]:
        """All that differs of one thing, and who shows it; nothing when nothing does."""
        changes = list(self.changes(change for change in self.diff.changes if change.subject == subject))
        meant = self.meant.get(subject.id)
        shows = [self.doctors.told(witness) for witness in meant.witnesses] if meant else []
        if changes or shows or subject.id == self.shown.indicator:
            aside = self.say(f"diff.word_{meant.word}") if meant else ""
            parts = (*shows, *changes) or (Part(self.say("diff.same")),)
            yield Part(self.title(subject), aside=aside, kind="title", parts=parts)

    def title(self, subject: Subject) -> str:
        """What a thing is called."""
        for rules in (self.words.other, self.words.one):
            if title := rules.title(subject.kind, subject.id):
                return title
        return self.say(f"diff.subject_{subject.kind}")

    def changes(self, changes: Iterable[Change]) -> Iterator[Part]:
        """Changes in words, the same change of several places told once."""
        groups: dict[Plain, list[Change]] = {}
        for change in changes:
            sides = [bare(side.value) if side else None for side in (change.was, change.now)]
            alone = change.at if change.subject.kind in BESIDE else ""
            if change.aspect == "shifted":
                alone, sides = "", []
            key = in_order([change.subject.id, change.aspect, change.within, alone, change.under, sides])
            groups.setdefault(key, []).append(change)
        return map(self.words.change, groups.values())

    def label(self, change: Change) -> Part:
        """A label that is another."""
        was, now = (
            rules.said(side.value) if side else self.say("diff.nothing")
            for side, rules in ((change.was, self.words.one), (change.now, self.words.other))
        )
        return Part(self.say("diff.change", what=change.at, was=was, now=now))

    def moved(self, change: Change) -> Part:
        """Other passages for the same rule."""
        return Part(change.at, parts=tuple(self.words.sources([change])))


def _section(title: str, parts: Iterable[Part]) -> Iterator[Part]:
    """A section, unless there is nothing in it."""
    told = tuple(parts)
    if told:
        yield Part(title, parts=told)
