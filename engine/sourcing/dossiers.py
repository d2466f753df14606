"""Dossiers in files, as the source of a run: each is read when it is asked for, since many do not fit in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any as Anything

import pyarrow as arrow
from msgspec import Struct

from engine.dossier import campaigns
from engine.problems import Invalid, Problem
from engine.running.manifest import digest_of
from engine.schema import check
from engine.sourcing.sources import Kind, Numbers, Source
from engine.sourcing.staging import Part
from engine.stores import dossier_files, page_of, texts_of
from engine.tables import TABLES, Wanted, rows_of
from engine.yamltext import Page, read_bytes

AT_ONCE = 1_000
"""The dossiers held at once."""


class _Stands(Struct, frozen=True):
    """Where a dossier is: its file, its line where that has several, and its years when it is a good one."""

    file: Path
    line: int
    years: tuple[int, ...] | None

    @property
    def place(self) -> str:
        """Where it is, as it is told."""
        return f"{self.file}:{self.line}" if self.line else str(self.file)


class DossierSource(Source):
    """A file of dossiers or a folder of such files. Raises Invalid: there are none, or one cannot be read at all."""

    kind: Kind = "dossiers"

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.files = dossier_files(path)
        for file in self.files:
            read_bytes(file)

    def digest(self) -> dict[str, str]:
        """See `Source`: of each file."""
        return {file.name: digest_of(file) for file in self.files}

    def numbers(self, year: int) -> Numbers:
        """See `Source`."""
        odd = frozenset(number for number in self._known if not self._good(number))
        good = {number: stands[0].years or () for number, stands in self._known.items() if number not in odd}
        read = {number for number, years in good.items() if year in years} | odd
        return Numbers(sorted(read), odd, len(self._known) - len(read))

    def pages(self, numbers: Iterable[str], wanted: Wanted | None = None) -> Iterator[Page | Invalid]:
        """See `Source`: whole, since a file is read whole."""
        left = iter(numbers)
        while some := list(islice(left, AT_ONCE)):
            first = {number: self._known[number][0] for number in some}
            found = self._read(list(first.values()))
            for number, stands in first.items():
                if stands.place not in found:
                    raise Invalid([Problem("source_changed", stands.place)])
                yield self._twice(number) or found[stands.place]

    def parts(self) -> Iterator[Part]:
        """See `Source`: of every dossier that is a good one."""
        good = filter(self._good, self._known)
        while some := list(islice(good, AT_ONCE)):
            held: dict[str, list[Anything]] = defaultdict(list)
            for page in self.pages(some):
                if isinstance(page, Page):
                    for table, row in rows_of(page.data):
                        held[table].append(row)
            for table, rows in held.items():
                schema = arrow.schema([(name, arrow.string()) for name in TABLES[table]])
                yield table, arrow.RecordBatch.from_pylist(rows, schema)

    @cached_property
    def _known(self) -> dict[str, list[_Stands]]:
        """Every dossier by its number, by where it stands when it has none that can be read."""
        known: dict[str, list[_Stands]] = defaultdict(list)
        for file in self.files:
            for line, page in _each(file, None):
                known[_number(page) or _Stands(file, line, None).place].append(_Stands(file, line, _years(page)))
        return known

    def _good(self, number: str) -> bool:
        return len(self._known[number]) == 1 and self._known[number][0].years is not None

    def _twice(self, number: str) -> Invalid | None:
        places = [stands.place for stands in self._known[number]]
        if len(places) == 1:
            return None
        return Invalid([Problem("duplicate_doctor", places[1], details={"name": number, "other": places[0]})])

    def _read(self, wanted: Sequence[_Stands]) -> dict[str, Page | Invalid]:
        """What stands at each of these places."""
        lines: dict[Path, set[int]] = defaultdict(set)
        for one in wanted:
            lines[one.file].add(one.line)
        return {
            _Stands(file, line, None).place: page for file, some in lines.items() for line, page in _each(file, some)
        }


def _each(file: Path, lines: set[int] | None) -> Iterator[tuple[int, Page | Invalid]]:
    """The dossiers of a file, or those of some lines of it, not checked, or why they cannot be read."""
    for part, line in texts_of(file, read_bytes(file)):
        if lines is None or line in lines:
            try:
                yield line, page_of(file, part, line)
            except Invalid as invalid:
                yield line, invalid


def _number(page: Page | Invalid) -> str | None:
    """The number that a page says, if it says one."""
    data = None if isinstance(page, Invalid) else page.data
    number = data.get("doctor") if isinstance(data, dict) else None
    return number if isinstance(number, str) and number else None


def _years(page: Page | Invalid) -> tuple[int, ...] | None:
    """The campaigns of a page; None when it is no dossier."""
    return None if isinstance(page, Invalid) or check(page, "dossier") else tuple(campaigns(page))
