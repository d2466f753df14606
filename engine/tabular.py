"""Tables of dossiers: what they hold of a doctor, of many at once, and writing them.

Every cell is read as the text that a page would hold, so that one schema and one reader judge both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby, islice
from pathlib import Path
from typing import Any as Anything
from typing import Protocol

import pyarrow as arrow
import pyarrow.csv as comma
import pyarrow.dataset as datasets
from pyarrow import parquet

from engine.policy import FieldType
from engine.problems import Invalid, Problem, unknown_name
from engine.tables import (
    CHILD_OF,
    DOCTORS,
    NAMES,
    NEEDED,
    OWNER,
    ROWS,
    TABLES,
    Cells,
    Columns,
    Wanted,
    dossier_data,
    row_number,
    some_of,
)
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
AT_ONCE = 10_000
"""The doctors whose rows are gathered in one reading of the tables."""
MANY = 100
"""From so many doctors on, it pays to load what reads Parquet quicker."""
SHOWN = 80
"""The letters shown of what the library says of a file that it cannot read."""


class TablesPage(Page, frozen=True):
    """The page of a doctor of these tables: what is wrong in it is said of the table where it stands.

    `places` tells where each table is, and `rows` holds those of the doctor.
    """

    places: Mapping[str, str]
    rows: Mapping[str, Sequence[Cells]]

    def problem(self, code: str, path: Path_ = (), /, **details: str) -> Problem:
        """A problem at `path`; its place is the doctor, the campaign, the row's number and the column."""
        table = next((part for part in reversed(path) if isinstance(part, str) and part in TABLES), DOCTORS)
        inside = [part for part in self._numbered(path) if part not in ("campaigns", *TABLES)]
        place = ".".join(map(str, [self.data["doctor"], *inside]))
        return Problem(code, self.places[table], place=place, details=details)

    def _numbered(self, path: Path_) -> Path_:
        """A path with the number of a row in place of its rank in the page."""
        match path:
            case ("campaigns", year, str() as table, int() as rank, *inside) if table in ROWS:
                return ("campaigns", year, table, row_number(self.rows[table], str(year), rank), *inside)
        return path


class HeldTable(Protocol):
    """One table, wherever it is kept: where that is, as it is told, and its columns, as an Arrow schema."""

    @property
    def place(self) -> str: ...

    @property
    def schema(self) -> Anything: ...

    def batches(self, columns: Sequence[str], doctors: Sequence[str] | None) -> Iterator[Anything]:
        """These columns of all rows, or of some doctors' (`""`: of those without a number), in Arrow batches.

        Of their own type or as texts. Raises Invalid.
        """

    def owners(self) -> Iterator[Anything]:
        """Doctor and year of every row, each at least once. Raises Invalid."""


