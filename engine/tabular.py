"""Tables of dossiers in a folder, Parquet or CSV: what they hold of one doctor, and writing them.

Every cell is read as the text that a page would hold, so that one schema and one reader judge both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.csv as comma
import pyarrow.dataset as datasets
from pyarrow import parquet

from engine.policy import FieldType
from engine.problems import Invalid, Problem, unknown_name
from engine.tables import DOCTORS, NEEDED, OWNER, TABLES, Cells, dossier_data
from engine.yamltext import Page, Path_, Plain

SUFFIXES = (".parquet", ".csv")
ARROW: Mapping[FieldType, Anything] = {
    "text": arrow.string(),
    "integer": arrow.int64(),
    "year": arrow.int64(),
    "boolean": arrow.bool_(),
    "date": arrow.date32(),
}
CSV = comma.ParseOptions(newlines_in_values=True)
LISTED = (*OWNER, "name")
"""What is read of every doctor to tell who is there."""
SHOWN = 80
"""The letters shown of what the library says of a file that it cannot read."""


class TablesPage(Page, frozen=True):
    """The page of a doctor of these tables: what is wrong in it is said of the table where it stands."""

    suffix: str

    def problem(self, code: str, path: Path_ = (), /, **details: str) -> Problem:
        """A problem at `path`; its place is the doctor, the campaign, the row's rank in it and the column."""
        table = next((part for part in reversed(path) if part in TABLES), DOCTORS)
        inside = [part for part in path if part not in ("campaigns", *TABLES)]
        file = str(Path(self.file) / f"{table}{self.suffix}")
        return Problem(code, file, place=".".join(map(str, [self.data["doctor"], *inside])), details=details)


class Tables:
    """A folder of tables, opened. Raises Invalid: one missing or there twice, unreadable, a column not expected."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = {table: _file(folder, table) for table in TABLES}
        self.opened = {table: _open(file, table) for table, file in self.files.items()}

    def doctors(self) -> Iterator[tuple[str, str | None, tuple[int, ...]]]:
        """Number, name and years of each doctor, by number. Raises Invalid: a number or a year is no number."""
        known = sorted(self._doctors.items())
        for number, rows in groupby(known, key=lambda one: one[0][0]):
            campaigns = list(rows)
            names = [name for _, name in campaigns if name]
            yield number, names[-1] if names else None, tuple(year for (_, year), _ in campaigns)

    @cached_property
    def _doctors(self) -> dict[tuple[str, int], str | None]:
        known: dict[tuple[str, int], str | None] = {}
        for row in self._rows(DOCTORS, None):
            number, year = row.get("doctor", ""), row.get("year", "")
            if not (number.isascii() and number.isdecimal() and year.isascii() and year.isdecimal()):
                raise self._at(Problem("bad_owner", DOCTORS, details={"doctor": number, "year": year}))
            if (number, int(year)) in known:
                raise self._at(Problem("doctor_twice", DOCTORS, place=number, details={"year": year}))
            known[number, int(year)] = row.get("name")
        return known

    def page(self, number: str) -> Page | None:
        """All that the tables hold of a doctor, as a page; None when `doctors` has no such number. Raises Invalid."""
        rows = {table: list(self._rows(table, number)) for table in TABLES}
        if not rows[DOCTORS]:
            return None
        try:
            data: Plain = dossier_data(number, rows)
        except Invalid as invalid:
            raise self._at(*invalid.problems) from None
        return TablesPage(str(self.folder), data, {}, self.files[DOCTORS].suffix)

    def _at(self, *problems: Problem) -> Invalid:
        """The problems of tables, said of their files."""
        return Invalid(
            Problem(one.code, str(self.files[one.file]), place=one.place, details=one.details) for one in problems
        )

    def _rows(self, table: str, number: str | None) -> Iterator[Cells]:
        """The rows of a table, all or one doctor's, in batches, so that no table is held whole."""
        wanted = [name for name in self.opened[table].schema.names if table != DOCTORS or number or name in LISTED]
        only = None if number is None else datasets.field("doctor") == number
        try:
            for batch in self.opened[table].to_batches(columns=wanted, filter=only):
                for row in batch.to_pylist():
                    yield {name: _text(value) for name, value in row.items() if value is not None}
        except (arrow.ArrowException, OSError, UnicodeDecodeError) as error:
            raise _unreadable(self.files[table], error) from None


def _file(folder: Path, table: str) -> Path:
    found = [folder / f"{table}{suffix}" for suffix in SUFFIXES if (folder / f"{table}{suffix}").is_file()]
    if not found:
        raise Invalid([Problem("missing_table", str(folder), details={"name": table})])
    if len(found) > 1:
        raise Invalid([Problem("table_twice", str(folder), details={"name": table})])
    return found[0]


