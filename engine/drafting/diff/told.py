"""A comparison of two policies as titled parts: what matters first, then every difference with both sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from engine.drafting.diff.diff import not_default
from engine.drafting.diff.differing import Change, Diff, Plain, Subject, SubjectKind
from engine.drafting.diff.essentials import Essentials
from engine.drafting.diff.meant import Doctors, Meant
from engine.drafting.diff.plain import bare
from engine.drafting.diff.words import Words
from engine.telling.parts import Explanation, Part
from engine.text import in_order
from engine.words import Lang

BESIDE: tuple[SubjectKind, ...] = ("policy", "calendar", "counting", "table", "reading", "vocabulary")
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
        self.diff, self.shown = diff, shown
        self.words = Words(diff.one, diff.other, shown.names, shown.lang)
        self.doctors = Doctors(diff.one, diff.other, shown.names, shown.lang)
        self.say, self.phrases = self.words.say, self.words.other
        self.meant = None if meant is None else {one.claim: one for one in meant}
        self.essentials = Essentials(diff, self.meant, self.words)

    def whole(self) -> Explanation:
        one, other = self.shown.names
        named = self.shown.indicator
        sections = self.detail(Subject("indicator", named)) if named else self.sections()
        return Explanation(
            title=self.say("diff.title", one=one, other=other),
            intro=tuple(self.intro()),
            totals=() if named else tuple(self.essentials.totals()),
            sections=tuple(sections) or (Part(self.say("diff.same")),),
        )

    def intro(self) -> Iterator[str]:
        """What was compared and how, how many indicators came to what, and how much is not shown."""
        one, other = (self.phrases.text(policy.title) for policy in (self.diff.one, self.diff.other))
        yield self.say("diff.compared", one=one, other=other)
        for policy, name in zip((self.diff.one, self.diff.other), self.shown.names, strict=True):
            taken = ", ".join(f"{one}={option}" for one, option in not_default(policy).items())
            if taken not in ("", name):
                yield self.say("diff.taken", name=name, readings=taken)
        if self.meant is not None and self.diff.one.year != self.diff.other.year:
            yield self.say("diff.offsets", one=self.shown.names[0], other=self.shown.names[1])
        if self.shown.indicator:
            return
        yield from self.essentials.summary()
        if self.diff.labels and not self.shown.labels:
            yield self.essentials.counted("diff.labels_apart", len(self.diff.labels))
        if self.diff.sources and not self.shown.sources:
            yield self.essentials.counted("diff.sources_apart", len(self.diff.sources))

    # --- sections -----------------------------------------------------------------------------------------------

    def sections(self) -> Iterator[Part]:
        """The essentials, then volet by volet, then what rules refer to."""
        yield from _section(self.say("diff.essentials"), self.essentials.parts())
        policies = (self.diff.one, self.diff.other)
        for eligible in self.detail(Subject("eligible", self.diff.one.eligible.at)):
            yield replace(eligible, kind="line")
        for name, title in {volet.id: volet.title for policy in policies for volet in policy.volets}.items():
            own = [Subject("indicator", one.id) for one in self.essentials.indicators() if one.volet == name]
            yield from self.details(self.phrases.text(title), [Subject("volet", name), *own])
        components = dict.fromkeys(one.id for policy in reversed(policies) for one in policy.components)
        yield from self.details(self.say("diff.subject_component"), [Subject("component", one) for one in components])
        for kind in BESIDE:
            yield from _section(self.say(f"diff.subject_{kind}"), self.beside(kind))
        if self.shown.labels:
            yield from _section(self.say("diff.labels"), map(self.label, self.diff.labels))
        if self.shown.sources:
            yield from _section(self.say("diff.sources"), map(self.moved, self.diff.sources))

    def details(self, title: str, subjects: Iterable[Subject]) -> Iterator[Part]:
        """A section of several things, each under its own title."""
        yield from _section(title, (part for subject in subjects for part in self.detail(subject)))

    def detail(self, subject: Subject) -> Iterator[Part]:
        """All that differs of one thing, and who shows it; nothing when nothing does."""
        changes = list(self.changes(change for change in self.diff.changes if change.subject == subject))
        meant = [one for name, one in (self.meant or {}).items() if name.partition("#")[0] == subject.id]
        shows = [self.doctors.told(witness) for one in meant for witness in one.witnesses]
        if changes or shows or subject.id == self.shown.indicator:
            aside = self.say(f"diff.word_{meant[0].word}") if len(meant) == 1 else ""
            parts = (*shows, *changes) or (Part(self.say("diff.same")),)
            yield Part(self.title(subject), aside=aside, kind="title", parts=parts)

    def title(self, subject: Subject) -> str:
        """What a thing is called."""
        if subject.kind == "volet":
            return self.say("diff.subject_volet")
        for rules in (self.words.other, self.words.one):
            if title := rules.title(subject.kind, subject.id):
                return title
        return self.say(f"diff.subject_{subject.kind}")

    def beside(self, kind: SubjectKind) -> Iterator[Part]:
        """What differs in what rules refer to; a list or a question that both policies hold stands above its own."""
        changes = [change for change in self.diff.changes if change.subject.kind == kind]
        whole = [change for change in changes if change.aspect == kind or kind not in GROUPED]
        yield from self.changes(whole)
        for subject in dict.fromkeys(change.subject for change in changes if change not in whole):
            own = [change for change in changes if change.subject == subject]
            yield Part(self.title(subject), parts=tuple(self.changes(own)))

    # --- differences --------------------------------------------------------------------------------------------

    def changes(self, changes: Iterable[Change]) -> Iterator[Part]:
        """Changes in words, the same change of several places told once."""
        groups: dict[Plain, list[Change]] = {}
        for change in changes:
            groups.setdefault(_likeness(change), []).append(change)
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


def _likeness(change: Change) -> Plain:
    """What is told once: the same change of several conditions of a thing, and all days that follow the year."""
    if change.aspect == "shifted":
        return change.aspect
    sides = [bare(side.value) if side else None for side in (change.was, change.now)]
    place = change.at if change.subject.kind in BESIDE else ""
    return in_order([change.subject.id, change.aspect, change.within, place, change.under, sides])


def _section(title: str, parts: Iterable[Part]) -> Iterator[Part]:
    """A section, unless there is nothing in it."""
    told = tuple(parts)
    if told:
        yield Part(title, parts=told)
