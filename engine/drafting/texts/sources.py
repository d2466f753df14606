"""The documents a policy cites, re-read: each cited passage is as it was recorded, or has moved, or has changed.

What counts of a text is its words, in order: a passage is the words of its lines, put in Unicode's composed form
(NFC) and told apart by any white space, line breaks and no-break spaces included. So a file laid out anew, with other
line breaks or another encoding of its accents, holds the same passages, at other lines perhaps. A digest is the
SHA-256 of those words joined by single spaces, in UTF-8; that of a document keeps its lines apart, for citations
count them.

`passages.json`, in the policy's folder, holds the digests and the number of words of each passage, and no word of the
texts. Deciding reads none of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any as Anything
from typing import Literal
from unicodedata import normalize

from engine.conditions import Source
from engine.cursor import Cursor
from engine.drafting.texts.citations import Citation, citations
from engine.loading import PolicyFiles
from engine.problems import Invalid, Problem
from engine.schema import check
from engine.yamltext import read_bytes, read_page

KEPT = "passages.json"
Span = tuple[int, int]
State = Literal["same", "moved", "changed", "unrecorded"]


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A registered document as read: its name in the policy, its file, the words of each line."""

    name: str
    file: str
    lines: tuple[tuple[str, ...], ...]

    def words(self, span: Span) -> tuple[str, ...]:
        """The words from one line to another, both included; fewer when the document ends before."""
        first, last = span
        return tuple(word for line in self.lines[first - 1 : last] for word in line)

    @property
    def digest(self) -> str:
        return _digest("\n".join(" ".join(line) for line in self.lines))


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded of a passage."""

    digest: str
    words: int


@dataclass(frozen=True, slots=True)
class Record:
    """What was recorded of a policy's documents: their digests, and those of each passage cited."""

    documents: Mapping[str, str]
    passages: Mapping[tuple[str, Span], Recorded]


@dataclass(frozen=True, slots=True)
class Passage:
    """A cited passage: how it stands, the lines where its words are now found (moved), and what cites it."""

    document: str
    lines: Span
    state: State
    found: tuple[Span, ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Every document and cited passage against the record; `stale` are recorded passages that nothing cites."""

    documents: Mapping[str, State]
    passages: tuple[Passage, ...]
    stale: tuple[tuple[str, Span], ...]

    @property
    def astray(self) -> bool:
        """Whether a recorded passage has moved or changed: the rules that rest on it are to be read again."""
        return any(passage.state in ("moved", "changed") for passage in self.passages)

    @property
    def as_recorded(self) -> bool:
        """Whether all is as it was recorded."""
        states = {*self.documents.values(), *(passage.state for passage in self.passages)}
        return states <= {"same"} and not self.stale


def read_documents(files: PolicyFiles, folder: Path) -> dict[str, DocumentText]:
    """The documents that a policy registers, by name, from a folder of texts.

    Raises Invalid: the folder is none, a document registers no file, a file cannot be read.
    """
    if not folder.is_dir():
        raise Invalid([Problem("documents_folder", str(folder))])
    problems: list[Problem] = []
    found = {}
    for name, cursor in Cursor.top(files.policy)["sources"].items():
        try:
            file = cursor.get("file") or cursor.fail("document_no_file", name=name)
            found[name] = document_text(name, file.text, read_bytes(folder / file.text))
        except Invalid as invalid:
            problems += invalid.problems
    if problems:
        raise Invalid(problems)
    return found


def document_text(name: str, file: str, text: str) -> DocumentText:
    """A document from its text."""
    lines = normalize("NFC", text.removeprefix("\ufeff")).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return DocumentText(name, file, tuple(tuple(line.split()) for line in lines))


def read_record(files: PolicyFiles) -> Record:
    """What was recorded for a policy; nothing before a first record. Raises Invalid for a damaged one."""
    path = files.folder / KEPT
    if not path.exists():
        return Record({}, {})
    page = read_page(path)
    if problems := check(page, "passages"):
        raise Invalid(problems)
    return Record(
        dict(page.data["documents"]),
        {
            (document, _span(lines)): Recorded(one["digest"], int(one["words"]))
            for document, passages in page.data["passages"].items()
            for lines, one in passages.items()
        },
    )


def compare(files: PolicyFiles, documents: Mapping[str, DocumentText], record: Record) -> Compared:
    """The documents and every cited passage, against what was recorded."""
    cited: dict[tuple[str, Span], list[Citation]] = {}
    for citation in citations(files):
        cited.setdefault((citation.source.document, citation.source.lines), []).append(citation)
    states: dict[str, State] = {
        name: "unrecorded" if name not in record.documents else _same(record.documents[name] == text.digest)
        for name, text in documents.items()
    }
    passages = [
        _passage(documents[name], lines, record.passages.get((name, lines)), tuple(citing))
        for (name, lines), citing in sorted(cited.items())
    ]
    return Compared(states, tuple(passages), tuple(sorted(set(record.passages) - set(cited))))


def _same(same: bool) -> State:
    return "same" if same else "changed"


def _passage(text: DocumentText, lines: Span, recorded: Recorded | None, citing: tuple[Citation, ...]) -> Passage:
    if recorded is None:
        return Passage(text.name, lines, "unrecorded", (), citing)
    if passage_digest(text.words(lines)) == recorded.digest:
        return Passage(text.name, lines, "same", (), citing)
    found = find(text, recorded)
    return Passage(text.name, lines, "moved" if found else "changed", found, citing)


def find(text: DocumentText, recorded: Recorded) -> tuple[Span, ...]:
    """The spans of whole lines that hold exactly the words of a recorded passage."""
    ends = list(accumulate(len(line) for line in text.lines))
    line_of_end = {
        count: number for number, (count, line) in enumerate(zip(ends, text.lines, strict=True), 1) if line
    }
    spans = []
    for first, line in enumerate(text.lines, start=1):
        last = line_of_end.get(ends[first - 1] - len(line) + recorded.words) if line else None
        if last and passage_digest(text.words((first, last))) == recorded.digest:
            spans.append((first, last))
    return tuple(spans)


def passage_digest(words: tuple[str, ...]) -> str:
    """The digest of a passage's words."""
    return _digest(" ".join(words))


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def record(files: PolicyFiles, documents: Mapping[str, DocumentText]) -> bytes:
    """The content of `passages.json` for the documents as they are now.

    Raises Invalid, with the place of every citation, for passages that the documents do not hold.
    """
    cited = citations(files)
    missing = [one for one in cited if not documents[one.source.document].words(one.source.lines)]
    missing += [one for one in cited if one.source.lines[1] > len(documents[one.source.document].lines)]
    if missing:
        raise Invalid(_absent(files, citation) for citation in dict.fromkeys(missing))
    passages: dict[str, dict[str, Anything]] = {name: {} for name in sorted(documents)}
    for source in sorted({one.source for one in cited}, key=lambda one: (one.document, one.lines)):
        words = documents[source.document].words(source.lines)
        passages[source.document][_written(source)] = {"words": len(words), "digest": passage_digest(words)}
    digests = {name: text.digest for name, text in sorted(documents.items())}
    return (json.dumps({"documents": digests, "passages": passages}, indent=1) + "\n").encode()


def _absent(files: PolicyFiles, citation: Citation) -> Problem:
    first, last = citation.source.lines
    details = {"document": citation.source.document, "first": str(first), "last": str(last)}
    return Problem("passage_absent", str(files.folder / citation.file), citation.line, details=details)


def _written(source: Source) -> str:
    first, last = source.lines
    return f"{first}-{last}"


def _span(written: str) -> Span:
    first, last = written.split("-")
    return int(first), int(last)