class Tables:
    """Every table of dossiers, opened in one place. Raises Invalid: a column missing, there twice, not expected."""

    def __init__(self, where: str, held: Mapping[str, HeldTable]) -> None:
        self.where, self.held = where, held
        self.places = {table: one.place for table, one in held.items()}
        for table, one in held.items():
            check_columns(one.place, one.schema, TABLES[table], NEEDED[table])

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
        for row in self.rows(DOCTORS, None, LISTED):
            number, year = row.get("doctor", ""), row.get("year", "")
            if not (number.isascii() and number.isdecimal() and year.isascii() and year.isdecimal()):
                raise self._at(Problem("bad_owner", DOCTORS, details={"doctor": number, "year": year}))
            if (number, int(year)) in known:
                raise self._at(Problem("doctor_twice", DOCTORS, place=number, details={"year": year}))
            known[number, int(year)] = row.get("name")
        return known

    def page(self, number: str) -> Page | None:
        """All that the tables hold of a doctor, as a page; None when `doctors` has no such number. Raises Invalid."""
        rows = self._gathered([number])[number]
        return self._page(number, rows) if rows[DOCTORS] else None

    def pages(self, numbers: Iterable[str], wanted: Wanted | None = None) -> Iterator[Page | Invalid]:
        """The page of each of these doctors, in their order, or what no page can be made of.

        Not checked yet; of no more rows than are `wanted`, if that is told. Thousands are gathered in one reading of
        each table. Raises Invalid: a table is unreadable.
        """
        left = iter(numbers)
        while some := list(islice(left, AT_ONCE)):
            gathered = self._gathered(some, wanted)
            for number in some:
                try:
                    yield self._page(number, gathered[number])
                except Invalid as invalid:
                    yield invalid

    def _page(self, number: str, rows: Mapping[str, Sequence[Cells]]) -> Page:
        try:
            data: Plain = dossier_data(number, rows)
        except Invalid as invalid:
            raise self._at(*invalid.problems) from None
        return TablesPage(self.where, data, {}, self.places, rows)

    def _gathered(
        self, numbers: Sequence[str], wanted: Wanted | None = None
    ) -> Mapping[str, Mapping[str, Sequence[Cells]]]:
        gathered: dict[str, dict[str, list[Cells]]] = {number: {table: [] for table in TABLES} for number in numbers}
        for table in TABLES:
            whose = numbers if wanted is None else _whose(table, numbers, wanted)
            for row in self.rows(table, whose) if whose else ():
                gathered[row.get("doctor", "")][table].append(row)
        return gathered if wanted is None else {one: some_of(rows, wanted[one]) for one, rows in gathered.items()}

    def _at(self, *problems: Problem) -> Invalid:
        """The problems of tables, said of where those are."""
        return Invalid(
            Problem(one.code, self.places[one.file], place=one.place, details=one.details) for one in problems
        )

    def rows(
        self, table: str, doctors: Sequence[str] | None, columns: Sequence[str] | None = None
    ) -> Iterator[Cells]:
        """The rows of a table, all or some doctors', in batches, so that no table is held whole. Raises Invalid."""
        held = self.held[table]
        wanted = [name for name in held.schema.names if columns is None or name in columns]
        for batch in held.batches(wanted, doctors):
            for row in arrow.RecordBatch.from_arrays(list(map(texts, batch.columns)), wanted).to_pylist():
                yield {name: value for name, value in row.items() if value is not None}


def _whose(table: str, numbers: Sequence[str], wanted: Wanted) -> list[str]:
    """The doctors of whom rows of a table are wanted."""
    named = CHILD_OF.get(table, table)
    return [one for one in numbers if named not in NAMES or any(found == named for found, _name in wanted[one])]


def texts(column: Anything) -> Anything:
    """The cells of a column as a page would write them."""
    kinds = arrow.types
    if kinds.is_dictionary(column.type):
        column = column.dictionary_decode()
    if kinds.is_date64(column.type):
        column = column.cast(arrow.date32())
    return column.cast(arrow.string())


class FileHeld:
    """A table in a file, Parquet or CSV. In CSV every column is text. Raises Invalid when it cannot be read."""

    def __init__(self, file: Path) -> None:
        self.file, self.place, self.parquet = file, str(file), file.suffix == ".parquet"
        try:
            self.opened = datasets.dataset(self.place, format="parquet" if self.parquet else _commas(file))
        except (arrow.ArrowException, OSError, UnicodeDecodeError) as error:
            raise unreadable(self.place, error) from None
        self.schema = self.opened.schema

    def batches(self, columns: Sequence[str], doctors: Sequence[str] | None) -> Iterator[Anything]:
        """See `HeldTable`. Parts of a Parquet file that hold none of the doctors are skipped."""
        if doctors and len(doctors) >= MANY and self.schema.field("doctor").type == arrow.string() and self.parquet:
            yield from self._of_many(columns, doctors)
            return
        only = None if doctors is None else _owned(doctors, self.schema)
        try:
            for batch in self.opened.to_batches(columns=columns, filter=only):
                batch.validate(full=True)  # Parquet promises texts in UTF-8, and holds whatever was written
                yield batch
        except (arrow.ArrowException, OSError, UnicodeDecodeError) as error:
            raise unreadable(self.place, error) from None

    def _of_many(self, columns: Sequence[str], doctors: Sequence[str]) -> Iterator[Anything]:
        """The same by Polars, which looks at the doctors first and makes out no cell of the rows of others."""
        import polars  # noqa: PLC0415

        number = polars.col("doctor")
        only = number.is_in(list(doctors)) | (number.is_null() & ("" in doctors))
        # To Polars, a day that was kept in milliseconds has hours.
        days = polars.selectors.datetime().cast(polars.Date)
        return self._by_polars(lambda rows: rows.filter(only).select(columns).with_columns(days))

    def owners(self) -> Iterator[Anything]:
        """See `HeldTable`: in Parquet, once for rows of one owner that stand beside each other."""
        if not self.parquet:
            return self.batches(list(OWNER), None)
        import polars  # noqa: PLC0415

        each = polars.struct(*OWNER).rle().struct.field("value").struct.unnest()
        return self._by_polars(lambda rows: rows.select(each))

    def _by_polars(self, asked: Callable[[Anything], Anything]) -> Iterator[Anything]:
        """What is asked of the rows of a Parquet file, as a frame of Polars."""
        import polars  # noqa: PLC0415

        try:
            rows = asked(polars.scan_parquet(self.place, glob=False, hive_partitioning=False))
            yield from rows.collect(engine="streaming").to_arrow().to_batches()
        except (polars.exceptions.PolarsError, OSError) as error:
            raise unreadable(self.place, error) from None


