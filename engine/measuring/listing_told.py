"""The rows behind a count, in words."""

from __future__ import annotations

from datetime import date
from typing import Any as Anything

from engine.days import day_in_figures
from engine.measuring.listing import Line, Listed
from engine.measuring.measures import Column, Measuring
from engine.measuring.quarantine import flawed, label_of
from engine.policy import Policy
from engine.telling.phrases import Phrases
from engine.words import Lang

SHOWN = 40
"""The letters shown of a text that a row holds."""


class ListTold(Phrases):
    """Tells of the rows behind a count in one language, with the labels of the policy."""

    def __init__(self, policy: Policy, lang: Lang, measuring: Measuring, rows: Listed) -> None:
        super().__init__(policy, lang)
        self.measuring, self.rows = measuring, rows

    def title(self, doctor: str) -> str:
        """Of what side of a measure they are, of what flow, what became of them, and how many."""
        label = self.text(label_of(self.policy.vocabulary, self.measuring.id))
        flow, count = self.text(self.rows.flow.label), self.number(len(self.rows.lines))
        side = self.say(f"measure.{self.rows.side}", measure=label, flow=flow)
        part = "_part" if self.rows.part and self.rows.fate == "other" else ""
        fate = self.say(f"measure.fate_{self.rows.fate}{part}")
        return self.say("measure.listed", side=side, fate=fate, doctor=doctor, rows=count)

    def heads(self) -> list[str]:
        """What is told of each row: its name, its day, the values that decided, and why it does not count."""
        flow = self.rows.flow
        key, day = (self.text(flow.columns[name].label) for name in (flow.key, flow.day))
        # What a row set aside holds decided nothing.
        values = self.say("measure.values_quarantined" if self._set_aside else "measure.values")
        return [key, day, values, *([self.say("measure.why")] if self._whys() else ())]

    def cells(self, line: Line) -> list[str]:
        """A row as people read it."""
        flow = self.rows.flow
        key, day = (self._value(flow.columns[name], line.values[name]) for name in (flow.key, flow.day))
        named = [column for column in self.rows.deciding if column.name not in (flow.key, flow.day)]
        told = [said for column in named if (said := self._said(column, line.values[column.name]))]
        values = self.say("missing.separator").join(told)
        return [key, day, values, *([self.why(line)] if self._whys() else ())]

    def why(self, line: Line) -> str:
        """Why the row does not count: the exclusion that it falls under, or what is wrong with it."""
        if line.reason:
            return self.text(self.policy.vocabulary.measures[self.measuring.id].exclusions[line.reason])
        if line.flaw:
            return flawed(self.rows.flow, line.flaw, self.lang)
        label = label_of(self.policy.vocabulary, self.measuring.id)
        return self.say("flow.undecided", measure=self.text(label)) if self._set_aside else ""

    @property
    def _set_aside(self) -> bool:
        return self.rows.fate == "quarantined"

    def _whys(self) -> bool:
        return self._set_aside or any(line.reason for line in self.rows.lines)

    def _said(self, column: Column, value: Anything) -> str:
        """A value with its label; of what is true its label alone, of what is not nothing."""
        label = self.text(column.label)
        if isinstance(value, bool):
            return label if value else ""
        return self.say("row.field", field=label, found=self._value(column, value))

    def _value(self, column: Column, value: Anything) -> str:
        match value:
            case None:
                return self.say("measure.missing")
            case str() if value in column.values:
                return self.text(column.values[value])
            case date():
                return day_in_figures(value.isoformat(), self.lang)
            case _:
                text = str(value)
                return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
