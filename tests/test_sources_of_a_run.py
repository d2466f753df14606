"""A run reads the same doctors wherever they are: folders of tables, dossier files, databases."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
import pyarrow as arrow
import pytest
from pyarrow import parquet

from engine.problems import Invalid
from engine.schema import check
from engine.sourcing.opening import open_source
from engine.sourcing.sources import Source
from engine.stores import bundled_examples, find_doctor
from engine.tables import TABLES, Cells, rows_of
from engine.tabular import folder_tables, write_tables
from engine.yamltext import Page
from tests.conftest import known
from tests.services import Postgres

YEAR = 2023
SOME = ("99900000003", "99900000029", "99900000060")
Row = tuple[str, dict[str, str]]
ORPHAN: Row = ("measures", {"doctor": "17", "year": "2023", "measure": "aat"})
NOBODY: Row = ("doctors", {"year": "2023", "specialty": "generaliste"})


def rows(*numbers: str) -> list[tuple[str, Cells]]:
    return [row for number in numbers or sorted(known()) for row in rows_of(known()[number].page.data)]


def parquet_folder(folder: Path, given: Iterable[tuple[str, Cells]]) -> str:
    write_tables(folder, given)
    return str(folder)


def csv_folder(folder: Path, given: Iterable[tuple[str, Cells]]) -> str:
    write_tables(folder, given, ".csv")
    return str(folder)


def duckdb_file(folder: Path, given: Iterable[tuple[str, Cells]]) -> str:
    write_tables(folder, given)
    file = folder / "doctors.duckdb"
    with duckdb.connect(str(file)) as connection:
        for table in TABLES:
            connection.execute(f"CREATE TABLE {table} AS SELECT * FROM '{folder}/{table}.parquet'")
    return str(file)


TABLED = {"parquet": parquet_folder, "csv": csv_folder, "duckdb": duckdb_file}
Made = Callable[[Path, Iterable[tuple[str, Cells]]], str]


@pytest.fixture(params=[*TABLED, pytest.param("postgres", marks=pytest.mark.xdist_group("postgres"))])
def made(request: pytest.FixtureRequest) -> Made:
    """How rows become a source of tables, in each form."""
    if request.param in TABLED:
        return TABLED[request.param]
    server: Postgres = request.getfixturevalue("postgres")
    return lambda _, given: server.hold(given)


def facts(page: Page) -> object:
    """All that a page says, in an order of its own."""
    return sorted(((table, sorted(row.items())) for table, row in rows_of(page.data)))


def dossiers(source: Source, numbers: Iterable[str]) -> list[object]:
    """The facts of each page, or the codes of what is wrong."""
    return [
        facts(page) if isinstance(page, Page) else [one.code for one in page.problems]
        for page in source.pages(numbers)
    ]


# --- the same doctors -----------------------------------------------------------------------------------------------


def test_the_pages_of_tables_are_those_of_the_files_they_were_made_from(made: Made, tmp_path: Path) -> None:
    with open_source(made(tmp_path, rows())) as source:
        assert dossiers(source, sorted(known())) == [facts(known()[number].page) for number in sorted(known())]


def test_pages_in_bulk_are_the_pages_of_one_doctor_each(tmp_path: Path) -> None:
    where = parquet_folder(tmp_path, rows())
    tables = folder_tables(Path(where))
    with open_source(where) as source:
        assert list(source.pages(sorted(known()))) == [tables.page(number) for number in sorted(known())]


def test_pages_come_in_the_order_asked_for(made: Made, tmp_path: Path) -> None:
    asked = [SOME[2], SOME[0], SOME[1]]
    with open_source(made(tmp_path, rows(*SOME))) as source:
        assert dossiers(source, asked) == [facts(known()[number].page) for number in asked]


def test_dossier_files_are_read_as_explain_reads_them() -> None:
    with open_source(str(bundled_examples())) as source:
        assert list(source.pages(SOME)) == [find_doctor(bundled_examples(), number).page for number in SOME]


def test_many_dossiers_in_one_file_are_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    file.write_text("".join(json.dumps(known()[number].page.data) + "\n" for number in SOME), encoding="utf-8")
    with open_source(str(file)) as source:
        assert source.numbers(YEAR).read == sorted(SOME)
        assert dossiers(source, SOME) == [facts(known()[number].page) for number in SOME]


# --- who is there ---------------------------------------------------------------------------------------------------


def test_doctors_are_those_of_the_year_and_the_others_are_counted(made: Made, tmp_path: Path) -> None:
    of_the_year = sorted(number for number, one in known().items() if YEAR in one.years)
    for where in (made(tmp_path, rows()), str(bundled_examples())):
        with open_source(where) as source:
            found = source.numbers(YEAR)
            assert (found.read, found.odd) == (of_the_year, frozenset())
            assert found.elsewhere == len(known()) - len(of_the_year)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(ORPHAN, id="rows but no campaign"),
        pytest.param(("doctors", {"doctor": "12x", "year": "2023"}), id="a number that is none"),
        pytest.param(("doctors", {"doctor": "18"}), id="a campaign of no year"),
        pytest.param(("facts", {"doctor": SOME[0], "year": "2023", "fact": "ecv"}), id="rows of another campaign"),
    ],
)
def test_whoever_cannot_be_dealt_with_is_read_and_odd(made: Made, row: Row, tmp_path: Path) -> None:
    only_2024 = [(table, one) for table, one in rows(SOME[0]) if one["year"] == "2024"]
    with open_source(made(tmp_path, [*only_2024, row])) as source:
        found = source.numbers(YEAR)
        assert (found.read, found.odd) == ([row[1]["doctor"]], frozenset({row[1]["doctor"]}))


@pytest.mark.parametrize("table", ["doctors", "measures"])
def test_a_row_of_no_year_makes_a_doctor_of_another_year_odd(made: Made, table: str, tmp_path: Path) -> None:
    """That row may be of this year: nobody can tell."""
    others = [("doctors", {"doctor": "18", "year": "2022"}), (table, {"doctor": "18"})]
    with open_source(made(tmp_path, others)) as source:
        found = source.numbers(YEAR)
        assert (found.read, found.odd, found.elsewhere) == (["18"], frozenset({"18"}), 0)
        (page,) = source.pages(["18"])
        assert isinstance(page, Invalid) or check(page, "dossier")


def test_a_file_shortened_meanwhile_is_told(tmp_path: Path) -> None:
    file = tmp_path / "all.jsonl"
    lines = [json.dumps(known()[number].page.data) for number in SOME]
    file.write_text("\n".join(lines), encoding="utf-8")
    with open_source(str(file)) as source:
        found = source.numbers(YEAR)
        file.write_text(lines[0], encoding="utf-8")
        with pytest.raises(Invalid) as raised:
            list(source.pages(found.read))
    assert [one.code for one in raised.value.problems] == ["source_changed"]


def test_rows_of_nobody_are_read_as_those_of_a_doctor_without_a_number(made: Made, tmp_path: Path) -> None:
    with open_source(made(tmp_path, [NOBODY])) as source:
        assert source.numbers(YEAR).odd == {""}
        (page,) = source.pages([""])
        assert isinstance(page, Page)
        assert [one.place for one in check(page, "dossier")] == [".doctor"]


def test_rows_without_a_campaign_are_told_with_their_table(made: Made, tmp_path: Path) -> None:
    with open_source(made(tmp_path, [*rows(SOME[0]), ORPHAN])) as source:
        (page,) = source.pages(["17"])
        assert isinstance(page, Invalid)
        (problem,) = page.problems
        assert (problem.code, Path(problem.file).stem, problem.place) == ("no_doctor_row", "measures", "17")


def test_one_bad_dossier_spoils_no_other(tmp_path: Path) -> None:
    """A file that is no JSON, one that is no dossier, and a doctor who stands twice are odd; the others are read."""
    lines = [json.dumps(known()[number].page.data) for number in SOME]
    (tmp_path / "all.jsonl").write_text("\n".join([*lines, "{", "[]", lines[1]]), encoding="utf-8")
    file = tmp_path / "all.jsonl"
    with open_source(str(file)) as source:
        found = source.numbers(YEAR)
        assert found.odd == {f"{file}:4", f"{file}:5", SOME[1]}
        assert found.read == sorted({*SOME, *found.odd})
        assert dossiers(source, [SOME[1], f"{file}:4", SOME[0]]) == [
            ["duplicate_doctor"],
            ["not_json"],
            facts(known()[SOME[0]].page),
        ]
        (page,) = source.pages([f"{file}:5"])
        assert isinstance(page, Page)
        assert [one.code for one in check(page, "dossier")] == ["not_expected"]


# --- digests --------------------------------------------------------------------------------------------------------


def test_the_digest_of_a_folder_names_each_table_and_changes_with_it_alone(made: Made, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    given = rows(*SOME)
    with open_source(made(first, given)) as source, open_source(made(second, [*given, ORPHAN])) as changed:
        before, after = source.digest(), changed.digest()
    assert set(before) == set(TABLES)
    assert {table for table in TABLES if before[table] != after[table]} == {"measures"}


def test_the_digest_of_dossier_files_names_each_file() -> None:
    with open_source(str(bundled_examples())) as source:
        assert set(source.digest()) == {file.name for file in bundled_examples().glob("*.yaml")}


@pytest.mark.xdist_group("postgres")
def test_the_same_rows_have_the_same_digest_in_every_database(postgres: Postgres, tmp_path: Path) -> None:
    """And in whatever order they were written."""
    given = rows(*SOME)
    with open_source(duckdb_file(tmp_path, given)) as one, open_source(postgres.hold(given[::-1])) as other:
        assert one.digest() == other.digest()


# --- databases ------------------------------------------------------------------------------------------------------


@pytest.mark.xdist_group("postgres")
def test_a_database_is_read_as_it_was_when_it_was_opened(postgres: Postgres) -> None:
    where = postgres.hold(rows(*SOME))
    with open_source(where) as source:
        before = dossiers(source, SOME)
        postgres.run(f"DELETE FROM {where.rpartition('=')[2]}.measures")
        assert dossiers(source, SOME) == before


@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize(
    "address",
    [
        "postgres://tester:hunter2@/postgres?host={folder}&schema={schema}",
        "postgresql://tester@/postgres?password=hunter2&host={folder}&schema={schema}",
        "postgres://tester:hunter2@/nowhere?host={folder}",
        "postgres://tester:hunter2@/postgres?host={folder}&schema=nothing",
        "postgres://tester:hunter2@[::1/postgres",
        "postgres://tester:hunter2@127.0.0.1:1/postgres?sslpassword=hunter2",
        "postgres://tester:hunter2@h@/postgres?host={folder}",
        "postgres://tester:hunter2/@h/postgres",
        "postgres://tester:hunter2?@h/postgres",
        "postgres://tester:hunter2#@h/postgres",
        "postgres://tester:hunter2%zz@h/postgres",
    ],
)
def test_a_password_is_never_told(address: str, postgres: Postgres) -> None:
    schema = postgres.hold([]).rpartition("=")[2]
    try:
        with open_source(address.format(folder=postgres.folder, schema=schema)) as source:
            (page,) = source.pages([SOME[0]])
            assert isinstance(page, Page)
            said = [source.where, page.file, check(page, "dossier")[0].file]
    except Invalid as invalid:
        said = [str(invalid), *(problem.file for problem in invalid.problems)]
    assert "hunter2" not in " ".join(said)


def test_what_is_no_duckdb_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "doctors.duckdb").write_text("doctor,year\n", encoding="utf-8")
    assert refused(str(tmp_path / "doctors.duckdb")) == ["not_duckdb"]
    assert refused(str(tmp_path / "nowhere.duckdb")) == ["missing_path"]


def test_a_view_of_a_duckdb_file_reads_nothing_outside_it(tmp_path: Path) -> None:
    where = duckdb_file(tmp_path, rows(*SOME))
    with duckdb.connect(where) as connection:
        connection.execute("DROP TABLE facts")
        connection.execute(f"CREATE VIEW facts AS SELECT * FROM '{tmp_path}/facts.parquet'")
    assert refused(where) == ["not_a_table"]


def refused(where: str) -> list[str]:
    with pytest.raises(Invalid) as raised:
        open_source(where)
    return [one.code for one in raised.value.problems]


# --- what cannot be a source ----------------------------------------------------------------------------------------


def test_a_column_of_a_wrong_type_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    where = parquet_folder(tmp_path, rows(*SOME))
    file = tmp_path / "measures.parquet"
    whole = parquet.read_table(file)
    index = whole.schema.get_field_index("numerator")
    parquet.write_table(whole.set_column(index, "numerator", whole["numerator"].cast(arrow.float64())), file)
    assert refused(where) == ["column_type"]


def test_a_folder_without_anything_is_no_source(tmp_path: Path) -> None:
    assert refused(str(tmp_path)) == ["no_dossier"]


def test_what_is_not_there_is_no_source(tmp_path: Path) -> None:
    assert refused(str(tmp_path / "nowhere")) == ["missing_path"]


def test_a_missing_table_is_told(tmp_path: Path) -> None:
    where = parquet_folder(tmp_path, rows(*SOME))
    (tmp_path / "findings.parquet").unlink()
    assert refused(where) == ["missing_table"]


def test_a_folder_of_both_forms_is_a_source(tmp_path: Path) -> None:
    parquet_folder(tmp_path, rows(*SOME))
    other = tmp_path / "other"
    other.mkdir()
    csv_folder(other, rows(*SOME))
    (tmp_path / "measures.parquet").unlink()
    shutil.move(other / "measures.csv", tmp_path)
    with open_source(str(tmp_path)) as source:
        assert dossiers(source, SOME) == [facts(known()[number].page) for number in SOME]
