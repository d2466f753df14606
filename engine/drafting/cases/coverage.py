"""What a policy's own cases show of it, and what none of them shows.

A case shows only what its expectations hang on. To be shown: each condition in each verdict it can take, each
threshold met exactly and missed by one, each first and last day and the day beside it, each value and each entry of
a list, a value that a list does not hold, each option of each reading that has several.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Literal

from msgspec import Struct

from engine.conditions import Node
from engine.cursor import Cursor
from engine.decision import settled
from engine.drafting.branches import every_choice
from engine.drafting.cases.edges import Edge, EdgeKind, edges, seen, written
from engine.drafting.cases.options import contested, shown_options
from engine.drafting.cases.possible import possible
from engine.drafting.cases.trying import Trial, day_of, narrowed, reached, trials
from engine.drafting.places import conditions, entries, places
from engine.linking import link
from engine.loading import PolicyFiles
from engine.policy import Policy
from engine.standing import standing_on
from engine.yamltext import Page, Path_

Kind = Literal["verdict", "entry", "option"] | EdgeKind


class Point(Struct, frozen=True):
    """One thing to be shown: of what, of which kind, which, and where it is written."""

    subject: str
    kind: Kind
    what: str
    file: str
    path: Path_


class Coverage(Struct, frozen=True):
    """All that is to be shown, and what is, in the order of the policy's files and lines."""

    coverable: tuple[Point, ...]
    covered: frozenset[Point]

    @property
    def missing(self) -> tuple[Point, ...]:
        return tuple(point for point in self.coverable if point not in self.covered)


def coverage(files: PolicyFiles) -> Coverage:
    """What is to be shown of a policy, and what its own cases show. Raises Invalid for a page at fault."""
    coverer = _Coverer(files)
    points = sorted(set(coverer.wanted()), key=coverer.spot)
    return Coverage(tuple(points), frozenset(coverer.shown()))


class _Coverer:
    def __init__(self, files: PolicyFiles) -> None:
        self.files = files
        self.pages = pages_by_file(files)
        self.places = cache(partial(places, files))
        self.dated = cache(partial(entries, files))

    def spot(self, point: Point) -> tuple[object, ...]:
        return point.file, spot(self.pages[point.file], point.path), point.kind, point.what

    # --- what is to be shown ------------------------------------------------------------------------------------

    def wanted(self) -> Iterator[Point]:
        default = link(self.files, {})
        for name, page in self.files.tables.items():
            listed = [("entries", code) for code in page.data["entries"]]
            listed += [("refused", code) for code in page.data.get("refused") or ()]
            yield from (Point(name, "entry", path[-1], page.file, path) for path in listed)
        yield from (self.option(name, option) for name, option in contested(default.readings))
        for choices in every_choice(self.files, default.readings):
            yield from self.conditions(link(self.files, choices))

    def option(self, reading: str, option: str) -> Point:
        return Point(reading, "option", option, self.files.readings[reading].file, ("options", option))

    def conditions(self, policy: Policy) -> Iterator[Point]:
        where, verdicts = self.places(policy), possible(policy)
        for node in conditions(policy):
            at = where[node.at]
            for verdict in verdicts[node.at]:
                yield _point(node, at, (), "verdict", verdict.word)
            for edge in edges(node, policy):
                yield from self.edge(node, at, edge, policy)

    def edge(self, node: Node, at: Cursor, edge: Edge, policy: Policy) -> Iterator[Point]:
        """An edge where it is tested; and for a day, where the calendar gives it.

        Where a reading chooses the day, another day than the default's is shown once, wherever it is tested.
        """
        path, kind, what = edge.value
        if edge.entry is None or all(policy.readings[name].default == option for name, option in edge.entry.readings):
            yield _point(node, at, path, kind, what)
        if edge.entry is not None and edge.entry.name in self.dated(policy):
            day = self.dated(policy)[edge.entry.name]
            yield Point("calendar", kind, what, day.page.file, day.path)

    # --- what the cases show ------------------------------------------------------------------------------------

    def shown(self) -> Iterator[Point]:
        ready = trials(self.files)
        for trial in ready:
            yield from self.shown_by(trial, self.places(trial.policy))
        yield from (self.option(name, option) for name, option in shown_options(self.files, ready))

    def shown_by(self, trial: Trial, where: dict[str, Cursor]) -> Iterator[Point]:
        policy = narrowed(trial.policy, trial.about and reached(trial.policy, trial.about))
        standing, observations, verdicts = settled(policy, standing_on(trial.dossier, policy, day_of(trial)))
        for node in conditions(policy):
            at = where[node.at]
            yield _point(node, at, (), "verdict", verdicts[node.at].word)
            if node.at in observations:
                values = set(seen(node, observations[node.at], standing))
                for edge in edges(node, policy):
                    if edge.value in values:
                        yield from self.edge(node, at, edge, trial.policy)
        given = {written(value) for value in trial.dossier.fields.values()}
        given |= {written(value) for row in trial.dossier.rows for value in row.fields.values()}
        for name, table in policy.tables.items():
            page = self.files.tables[name]
            for entry in table.entries:
                if entry.code in given:
                    path = ("refused" if entry.refused else "entries", entry.code)
                    yield Point(name, "entry", entry.code, page.file, path)


def _point(node: Node, at: Cursor, path: Path_, kind: Kind, what: str) -> Point:
    return Point(node.at.partition("#")[0], kind, what, at.page.file, (*at.path, *path))


def pages_by_file(files: PolicyFiles) -> dict[str, Page]:
    """The pages in which a point may stand, by file."""
    return {page.file: page for page in files.pages("tables", "readings", "indicators", "components")}


def spot(page: Page, path: Path_) -> tuple[int, int]:
    """The line and column of what is written at a path, or of the nearest thing above it."""
    while path not in page.marks:
        path = path[:-1]
    return page.marks[path]
