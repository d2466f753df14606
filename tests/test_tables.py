"""Dossiers as tables are the same facts as dossiers in files, and what is wrong in a table is told of that table."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pyarrow as arrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import csv, parquet

from engine.bundled import bundled
from engine.decision import decide
from engine.dispute.pricing import alternatives
from engine.dossier import read_dossier
from engine.linking import linked
from engine.problems import Invalid
from engine.record import canonical
from engine.record import record as written
from engine.stores import Known, bundled_examples, doctors, find_doctor
from engine.tables import CHILDREN, DOCTORS, ROWS, TABLES, Cells, rows_of
from engine.tabular import write_tables
from tests.conftest import Example, Forfait, campaigns, known, policy_files

FORMS = (".parquet", ".csv")
SOME = ("99900000003", "99900000060")


def rows() -> list[tuple[str, Cells]]:
    """The rows of every bundled doctor."""
    return [row for one in known().values() for row in rows_of(one.page.data)]


@pytest.fixture(scope="module", params=FORMS)
def tables(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every bundled doctor, in one folder of tables, in each form."""
    folder: Path = tmp_path_factory.mktemp("tables")
    write_tables(folder, rows(), request.param)
    return folder


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Two doctors, in a folder of Parquet tables of its own."""
    write_tables(tmp_path, [row for number in SOME for row in rows_of(known()[number].page.data)])
    return tmp_path


def record(one: Known, example: Example) -> bytes:
    files = policy_files(example.year)
    decision = decide(linked(files, {}), read_dossier(one.page, linked(files, {})))
    return canonical(written(decision, alternatives(files, one.page, decision)))


# --- the same facts -------------------------------------------------------------------------------------------------


def test_every_dossier_is_the_same_from_tables_as_from_its_file(tables: Path) -> None:
    """The canonical form, hence its digest."""
    for example in campaigns():
        policy = linked(policy_files(example.year), {})
        from_table = read_dossier(find_doctor(tables, example.number).page, policy)
        assert from_table.digest == read_dossier(known()[example.number].page, policy).digest


@pytest.mark.parametrize("number", SOME)
def test_the_record_of_a_decision_is_the_same_to_the_byte_from_tables(tables: Path, number: str) -> None:
    example = next(one for one in campaigns() if one.number == number)
    assert record(find_doctor(tables, number), example) == record(known()[number], example)


def test_the_same_doctors_are_listed_from_tables_with_their_campaigns(tables: Path) -> None:
    listed = [(one.number, one.name, one.years) for one in doctors(tables)]
    assert listed == [(one.number, one.name, one.years) for one in doctors(bundled_examples())]


def test_a_doctor_listed_can_be_read(tables: Path) -> None:
    first = next(iter(doctors(tables)))
    assert first.page.data["doctor"] == first.number


@given(st.randoms(use_true_random=False))
def test_the_order_of_the_rows_of_tables_changes_no_byte(
    tmp_path_factory: pytest.TempPathFactory, random: object
) -> None:
    """Neither of what is written nor, then, of what is read."""
    given = [row for number in SOME for row in rows_of(known()[number].page.data)]
    shuffled = list(given)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    ordered, other = tmp_path_factory.mktemp("ordered"), tmp_path_factory.mktemp("shuffled")
    write_tables(ordered, given)
    write_tables(other, shuffled)
    assert {file.name: file.read_bytes() for file in ordered.iterdir()} == {
        file.name: file.read_bytes() for file in other.iterdir()
    }


def test_rows_of_a_parquet_file_may_stand_in_any_order(few: Path) -> None:
    for file in few.iterdir():
        whole = parquet.read_table(file)
        backwards = whole.take(arrow.array(range(whole.num_rows)[::-1], arrow.int64()))
        parquet.write_table(backwards, file, row_group_size=2)
    policy = linked(policy_files(2023), {})
    for number in SOME:
        from_file = read_dossier(known()[number].page, policy)
        assert read_dossier(find_doctor(few, number).page, policy).digest == from_file.digest


def test_a_date_looked_for_and_not_found_is_kept_apart_from_one_unknown(tmp_path: Path) -> None:
    """« none » is no date: it stands among the attributes, and comes back to its field."""
    declaration = {"item": "codage", "declared_on": "none", "channel": "papier"}
    data = {"doctor": SOME[0], "campaigns": {"2023": {"declarations": [declaration]}}}
    write_tables(tmp_path, rows_of(data))
    assert find_doctor(tmp_path, SOME[0]).page.data == data


def test_every_field_of_a_dossier_has_a_column() -> None:
    """As the schema of dossiers lists them: what it adds, tables hold."""
    common = json.loads((bundled("schemas") / "common.schema.json").read_text("utf-8"))
    campaign = common["$defs"]["campaign"]["properties"]
    beside = {"doctor", "year", "row"}
    for table, columns in ROWS.items():
        properties = set(campaign[table]["items"]["properties"]) - {"attributes", "items", "exclusions"}
        assert set(columns) - beside == properties
    assert set(campaign) == {*ROWS, *(set(TABLES[DOCTORS]) - {"doctor", "year", "name"})}


# --- commands -------------------------------------------------------------------------------------------------------


def test_a_doctor_is_explained_from_tables_as_from_a_file(tables: Path, forfait: Forfait) -> None:
    asked = ("explain", SOME[0], "--format", "json")
    assert forfait(*asked, "--data", str(tables)) == forfait(*asked)


# --- what is wrong --------------------------------------------------------------------------------------------------


def change(folder: Path, table: str, **columns: Sequence[object]) -> None:
    """Replace columns of a table, or add them."""
    file = folder / f"{table}.parquet"
    whole = parquet.read_table(file)
    for name, values in columns.items():
        column = arrow.array(values if len(values) == whole.num_rows else [values[0]] * whole.num_rows)
        if name in whole.column_names:
            whole = whole.set_column(whole.column_names.index(name), name, column)
        else:
            whole = whole.append_column(name, column)
    parquet.write_table(whole, file)


def wrong(folder: Path, number: str = SOME[0]) -> tuple[str, str, str]:
    """Code, file and place of the first problem of a doctor's dossier."""
    with pytest.raises(Invalid) as caught:
        read_dossier(find_doctor(folder, number).page, linked(policy_files(2023), {}))
    problem = caught.value.problems[0]
    return problem.code, Path(problem.file).name, problem.place


