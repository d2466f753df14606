"""Where each rule of the texts is written: as the rows of a matrix, as titled parts, and as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from engine.drafting.texts.sources_told import Citing, Json, cited
from engine.drafting.texts.tracing import Rule, Spot, Trace, Traced
from engine.telling.parts import Explanation, Part
from engine.words import Lang

MOST_LINES = 3
"""So many lines of a file are given, and the others counted."""


class TraceTold(Citing):
    """Tells a trace, of the year of a policy first."""

    def matrix(self, trace: Trace) -> list[list[str]]:
        """The heads, then a row for each rule: where it was read, what it says, what encodes it or why not."""
        heads = [self.say(f"sources.{name}") for name in ("number", "says", "encoded_by")]
        rows = ([self._number(one.rule), self.text(one.rule.says), self._encoded(one)] for one in trace.rules)
        return [heads, *rows]

    def _number(self, rule: Rule) -> str:
        first = rule.passages[0]
        lines = ", ".join(self.told_span("sources.lines", passage.lines) for passage in rule.passages)
        return self.say(
            "sources.place", number=rule.number, document=first.document, section=first.section, lines=lines
        )

    def _encoded(self, one: Traced) -> str:
        if one.rule.undecided:
            return self.say("sources.undecided", reason=self.text(one.rule.undecided))
        by_year = {year: list(spots) for year, spots in groupby(one.spots, key=lambda spot: spot.year)}
        own = by_year.get(self.policy.year)
        told = [self._spots(own)] if own else [self._elsewhere(year, spots) for year, spots in by_year.items()]
        if one.astray:
            told.append(self.say("sources.astray", places=", ".join(one.astray)))
        return self.say("source.separator").join(told)

    def _elsewhere(self, year: int, spots: Sequence[Spot]) -> str:
        return self.say("sources.other_year", year=year, places=self._spots(spots))

    def _spots(self, spots: Iterable[Spot]) -> str:
        by_file = groupby(spots, key=lambda spot: spot.file)
        return ", ".join(self._file(file, [spot.line for spot in own]) for file, own in by_file)

    def _file(self, file: str, lines: Sequence[int]) -> str:
        first, *rest = (str(line) for line in dict.fromkeys(lines))
        spot = self.say("sources.spot", file=file, line=first)
        places = ", ".join([spot, *rest[: MOST_LINES - 1]])
        left = len(rest) - MOST_LINES + 1
        return self.say("sources.more_lines", places=places, count=left) if left > 0 else places

    def notes(self, trace: Trace) -> Explanation:
        """The counts of a trace, and what it leaves open."""
        undecided = sum(1 for one in trace.rules if one.rule.undecided)
        encoded = sum(1 for one in trace.rules if any(spot.year == self.policy.year for spot in one.spots))
        summary = self.say(
            "sources.summary",
            total=len(trace.rules),
            encoded=encoded,
            year=self.policy.year,
            undecided=undecided,
            elsewhere=len(trace.rules) - undecided - encoded,
        )
        unclaimed = [self.citation(citation) for year, citation in trace.unclaimed if year == self.policy.year]
        uncited = [
            Part(one.rule.number, aside=self.text(one.rule.says))
            for one in trace.rules
            if not one.cited and not one.rule.undecided
        ]
        open_ends = {"sources.unclaimed": unclaimed, "sources.uncited": uncited}
        sections = tuple(
            Part(self.say(key), aside="" if parts else self.say("sources.none"), parts=tuple(parts))
            for key, parts in open_ends.items()
        )
        title = self.say("sources.trace_title", title=self.text(self.policy.title))
        return Explanation(title, (summary,), (), sections)


def trace_data(trace: Trace, lang: Lang) -> Json:
    """The traceability matrix: every rule, every line that encodes it in every year, or why none does."""
    rules = [
        {
            "rule": one.rule.number,
            "document": one.rule.passages[0].document,
            "section": one.rule.passages[0].section,
            "lines": [list(passage.lines) for passage in one.rule.passages],
            "says": one.rule.says.fr if lang == "fr" else one.rule.says.en,
            "encoded": [
                {"year": spot.year, "file": spot.file, "line": spot.line, "by": spot.by} for spot in one.spots
            ],
            "cited": one.cited,
            "astray": list(one.astray),
            "undecided": one.rule.undecided and (one.rule.undecided.fr if lang == "fr" else one.rule.undecided.en),
        }
        for one in trace.rules
    ]
    unclaimed = [{"year": year, **cited(one), "lines": list(one.source.lines)} for year, one in trace.unclaimed]
    return {"rules": rules, "unclaimed": unclaimed}
