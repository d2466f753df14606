"""Who is in a source, and the pages of many doctors at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from engine.problems import Invalid
from engine.running.manifest import digest_of
from engine.stores import TABLE_OF_DOCTORS, Known, doctors
from engine.tables import DOCTORS, OWNER, TABLES
from engine.tabular import SUFFIXES, folder_tables
from engine.yamltext import Page


class Numbers(Struct, frozen=True):
    """The doctors whom a run of a year reads, by number; and how many have campaigns of other years only."""

    read: Sequence[str]
    elsewhere: int


class Source(Protocol):
    """Where dossiers live."""

    kind: str
    where: str

    def digest(self) -> dict[str, str]:
        """The digest of each table or file."""

    def numbers(self, year: int) -> Numbers:
        """Whom a run of a year reads."""

    def pages(self, numbers: Sequence[str]) -> Iterator[Page | Invalid]:
        """The page of each of these doctors, in their order."""


def open_source(data: str) -> Source:
    """The source of that path. Raises Invalid."""
    path = Path(data)
    if any((path / name).is_file() for name in TABLE_OF_DOCTORS):
        return TablesSource(data)
    return FilesSource(data)


class TablesSource:
    """A folder of tables."""

    kind = "folder"

    def __init__(self, data: str) -> None:
        self.where = data
        self.tables = folder_tables(Path(data))

    def digest(self) -> dict[str, str]:
        """SHA-256 of each file."""
        found = [Path(self.where) / f"{table}{suffix}" for table in TABLES for suffix in SUFFIXES]
        return {file.stem: digest_of(file) for file in found if file.is_file()}

    def numbers(self, year: int) -> Numbers:
        """Everyone of any table, but those who have campaigns of other years only."""
        everyone: set[str] = set()
        listed: set[str] = set()
        now: set[str] = set()
        for table in TABLES:
            for row in self.tables.rows(table, None, tuple(OWNER)):
                number = row.get("doctor", "")
                everyone.add(number)
                if table == DOCTORS:
                    listed.add(number)
                if row.get("year") == str(year):
                    now.add(number)
        read = sorted(now | (everyone - listed))
        return Numbers(read, len(everyone) - len(read))

    def pages(self, numbers: Sequence[str]) -> Iterator[Page | Invalid]:
        """Their pages, gathered in bulk."""
        return self.tables.pages(numbers)


class FilesSource:
    """Dossier files."""

    kind = "dossiers"

    def __init__(self, data: str) -> None:
        self.where = data
        self.known: dict[str, Known] = {one.number: one for one in doctors(Path(data))}

    def digest(self) -> dict[str, str]:
        """SHA-256 of each file."""
        files = sorted({one.page.file for one in self.known.values()})
        return {Path(file).name: digest_of(Path(file)) for file in files}

    def numbers(self, year: int) -> Numbers:
        """Everyone who has a campaign of the year."""
        read = sorted(number for number, one in self.known.items() if year in one.years)
        return Numbers(read, len(self.known) - len(read))

    def pages(self, numbers: Sequence[str]) -> Iterator[Page | Invalid]:
        """Their pages."""
        return (self.known[number].page for number in numbers)
