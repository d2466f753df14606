"""A year's folder → the next one's: every date moved by whole years, every text that names the year renamed.

Nothing is dropped and nothing is invented: the rules are those of the year they come from, and since no document
governs the new year yet, each of them is `presumed` until a passage of that year confirms it.
"""

from __future__ import annotations

import os
import re
import shutil
from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from engine.loading import PolicyFiles, read_policy
from engine.problems import Invalid, Problem
from engine.yamlevents import Written, written
from engine.yamltext import read_bytes

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
LANGS = {"fr", "en"}
TOLD = {"sources", "support", "why"}
"""What documents are called, who says what, and why a reading is preferred stay true of the year they speak of."""
LAST = 2999
"""The last year a page may say (`schemas/common.schema.json`)."""
AHEAD = 2
"""A text may name years up to so many after its own: payments and corrections come then."""


def new_year(files: PolicyFiles, year: int, folder: Path) -> None:
    """Write in `folder` the policy of `files` for a later year. Raises Invalid; OSError when it cannot be written.

    The folder is whole or absent, and must not be there yet. Days are moved by the difference of the years, a
    29 February to the last day of its month; in titles, labels and questions so are the policy's own year and those
    that follow it, while earlier ones are history.
    """
    if not files.year < year <= LAST:
        raise Invalid(
            [Problem("year_not_later", details={"year": str(year), "before": str(files.year), "last": str(LAST)})]
        )
    if folder.exists():
        raise Invalid([Problem("folder_exists", str(folder))])
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    draft.mkdir()
    try:
        mover = _Mover(files.year, year - files.year, _years(files))
        for path in sorted(path for path in files.folder.rglob("*") if path.is_file()):
            target = draft / path.relative_to(files.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".yaml":
                target.write_text(mover.text(read_bytes(path)), encoding="utf-8")
            else:
                shutil.copyfile(path, target)
        read_policy(draft)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _years(files: PolicyFiles) -> set[str]:
    """The fields whose value is a year, besides the one every page has."""
    typed: Mapping[str, Mapping[str, str]] = files.vocabulary["fields"].data
    return {"year"} | {name for name, field in typed.items() if field["type"] == "year"}


class _Mover:
    """Moves what a text says of years, and leaves every other character where it is."""

    def __init__(self, own: int, by: int, years: set[str]) -> None:
        self.own, self.by, self.years = own, by, years

    def text(self, text: str) -> str:
        parts, end = [], 0
        for one, moved in self.moved(text):
            parts += [text[end : one.start], moved]
            end = one.stop
        return "".join([*parts, text[end:]])

    def moved(self, text: str) -> Iterator[tuple[Written, str]]:
        """Every scalar that says a day or a year, and what it becomes."""
        for one in written(text):
            said, path = text[one.start : one.stop], one.path
            if one.kind != "scalar" or TOLD.intersection(path):
                continue
            if one.key:
                if path[-2:-1] == ("earlier",):
                    yield one, YEAR.sub(self.year, said)
            elif DAY.fullmatch(said.strip("\"'")):
                yield one, DAY.sub(self.day, said)
            elif self.years.intersection(path):
                yield one, YEAR.sub(self.year, said)
            elif LANGS.intersection(path[-1:]):
                yield one, YEAR.sub(self.named, said)

    def day(self, found: re.Match[str]) -> str:
        day = date.fromisoformat(found[0])
        year = day.year + self.by
        return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1])).isoformat()

    def year(self, found: re.Match[str]) -> str:
        return str(int(found[0]) + self.by)

    def named(self, found: re.Match[str]) -> str:
        """A year named in a text: moved from the policy's own on."""
        return self.year(found) if self.own <= int(found[0]) <= self.own + AHEAD else found[0]
