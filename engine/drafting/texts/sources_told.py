"""What re-reading the documents of a policy found: as titled parts, and as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any as Anything

from engine.drafting.texts.citations import Citation
from engine.drafting.texts.sources import KEPT, Compared, DocumentText, Passage, Span, State
from engine.policy import Policy
from engine.telling.parts import Explanation, Mark, Part
from engine.telling.phrases import Phrases
from engine.words import Lang

Json = dict[str, Anything]
MARKS: Mapping[State, Mark] = {"changed": "unmet", "moved": "unknown", "unrecorded": "unknown", "same": "met"}
"""The signs of what a passage may be, gravest first."""


class Citing(Phrases):
    """Says what cites a passage, and the lines of one."""

    def citation(self, citation: Citation) -> Part:
        """What cites, and where that is written."""
        return Part(citation.by, aside=self.say("sources.spot", file=citation.file, line=citation.line))

    def told_span(self, key: str, span: Span, **details: str) -> str:
        """A sentence about one line, or about several."""
        first, last = span
        return self.say(f"{key}_line" if first == last else key, first=first, last=last, **details)


class SourcesTold(Citing):
    """Tells what re-reading the documents of one policy found."""

    def __init__(self, policy: Policy, lang: Lang, documents: Mapping[str, DocumentText]) -> None:
        super().__init__(policy, lang)
        self.documents = documents

    def compared(self, compared: Compared, *, recorded: bool) -> Explanation:
        """The comparison, document by document; `recorded` says that the digests are now recorded anew."""
        title = self.text(self.policy.title)
        intro = [self.say("sources.intro")]
        if recorded:
            intro.append(self.say("sources.recorded", count=len(compared.passages), file=KEPT))
        elif not compared.as_recorded:
            intro.append(self.say("sources.accept" if compared.astray else "sources.remedy"))
        sections = [self._document(name, compared) for name in compared.documents]
        if compared.stale:
            stale = (Part(self._lines(name, lines), mark="unknown") for name, lines in compared.stale)
            sections.append(Part(self.say("sources.stale"), parts=tuple(stale)))
        return Explanation(self.say("sources.title", title=title), tuple(intro), (), tuple(sections))

    def _document(self, name: str, compared: Compared) -> Part:
        state, title = compared.documents[name], self.text(self.policy.documents[name].title)
        own = [passage for passage in compared.passages if passage.document == name]
        counts = {one: sum(1 for passage in own if passage.state == one) for one in MARKS}
        # Of a document never recorded, that no passage is recorded is said once.
        quiet = {"same", "unrecorded"} if state == "unrecorded" else {"same"}
        told = [one for one in MARKS if one not in quiet]
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
        found = self.joined([self.told_span("sources.found", span) for span in passage.found] or [""])
        sections = list(dict.fromkeys(citation.source.section for citation in passage.citations))
        return Part(
            self.told_span("sources.passage", passage.lines, section=", ".join(sections)),
            MARKS[passage.state],
            self.say(f"sources.state_{passage.state}", found=found),
            parts=tuple(self.citation(citation) for citation in passage.citations),
        )

    def _lines(self, document: str, span: Span) -> str:
        section = self.text(self.policy.documents[document].title) if document in self.policy.documents else document
        return self.told_span("sources.passage", span, section=section)


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
                "rules": [cited(citation) for citation in passage.citations],
            }
            for passage in compared.passages
            if passage.state != "same"
        ],
        "stale": [{"document": name, "lines": list(lines)} for name, lines in compared.stale],
    }


def cited(citation: Citation) -> Json:
    """What cites, where that is written, and under which section."""
    source = citation.source
    return {"by": citation.by, "file": citation.file, "line": citation.line, "section": source.section}
