"""What a year takes over from another without a text of its own: every rule whose passages govern no such year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from engine.cursor import Cursor
from engine.drafting.draft import Draft
from engine.loading import PolicyFiles
from engine.problems import Problem


class Rule(Struct, frozen=True):
    """A place of a policy that cites passages of its own: its name, and where it is written."""

    name: str
    cursor: Cursor
    presumed: bool


def rules(files: PolicyFiles) -> Iterator[Rule]:
    """Every rule with a source of its own, in the order of the files: what is inherited stands or falls with it.

    A rule is named by its file's id and by its own (`volet-1.logiciel#segur`); without one, by its path in the file
    (`calendar.campaign`), as is one whose id stands in several options of a reading.
    """
    documents = files.policy.data["sources"]
    governing = {name for name, one in documents.items() if str(files.year) in one["governs"]}
    for page in files.pages("indicators", "components", "tables", "measures"):
        owner = str(page.data.get("id", ""))
        citing = list(_citing(Cursor.top(page)))
        ids = Counter(cursor.data.get("id") for cursor in citing)
        for cursor in citing:
            cited = {passage["document"].text for passage in cursor["source"].each()}
            own = cursor.data.get("id") if ids[cursor.data.get("id")] == 1 else None
            yield Rule(_name(owner, own, cursor), cursor, cited.isdisjoint(governing))


def presumed(draft: Draft) -> Iterator[Problem]:
    """A problem for each rule that no document of the policy's own year confirms."""
    for rule in rules(draft.files):
        if rule.presumed:
            yield rule.cursor.problem("presumed", name=rule.name, year=str(draft.files.year))


def _citing(cursor: Cursor) -> Iterator[Cursor]:
    """Every mapping with a `source`, from the top of a page down."""
    if isinstance(cursor.data, dict):
        if "source" in cursor.data:
            yield cursor
        for key, below in cursor.items():
            if key != "source":
                yield from _citing(below)
    elif isinstance(cursor.data, list):
        for below in cursor.each():
            yield from _citing(below)


def _name(owner: str, own: str | None, cursor: Cursor) -> str:
    within = own or ".".join(map(str, cursor.path))
    return "#".join(filter(None, (owner, within if cursor.path else "")))
