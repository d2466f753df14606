"""Whatever the engine, and whatever the source, a batch of doctors is the same rows of the same types."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.compute as computed
import pytest
from pyarrow import parquet

from engine.engines.engine import Engine
from engine.engines.engines import connect, read_memory
from engine.problems import Invalid
from engine.sourcing.opening import open_source
from engine.stores import bundled_examples
from engine.tables import TABLES, Cells, rows_of
from engine.tabular import arrow_schema, write_tables
from tests.conftest import known
from tests.services import TYPES, Postgres

ENGINES = (
    "duckdb",
    "polars",
    pytest.param("postgres", marks=pytest.mark.xdist_group("postgres")),
    pytest.param("spark", marks=pytest.mark.xdist_group("spark")),
)
SOME = ("99900000003", "99900000029", "99900000060")
FIRST, LAST = "99900000011", "99900000052"


def rows(*numbers: str) -> list[tuple[str, Cells]]:
    return [row for number in numbers or sorted(known()) for row in rows_of(known()[number].page.data)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every bundled doctor, as tables in order."""
    made: Path = tmp_path_factory.mktemp("folder")
    write_tables(made, rows())
    return made


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """The name of an engine, as a run is told it; its server runs."""
    named: str = request.param
    if named == "postgres":
        named = request.getfixturevalue("postgres").address
    elif named == "spark":
        named = request.getfixturevalue("spark")
    return named


each_engine = pytest.mark.parametrize("name", ENGINES, indirect=True)


@contextmanager
def connected(engine: str, where: Path | str, scratch: Path) -> Iterator[Engine]:
    with open_source(str(where)) as source, connect(engine, source, scratch, "1GB") as opened:
        yield opened


def batch(engine: Engine, first: str, last: str) -> dict[str, list[Anything]]:
    """The rows of a batch, in an order of their own."""
    return {
        table: in_order(engine.found(one).cast(arrow_schema(table)))
        for table, one in engine.tables(first, last).items()
    }


def expected(folder: Path, first: str, last: str) -> dict[str, list[Anything]]:
    """The same, as Arrow reads them."""
    within = (computed.field("doctor") >= first) & (computed.field("doctor") <= last)
    return {table: in_order(parquet.read_table(folder / f"{table}.parquet").filter(within)) for table in TABLES}


def in_order(table: arrow.Table) -> list[Anything]:
    return sorted(table.to_pylist(), key=lambda row: [str(value) for value in row.values()])


# --- the same rows --------------------------------------------------------------------------------------------------


@each_engine
def test_a_batch_is_the_rows_of_its_doctors_typed(name: str, folder: Path, tmp_path: Path) -> None:
    with connected(name, folder, tmp_path) as engine:
        assert batch(engine, FIRST, LAST) == expected(folder, FIRST, LAST)
        assert not list(tmp_path.glob("*.parquet")), "tables in order are read in place"


@each_engine
def test_tables_in_csv_come_to_the_same_rows(name: str, folder: Path, tmp_path: Path) -> None:
    commas, scratch = tmp_path / "commas", tmp_path / "scratch"
    commas.mkdir()
    scratch.mkdir()
    write_tables(commas, rows(), ".csv")
    with connected(name, commas, scratch) as engine:
        assert batch(engine, FIRST, LAST) == expected(folder, FIRST, LAST)
        assert engine.singly == frozenset()


def test_dossier_files_come_to_the_same_rows(folder: Path, tmp_path: Path) -> None:
    with connected("duckdb", bundled_examples(), tmp_path) as engine:
        assert batch(engine, FIRST, LAST) == expected(folder, FIRST, LAST)


@each_engine
def test_rows_in_any_order_and_in_many_parts_come_to_the_same(name: str, folder: Path, tmp_path: Path) -> None:
    mixed, scratch = tmp_path / "mixed", tmp_path / "scratch"
    mixed.mkdir()
    scratch.mkdir()
    for file in folder.iterdir():
        whole = parquet.read_table(file)
        backwards = whole.take(arrow.array(range(whole.num_rows)[::-1], arrow.int64()))
        parquet.write_table(backwards, mixed / file.name, row_group_size=3)
    with connected(name, mixed, scratch) as engine:
        assert batch(engine, FIRST, LAST) == expected(folder, FIRST, LAST)


