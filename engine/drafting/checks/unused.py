"""What a policy declares and none of its rules ever uses, under any choice of readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.cursor import Cursor
from engine.dossier import DOCTOR_FIELDS, NAMED_BY, ROW_FIELDS
from engine.drafting.branches import branches, counting_branches
from engine.drafting.checks.names import Kind, Name, named_beside, named_by, named_counting
from engine.drafting.draft import Draft
from engine.loading import PARTS
from engine.measuring.linking import counting_readings
from engine.problems import Invalid, Problem
from engine.yamltext import Page, Plain

RESERVED = ("year", "assessment", "campaign", "decision")
"""The entries that every calendar has, whether or not a rule names them."""
DATA = (".yaml", ".yml", ".json")
CASES = ("cases", ".yaml")
OF_ANY_DOSSIER: set[Name] = {("field", name) for name in (*DOCTOR_FIELDS, *ROW_FIELDS, *NAMED_BY.values())}
"""The fields that every dossier has, whether or not a rule reads them."""


def unused(draft: Draft) -> Iterator[Problem]:
    """Each name that is declared and that nothing uses, where it is declared."""
    used = OF_ANY_DOSSIER.union(_used(draft))
    for kind, name, place in _declared(draft):
        if (kind, name) not in used:
            yield place.problem("never_used", name=name, kind=f"@check.{kind}")


def unlisted(draft: Draft) -> Iterator[Problem]:
    """Each indicator or component whose file is there and that the policy does not list."""
    policy = draft.policy
    listed = {one.id for one in policy.indicators} | {one.id for one in policy.components}
    for name, page in (*draft.files.indicators.items(), *draft.files.components.items()):
        if name not in listed:
            yield Cursor.top(page)["id"].problem("not_listed", name=name)


def unread(draft: Draft) -> Iterator[Problem]:
    """Each data file in a folder of the policy that is none of its pages: a slip in its name, most often."""
    files = draft.files
    read = {page.file for page in files.pages(*PARTS)}
    for path in sorted(files.folder.glob("*/*")):
        if path.suffix in DATA and str(path) not in read and (path.parent.name, path.suffix) != CASES:
            yield Problem("unread_file", str(path))


def never_taken(draft: Draft) -> Iterator[Problem]:
    """What is written for an option that no choice of readings takes there: it supposes options that exclude it."""
    counting = counting_readings(draft.files)
    deciding = ((branch, draft.policy.readings) for branch in branches(draft.files))
    for branch, readings in (*deciding, *((branch, counting) for branch in counting_branches(draft.files))):
        try:
            branch.choices(readings)
        except Invalid as invalid:
            if any(problem.code == "options_exclude" for problem in invalid.problems):
                yield branch.written.problem("never_taken", under=", ".join(map("=".join, branch.under)))


def _declared(draft: Draft) -> Iterator[tuple[Kind, str, Cursor]]:
    files = draft.files
    vocabularies: dict[Kind, str] = {
        "field": "fields",
        "measure": "measures",
        "fact": "facts",
        "item": "items",
        "paper": "documents",
    }
    for kind, vocabulary in vocabularies.items():
        for name, place in Cursor.top(files.vocabulary[vocabulary]).items():
            if "kept" not in place.data:
                yield kind, name, place
    yield from (("entry", *named) for named in draft.top["calendar"].items() if named[0] not in RESERVED)
    yield from (("document", *named) for named in draft.top["sources"].items())
    for name in files.measures:
        measure = Cursor.top(files.vocabulary["measures"]).get(name)
        exclusions = measure and measure.get("exclusions")
        yield from (
            ("exclusion", f"{name}.{one}", place) for one, place in (exclusions.items() if exclusions else ())
        )
    pages: dict[Kind, Mapping[str, Page]] = {"table": files.tables, "reading": {**files.readings, **files.countings}}
    for kind, named in pages.items():
        yield from ((kind, name, Cursor.top(page)["id"]) for name, page in named.items())


def _used(draft: Draft) -> Iterator[Name]:
    for version in draft.versions:
        yield from named_beside(version.policy)
        for node, _ in version.conditions():
            yield from named_by(node)
    for measuring in (one for counting in draft.countings for one in counting):
        yield from named_counting(measuring)
    every = (*branches(draft.files), *counting_branches(draft.files))
    yield from (("reading", reading) for branch in every for reading, _ in branch.under)
    published = draft.top.get("published")
    for total in published.each() if published else ():
        yield from (("reading", reading) for reading in total.data.get("under") or ())
    files = draft.files
    citing = files.pages("tables", "readings", "indicators", "components", "countings", "measures")
    yield from (("document", name) for page in citing for name in _cited(page.data))


def _cited(data: Plain) -> Iterator[str]:
    """The documents named by the passages written anywhere in some data."""
    match data:
        case {"document": str(name), "section": _, "lines": _}:
            yield name
        case dict():
            for value in data.values():
                yield from _cited(value)
        case list():
            for value in data:
                yield from _cited(value)
        case _:
            pass
