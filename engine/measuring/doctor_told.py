"""What the rows of one doctor come to, in words: each measure, over which days and why, and how its rows count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.measuring.manifest import Account
from engine.measuring.measures import Count, Distinct, Flow, Measuring, Part, Rows, Weekly
from engine.measuring.origins import Why
from engine.measuring.plain import Days, Measured, Row, measured
from engine.measuring.quarantine import label_of
from engine.measuring.told import Accounting
from engine.telling.left_out import began


class DoctorTold(Accounting):
    """Tells what the rows of one doctor come to."""

    def measures(
        self, measures: Iterable[Measuring], rows: Mapping[str, Sequence[Row]]
    ) -> Iterator[tuple[str, list[str]]]:
        """Each measure with what it comes to; the days counted and why, and what became of the rows of each side."""
        for one in measures:
            found = measured(one, self.flows, rows)
            yield (
                self._came_to(one, found),
                [self._days(found.days), *self._begins(one, found.days), *self._sides(one, found)],
            )

    def _came_to(self, one: Measuring, found: Measured) -> str:
        label, numerator = self.text(label_of(self.policy.vocabulary, one.id)), found.numerator.number
        if found.denominator is None:
            return self.say("measure.fact", measure=label, value=self.number(numerator))
        denominator = found.denominator.number
        parts = {"measure": label, "numerator": self.number(numerator), "denominator": self.number(denominator)}
        if denominator == 0:
            return self.say("measure.empty", **parts)
        return self.say("measure.rate", percent=self.percent(numerator, denominator), **parts)

    def _days(self, days: Days) -> str:
        first, last = self.day(days.first.isoformat()), self.day(days.last.isoformat())
        return self.say("found.no_day" if days.first > days.last else "found.days", first=first, last=last)

    def _begins(self, one: Measuring, days: Days) -> Iterator[str]:
        """Why the days counted begin where they do, where a doctor's may begin apart, and where that is written."""
        if one.period.start:
            why: Why = "before" if days.undone else "begun" if days.begun else "never"
            decided = days.undone or days.begun
            day = decided.isoformat() if decided else ""
            yield began(self, why, day, one.period.start, no_day=days.first > days.last)

    def _sides(self, one: Measuring, found: Measured) -> Iterator[str]:
        for name, side, tally in (
            ("denominator", one.denominator, found.denominator),
            ("numerator", one.numerator, found.numerator),
        ):
            if isinstance(side, Part):
                yield from self._counted("measure.part", side.count, tally.number if tally else 0, self._flow(one))
            elif side and tally:
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
                yield self.say(f"measure.rows_{name}", flow=self.text(self.flows[side.flow].label))
                yield from self.became(account)
                yield from self._counted("measure.whole", side.count, tally.number, self.flows[side.flow])

    def _flow(self, one: Measuring) -> Flow:
        assert one.denominator is not None, "a part is one of what a denominator counts"
        return self.flows[one.denominator.flow]

    def _counted(self, key: str, count: Count, number: int, flow: Flow) -> Iterator[str]:
        """How the rows counted make the number, where they are not simply as many."""
        how = self._how(count, flow)
        if how:
            yield self.say(key, number=self.number(number), how=how)

    def _how(self, count: Count, flow: Flow) -> str:
        match count:
            case Rows():
                return ""
            case Distinct(fields=fields):
                return self.say("measure.distinct", columns=", ".join(self._label(flow, name) for name in fields))
            case Weekly(field=field):
                return self.say("measure.weekly", column=self._label(flow, field))

    def _label(self, flow: Flow, name: str) -> str:
        return self.text(flow.columns[name].label)