def test_a_number_that_no_table_holds_is_told_with_the_nearest(few: Path) -> None:
    with pytest.raises(Invalid) as caught:
        find_doctor(few, "99900000004")
    assert caught.value.problems[0].details["nearest"] == SOME[0]


def test_a_table_that_is_missing_is_told_rather_than_read_as_empty(few: Path) -> None:
    """Without the declarations, nobody would have declared anything."""
    (few / "declarations.parquet").unlink()
    assert wrong(few) == ("missing_table", few.name, "")


def test_a_table_in_both_forms_is_refused(few: Path) -> None:
    shutil.copy(few / "facts.parquet", few / "facts.csv")
    assert wrong(few) == ("table_twice", few.name, "")


def test_a_column_misspelt_is_told(few: Path) -> None:
    change(few, "doctors", sectr=["1"])
    assert wrong(few) == ("unknown_column", "doctors.parquet", "")


@pytest.mark.parametrize("table", sorted(CHILDREN))
def test_a_child_table_needs_all_its_columns(few: Path, table: str) -> None:
    file = few / f"{table}.parquet"
    parquet.write_table(parquet.read_table(file).drop_columns(["row"]), file)
    assert wrong(few) == ("missing_column", file.name, "")


def test_a_count_with_a_decimal_point_is_refused(few: Path) -> None:
    change(few, "measures", numerator=[0.5])
    assert wrong(few) == ("column_type", "measures.parquet", "")


def test_a_doctor_number_that_is_not_text_is_refused(few: Path) -> None:
    """As a number it would lose the zeros it begins with."""
    change(few, "doctors", doctor=[3])
    assert wrong(few) == ("column_type", "doctors.parquet", "")


def test_a_file_that_is_no_table_is_told(few: Path) -> None:
    (few / "facts.parquet").write_bytes(b"PAR1 and nothing of one")
    assert wrong(few) == ("not_parquet", "facts.parquet", "")


def test_two_rows_of_a_doctor_for_one_year_are_refused(few: Path) -> None:
    whole = parquet.read_table(few / "doctors.parquet")
    parquet.write_table(arrow.concat_tables([whole, whole]), few / "doctors.parquet")
    assert wrong(few) == ("doctor_twice", "doctors.parquet", SOME[0])


def test_rows_of_a_campaign_that_the_doctor_does_not_have_are_refused(few: Path) -> None:
    change(few, "facts", year=[1999])
    assert wrong(few) == ("no_doctor_row", "facts.parquet", SOME[0])


def test_a_detail_of_no_row_is_refused(few: Path) -> None:
    change(few, "attributes", row=[77])
    assert wrong(few) == ("child_of_none", "attributes.parquet", SOME[0])


def test_a_detail_of_two_rows_is_refused(few: Path) -> None:
    change(few, "measures", row=[1])
    assert wrong(few) == ("child_of_two", "exclusions.parquet", SOME[0])


def test_what_breaks_the_schema_is_told_of_its_table_doctor_and_row(few: Path) -> None:
    change(few, "measures", numerator=[-1])
    assert wrong(few) == ("below_minimum", "measures.parquet", f"{SOME[0]}.2023.1.numerator")


def test_an_attribute_that_the_vocabulary_does_not_have_is_told_of_its_table(few: Path) -> None:
    change(few, "attributes", name=["nowhere"], of=["declarations"], row=[3])
    file = few / "attributes.parquet"
    parquet.write_table(parquet.read_table(file).slice(0, 1), file)
    assert wrong(few) == ("unknown_field", "attributes.parquet", f"{SOME[0]}.2023.3.nowhere")


def test_what_is_wrong_is_told_of_the_number_of_its_row(few: Path) -> None:
    numbers = parquet.read_table(few / "prefills.parquet")["row"].to_pylist()
    change(few, "prefills", row=[number + 40 for number in numbers], choice=[""])
    assert wrong(few) == ("not_expected", "prefills.parquet", f"{SOME[0]}.2023.41.choice")


def test_a_row_without_a_number_is_counted_from_one(few: Path) -> None:
    file = few / "prefills.parquet"
    parquet.write_table(parquet.read_table(file).drop_columns(["row"]), file)
    change(few, "prefills", choice=[""])
    assert wrong(few) == ("not_expected", "prefills.parquet", f"{SOME[0]}.2023.1.choice")


def test_what_is_wrong_is_told_of_the_file_of_its_table_whatever_the_form_of_the_others(few: Path) -> None:
    change(few, "measures", numerator=[-1])
    csv.write_csv(parquet.read_table(few / "measures.parquet"), few / "measures.csv")
    (few / "measures.parquet").unlink()
    assert wrong(few)[1] == "measures.csv"
