"""Two decisions on one doctor and year → what differs: points, euros, grade, eligibility, and each outcome."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from engine.amount import NOTHING, Amount
from engine.decision import ComponentDecision, Decision, IndicatorDecision, VoletDecision
from engine.record import amount
from engine.telling.parts import Part
from engine.telling.phrases import Phrases

Total = tuple[str, str, str]
MINUS = "\N{MINUS SIGN}"


def totals(phrases: Phrases, before: Decision, after: Decision, was: str, now: str) -> tuple[Total, ...]:
    """What is paid under each decision, named `was` and `now`, the difference, and what comes beside the points."""
    decisions = ((was, before), (now, after))
    rows = [
        (name, _said(phrases, one.paid, "points"), _said(phrases, one.euros(one.paid), "euros"))
        for name, one in decisions
    ]
    points, euros = _gap(before.paid, after.paid), _gap(before.euros(before.paid), after.euros(after.paid))
    gap = (_signed(phrases, points, "points"), _signed(phrases, euros, "euros"))
    rows.append((phrases.say("compare.difference"), *gap))
    for one, other in zip(before.components, after.components, strict=True):
        if one.paid != NOTHING or other.paid != NOTHING:
            label = phrases.say("view.beside", title=phrases.text(other.component.title))
            was_paid, now_paid = (_said(phrases, each.paid, "euros") for each in (one, other))
            change = phrases.say("compare.change", was=was_paid, now=now_paid)
            rows.append((label, "", now_paid if one.paid == other.paid else change))
    return tuple(rows)


def differences(phrases: Phrases, before: Decision, after: Decision) -> tuple[Part, ...]:
    """What differs between two decisions, part by part; none when nothing does."""
    told = _Comparison(phrases, before, after)
    sections = [*told.whole(), *told.volets(), *told.components()]
    return tuple(sections)


class _Comparison:
    def __init__(self, phrases: Phrases, before: Decision, after: Decision) -> None:
        self.phrases, self.before, self.after = phrases, before, after
        self.say = phrases.say

    def whole(self) -> Iterator[Part]:
        """Eligibility and grade, where they differ."""
        lines = []
        if self.before.eligible is not self.after.eligible:
            lines.append(self.step("compare.eligible", *(self.verdict(one) for one in (self.before, self.after))))
        if self.before.grade != self.after.grade:
            words = [self.say(f"grade.{one.grade or 'none'}") for one in (self.before, self.after)]
            lines.append(self.step("compare.grade", *words))
        if lines:
            yield Part(self.say("compare.whole"), parts=tuple(lines))

    def verdict(self, one: Decision) -> str:
        return self.say(f"verdict.{one.eligible.word}")

    def step(self, key: str, was: str, now: str) -> Part:
        return Part(self.say(key), aside=self.change(was, now))

    def change(self, was: str, now: str) -> str:
        return self.say("compare.change", was=was, now=now)

    # --- volets and indicators ------------------------------------------------------------------------------------

    def volets(self) -> Iterator[Part]:
        for was, now in zip(self.before.volets, self.after.volets, strict=True):
            pairs = zip(was.indicators, now.indicators, strict=True)
            parts = tuple(self.indicator(one, other) for one, other in pairs if _differ(one, other))
            if parts or was.paid != now.paid:
                yield Part(self.phrases.text(now.volet.title), aside=self.volet(was, now), parts=parts)

    def volet(self, was: VoletDecision, now: VoletDecision) -> str:
        if was.paid == now.paid:
            return self.say("compare.same_paid", points=_said(self.phrases, now.paid, "points"))
        gap = self.worth(_gap(was.paid, now.paid))
        change = self.change(*(_said(self.phrases, one.paid, "points") for one in (was, now)))
        return self.say("compare.paid", change=change, worth=gap)

    def indicator(self, was: IndicatorDecision, now: IndicatorDecision) -> Part:
        told = self.change(*(self.outcome(one) for one in (was, now)))
        if was.attained != now.attained:
            told = self.say("compare.brings", change=told, worth=self.worth(_gap(was.attained, now.attained)))
        return Part(self.phrases.text(now.indicator.title), now.outcome, told)

    def outcome(self, one: IndicatorDecision) -> str:
        """An outcome, and why when it is not a grant by facts."""
        if one.how in ("exemption", "neutralisation"):
            return self.say(f"how.{one.how}")
        word = self.say(f"outcome.{one.outcome}")
        why = self.say(f"reason.{one.reason}") if one.reason else ""
        why = self.say(f"unknown.{one.unknown}") if one.unknown else why
        return self.say("compare.why", outcome=word, why=why) if why else word

    def worth(self, gap: Amount) -> str:
        """A difference in points, and in euros at the value of the point."""
        points = _signed(self.phrases, gap, "points")
        return self.say("compare.worth", points=points, euros=_signed(self.phrases, self.in_euros(gap), "euros"))

    def in_euros(self, gap: Amount) -> Amount:
        value = self.after.policy.point_value
        return Amount(gap.least * value, gap.most * value)

    # --- components -----------------------------------------------------------------------------------------------

    def components(self) -> Iterator[Part]:
        for was, now in zip(self.before.components, self.after.components, strict=True):
            if was.paid != now.paid or was.outcome != now.outcome:
                yield self.component(was, now)

    def component(self, was: ComponentDecision, now: ComponentDecision) -> Part:
        parts = []
        for one, other in zip(was.periods, now.periods, strict=True):
            if one.paid != other.paid:
                paid = (_said(self.phrases, each.paid, "euros") for each in (one, other))
                parts.append(Part(self.phrases.text(other.period.label), aside=self.change(*paid)))
        change = self.change(*(_said(self.phrases, one.paid, "euros") for one in (was, now)))
        gap = _signed(self.phrases, _gap(was.paid, now.paid), "euros")
        aside = self.say("compare.paid", change=change, worth=gap)
        return Part(self.phrases.text(now.component.title), now.outcome, aside, parts=tuple(parts))


def _differ(was: IndicatorDecision, now: IndicatorDecision) -> bool:
    """Whether an indicator comes out otherwise, for another reason, or to other points."""
    return _said_of(was) != _said_of(now)


def _said_of(one: IndicatorDecision) -> tuple[object, ...]:
    return one.outcome, one.how, one.reason, one.unknown, one.attained


def _gap(was: Amount, now: Amount) -> Amount:
    """What the second amount has more than the first, both ends compared: where facts are unknown, a range."""
    ends = (now.least - was.least, now.most - was.most)
    return Amount(min(ends), max(ends))


def _said(phrases: Phrases, value: Amount, unit: str) -> str:
    return phrases.amount(amount(value), unit)


def _signed(phrases: Phrases, gap: Amount, unit: str) -> str:
    """A difference with its sign: `+30,5 points`, `−213,50 €`."""
    if not gap.settled:
        return _said(phrases, gap, unit).replace("-", MINUS)
    sign = "compare.more" if gap.least > 0 else "compare.less" if gap.least < 0 else "compare.same"
    return phrases.say(sign, value=_said(phrases, Amount.of(abs(Decimal(gap.least))), unit))
