"""What a count of flows came to, in words: for each side of a measure what became of the rows read, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any as Anything

from engine.loading import PolicyFiles
from engine.measuring.linking import flows_of
from engine.measuring.listing import Line, Listed
from engine.measuring.manifest import Balance, Manifest
from engine.measuring.measures import Column, Measuring
from engine.measuring.quarantine import label_of
from engine.policy import Policy
from engine.telling.phrases import Phrases
from engine.words import Lang


class MeasureTold(Phrases):
    """Tells of a count in one language, with the labels of the policy."""

    def __init__(self, files: PolicyFiles, policy: Policy, lang: Lang, manifest: Manifest) -> None:
        super().__init__(policy, lang)
        self.flows, self.manifest = flows_of(files), manifest

    def read(self) -> Iterator[str]:
        """How many doctors were counted, and how many rows each flow holds."""
        yield self.say("measure.doctors", doctors=self.number(self.manifest.doctors))
        for name, flow in self.manifest.flows.items():
            label = self.text(self.flows[name].label)
            yield self.say("measure.flow", flow=label, rows=self.number(flow.rows))

    def sides(self) -> Iterator[tuple[str, list[str]]]:
        """Each side of a measure, and what became of the rows read for it."""
        for one in self.manifest.balance:
            label = self.text(label_of(self.policy.vocabulary, one.measure))
            yield (
                self.say(f"measure.{one.side}", measure=label, flow=self.text(self.flows[one.flow].label)),
                [*self._became(one)],
            )

    def _became(self, one: Balance) -> Iterator[str]:
        counts = {
            "read": one.read - one.other,
            "counted": one.counted,
            "excluded": sum(one.excluded.values()),
            "out": one.out_of_period,
            "quarantined": one.quarantined,
        }
        yield self.say("measure.balance", **{name: self.number(count) for name, count in counts.items()})
        if one.other:
            yield self.say("measure.other", rows=self.number(one.other))
        known = self.policy.vocabulary.measures
        for reason, rows in one.excluded.items():
            why = self.text(known[one.measure].exclusions[reason]) if one.measure in known else reason
            yield self.say("measure.excluded", rows=self.number(rows), reason=why)


class ListTold(Phrases):
    """Tells of the rows behind a count."""

    def __init__(self, policy: Policy, lang: Lang, measuring: Measuring, rows: Listed) -> None:
        super().__init__(policy, lang)
        self.measuring, self.rows = measuring, rows

    def title(self, doctor: str) -> str:
        """Of what measure and flow they are, and how many."""
        label = self.text(label_of(self.policy.vocabulary, self.measuring.id))
        flow, count = self.text(self.rows.flow.label), self.number(len(self.rows.lines))
        return self.say("measure.listed", measure=label, flow=flow, doctor=doctor, rows=count)

    def heads(self) -> list[str]:
        """The labels of the columns that decided, and of why."""
        return [*(self.text(column.label) for column in self.rows.deciding), *([self._why()] if self._why() else ())]

    def cells(self, line: Line) -> list[str]:
        """A row as people read it."""
        shown = [self._cell(column, line.values[column.name]) for column in self.rows.deciding]
        return [*shown, *([self.why(line)] if self._why() else ())]

    def why(self, line: Line) -> str:
        """Why the row does not count: the exclusion that it falls under, or what is wrong with it."""
        if line.reason:
            known = self.policy.vocabulary.measures[self.measuring.id].exclusions
            return self.text(known[line.reason])
        if line.flaw:
            column = self.rows.flow.columns[line.flaw.column]
            return self.say(f"flow.{line.flaw.code}", column=self.text(column.label))
        return ""

    def _why(self) -> str:
        return self.say("measure.why") if any(map(self.why, self.rows.lines)) else ""

    def _cell(self, column: Column, value: Anything) -> str:
        match value:
            case None:
                return self.say("measure.missing")
            case bool():
                return self.say("measure.yes" if value else "measure.no")
            case str() if value in column.values:
                return self.text(column.values[value])
            case date():
                return value.isoformat()
            case _:
                return str(value)