def _open(file: Path, table: str) -> Anything:
    """The dataset of a table, its columns checked. In CSV every column is text."""
    try:
        if file.suffix == ".csv":
            with file.open("rb") as opened:
                names = comma.open_csv(opened, parse_options=CSV).schema.names
            texts = comma.ConvertOptions(
                null_values=[""], strings_can_be_null=True, column_types=dict.fromkeys(names, arrow.string())
            )
            found = datasets.dataset(str(file), format=datasets.CsvFileFormat(CSV, convert_options=texts))
        else:
            found = datasets.dataset(str(file), format="parquet")
    except (arrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, error) from None
    _check_columns(file, table, found.schema)
    return found


def _check_columns(file: Path, table: str, schema: Anything) -> None:
    columns = TABLES[table]
    for column in schema:
        if column.name not in columns:
            raise Invalid([Problem("unknown_column", str(file), details=unknown_name(column.name, columns))])
        if schema.names.count(column.name) > 1:
            raise Invalid([Problem("column_twice", str(file), details={"name": column.name})])
        if not _holds(column.type, columns[column.name]):
            details = {"name": column.name, "type": str(column.type), "expected": columns[column.name]}
            raise Invalid([Problem("column_type", str(file), details=details)])
    for name in sorted(NEEDED[table] - set(schema.names)):
        raise Invalid([Problem("missing_column", str(file), details={"name": name})])


def _holds(found: Anything, expected: FieldType) -> bool:
    """Whether a column can be read as a type: texts can as any, since they are judged as those of a page are."""
    kinds = arrow.types
    if kinds.is_dictionary(found):
        found = found.value_type
    if kinds.is_string(found) or kinds.is_large_string(found) or kinds.is_null(found):
        return True
    match expected:
        case "integer" | "year":
            return bool(kinds.is_integer(found))
        case "boolean":
            return bool(kinds.is_boolean(found))
        case "date":
            return bool(kinds.is_date(found))
        case "text":
            return False


def _text(value: Anything) -> str:
    """A cell as a page would write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _unreadable(file: Path, error: Exception) -> Invalid:
    why = next(iter(str(error).splitlines()), "")[:SHOWN]
    return Invalid([Problem("not_a_table", str(file), details={"why": why})])


def arrow_schema(table: str) -> Anything:
    """The columns of a table as they are written."""
    return arrow.schema([(name, ARROW[type]) for name, type in TABLES[table].items()])


def write_tables(folder: Path, rows: Iterable[tuple[str, Cells]], suffix: str = ".parquet") -> None:
    """Write every table in a folder that is there, from rows with their tables, sorted by doctor and campaign.

    The same rows give the same bytes, whatever their order. Raises Invalid for a text that is not of its column's
    type, OSError when it cannot be written.
    """
    held: dict[str, list[Cells]] = {table: [] for table in TABLES}
    for table, row in rows:
        held[table].append(row)
    for table, columns in TABLES.items():
        ordered = sorted(held[table], key=lambda row: [_rank(row.get(column, "")) for column in columns])
        texts = [[row.get(column) for row in ordered] for column in columns]
        whole = arrow.table(
            [_typed(table, name, type, column) for (name, type), column in zip(columns.items(), texts, strict=True)],
            schema=arrow_schema(table),
        )
        file = folder / f"{table}{suffix}"
        if suffix == ".csv":
            comma.write_csv(whole, str(file))
        else:
            parquet.write_table(whole, str(file), store_schema=False)


class TableWriter:
    """A Parquet table written part by part: without the time, and the same bytes for the same parts."""

    def __init__(self, folder: Path, table: str) -> None:
        file = str(folder / f"{table}.parquet")
        self.writer = parquet.ParquetWriter(file, arrow_schema(table), store_schema=False, compression="zstd")

    def write(self, part: Anything) -> None:
        """One more part of the table, which a reader can skip whole. Raises OSError."""
        self.writer.write_table(part, row_group_size=max(1, part.num_rows))

    def close(self) -> None:
        """The end of the table. Raises OSError."""
        self.writer.close()


def _rank(text: str) -> tuple[int, str]:
    return (len(text), text) if text.isdecimal() else (0, text)


def _typed(table: str, name: str, type: FieldType, texts: list[str | None]) -> Anything:
    try:
        return arrow.array(texts, arrow.string()).cast(ARROW[type])
    except arrow.ArrowInvalid as error:
        raise Invalid([Problem("not_a_table", table, place=name, details={"why": str(error)[:SHOWN]})]) from None
