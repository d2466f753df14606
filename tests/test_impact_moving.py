"""A population moved to another year: each doctor as one dossier is moved, and who the doctors are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any as Anything

import pyarrow as arrow
import pytest

from engine.linking import linked
from engine.loading import bundled_policies
from engine.offsets import Move
from engine.population.plan import read_plan
from engine.population.writing import write_population
from engine.running.impact.moving import Moved, Unnamed, mapped
from engine.running.impact.who import Who
from engine.tables import TABLES, Cells, dossier_data, rows_of
from engine.tabular import write_tables
from engine.yamltext import Plain
from tests.compared import moved
from tests.conftest import known, policy_files
from tests.drawn import by_doctor, texts_of

ONE, OTHER = (linked(policy_files(year), {}) for year in (2023, 2024))


def pages(folder: Path) -> dict[str, Plain]:
    """Every dossier of a folder of tables."""
    return {number: dossier_data(number, texts_of(own)) for number, own in by_doctor(folder).items()}


def named_in(page: Plain) -> Plain:
    """A dossier without the rows about what the second policy has no name for."""
    names = OTHER.vocabulary
    known_names = {"measures": names.measures, "facts": names.facts, "documents": names.documents}
    keys = {"measures": "measure", "facts": "fact", "documents": "kind"}
    campaigns = {
        year: {
            table: [row for row in rows if row[keys[table]] in known_names[table]] if table in keys else rows
            for table, rows in campaign.items()
        }
        for year, campaign in page["campaigns"].items()
    }
    emptied = {year: {key: value for key, value in one.items() if value != []} for year, one in campaigns.items()}
    return {**page, "campaigns": emptied}


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("moved")
    write_population(read_plan(bundled_policies() / "2023"), 300, 4, folder / "source")
    moved(folder / "source", folder / "there", ONE, OTHER)
    return folder / "source", folder / "there"


def test_each_doctor_of_a_population_is_moved_as_a_dossier_is(population: tuple[Path, Path]) -> None:
    here, there = map(pages, population)
    move = Move(ONE, OTHER)
    assert there == {number: named_in(move.page(page)) for number, page in here.items()}


def test_texts_are_moved_as_days_and_years_are(tmp_path: Path) -> None:
    """Every bundled doctor, from tables of texts alone and from typed ones."""
    examples = [one.page.data for one in known().values() if 2023 in one.years]
    rows = [row for page in examples for row in rows_of(page)]
    for name, suffix in (("typed", ".parquet"), ("texts", ".csv")):
        (tmp_path / name).mkdir()
        write_tables(tmp_path / name, rows, suffix)
        moved(tmp_path / name, tmp_path / f"{name}-there", ONE, OTHER)
    found = pages(tmp_path / "typed-there")
    move = Move(ONE, OTHER)
    assert found == pages(tmp_path / "texts-there")
    expected = {page["doctor"]: named_in(move.page(page)) for page in examples}
    assert {number: _comparable(page) for number, page in found.items()} == {
        number: _comparable(page) for number, page in expected.items()
    }


def _comparable(page: Plain) -> str:
    """A page whatever the order of its rows, and without what says nothing."""
    campaigns = {
        year: {
            key: sorted(json.dumps(_bare(row), sort_keys=True) for row in value) if isinstance(value, list) else value
            for key, value in campaign.items()
            if value not in (None, [])
        }
        for year, campaign in page["campaigns"].items()
    }
    return json.dumps(campaigns, sort_keys=True)


def _bare(row: Plain) -> Plain:
    sorted_items = {"items": sorted(row["items"])} if row.get("items") else {}
    return {key: value for key, value in {**row, **sorted_items}.items() if value not in (None, {}, [])}


def test_a_day_that_is_none_is_left_for_the_reader_to_refuse(tmp_path: Path) -> None:
    with Moved(tmp_path, Move(ONE, OTHER)) as writing:
        rows = {"doctor": ["1"], "year": ["2023"], "activity_start": ["yesterday"], "first_declaration": ["soon"]}
        writing.add("doctors", arrow.RecordBatch.from_pydict(rows))
    [row] = by_doctor(tmp_path)["1"]["doctors"]
    assert row == {"doctor": "1", "year": "2024", "activity_start": "yesterday", "first_declaration": "soon"}


def test_every_table_is_there_even_of_nobody(tmp_path: Path) -> None:
    with Moved(tmp_path, Move(ONE, OTHER)):
        pass
    assert sorted(file.stem for file in tmp_path.iterdir()) == sorted(TABLES)


def test_children_go_with_the_row_they_detail() -> None:
    """And only they: another row of that number, of another table, keeps its own."""
    unnamed = Unnamed(OTHER)
    owner = {"doctor": ["1", "1"], "year": [2023, 2023], "row": [1, 2]}
    measures = arrow.RecordBatch.from_pydict({**owner, "measure": ["vsm", "aat"]})
    exclusions = arrow.RecordBatch.from_pydict({**owner, "reason": ["ame", "ame"], "count": [3, 4]})
    attributes = arrow.RecordBatch.from_pydict(
        {**owner, "of": ["measures", "documents"], "name": ["editor", "editor"]}
    )
    unnamed.look("exclusions", exclusions)
    unnamed.look("measures", measures)
    assert unnamed.rows == 1
    assert unnamed.without("measures", measures)["row"].to_pylist() == [2]
    assert unnamed.without("exclusions", exclusions)["row"].to_pylist() == [2]
    assert unnamed.without("attributes", attributes)["of"].to_pylist() == ["documents"]


def test_children_of_no_row_stay_when_a_row_without_a_number_goes() -> None:
    """Left for the reader to refuse, as they would have been where they stood."""
    unnamed = Unnamed(OTHER)
    owner = {"doctor": ["1", "2"], "year": [2023, 2023]}
    row = arrow.array([None, 1], arrow.int64())
    unnamed.look("measures", arrow.RecordBatch.from_pydict({**owner, "row": row, "measure": ["vsm", "vsm"]}))
    exclusions = arrow.RecordBatch.from_pydict({**owner, "row": row, "reason": ["ame", "ame"], "count": [3, 4]})
    assert unnamed.without("exclusions", exclusions)["doctor"].to_pylist() == ["1"]


def test_a_column_is_changed_value_by_value_and_null_stays() -> None:
    column = arrow.array([date(2023, 1, 1), None, date(2023, 1, 1)])
    assert mapped(column, lambda day: day.replace(year=2024)).to_pylist() == [
        date(2024, 1, 1),
        None,
        date(2024, 1, 1),
    ]


# --- who they are ---------------------------------------------------------------------------------------------------

DAY = date(2023, 12, 31)
Places = Sequence[Cells]
ADDRESSES: dict[str, tuple[Places, str | None]] = {
    "one place": ([{"department": "38"}], "38"),
    "two of one département": ([{"department": "38"}, {"department": "38"}], "38"),
    "two départements": ([{"department": "38"}, {"department": "73"}], "*"),
    "one left before the day": ([{"department": "38", "to": "2023-12-30"}, {"department": "73"}], "73"),
    "one left on the day": ([{"department": "38", "to": "2023-12-31"}], "38"),
    "one begun after it": ([{"department": "38", "from": "2024-01-01"}], None),
    "one written again": (
        [{"department": "75", "id": "a"}, {"department": "38", "id": "b", "supersedes": "a"}],
        "38",
    ),
    "none known": ([{}], None),
    "none": ([], None),
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_the_departement_is_that_of_the_places_in_force(name: str) -> None:
    places, expected = ADDRESSES[name]
    who = Who(2023, DAY)
    owner = {"doctor": "1", "year": "2023"}
    batches: list[tuple[str, list[dict[str, Anything]]]] = [
        ("doctors", [{**owner, "specialty": "cardiologie"}]),
        ("locations", [{**owner, **place} for place in places]),
    ]
    for table, rows in batches:
        if rows:
            names = dict.fromkeys(key for row in rows for key in row)
            who.add(table, arrow.RecordBatch.from_pydict({key: [row.get(key) for row in rows] for key in names}))
    assert who.table().to_pylist() == [{"doctor": "1", "specialty": "cardiologie", "department": expected}]


def test_another_campaign_says_nothing_of_who_they_are() -> None:
    who = Who(2023, DAY)
    rows = {"doctor": ["1", "1"], "year": [2022, 2023], "specialty": ["cardiologie", "pediatrie"]}
    who.add("doctors", arrow.RecordBatch.from_pydict(rows))
    assert who.table()["specialty"].to_pylist() == ["pediatrie"]