def test_a_table_in_many_parts_in_order_is_read_in_place(folder: Path, tmp_path: Path) -> None:
    parted, scratch = tmp_path / "parted", tmp_path / "scratch"
    parted.mkdir()
    scratch.mkdir()
    for file in folder.iterdir():
        parquet.write_table(parquet.read_table(file), parted / file.name, row_group_size=3)
    with connected("duckdb", parted, scratch) as engine:
        assert batch(engine, FIRST, LAST) == expected(folder, FIRST, LAST)
        assert not list(scratch.glob("*.parquet"))


@each_engine
def test_a_folder_may_have_any_name(name: str, folder: Path, tmp_path: Path) -> None:
    """Signs that stand for other files elsewhere stand for themselves."""
    odd = tmp_path / "it's [1-2] {a,b} *? \\ é%20#"
    shutil.copytree(folder, odd)
    with connected(name, odd, tmp_path) as engine:
        assert batch(engine, FIRST, LAST) == expected(folder, FIRST, LAST)


@each_engine
def test_a_column_left_out_is_null(name: str, folder: Path, tmp_path: Path) -> None:
    less = tmp_path / "less"
    less.mkdir()
    for file in folder.iterdir():
        whole = parquet.read_table(file)
        parquet.write_table(whole.drop_columns(["sector"]) if file.stem == "doctors" else whole, less / file.name)
    with connected(name, less, tmp_path) as engine:
        doctors = batch(engine, FIRST, LAST)["doctors"]
    assert doctors == [{**row, "sector": None} for row in expected(folder, FIRST, LAST)["doctors"]]


@pytest.mark.xdist_group("postgres")
def test_a_database_computes_what_it_holds_in_place(folder: Path, postgres: Postgres, tmp_path: Path) -> None:
    where = postgres.hold(rows())
    with connected(where, where, tmp_path) as engine:
        assert batch(engine, FIRST, LAST) == expected(folder, FIRST, LAST)
        assert batch(engine, LAST, LAST) == expected(folder, LAST, LAST)
    assert not list(tmp_path.iterdir())


@pytest.mark.xdist_group("postgres")
def test_numbers_are_compared_by_their_bytes_whatever_the_order_of_a_database(
    folder: Path, postgres: Postgres, tmp_path: Path
) -> None:
    """Here « 9 » comes before « 10 », and an accent does not count."""
    where = postgres.hold([*rows(), ("doctors", {"doctor": "9", "year": "2023"})])
    schema = where.rpartition("=")[2]
    postgres.run(f"CREATE COLLATION {schema}.counted (provider = icu, locale = 'fr-u-kn-true')")
    postgres.run(f"ALTER TABLE {schema}.doctors ALTER doctor TYPE text COLLATE {schema}.counted")
    with connected(where, where, tmp_path) as engine:
        doctors = batch(engine, "8", "999")["doctors"]
    assert [row["doctor"] for row in doctors] == [
        "9",
        *(row["doctor"] for row in expected(folder, "8", "999")["doctors"]),
    ]


@pytest.mark.xdist_group("postgres")
def test_a_database_of_texts_comes_to_the_same_rows(folder: Path, postgres: Postgres, tmp_path: Path) -> None:
    where = postgres.hold(rows(), dict.fromkeys(TYPES, "text"))
    with connected(where, where, tmp_path) as engine:
        assert batch(engine, FIRST, LAST) == expected(folder, FIRST, LAST)


@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize("name", ENGINES[:2], indirect=True)
def test_a_database_is_copied_for_another_engine(name: str, folder: Path, postgres: Postgres, tmp_path: Path) -> None:
    with connected(name, postgres.hold(rows()), tmp_path) as engine:
        assert batch(engine, FIRST, LAST) == expected(folder, FIRST, LAST)


@pytest.mark.xdist_group("postgres")
def test_nothing_of_a_database_is_changed(postgres: Postgres, tmp_path: Path) -> None:
    where = postgres.hold(rows(*SOME))
    with open_source(where) as source:
        before = source.digest()
    with connected(where, where, tmp_path) as engine:
        batch(engine, FIRST, LAST)
    with open_source(where) as source:
        assert source.digest() == before


# --- texts that are no value of their column ------------------------------------------------------------------------

