"""What became of a policy's own cases, and what they cover, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from engine.drafting.cases.coverage import Coverage, Kind, Point, pages_by_file, spot
from engine.drafting.cases.edges import EXACT, OVER, SHORT
from engine.drafting.cases.testing import Tested
from engine.loading import PolicyFiles
from engine.measuring.cases import Counted
from engine.policy import Policy
from engine.telling.phrases import Phrases
from engine.words import Lang

COLUMNS: Mapping[Kind, str] = {
    "verdict": "verdict",
    "threshold": "threshold",
    "date": "date",
    "value": "value",
    "near_miss": "value",
    "entry": "value",
    "option": "value",
}
"""The column of the table in which each kind of point is counted."""
COUNTS: Mapping[str, str] = {EXACT: "exact", SHORT: "short", OVER: "over"}


class Told(Struct, frozen=True):
    """Something at a place, and the lines that tell of it."""

    spot: str
    lines: tuple[str, ...]


class CoverageTold(Phrases):
    """Tells, in one language, of a policy's cases."""

    def __init__(self, files: PolicyFiles, policy: Policy, lang: Lang) -> None:
        super().__init__(policy, lang)
        self.files = files

    # --- cases --------------------------------------------------------------------------------------------------

    def summary(self, tested: Sequence[Tested | Counted]) -> str:
        """How many cases there are, and how many fail."""
        failed = sum(1 for one in tested if one.differences)
        key = "coverage.failures" if failed else "coverage.passed"
        return self.say(
            key, title=self.text(self.policy.title), count=self.number(len(tested)), failed=self.number(failed)
        )

    def failures(self, tested: Sequence[Tested | Counted]) -> list[Told]:
        """The cases that fail: what each expected, what it got, and why."""
        return [self._failure(one) for one in tested if one.differences]

    def _failure(self, one: Tested | Counted) -> Told:
        lines = [
            self.say("coverage.expected", key=key, expected=expected, found=found)
            for key, (expected, found) in one.differences.items()
        ]
        case = one.case
        heading = self.say("coverage.failed", name=case.name, title=self.text(case.title))
        why = self._why(one) if isinstance(one, Tested) else []
        return Told(f"{case.file}:{case.line}", (heading, *lines, *why))

    def _why(self, one: Tested) -> list[str]:
        """The reason of what the case is about, when it is refused or undetermined."""
        found = next((own for own in one.decision.indicators if own.indicator.id == one.case.about), None)
        if found is None or not (found.reason or found.unknown):
            return []
        reason = self.say(f"reason.{found.reason}" if found.reason else f"unknown.{found.unknown}")
        return [self.say("coverage.reason", reason=reason)]

    # --- coverage -----------------------------------------------------------------------------------------------

    def heads(self) -> list[str]:
        """The heads of the table: what is covered, and the kinds of points."""
        return [self.say(f"coverage.{name}") for name in ("subject", *dict.fromkeys(COLUMNS.values()))]

    def rows(self, coverage: Coverage) -> list[list[str]]:
        """Covered over coverable, for each thing that a policy decides, then for all."""
        groups: dict[str, list[Point]] = {}
        for point in coverage.coverable:
            groups.setdefault(self._subject(point), []).append(point)
        rows = [self._row(name, points, coverage) for name, points in groups.items()]
        return [*rows, self._row(self.say("coverage.total"), coverage.coverable, coverage)]

    def _subject(self, point: Point) -> str:
        match point.kind:
            case "entry":
                return self.say("coverage.tables")
            case "option":
                return self.say("coverage.readings")
            case _:
                own = point.subject in ("calendar", "eligible")
                return self.say(f"coverage.{point.subject}") if own else point.subject

    def _row(self, name: str, points: Sequence[Point], coverage: Coverage) -> list[str]:
        cells = []
        for column in dict.fromkeys(COLUMNS.values()):
            own = [point for point in points if COLUMNS[point.kind] == column]
            cells.append(f"{sum(point in coverage.covered for point in own)}/{len(own)}" if own else "")
        return [name, *cells]

    def missing(self, coverage: Coverage) -> list[Told]:
        """What no case shows, place by place."""
        pages = pages_by_file(self.files)
        told: dict[str, list[str]] = {}
        for point in coverage.missing:
            line, column = spot(pages[point.file], point.path)
            told.setdefault(f"{point.file}:{line}:{column}", []).append(self._miss(point))
        return [Told(place, tuple(lines)) for place, lines in told.items()]

    def _miss(self, point: Point) -> str:
        match point.kind:
            case "verdict":
                return self.say("coverage.miss_verdict", what=self.say(f"coverage.{point.what}"))
            case "threshold" if point.what in COUNTS:
                return self.say(f"coverage.miss_{COUNTS[point.what]}")
            case "date":
                return self.say("coverage.miss_date", what=self.day(point.what))
            case _:
                return self.say(f"coverage.miss_{point.kind}", what=point.what)

    def conclusion(self, coverage: Coverage) -> str:
        """Whether all is covered, and how much is not."""
        key = "coverage.incomplete" if coverage.missing else "coverage.complete"
        return self.say(key, missing=self.number(len(coverage.missing)), count=self.number(len(coverage.coverable)))
