"""The dossiers that counts are put in: all they hold stays, but for the counts that are made again.

What was counted before of a doctor who is counted now, for the same year, goes, with all that hangs on it. Cells that
stay are written as they were: where a column is text, it stays text.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.compute as computed
from msgspec import Struct

from engine.problems import Invalid, Problem
from engine.sourcing.sources import YEAR, FolderSource
from engine.tables import ATTRIBUTES, DOCTORS, EXCLUSIONS, OWNER, ROW
from engine.tabular import arrow_schema, texts

MEASURES, FACTS = "measures", "facts"
NAMES: Mapping[str, str] = {MEASURES: "measure", FACTS: "fact"}
"""The tables of counts, and the column that says of what."""
CHILDREN = (EXCLUSIONS, ATTRIBUTES)
KEY = (*OWNER, ROW)
BETWEEN = "\x1f"


class Carried(Struct, frozen=True, dict=True):
    """The dossiers that counts of a year are put in, if any; `counted` are the measures and facts made again."""

    source: FolderSource | None
    year: int
    counted: Collection[str]

    def after(self, table: str) -> int:
        """A number that no row of a table has, nor any greater."""
        return self._last.get(table, 0) + 1

    @cached_property
    def holders(self) -> frozenset[str] | None:
        """The doctors who have a dossier of the year; None where counts are put in no dossiers.

        Raises Invalid: nobody has one.
        """
        if self.source is None:
            return None
        known, years = set[str](), set[str]()
        for batch in self.source.tables.held[DOCTORS].batches(list(OWNER), None):
            doctors, of = map(texts, batch.columns)
            years.update(computed.unique(of.filter(computed.match_substring_regex(of, YEAR))).to_pylist())
            known.update(doctors.filter(computed.equal(of, str(self.year)).fill_null(False)).to_pylist())
        if not known:
            details = {"year": str(self.year), "years": ", ".join(sorted(years)) or "–"}
            raise Invalid([Problem("no_dossier_of_year", self.source.where, details=details)])
        return frozenset(known)

    def strangers(self, doctors: Collection[str]) -> int:
        """How many of these doctors have no dossier of the year, where there are dossiers. Raises Invalid."""
        return 0 if self.holders is None else len(set(doctors) - self.holders)

    def merged(self, made: Mapping[str, Anything], doctors: Collection[str]) -> Iterator[tuple[str, Anything]]:
        """The tables of counts and of what hangs on them, with those made of these doctors in place of the former.

        Of who has no dossier of the year nothing is put in: it would be rows of a campaign that is not there.
        Raises Invalid.
        """
        if self.source is None or self.holders is None:
            yield from made.items()
            return
        known = arrow.array(sorted(self.holders.intersection(doctors)), arrow.string())
        made = {table: rows.filter(computed.is_in(rows["doctor"], known)) for table, rows in made.items()}
        gone = {}
        for table in NAMES:
            rows = self._held(table)
            dropped = self._dropped(table, rows, known)
            gone[table] = _key(rows.filter(dropped))
            yield table, _under(rows.filter(computed.invert(dropped)), made[table])
        exclusions, attributes = map(self._held, CHILDREN)
        kept = computed.invert(computed.is_in(_key(exclusions), gone[MEASURES], skip_nulls=True))
        yield EXCLUSIONS, _under(exclusions.filter(kept), made[EXCLUSIONS])
        for table, keys in gone.items():
            hangs = computed.and_(
                computed.equal(attributes["of"], table), computed.is_in(_key(attributes), keys, skip_nulls=True)
            )
            attributes = attributes.filter(computed.invert(hangs.fill_null(False)))
        yield ATTRIBUTES, attributes

    def copy(self, folder: Path) -> None:
        """Put every other table in a folder as it is. Raises OSError."""
        for table, file in self.source.files.items() if self.source else ():
            if table not in (*NAMES, *CHILDREN):
                shutil.copyfile(file, folder / file.name)

    @cached_property
    def _last(self) -> dict[str, int]:
        """The greatest number of a row of each table of counts."""
        found = {}
        for table in NAMES if self.source else ():
            numbers = texts(self._held(table)[ROW])
            known = numbers.filter(computed.match_substring_regex(numbers, "^[0-9]{1,17}$").fill_null(False))
            found[table] = computed.max(known.cast(arrow.int64())).as_py() or 0
        return found

    def _held(self, table: str) -> Anything:
        """The rows of a table in all its columns, as texts where the source has one of them otherwise than typed."""
        assert self.source is not None
        held = self.source.tables.held[table]
        schema = arrow_schema(table)
        rows = arrow.Table.from_batches(held.batches(held.schema.names, None), held.schema)
        typed = all(field.type == schema.field(field.name).type for field in held.schema)
        columns = []
        for field in schema:
            if field.name not in rows.schema.names:
                columns.append(arrow.nulls(len(rows), field.type if typed else arrow.string()))
            else:
                columns.append(rows[field.name] if typed else texts(rows[field.name]))
        return arrow.table(columns, schema.names)

    def _dropped(self, table: str, rows: Anything, doctors: Anything) -> Anything:
        """Whether each row of a table of counts is made again."""
        again = computed.is_in(rows[NAMES[table]], arrow.array(sorted(self.counted), arrow.string()))
        own = computed.equal(texts(rows["year"]), str(self.year)).fill_null(False)
        return computed.and_(computed.and_(again, own), computed.is_in(rows["doctor"], doctors))


def _key(rows: Anything) -> Anything:
    """What names a row within its table; nothing names one without a number."""
    return computed.binary_join_element_wise(*(texts(rows[name]) for name in KEY), BETWEEN)


def _under(kept: Anything, made: Anything) -> Anything:
    """Rows that stay with those that are made, as texts where the former are."""
    if kept.schema != made.schema:
        made = arrow.table([texts(made[name]) for name in kept.schema.names], kept.schema)
    return arrow.concat_tables([kept, made])
