"""Duties in words: what remains to be done, how and by when, what must hold, and what is no longer possible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from engine.asked import asks, field_test, same_test
from engine.conditions import Day, Fact, FieldTest, Observed, Rate, Record, Same
from engine.dispute.due import Closed, Duties, Duty, Kept, Step, Steps, Target, Window
from engine.dispute.mending import Wanted
from engine.dossier import Dossier
from engine.policy import Policy
from engine.record import amount, saw
from engine.telling.parts import Explanation, Part
from engine.telling.phrases import Json
from engine.telling.sentences import Sentences
from engine.text import decimal_text
from engine.verdict import Verdict
from engine.words import Lang

MOST_WAYS_TOLD = 3


def still_due(found: Duties, dossier: Dossier, policy: Policy, lang: Lang) -> Explanation:
    """What a day leaves to do, most valuable first, ready to be drawn."""
    return _Teller(found, dossier, policy, lang).whole()


class _Teller(Sentences):
    def __init__(self, found: Duties, dossier: Dossier, policy: Policy, lang: Lang) -> None:
        super().__init__(policy, lang, brief=True)
        self.due, self.dossier = found, dossier

    def whole(self) -> Explanation:
        found = self.due
        told = [
            ("to_do", [self.duty(one) for one in found.to_do]),
            ("kept", [self.kept(one) for one in found.kept]),
            ("awaited", [Part(self.title(one.target), aside=self.worth(one)) for one in found.awaited]),
            ("closed", [self.closed(one) for one in found.closed]),
            ("unsettled", [Part(self.title(one), "unknown", self.why(one)) for one in found.unsettled]),
            ("beyond", [Part(self.title(one), "unmet", self.why(one)) for one in found.beyond]),
        ]
        sections = [Part(self.say(f"duties.{key}"), parts=tuple(parts)) for key, parts in told if parts]
        if not found.to_do:
            sections.insert(0, Part(self.say("duties.nothing")))
        return Explanation(
            title=self.say("duties.title", policy=self.text(self.policy.title)),
            intro=tuple(self.intro()),
            totals=tuple(self.totals()),
            sections=tuple(sections),
        )

    def intro(self) -> Iterator[str]:
        name = self.dossier.name or self.say("view.unnamed")
        yield self.say("view.doctor", name=name, number=self.dossier.doctor)
        yield self.say("duties.as_of", day=self.day(self.due.as_of.isoformat()))
        if self.due.best.eligible is Verdict.UNMET:
            yield self.say("duties.ineligible")
        listed: tuple[Duty | Closed, ...] = (*self.due.to_do, *self.due.awaited, *self.due.closed)
        apart = Counter(one.target.component for one in listed)
        for component, count in apart.items():
            if component is not None and count > 1:
                most = max(tier.euros for period in component.periods for tier in period.tiers)
                told = {"title": self.text(component.title), "most": self.euros(str(most))}
                yield self.say("duties.not_added", **told)

    def totals(self) -> Iterator[tuple[str, str, str]]:
        for key, one in (("idle", self.due.idle), ("best", self.due.best)):
            euros = self.amount(amount(one.euros(one.paid)), "euros")
            yield self.say(f"duties.{key}"), self.amount(amount(one.paid), "points"), euros
        for apart in self.due.best.components:
            if apart.paid.most:
                title = self.text(apart.component.title)
                yield self.say("duties.beside", title=title), "", self.amount(amount(apart.paid), "euros")

    def title(self, target: Target) -> str:
        if target.indicator:
            return self.text(target.indicator.title)
        assert target.component is not None and target.tier is not None
        return self.say("duties.tier", title=self.text(target.component.title), tier=self.text(target.tier.label))

    def why(self, target: Target) -> str:
        """Why an indicator is refused, or why it is not known whether it is granted."""
        for one in self.due.idle.indicators:
            if one.indicator is target.indicator and (one.unknown or one.reason):
                return self.say(f"unknown.{one.unknown}" if one.unknown else f"reason.{one.reason}")
        return ""

    # --- what is left ---------------------------------------------------------------------------------------------

    def worth(self, one: Duty | Closed) -> str:
        if not one.euros:
            return self.say("duties.worth_none")
        points = self.amount(decimal_text(one.points), "points")
        euros = self.amount(decimal_text(one.euros), "euros")
        if one.target.indicator is None:
            return euros
        whole = one.target.indicator.weight is None and isinstance(one, Duty)
        key = "duties.worth_all" if whole else "duties.worth"
        return self.say(key, points=points, euros=euros)

    def duty(self, one: Duty) -> Part:
        told = one.ways[:MOST_WAYS_TOLD]
        days = {(window.first, window.last) for way in told for step in way for window in step.due}
        shared = days.pop() if len(days) == 1 else None
        first, *others = told
        parts = list(self.way(first, days_told=shared is not None))
        said = {step.said for step in first}
        for other in others:
            # What another way asks for alike is not told again.
            fresh = tuple(step for step in other if step.said not in said)
            key = "duties.or" if len(fresh) == len(other) else "duties.or_rest"
            if fresh:
                parts.append(Part(self.say(key), parts=self.way(fresh, days_told=shared is not None)))
        more = len(one.ways) - MOST_WAYS_TOLD
        if more > 0:
            parts.append(Part(self.say("duties.more_one" if more == 1 else "duties.more", count=more), fine=True))
        aside = self.worth(one)
        if shared:
            aside = self.say("duties.worth_by", worth=aside, when=self.days(*shared))
        return Part(self.title(one.target), aside=aside, parts=tuple(parts))

    def way(self, steps: Steps, *, days_told: bool) -> tuple[Part, ...]:
        ordered = sorted(steps, key=lambda step: step.awaited)
        return tuple(self.step(step, days_told=days_told) for step in ordered)

    def step(self, step: Step, *, days_told: bool) -> Part:
        if step.awaited:
            labels = dict.fromkeys(self.asked(leaf) for leaf in step.leaves)
            return Part(self.say("duties.await", label=", ".join(labels)))
        aside = self.windows(step.windows, days_told=days_told)
        if aside and without_deadline(step):
            aside = self.say("duties.before_computation", when=aside)
        return Part(self.what(step), aside=aside)

    def asked(self, leaf: Observed) -> str:
        """What an automated value must be."""
        found = asks(leaf)
        match leaf:
            case Rate(measure=name):
                label, expected = self.text(self.policy.vocabulary.measures[name].label), self.threshold(found)
            case Fact(fact=name):
                label = self.text(self.policy.vocabulary.facts[name].label)
                expected = self.joined([self.fact_test(test, name) for test in found["tests"]], "and")
            case _:
                return self.label({"at": leaf.at, "kind": type(leaf).__name__.lower(), "asks": found})
        return self.say("duties.asked", label=label, expected=expected)

    def what(self, step: Step) -> str:
        """What is to be done, without how or when."""
        row, leaf = step.change.after, step.leaves[0]
        assert row is not None
        if not isinstance(leaf, Record):
            count = self.due.idle.observations[leaf.at].count
            if count is None or count.denominator == 0:
                return self.asked(leaf)
            assert isinstance(leaf, Rate)
            unit = self.policy.vocabulary.measures[leaf.measure].numerator
            missing = self.counted(count.needed - count.numerator, unit)
            counts = {"numerator": self.number(count.numerator), "denominator": self.number(count.denominator)}
            return self.say("duties.count", number=missing, **counts)
        renewed = "" if step.change.before is None else "_again"
        if row.type == "document":
            kinds = self.joined([self.document(name) for name in step.names])
            items = self.joined([self.item(item) for item in row.items], "and")
            what = self.say(f"duties.send{renewed}", kinds=kinds, items=items)
        else:
            what = self.say(f"duties.declare{renewed}", item=self.joined([self.item(name) for name in step.names]))
        wanted = [self.wanted_of(step, name, asked) for name, asked in step.wanted.items()]
        if not wanted:
            return what
        return self.say("duties.with", what=what, wanted=self.say("missing.separator").join(wanted))

    def wanted_of(self, step: Step, name: str, wanted: Wanted) -> str:
        """What is asked of one field of a row."""
        match wanted:
            case Same():
                same = same_test(wanted)
                expected = self.say("test.same", field=self.field(same["theirs"]), item=self.item(same["item"]))
            case FieldTest():
                expected = self.tests(_narrowed(field_test(wanted)), step.names[0])
            case _:
                raise AssertionError("only automated values are asked for without a field")
        return self.say("missing.field", field=self.field(name), expected=expected)

    def windows(self, windows: Sequence[Window], *, days_told: bool) -> str:
        """How something is filed, and when unless that is told already."""
        told = [self.window(one, days_told=days_told) for one in windows]
        return self.joined(told) if any(told) else ""

    def window(self, one: Window, *, days_told: bool) -> str:
        channels = self.joined([self.value("channel", name) for name in one.channels]) if one.channels else ""
        when = "" if days_told else self.days(one.first, one.last)
        return self.say("duties.filed", channels=channels, when=when) if channels and when else channels or when

    def days(self, first: date | None, last: date) -> str:
        end = self.day(last.isoformat())
        if first is None:
            return self.say("duties.by", last=end)
        return self.say("duties.between", first=self.day(first.isoformat()), last=end)

    # --- what is settled, or almost -------------------------------------------------------------------------------

    def kept(self, one: Kept) -> Part:
        aside = self.say("duties.until", day=self.day(one.until.isoformat())) if one.until else ""
        told = dict.fromkeys(line for leaf in one.leaves for line in self.seen(leaf))
        return Part(self.title(one.target), "unknown", aside, parts=tuple(Part(line) for line in told))

    def seen(self, leaf: Observed) -> Iterator[str]:
        """What a leaf has found so far."""
        observed = self.due.idle.observations[leaf.at]
        node: Json = {
            "at": leaf.at,
            "kind": type(leaf).__name__.lower(),
            "verdict": observed.verdict.word,
            "asks": asks(leaf),
            "saw": saw(observed),
        }
        return (line for line in self.found(node) if line)

    def closed(self, one: Closed) -> Part:
        day = self.day(one.last.isoformat())
        shut = self.say("duties.shut", day=day)
        aside = self.say("duties.shut_worth", shut=shut, worth=self.worth(one)) if one.euros else shut
        return Part(self.title(one.target), "unmet", aside)


def without_deadline(step: Step) -> bool:
    """Whether the texts set no day to what is asked, which then only has to be there when it is computed."""
    asked = [one for wanted in step.change.wanted.values() if isinstance(wanted, FieldTest) for one in wanted.tests]
    return any(isinstance(test, Day) and test.entry.is_open for test in asked)


def _narrowed(asked: Json) -> Json:
    """The tests that say most: values named make the list they are of superfluous, a span the day it ends."""
    kinds = {kind for test in asked["tests"] for kind in test}
    wider = {"table": "is", "until": "within"}
    return {**asked, "tests": [test for test in asked["tests"] if not any(wider.get(kind) in kinds for kind in test)]}
