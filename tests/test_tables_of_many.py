"""Many doctors at once: read by what reads Parquet quicker, and with no more of their rows than are wanted."""

from __future__ import annotations

from pathlib import Path

import pyarrow as arrow
import pytest
from pyarrow import parquet

from engine import tabular
from engine.problems import Invalid
from engine.tables import NAMES, TABLES, Cells, dossier_data, rows_of, some_of
from engine.tabular import Tables, folder_tables, write_tables
from tests.conftest import known

NUMBERS = sorted(known())
SOME = {"coordination", "codage"}


def rows() -> list[tuple[str, Cells]]:
    return [row for one in known().values() for row in rows_of(one.page.data)]


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """Every bundled doctor, and a row that is nobody's."""
    write_tables(tmp_path, [*rows(), ("facts", {"year": "2023", "row": "1", "fact": "whose"})])
    return folder_tables(tmp_path)


def own(number: str) -> dict[str, list[Cells]]:
    """The rows of a doctor, by table."""
    held: dict[str, list[Cells]] = {table: [] for table in TABLES}
    for table, row in rows_of(known()[number].page.data):
        held[table].append(row)
    return held


def test_the_pages_of_many_are_those_of_few(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [*NUMBERS, "", "4"]
    few = [str(one) for one in map(page_or_problem, tables.pages(asked))]
    monkeypatch.setattr(tabular, "MANY", 1)
    assert [str(one) for one in map(page_or_problem, tables.pages(asked))] == few


def page_or_problem(found: object) -> object:
    return found.problems if isinstance(found, Invalid) else found


def test_a_table_that_breaks_off_is_told_of_where_many_are_read(
    tables: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tabular, "MANY", 1)
    file = tmp_path / "facts.parquet"
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(Invalid) as raised:
        list(tables.pages(NUMBERS))
    assert [(one.code, one.file) for one in raised.value.problems] == [("not_parquet", str(file))]


def test_coded_texts_are_read_of_many_as_of_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tables(tmp_path, rows())
    file = tmp_path / "facts.parquet"
    table = parquet.read_table(file)
    for name in ("doctor", "fact"):
        coded = table[name].combine_chunks().dictionary_encode()
        table = table.set_column(table.schema.get_field_index(name), name, coded)
    assert arrow.types.is_dictionary(table.schema.field("doctor").type)
    parquet.write_table(table, file)
    few = list(folder_tables(tmp_path).pages(NUMBERS))
    monkeypatch.setattr(tabular, "MANY", 1)
    assert list(folder_tables(tmp_path).pages(NUMBERS)) == few


TYPES = {
    "doctors": {"activity_start": arrow.date64(), "hospital_practitioner": arrow.string()},
    "declarations": {"declared_on": arrow.date64(), "recorded_on": arrow.large_string(), "row": arrow.uint8()},
    "facts": {"value": arrow.large_string(), "observed_on": arrow.date64(), "year": arrow.int16()},
    "measures": {"numerator": arrow.uint64(), "denominator": arrow.int32(), "period_end": arrow.string()},
}
"""Other types that columns of a table may have."""


@pytest.mark.parametrize(("table", "name", "type"), [(t, n, o) for t, own in TYPES.items() for n, o in own.items()])
def test_columns_of_any_type_taken_are_read_of_many_as_of_few(
    table: str, name: str, type: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tables(tmp_path, rows())
    expected = list(folder_tables(tmp_path).pages(NUMBERS))
    file = tmp_path / f"{table}.parquet"
    held = parquet.read_table(file)
    place = held.schema.get_field_index(name)
    parquet.write_table(held.set_column(place, name, held[name].cast(type)), file)
    assert list(folder_tables(tmp_path).pages(NUMBERS)) == expected
    monkeypatch.setattr(tabular, "MANY", 1)
    assert list(folder_tables(tmp_path).pages(NUMBERS)) == expected


@pytest.mark.parametrize("many", [1, 1_000])
def test_a_text_that_is_no_text_is_told_of_however_many_are_read(
    many: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tables(tmp_path, rows())
    file = tmp_path / "facts.parquet"
    table = parquet.read_table(file)
    spoilt = arrow.array([b"\xff\xfe"] * table.num_rows, arrow.binary()).view(arrow.string())
    parquet.write_table(table.set_column(table.schema.get_field_index("value"), "value", spoilt), file)
    monkeypatch.setattr(tabular, "MANY", many)
    with pytest.raises(Invalid) as raised:
        list(folder_tables(tmp_path).pages(NUMBERS))
    assert [(one.code, one.file) for one in raised.value.problems] == [("not_parquet", str(file))]


@pytest.mark.parametrize("number", NUMBERS)
def test_of_a_table_only_the_rows_wanted_are_left_with_what_is_part_of_them(number: str) -> None:
    wanted = {("declarations", name) for name in SOME}
    left = some_of(own(number), wanted)
    replacing = any("supersedes" in row for row in left["declarations"])
    assert replacing or {row["item"] for row in left["declarations"]} <= SOME
    kept = {(row["year"], row["row"]) for row in left["declarations"]}
    parts, before = (
        [row for row in held["attributes"] if row["of"] == "declarations"] for held in (left, own(number))
    )
    assert parts == [row for row in before if (row["year"], row["row"]) in kept]
    assert (left["doctors"], left["locations"]) == (own(number)["doctors"], own(number)["locations"])
    assert left["facts"] == left["measures"] == left["exclusions"] == []


def test_the_doctors_of_whom_a_table_is_not_wanted_are_not_looked_for_in_it(tables: Tables) -> None:
    wanted = {number: frozenset[tuple[str, str]]() for number in NUMBERS}
    wanted[NUMBERS[0]] = frozenset({("declarations", name) for name in SOME})
    for number, page in zip(NUMBERS, tables.pages(NUMBERS, wanted), strict=True):
        assert not isinstance(page, Invalid)
        names = {table for campaign in page.data["campaigns"].values() for table in campaign if table in NAMES}
        assert names == ({"declarations"} if number == NUMBERS[0] else set())
        if number == NUMBERS[0]:
            assert page.data == dossier_data(number, some_of(own(number), wanted[number]))