WRONG = {
    "a word": ("numerator", "douze"),
    "a decimal": ("numerator", "12.0"),
    "a zero before": ("numerator", "012"),
    "too many digits": ("numerator", "1" * 19),
    "a space": ("numerator", " 12"),
    "a day there is not": ("period_start", "2023-02-30"),
    "a day written short": ("period_start", "2023-1-5"),
    "no day": ("period_start", "none"),
}


@pytest.mark.parametrize(("column", "text"), WRONG.values(), ids=WRONG)
def test_a_text_that_is_no_value_is_null_and_its_doctor_is_read_singly(
    column: str, text: str, folder: Path, tmp_path: Path
) -> None:
    commas, scratch = tmp_path / "commas", tmp_path / "scratch"
    commas.mkdir()
    scratch.mkdir()
    given = rows()
    at = next(at for at, (table, row) in enumerate(given) if table == "measures" and row["doctor"] == SOME[1])
    spoiled = {**given[at][1], column: text}
    texts_in(commas, [*given[:at], ("measures", spoiled), *given[at + 1 :]])
    with connected("duckdb", commas, scratch) as engine:
        assert engine.singly == {SOME[1]}
        found = batch(engine, SOME[1], SOME[1])["measures"]
    others = expected(folder, SOME[1], SOME[1])["measures"]
    assert [row for row in found if row not in others] == [
        {**next(row for row in others if row not in found), column: None}
    ]


def texts_in(folder: Path, given: Iterable[tuple[str, Cells]]) -> None:
    """Tables in Parquet, every column as text."""
    held: dict[str, list[Cells]] = {table: [] for table in TABLES}
    for table, row in given:
        held[table].append(row)
    for table, some in held.items():
        schema = arrow.schema([(name, arrow.string()) for name in TABLES[table]])
        parquet.write_table(arrow.Table.from_pylist(some, schema), folder / f"{table}.parquet")


# --- what is asked of an engine -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "bytes_"),
    [("4GB", 4 * 2**30), ("512mb", 512 * 2**20), ("1 TiB", 2**40), ("300000K", 300_000 * 2**10)],
)
def test_memory_is_written_with_its_unit(text: str, bytes_: int) -> None:
    assert read_memory(text) == bytes_


@pytest.mark.parametrize("text", ["", "4", "GB", "-1GB", "4GB; DROP TABLE doctors", "1.5GB", "12MB", "٤GB"])
def test_memory_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as raised:
        read_memory(text)
    assert [one.code for one in raised.value.problems] == ["bad_memory"]


def test_duckdb_keeps_within_the_memory_given_and_the_folder_given(folder: Path, tmp_path: Path) -> None:
    with connected("duckdb", folder, tmp_path) as engine:
        limit, where = engine.backend.con.execute(
            "SELECT current_setting('memory_limit'), current_setting('temp_directory')"
        ).fetchone()
    assert (limit, where) == ("512.0 MiB", str(tmp_path))


@pytest.mark.parametrize("name", ["", "sqlite", "DuckDB", "polars "])
def test_an_engine_that_is_none_is_refused(name: str, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as raised, connected(name, folder, tmp_path):
        pass
    assert [one.code for one in raised.value.problems] == ["unknown_engine"]


def test_a_server_that_is_not_there_is_told_without_the_password(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as raised, connected("postgres://me:hunter2@127.0.0.1:1/db", folder, tmp_path):
        pass
    assert [(one.code, one.file) for one in raised.value.problems] == [
        ("no_database", "postgres://me@127.0.0.1:1/db")
    ]
    assert "hunter2" not in str(raised.value)


def test_spark_that_cannot_start_says_so(folder: Path, tmp_path: Path) -> None:
    """In a process of its own: another test may have started it in this one."""
    asked = (
        "from engine.problems import Invalid\n"
        "from tests.test_engines import Path, connected\n"
        "try:\n"
        f"    with connected('spark://local[1]', Path({str(folder)!r}), Path({str(tmp_path)!r})):\n"
        "        print('started')\n"
        "except Invalid as invalid:\n"
        "    print([one.code for one in invalid.problems])\n"
    )
    without = {**os.environ, "JAVA_HOME": "/nowhere"}
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True, text=True, env=without)
    assert (told.stdout, told.stderr) == ("['spark_not_started']\n", "")
