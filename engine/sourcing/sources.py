"""Where the doctors of a run are: opened, told apart by number, and read in bulk.

A source is a folder of tables, Parquet or CSV; dossier files; a DuckDB file; or a PostgreSQL database.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any as Anything
from typing import Literal

import pyarrow as arrow
import pyarrow.compute as computed
from msgspec import Struct

from engine.problems import Invalid
from engine.running.manifest import digest_of
from engine.sourcing.staging import Part, Staged, as_it_should_be, copied
from engine.tables import DOCTORS, NUMBER, TABLES, Wanted
from engine.tabular import FileHeld, Tables, folder_tables, texts
from engine.yamltext import Page

Kind = Literal["folder", "dossiers", "duckdb", "postgres"]
YEAR = r"^[0-9]{4}$"
TOLD = arrow.schema(
    [("doctor", arrow.string()), *((told, arrow.bool_()) for told in ("now", "undated", "here", "dated"))]
)
"""Of a row: its doctor, whether it is of the year, of no year at all, of the year in `doctors`, of any year there."""


class Numbers(Struct, frozen=True):
    """The doctors that a run of a year reads, by number, and how many have campaigns of other years only.

    Those who are `odd` can only be read singly, where it is told what is wrong: a number that is none, a row whose
    year is none, rows of someone who has no campaign, a dossier that cannot be read (told by its file and line).
    """

    read: list[str]
    odd: frozenset[str]
    elsewhere: int


class Source(ABC):
    """Where dossiers are. `where` is how it was named, but for a password; the block it is used in closes it."""

    kind: Kind

    def __init__(self, where: str) -> None:
        self.where, self.opened = where, ExitStack()

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self.opened.close()

    @abstractmethod
    def digest(self) -> dict[str, str]:
        """The digest of each table or file: that of the same rows in the same form is the same. Raises Invalid."""

    @abstractmethod
    def numbers(self, year: int) -> Numbers:
        """Who is there for a year. Raises Invalid."""

    @abstractmethod
    def pages(self, numbers: Iterable[str], wanted: Wanted | None = None) -> Iterator[Page | Invalid]:
        """The page of each of these doctors, in their order, not checked yet, or why there is none.

        Where it is told which rows are `wanted`, others may be left out. Raises Invalid where a table or file can no
        longer be read.
        """

    @abstractmethod
    def parts(self) -> Iterator[Part]:
        """Every row that is no odd doctor's, and maybe theirs, of every table, in any order. Raises Invalid."""

    def staged(self, scratch: Path, memory: int | None) -> Staged:
        """See `Stageable`."""
        return copied(TABLES, self.parts(), scratch, memory)


class TablesSource(Source):
    """What every source that holds tables has in common."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables.where)
        self.tables = tables

    def numbers(self, year: int) -> Numbers:
        """See `Source`."""
        owners = ((table, batch) for table, held in self.tables.held.items() for batch in held.owners())
        told = [_told(batch, year, listed=table == DOCTORS) for table, batch in owners]
        # Not threaded, it leaves them in the order in which they come, which is soon sorted.
        rows = arrow.Table.from_batches(told, TOLD).group_by("doctor", use_threads=False)
        everyone, now, undated, here, dated = rows.aggregate([(name, "any") for name in TOLD.names[1:]]).columns
        number = computed.match_substring_regex(everyone, NUMBER)
        known = computed.and_(number, computed.and_not(dated, undated))
        odd = computed.or_(computed.invert(known), computed.and_not(now, here))
        read = everyone.filter(computed.or_(odd, now)).to_pylist()
        return Numbers(sorted(read), frozenset(everyone.filter(odd).to_pylist()), len(everyone) - len(read))

    def pages(self, numbers: Iterable[str], wanted: Wanted | None = None) -> Iterator[Page | Invalid]:
        """See `Source`."""
        return self.tables.pages(numbers, wanted)

    def parts(self) -> Iterator[Part]:
        """See `Source`."""
        for table, held in self.tables.held.items():
            for batch in held.batches(held.schema.names, None):
                yield table, batch


def _told(batch: Anything, year: int, *, listed: bool) -> Anything:
    """What `TOLD` names of each row of a batch of owners; each year is looked at once."""
    column = batch.column(1)
    coded = column if arrow.types.is_dictionary(column.type) else column.dictionary_encode()
    written = texts(coded.dictionary)
    tests = computed.equal(written, str(year)), computed.match_substring_regex(written, YEAR)
    own, sound = (test.take(coded.indices).fill_null(False) for test in tests)
    here, dated = (computed.and_(test, listed) for test in (own, sound))
    doctors = texts(batch.column(0)).fill_null("")
    return arrow.record_batch([doctors, own, computed.invert(sound), here, dated], TOLD)


class FolderSource(TablesSource):
    """A folder of tables. Raises Invalid as `folder_tables` does."""

    kind: Kind = "folder"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder_tables(folder))

    @property
    def files(self) -> dict[str, Path]:
        """The file of each table."""
        return {table: held.file for table, held in self.tables.held.items() if isinstance(held, FileHeld)}

    def digest(self) -> dict[str, str]:
        """See `Source`: of each file."""
        return {table: digest_of(file) for table, file in sorted(self.files.items())}

    def staged(self, scratch: Path, memory: int | None) -> Staged:
        """See `Stageable`."""
        if all(as_it_should_be(file, TABLES[table]) for table, file in self.files.items()):
            return Staged(TABLES, self.files)
        return super().staged(scratch, memory)
