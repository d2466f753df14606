"""What was proved of a policy, and what was refuted, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from engine.amount import Amount
from engine.policy import Policy
from engine.proving.known import Known
from engine.proving.prove import PROPERTIES, Property, Settled
from engine.proving.written import brought, yaml_of
from engine.telling.parts import Part
from engine.telling.phrases import Phrases
from engine.words import Lang


class ProvedTold:
    """Tells, in one language, what was settled of a policy; `known` are the refutations it lists."""

    def __init__(self, policy: Policy, known: Sequence[Known], lang: Lang) -> None:
        self.policy, self.known, self.phrases = policy, known, Phrases(policy, lang)
        self.say = self.phrases.say

    def sections(self, settled: Sequence[Settled]) -> Iterator[Part]:
        """A part for each property: what it says, how often it was proved, and what refutes it."""
        for name in PROPERTIES:
            own = [one for one in settled if one.name == name]
            if own:
                yield self._section(name, own)

    def _section(self, name: Property, settled: Sequence[Settled]) -> Part:
        proved = [one for one in settled if one.refutation is None]
        count, readings = (len(set(values)) for values in ([one.about for one in proved], map(_asked, proved)))
        counted = self.say("prove.proved", count=self.phrases.number(count), readings=self.phrases.number(readings))
        refuted = tuple(self.refuted(group) for group in self.groups(settled))
        return Part(self.say(f"prove.{name}"), parts=(Part(counted, mark="met"), *refuted))

    def groups(self, settled: Iterable[Settled]) -> list[list[Settled]]:
        """What is refuted, each thing once with all the readings under which it is; the known apart from the new."""
        refuted = [one for one in settled if one.refutation is not None]
        keyed = sorted(refuted, key=lambda one: (PROPERTIES.index(one.name), one.about, self._index(one)))
        return [list(group) for _, group in groupby(keyed, key=lambda one: (*one.what, self._index(one)))]

    def _index(self, settled: Settled) -> int:
        known = self.known_as(settled)
        return -1 if known is None else self.known.index(known)

    def known_as(self, settled: Settled) -> Known | None:
        """What lists this refutation, if anything does."""
        return next((known for known in self.known if known.covers(settled)), None)

    def refuted(self, group: Sequence[Settled]) -> Part:
        """One refutation: of what, under which readings, what is lost, why if it is known, and the dossier."""
        first, known = group[0], self.known_as(group[0])
        assert first.refutation is not None, "only what is refuted is told so"
        head = self.say("prove.known" if known else "prove.new", about=self.about(first))
        pages, below = first.refutation.pages, [self.readings(group)]
        if first.refutation.paid:
            below.append(self._paid(first.refutation.paid))
        if len(pages) > 1:
            below += [self.say("prove.change", change=change) for change in brought(pages[0], pages[-1])]
        parts = [Part(line) for line in below]
        if known:
            parts.append(Part(self.phrases.text(known.why)))
            sources = [{"document": s.document, "section": s.section, "lines": s.lines} for s in known.sources]
            parts.append(Part(self.phrases.passages(sources), fine=True))
        return Part(head, mark="undetermined" if known else "refused", parts=tuple(parts))

    def about(self, settled: Settled) -> str:
        """What a property is about, by its label where it has one."""
        words, name = self.policy.vocabulary, settled.about
        match settled.name:
            case "numerator":
                return self.phrases.text(words.measures[name].label)
            case "paper" | "declaration" if name in words.items:
                return self.phrases.item(name)
            case "maximum" | "reached":
                target, _, points = f" {name}".rpartition(" ")
                title = next(
                    (self.phrases.text(one.title) for one in self.policy.volets if one.id == target.strip()), ""
                )
                return self.say(
                    "prove.total",
                    title=title or self.say("prove.whole"),
                    points=self.phrases.amount(points, "points"),
                )
            case _:
                return name

    def readings(self, group: Sequence[Settled]) -> str:
        """Under which readings; those by default stand for every reading that leaves it alone."""
        asked = [f"{name}={option}" for one in group for name, option in one.asked.items()]
        if not all(one.asked for one in group):
            return self.say("prove.by_default")
        return self.say("prove.under", readings=", ".join(asked))

    def _paid(self, paid: Sequence[Amount]) -> str:
        written = [self._euros(one) for one in paid]
        return self.say("prove.lost", before=written[0], after=written[-1])

    def _euros(self, amount: Amount) -> str:
        key = "prove.exactly" if amount.settled else "prove.at_least"
        return self.say(key, amount=self.phrases.amount(str(amount.least), "euros"))

    def dossiers(self, settled: Iterable[Settled]) -> Iterator[tuple[str, str]]:
        """The name and the content of each dossier that refutes something: one, or that before and that after."""
        for group in self.groups(settled):
            refutation = group[0].refutation
            assert refutation is not None, "only what is refuted has a dossier"
            under = [f"{name}={option}" for name, option in group[0].asked.items()]
            stem = re.sub(r"[^\w.=-]+", "-", "-".join([*group[0].what, *under]))
            sides = ("",) if len(refutation.pages) == 1 else ("-before", "-after")
            for page, side in zip(refutation.pages, sides, strict=False):
                yield f"{stem}{side}.yaml", yaml_of(page)

    def gone(self, known: Iterable[Known]) -> list[Part]:
        """Those listed as known that nothing refutes any more."""
        return [
            Part(self.say("prove.gone", property=one.property, about=one.about, spot=one.spot), mark="refused")
            for one in known
        ]


def _asked(settled: Settled) -> tuple[tuple[str, str], ...]:
    return tuple(settled.asked.items())
