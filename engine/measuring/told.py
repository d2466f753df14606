"""What a count of flows came to, in words: for each side of a measure what became of the rows read, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.loading import PolicyFiles
from engine.measuring.linking import counting_readings, flows_of
from engine.measuring.manifest import Account, Lack, Manifest
from engine.measuring.quarantine import label_of
from engine.policy import Policy
from engine.telling.left_out import unusual
from engine.telling.phrases import Phrases
from engine.words import Lang


class Accounting(Phrases):
    """Tells what became of rows in one language, with the labels of the policy."""

    def __init__(self, files: PolicyFiles, policy: Policy, lang: Lang) -> None:
        super().__init__(policy, lang)
        self.files, self.flows = files, flows_of(files)

    def under(self, readings: Mapping[str, str]) -> list[str]:
        """Under which answers to the questions about counting it was made: those that are not the defaults."""
        said = list(unusual(self, counting_readings(self.files), readings))
        return said or [self.say("measure.usual")]

    def side(self, one: Account | Lack) -> str:
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

    def lacks(self) -> Iterator[tuple[str, list[str]]]:
        """What to look into before the counts are used, and the sides of measures concerned."""
        for code in ("period", "before"):
            some = [self.side(one) for one in self.manifest.lacks if one.code == code]
            if some:
                yield self.say(f"measure.lack_{code}"), [self.say("measure.concerned", side=side) for side in some]

    def sides(self) -> Iterator[tuple[str, list[str]]]:
        """Each side of a measure, and what became of the rows read for it."""
        for one in self.manifest.accounts:
            yield self.side(one), list(self.became(one))
