"""What a count of flows came to, in words: for each side of a measure what became of the rows read, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.loading import PolicyFiles
from engine.measuring.linking import flows_of
from engine.measuring.manifest import Account, Manifest
from engine.measuring.measures import Measuring, Side
from engine.measuring.plain import Measured, Row, measured
from engine.measuring.quarantine import label_of
from engine.policy import Policy
from engine.telling.phrases import Phrases
from engine.words import Lang


class Accounting(Phrases):
    """Tells what became of rows in one language, with the labels of the policy."""

    def __init__(self, files: PolicyFiles, policy: Policy, lang: Lang) -> None:
        super().__init__(policy, lang)
        self.flows = flows_of(files)

    def side(self, one: Account) -> str:
        """A side of a measure, and the flow that it looks at."""
        label, flow = label_of(self.policy.vocabulary, one.measure), self.flows[one.flow].label
        return self.say(f"measure.{one.side}", measure=self.text(label), flow=self.text(flow))

    def became(self, one: Account) -> Iterator[str]:
        """What became of the rows read, and why they were left out."""
        counts = {
            "read": one.read - one.other,
            "counted": one.counted,
            "excluded": sum(one.excluded.values()),
            "out": one.out_of_period,
            "quarantined": one.quarantined,
        }
        yield self.say("measure.account", **{name: self.number(count) for name, count in counts.items()})
        if one.other:
            yield self.say("measure.other", rows=self.number(one.other))
        for reason, rows in one.excluded.items():
            why = self.text(self.policy.vocabulary.measures[one.measure].exclusions[reason])
            yield self.say("measure.excluded", rows=self.number(rows), reason=why)


class MeasureTold(Accounting):
    """Tells what a count came to."""

    def __init__(self, files: PolicyFiles, policy: Policy, lang: Lang, manifest: Manifest) -> None:
        super().__init__(files, policy, lang)
        self.manifest = manifest

    def read(self) -> Iterator[str]:
        """How many doctors were counted, and how many rows each flow holds."""
        yield self.say("measure.doctors", doctors=self.number(self.manifest.doctors))
        for name, flow in self.manifest.flows.items():
            label = self.text(self.flows[name].label)
            yield self.say("measure.flow", flow=label, rows=self.number(flow.rows))

    def sides(self) -> Iterator[tuple[str, list[str]]]:
        """Each side of a measure, and what became of the rows read for it."""
        for one in self.manifest.accounts:
            yield self.side(one), list(self.became(one))


class DoctorTold(Accounting):
    """Tells what the rows of one doctor come to."""

    def measures(
        self, measures: Iterable[Measuring], rows: Mapping[str, Sequence[Row]]
    ) -> Iterator[tuple[str, list[str]]]:
        """Each measure with what it comes to; the days counted, and what became of the rows of each side."""
        for one in measures:
            found = measured(one, self.flows, rows)
            yield self._came_to(one, found), [self._days(found), *self._sides(one, found)]

    def _came_to(self, one: Measuring, found: Measured) -> str:
        label, numerator = self.text(label_of(self.policy.vocabulary, one.id)), found.numerator.number
        if found.denominator is None:
            return self.say("measure.fact", measure=label, value=self.number(numerator))
        denominator = found.denominator.number
        parts = {"measure": label, "numerator": self.number(numerator), "denominator": self.number(denominator)}
        if denominator == 0:
            return self.say("measure.empty", **parts)
        return self.say("measure.rate", percent=self.percent(numerator, denominator), **parts)

    def _days(self, found: Measured) -> str:
        first, last = self.day(found.first.isoformat()), self.day(found.last.isoformat())
        return self.say("found.no_day" if found.first > found.last else "found.days", first=first, last=last)

    def _sides(self, one: Measuring, found: Measured) -> Iterator[str]:
        for name, side, tally in (
            ("denominator", one.denominator, found.denominator),
            ("numerator", one.numerator, found.numerator),
        ):
            if isinstance(side, Side) and tally:
                reasons = [exclusion.name for exclusion in side.exclusions]
                account = Account(
                    measure=one.id,
                    side=name,
                    flow=side.flow,
                    read=tally.read,
                    other=tally.other,
                    quarantined=tally.quarantined,
                    out_of_period=tally.out_of_period,
                    excluded={name: count for name in reasons if (count := tally.excluded.get(name, 0))},
                    counted=tally.counted,
                )
                flow = self.text(self.flows[side.flow].label)
                yield self.say(f"measure.rows_{name}", flow=flow)
                yield from self.became(account)
