"""Every passage that the pages of a policy cite: by what, and at which line of which file.

Citations are read from the pages and not from a linked policy, so that every option of every reading is among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.choices import sources_of
from engine.conditions import Source
from engine.cursor import Cursor
from engine.loading import PARTS, PolicyFiles
from engine.yamltext import Page

KEY = "source"
CONTAINERS = (KEY, "support", "options", "entries", "refused")
"""Keys that say nothing of what cites."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage, what cites it (`volet-1.logiciel#segur`), and the file (in the policy's folder) and line that do."""

    by: str
    file: str
    line: int
    source: Source


def pages(files: PolicyFiles) -> Iterator[tuple[str, Page]]:
    """Every page of a policy, by its name in the policy's folder."""
    for page in files.pages(*PARTS):
        yield Path(page.file).relative_to(files.folder).as_posix(), page


def citations(files: PolicyFiles) -> tuple[Citation, ...]:
    """Every citation of a policy, by file and line. Raises Invalid for a document that is not registered."""
    documents = files.policy.data["sources"]
    found = [
        Citation(_name(top, cursor), file, _line(passage), source)
        for file, top in ((file, Cursor.top(page)) for file, page in pages(files))
        for cursor in _sources(top)
        for passage in cursor.each()
        for source in sources_of(passage, documents)
    ]
    return tuple(sorted(found, key=lambda one: (one.file, one.line)))


def _sources(cursor: Cursor) -> Iterator[Cursor]:
    """Every place below where passages are cited."""
    if isinstance(cursor.data, list):
        for one in cursor.each():
            yield from _sources(one)
    if isinstance(cursor.data, dict):
        for key, one in cursor.items():
            # A policy registers its documents under a name of their own: what is cited is a mapping or a list.
            if key == KEY and one.data is not None:
                yield one
            else:
                yield from _sources(one)


def _line(cursor: Cursor) -> int:
    line, _ = cursor.page.marks[cursor.path]
    return line


def _name(top: Cursor, cursor: Cursor) -> str:
    """What cites: the page's identity, and the nearest node that has one, or else the keys that lead there."""
    owner = str(top.data.get("id", ""))
    named, data = "", top.data
    for step in cursor.path:
        data = data[step]
        if isinstance(data, dict) and isinstance(data.get("id"), str):
            named = data["id"]
    keys = [step for step in cursor.path if isinstance(step, str) and step not in CONTAINERS]
    return "#".join(filter(None, (owner, named or ".".join(keys))))
