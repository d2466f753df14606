"""A policy's pages → every mutant of them: the same pages with one thing changed.

Mutants are made of pages and not of a linked policy, so that what is written for each option of each reading is
changed too, and each mutant stands at a file, a line and a column. What each change is, `changes` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from engine.cursor import Cursor, parse_day
from engine.drafting.mutation.changes import (
    Change,
    amounts,
    change,
    dropped,
    each_dropped,
    each_value,
    node,
    optional,
    options,
    swapped,
    weight,
)
from engine.drafting.mutation.changing import DROPPED, changed, scalars, written
from engine.drafting.mutation.counting import columns, counting
from engine.drafting.places import BESIDE_KIND
from engine.loading import PARTS, PolicyFiles
from engine.measuring.linking import flows_of
from engine.yamltext import Page, Plain

DAY = timedelta(days=1)


class Mutant(Struct, frozen=True):
    """One change in one page; `part` and `name` say which page of the policy (`part` is empty for policy.yaml)."""

    part: str
    name: str
    change: Change

    @property
    def spot(self) -> tuple[str, int, int]:
        """The file, line and column of what is changed."""
        page, path = self.change.at.page, self.change.at.path
        while path not in page.marks:
            path = path[:-1]
        return page.file, *page.marks[path]

    @property
    def under(self) -> list[tuple[str, str]]:
        """The (reading, option) pairs that the change is written for, outermost first."""
        pairs, data = [], self.change.at.page.data
        for step in self.change.at.path:
            if isinstance(data, dict) and "choose" in data and step not in ("choose", *BESIDE_KIND):
                pairs.append((str(data["choose"]), str(step)))
            data = data[step]
        return pairs

    @property
    def before(self) -> str:
        """What is written, on one line, with the key it is written under."""
        return self._keyed(self.change.at.data)

    @property
    def after(self) -> str:
        """What the mutant writes instead, on one line; empty when it is dropped."""
        if self.change.kind == "refused":
            return f"entries: {self.change.at.path[-1]}"
        return "" if self.change.now in (DROPPED, None) else self._keyed(self.change.now)

    def _keyed(self, data: Plain) -> str:
        *above, step = self.change.at.path
        if self.part == "tables":
            return f"{above[-1]}: {step}"
        return f"{step}: {written(data)}" if isinstance(step, str) else written(data)

    def applied(self, files: PolicyFiles) -> PolicyFiles:
        """The policy's pages with this change."""
        page = Page(self.change.at.page.file, self.change.data, self.change.at.page.marks)
        if not self.part:
            return replace(files, policy=page)
        pages = {**getattr(files, self.part), self.name: page}
        return replace(files, **{self.part: pages})


def mutants(files: PolicyFiles) -> Iterator[Mutant]:
    """Every mutant of a policy's pages, page by page and in the order of their lines."""
    for part, name, page in _pages(files):
        found = (Mutant(part, name, change) for change in _page(part, name, Cursor.top(page), files))
        yield from sorted(found, key=lambda mutant: mutant.spot)


def _pages(files: PolicyFiles) -> Iterator[tuple[str, str, Page]]:
    yield "", "", files.policy
    for part in PARTS:
        yield from ((part, name, page) for name, page in getattr(files, part).items())


def _page(part: str, name: str, top: Cursor, files: PolicyFiles) -> Iterator[Change]:
    match part, name:
        case "", _:
            yield from _policy(top)
        case "indicators", _:
            yield from _indicator(top)
        case "components", _:
            yield from _component(top)
        case "tables", _:
            yield from _table(top)
        case "readings" | "countings", _:
            pages: Mapping[str, Page] = getattr(files, part)
            yield from _reading(top, {name: page.data["default"] for name, page in pages.items()})
        case "measures", _:
            yield from counting(top, flows_of(files))
        case "vocabulary", "flows":
            yield from columns(top, {word for page in files.measures.values() for word in scalars(page.data)})
        case "vocabulary", "measures":
            for measure in each_value(top):
                yield from swapped("anomaly", measure["above_one"], {"unknown": "counted", "counted": "unknown"})
        case _:
            pass


# --- pages --------------------------------------------------------------------------------------------------------


def _policy(top: Cursor) -> Iterator[Change]:
    yield from amounts(top["point_value"]["euros"])
    decision = parse_day(next(options(top["calendar"]["decision"]))["on"])
    for entry in each_value(top["calendar"]):
        yield from _entry(entry, decision)
    yield from node(top["eligible"])
    for volet in top["volets"].each():
        if points := volet.get("points"):
            yield from weight(points)
        if gate := volet.get("gate"):
            yield from optional("gate", gate)
        yield from each_dropped("part", volet["indicators"])
    if components := top.get("components"):
        yield from each_dropped("component", components)
    yield from swapped("finding", top["findings"]["not_produced"], {"unmet": "ignored", "ignored": "unmet"})


def _entry(entry: Cursor, decision: date) -> Iterator[Change]:
    """Each end a day earlier and a day later; an open entry, closed the day before the decision."""
    for one in options(entry):
        if one.get("open"):
            closed = {key: value for key, value in one.data.items() if key != "open"}
            yield change("date", one, {"on": (decision - DAY).isoformat(), **closed})
        for end in ("on", "from", "to"):
            for day in options(one[end]) if one.get(end) else ():
                yield change("date", day, (parse_day(day) - DAY).isoformat())
                yield change("date", day, (parse_day(day) + DAY).isoformat())


def _indicator(top: Cursor) -> Iterator[Change]:
    yield from swapped("evidence", top["evidence"], {"sworn": "justificatif", "justificatif": "sworn"})
    if points := top.get("points"):
        yield from weight(points)
    if neutralised := top.get("neutralised"):
        for step in neutralised.each():
            for one in options(step):
                yield dropped("neutralisation", one)
                yield from swapped("neutralisation", one["as"], {"met": "removed", "removed": "met"})
                if when := one.get("when"):
                    yield from optional("neutralisation", when)
    yield from node(top["when"])


def _component(top: Cursor) -> Iterator[Change]:
    yield from swapped("component", top["pays"], {"complement": "once", "once": "complement"})
    if gate := top.get("gate"):
        yield from optional("gate", gate)
    yield from each_dropped("component", top["periods"])
    for period in top["periods"].each():
        yield from each_dropped("component", period["tiers"])
        for tier in period["tiers"].each():
            yield from amounts(tier["euros"])
            yield from node(tier["when"])


def _table(top: Cursor) -> Iterator[Change]:
    """Each entry taken out; each refused entry accepted."""
    entries, refused = top["entries"], top.get("refused")
    for entry in each_value(entries) if len(entries.data) > 1 else ():
        yield dropped("entry", entry)
    for code, entry in refused.items() if refused else ():
        accepted = changed(top.data, entry.path, DROPPED)
        yield Change("refused", entry, entry.data, changed(accepted, (*entries.path, code), entry.data))


def _reading(top: Cursor, defaults: Mapping[str, str]) -> Iterator[Change]:
    """Each other default; each requirement forgotten, but for one that the defaults meet anyway."""
    for name, option in top["options"].items():
        if name != top["default"].text and not option.get("silent"):
            yield change("default", top["default"], name)
        require = option.get("require")
        for reading, needed in require.items() if require else ():
            if needed.text != defaults[reading]:
                yield dropped("requirement", needed)