def _commas(file: Path) -> Anything:
    with file.open("rb") as opened:
        names = comma.open_csv(opened, parse_options=CSV).schema.names
    as_texts = comma.ConvertOptions(
        null_values=[""], strings_can_be_null=True, column_types=dict.fromkeys(names, arrow.string())
    )
    return datasets.CsvFileFormat(CSV, convert_options=as_texts)


def _owned(doctors: Sequence[str], schema: Anything) -> Anything:
    """Whether a row is one of these doctors'."""
    number = datasets.field("doctor")
    if not doctors:
        return datasets.scalar(False)
    if arrow.types.is_null(schema.field("doctor").type):
        return datasets.scalar("" in doctors)
    # The statistics of a part say what lies between, and nothing of a list.
    only = (number >= min(doctors)) & (number <= max(doctors))
    if len(doctors) > 1:
        only &= number.isin(list(doctors))
    return only | number.is_null() if "" in doctors else only


def folder_tables(folder: Path) -> Tables:
    """The tables of a folder. Raises Invalid: one missing or there twice, unreadable, a column not expected."""
    files = {table: file_of(folder, table) for table in TABLES}
    return Tables(str(folder), {table: FileHeld(file) for table, file in files.items()})


def file_of(folder: Path, table: str) -> Path:
    """The file of a table in a folder. Raises Invalid when there is none, or two."""
    found = [folder / f"{table}{suffix}" for suffix in SUFFIXES if (folder / f"{table}{suffix}").is_file()]
    for odd in (folder / f"{table}{suffix}" for suffix in SUFFIXES):
        if odd.is_dir():
            raise Invalid([Problem("folder_for_table", str(odd))])
    if not found:
        raise Invalid([Problem("missing_table", str(folder), details={"name": table})])
    if len(found) > 1:
        raise Invalid([Problem("table_twice", str(folder), details={"name": table})])
    return found[0]


def check_columns(file: str, schema: Anything, columns: Columns, needed: Collection[str]) -> None:
    """Raises Invalid when a table has a column there twice, not expected or of a wrong type, or lacks one needed."""
    for column in schema:
        if column.name not in columns:
            raise Invalid([Problem("unknown_column", file, details=unknown_name(column.name, columns))])
        if schema.names.count(column.name) > 1:
            raise Invalid([Problem("column_twice", file, details={"name": column.name})])
        if not _holds(column.type, columns[column.name]):
            details = {"name": column.name, "type": str(column.type), "expected": columns[column.name]}
            raise Invalid([Problem("column_type", file, details=details)])
    for name in sorted(set(needed) - set(schema.names)):
        raise Invalid([Problem("missing_column", file, details={"name": name})])


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


def unreadable(place: str, error: Exception) -> Invalid:
    """What is told of a table that a library cannot read."""
    if place.endswith(".parquet"):
        # What the library says of one is of its own making, and no help.
        return Invalid([Problem("not_parquet", place)])
    why = next(iter(str(error).splitlines()), "")[:SHOWN]
    return Invalid([Problem("not_a_table", place, details={"why": why})])


def arrow_schema(table: str) -> Anything:
    """The columns of a table of dossiers as they are written."""
    return schema_of(TABLES[table])


def schema_of(columns: Columns) -> Anything:
    """Columns as they are written."""
    return arrow.schema([(name, ARROW[type]) for name, type in columns.items()])


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
