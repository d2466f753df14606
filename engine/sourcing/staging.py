"""Tables as an engine reads them: typed Parquet, in the order of the doctors' numbers.

A folder that is so already is read where it is. Of any other source a copy is made, in which a batch of doctors is
found without reading the rest. A text that is no value of its column is NULL there, and its doctor is read singly
from the source itself: what is wrong is told by the reader of dossiers alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any as Anything
from typing import Protocol

import pyarrow as arrow
import pyarrow.compute as computed
from msgspec import Struct
from pyarrow import parquet

from engine.policy import FieldType
from engine.tables import Columns
from engine.tabular import ARROW, schema_of, texts

Part = tuple[str, Anything]
"""A table's name, and some of its rows: an Arrow batch of its columns or some of them, of their type or as texts."""

INTEGER = r"^(0|-?[1-9][0-9]{0,17})$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


class Staged(Struct, frozen=True):
    """The columns and the file of each table, and the doctors to be read singly whatever these hold."""

    tables: Mapping[str, Columns]
    files: Mapping[str, Path]
    singly: frozenset[str] = frozenset()


class Stageable(Protocol):
    """What an engine can be made to read."""

    def staged(self, scratch: Path, memory: int | None) -> Staged:
        """Its tables as files: its own, or copies in `scratch`, a folder to be thrown away.

        `memory` is what sorting may take, in bytes. Raises Invalid as reading does, OSError.
        """


def copied(tables: Mapping[str, Columns], parts: Iterable[Part], scratch: Path, memory: int | None) -> Staged:
    """Copies of tables from their rows as they come. Raises Invalid as reading them does, OSError."""
    rough = {table: scratch / f"{table}.rough.parquet" for table in tables}
    singly = _written(tables, parts, rough)
    files = {table: in_order(file, scratch / f"{table}.parquet", memory) for table, file in rough.items()}
    for file in rough.values():
        file.unlink()
    return Staged(tables, files, singly)


def in_order(rough: Path, file: Path, memory: int | None) -> Path:
    """The rows of a Parquet file in another, in the order of the doctors' numbers."""
    import duckdb  # noqa: PLC0415 - heavy, and not needed for a source that is in order

    ordered = f"SELECT * FROM {_quoted(rough)} ORDER BY doctor"
    with duckdb.connect(config=settings(file.parent, memory)) as sort:
        sort.execute(f"COPY ({ordered}) TO {_quoted(file)} (FORMAT parquet)")
    return file


def settings(scratch: Path, memory: int | None) -> dict[str, Anything]:
    """How DuckDB is to run: nothing fetched, nothing written outside `scratch`, within that many bytes of memory."""
    limit = {} if memory is None else {"memory_limit": f"{memory}B"}
    return {
        "temp_directory": str(scratch),
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
        **limit,
    }


def _quoted(file: Path) -> str:
    return "'" + str(file).replace("'", "''") + "'"


# --- what is there already ------------------------------------------------------------------------------------------


def as_it_should_be(file: Path, columns: Columns) -> bool:
    """Whether a table can be read where it is."""
    return is_typed(file, columns) and _in_order(parquet.read_metadata(file))


def is_typed(file: Path, columns: Columns) -> bool:
    """Whether every column of a table holds values of its type as they are."""
    return file.suffix == ".parquet" and all(
        _is(column.type, columns[column.name]) for column in parquet.read_schema(file)
    )


def _is(found: Anything, expected: FieldType) -> bool:
    """Whether a column of a type holds values of another as they are."""
    return bool(found == ARROW[expected] or (expected in ("integer", "year") and found == arrow.int32()))


def _in_order(parts: Anything) -> bool:
    """Whether each part of a file holds doctors that come after those of the part before."""
    if parts.num_row_groups <= 1:
        return True
    number = next(at for at in range(parts.num_columns) if parts.schema.column(at).name == "doctor")
    found = [parts.row_group(at).column(number).statistics for at in range(parts.num_row_groups)]
    known = all(one is not None and one.has_min_max for one in found)
    return known and all(one.max <= after.min for one, after in pairwise(found))


# --- a copy ---------------------------------------------------------------------------------------------------------


def _written(tables: Mapping[str, Columns], parts: Iterable[Part], files: Mapping[str, Path]) -> frozenset[str]:
    """Write every row as it comes, typed; the doctors of those whose texts are not of their type are told."""
    singly: set[str] = set()
    writers = {table: parquet.ParquetWriter(file, schema_of(tables[table])) for table, file in files.items()}
    try:
        for table, batch in parts:
            typed, wrong = _typed(tables[table], batch)
            writers[table].write_batch(typed)
            singly.update(wrong)
    finally:
        for writer in writers.values():
            writer.close()
    return frozenset(singly)


def _typed(wanted: Columns, batch: Anything) -> tuple[Anything, list[str]]:
    """Rows with every column of their table, typed; and the doctors of those where a text is no value of its type."""
    columns, wrong = [], arrow.array([False] * batch.num_rows, arrow.bool_())
    for name, type in wanted.items():
        if name not in batch.schema.names:
            columns.append(arrow.nulls(batch.num_rows, ARROW[type]))
            continue
        given = texts(batch.column(name))
        columns.append(valued(given, type))
        wrong = computed.or_(wrong, computed.xor(given.is_valid(), columns[-1].is_valid()))
    doctors = texts(batch.column("doctor")).fill_null("").filter(wrong)
    return arrow.record_batch(columns, schema_of(wanted)), computed.unique(doctors).to_pylist()


def valued(given: Anything, type: FieldType) -> Anything:
    """Texts as values of a type; NULL where the text is not exactly how a dossier writes one."""
    match type:
        case "text":
            return given
        case "integer" | "year":
            return _only(given, computed.match_substring_regex(given, INTEGER)).cast(ARROW[type])
        case "boolean":
            known = arrow.array(["true", "false"])
            return computed.equal(_only(given, computed.is_in(given, known)), "true")
        case "date":
            shaped = _only(given, computed.match_substring_regex(given, DATE))
            days = computed.strptime(shaped, format="%Y-%m-%d", unit="s", error_is_null=True).cast(ARROW[type])
            # The 30th of February is read as a day of March.
            return _only(days, computed.equal(days.cast(arrow.string()), given))


def _only(values: Anything, kept: Anything) -> Anything:
    return computed.if_else(kept.fill_null(False), values, arrow.scalar(None, values.type))
