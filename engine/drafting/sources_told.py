"""What re-reading the documents found, and where each rule is written: as titled parts, as rows, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any as Anything

from engine.drafting.citations import Citation
from engine.drafting.sources import KEPT, Compared, DocumentText, Passage, Span, State
from engine.drafting.tracing import Rule, Spot, Trace, Traced
from engine.policy import Policy
from engine.telling.parts import Explanation, Mark, Part
from engine.telling.phrases import Phrases
from engine.words import Lang

Json = dict[str, Anything]
MARKS: Mapping[State, Mark] = {"changed": "unmet", "moved": "unknown", "unrecorded": "unknown", "same": "met"}
"""The signs of what a passage may be, gravest first."""

MOST_LINES = 3
"""So many lines of a file are given, and the others counted."""


class SourcesTold(Phrases):
    """Tells of the sources of one policy."""

    def __init__(self, policy: Policy, lang: Lang, documents: Mapping[str, DocumentText]) -> None:
        super().__init__(policy, lang)
        self.documents = documents

    # --- what re-reading found ----------------------------------------------------------------------------------

    def compared(self, compared: Compared, recorded: int | None) -> Explanation:
        """The comparison, document by document; `recorded` counts the digests just recorded, if any were."""
        title = self.text(self.policy.title)
        intro = [self.say("sources.intro")]
        if recorded is not None:
            intro.append(self.say("sources.recorded", count=self.number(recorded), file=KEPT))
        elif not compared.as_recorded:
            intro.append(self.say("sources.remedy"))
        sections = [self._document(name, compared) for name in compared.documents]
        if compared.stale:
            stale = (Part(self._lines(name, lines), mark="unknown") for name, lines in compared.stale)
            sections.append(Part(self.say("sources.stale"), parts=tuple(stale)))
        return Explanation(self.say("sources.title", title=title), tuple(intro), (), tuple(sections))

    def _document(self, name: str, compared: Compared) -> Part:
        state, title = compared.documents[name], self.text(self.policy.documents[name].title)
        own = [passage for passage in compared.passages if passage.document == name]
        counts = {one: sum(1 for passage in own if passage.state == one) for one in MARKS}
        # Of a document never recorded, no passage can be said to differ.
        told = [] if state == "unrecorded" else [one for one in MARKS if one != "same"]
        astray = [passage for one in told for passage in own if passage.state == one]
        return Part(
            self.say("sources.document", title=title, file=self.documents[name].file),
            MARKS[state],
            self.say(f"sources.document_{state}"),
            parts=(
                Part(
                    self.say(
                        "sources.all_same" if counts["same"] == len(own) else "sources.some_same",
                        count=len(own),
                        **counts,
                    )
                ),
                *(self._passage(passage) for passage in astray),
            ),
        )

    def _passage(self, passage: Passage) -> Part:
        """A passage that is not as recorded, with every rule that cites it."""
        found = self.joined([self._span("sources.found", span) for span in passage.found] or [""])
        sections = list(dict.fromkeys(citation.source.section for citation in passage.citations))
        return Part(
            self._span("sources.passage", passage.lines, section=", ".join(sections)),
            MARKS[passage.state],
            self.say(f"sources.state_{passage.state}", found=found),
            parts=tuple(self._citation(citation) for citation in passage.citations),
        )

    def _citation(self, citation: Citation) -> Part:
        spot = self.say("sources.spot", file=citation.file, line=citation.line)
        return Part(self.say("sources.cites", by=citation.by), aside=spot)

    def _span(self, key: str, span: Span, **details: str) -> str:
        first, last = span
        return self.say(f"{key}_line" if first == last else key, first=first, last=last, **details)

    def _lines(self, document: str, span: Span) -> str:
        section = self.text(self.policy.documents[document].title) if document in self.policy.documents else document
        return self._span("sources.passage", span, section=section)

    # --- where each rule is written -----------------------------------------------------------------------------

    def heads(self) -> list[str]:
        """The heads of the columns of the traceability matrix."""
        return [self.say(f"sources.{name}") for name in ("number", "says", "encoded_by")]

    def rows(self, trace: Trace) -> list[list[str]]:
        """One row a rule: its number and where it was read, what it says, what encodes it or why nothing does."""
        return [[self._number(one.rule), self.text(one.rule.says), self._encoded(one)] for one in trace.rules]

    def _number(self, rule: Rule) -> str:
        first = rule.passages[0]
        lines = ", ".join(self._span("sources.lines", passage.lines) for passage in rule.passages)
        return self.say(
            "sources.place", number=rule.number, document=first.document, section=first.section, lines=lines
        )

    def _encoded(self, one: Traced) -> str:
        if one.rule.undecided:
            return self.say("sources.undecided", reason=self.text(one.rule.undecided))
        own = [spot for spot in one.spots if spot.year == self.policy.year]
        others = {spot.year: [other for other in one.spots if other.year == spot.year] for spot in one.spots}
        told = [self._spots(own)] if own else []
        if not own:
            told = [
                self.say("sources.other_year", year=year, places=self._spots(spots)) for year, spots in others.items()
            ]
        if one.astray:
            told.append(self.say("sources.astray", places=", ".join(one.astray)))
        return self.say("source.separator").join(told)

    def _spots(self, spots: Iterable[Spot]) -> str:
        return ", ".join(self._file(file, [spot.line for spot in own]) for file, own in _by_file(spots))

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
        unclaimed = [self._citation(citation) for year, citation in trace.unclaimed if year == self.policy.year]
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


def _by_file(spots: Iterable[Spot]) -> Iterator[tuple[str, list[Spot]]]:
    for file, own in groupby(spots, key=lambda spot: spot.file):
        yield file, list(own)


# --- plain data -----------------------------------------------------------------------------------------------------


def compared_data(compared: Compared) -> Json:
    """The comparison: how each document stands, and every passage that is not as recorded with what cites it."""
    return {
        "as_recorded": compared.as_recorded,
        "documents": dict(compared.documents),
        "passages": [
            {
                "document": passage.document,
                "lines": list(passage.lines),
                "state": passage.state,
                "found": [list(span) for span in passage.found],
                "rules": [_cited(citation) for citation in passage.citations],
            }
            for passage in compared.passages
            if passage.state != "same"
        ],
        "stale": [{"document": name, "lines": list(lines)} for name, lines in compared.stale],
    }


def _cited(citation: Citation) -> Json:
    source = citation.source
    return {"by": citation.by, "file": citation.file, "line": citation.line, "section": source.section}


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
            "astray": list(one.astray),
            "undecided": one.rule.undecided and (one.rule.undecided.fr if lang == "fr" else one.rule.undecided.en),
        }
        for one in trace.rules
    ]
    unclaimed = [{"year": year, **_cited(one), "lines": list(one.source.lines)} for year, one in trace.unclaimed]
    return {"rules": rules, "unclaimed": unclaimed}
