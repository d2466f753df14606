"""In what order rows come, and in what form, shows nowhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any as Anything

import pyarrow as arrow
import pyarrow.compute as computed
import pytest
from pyarrow import parquet

from engine.measuring import counting
from engine.measuring.counting import FEW
from tests.measuring import BEFORE, YEAR, act, counted, measured
from tests.plain_flows import Row
from tests.random_flows import Drawing, write

DOCTORS = [f"9990000000{rank}" for rank in range(6)]
NOBODY = [None, "nobody", "9" * 21, "-1"]
"""What is no number of a doctor, wherever it comes in order."""


def flows() -> dict[str, list[Row]]:
    return Drawing(Random(4), YEAR).flows([*DOCTORS, *NOBODY], 80)


def in_order(table: Anything) -> Anything:
    """As files mostly come: by doctor, and by the name of the row."""
    return table.sort_by([("doctor", "ascending"), (table.schema.names[1], "ascending")])


def backwards(table: Anything) -> Anything:
    return in_order(table).take(arrow.array(range(len(table)))[::-1])


def odd_ones_first(table: Anything) -> Anything:
    """Rows without a name, then the rest in order."""
    nameless = computed.is_null(table[1])
    return arrow.concat_tables([table.filter(nameless), in_order(table.filter(computed.invert(nameless)))])


def dictionaries(table: Anything) -> Anything:
    """Texts by number."""
    columns = [
        column.dictionary_encode() if arrow.types.is_string(column.type) else column for column in table.columns
    ]
    return arrow.table(columns, table.schema.names)


@pytest.mark.parametrize("order", [in_order, backwards, odd_ones_first, dictionaries])
def test_the_order_and_the_form_of_rows_do_not_show(order: Callable[[Anything], Anything], tmp_path: Path) -> None:
    as_drawn = measured(tmp_path / "drawn", flows()).bytes()
    source = write(tmp_path / "flows", flows())
    for file in source.iterdir():
        parquet.write_table(order(parquet.read_table(file)), file, row_group_size=50)
    assert counted(tmp_path, source).bytes() == as_drawn


def test_a_file_of_texts_counts_as_a_typed_one(tmp_path: Path) -> None:
    as_typed = measured(tmp_path / "typed", flows()).bytes()
    assert counted(tmp_path, write(tmp_path / "flows", flows(), ".csv")).bytes() == as_typed


@pytest.mark.parametrize("order", [in_order, backwards])
@pytest.mark.parametrize("told", [FEW, 10 * FEW])
def test_many_names_borne_twice_are_found_as_few_are(
    told: int, order: Callable[[Anything], Anything], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than are told to an engine, by one doctor or by several: the engine then finds them by itself."""
    monkeypatch.setattr(counting, "FEW", told)
    twice = [act(doctor=DOCTORS[rank % 2], **BEFORE) for rank in range(FEW + 1)]
    once = [act(doctor=doctor) for doctor in DOCTORS[:3] for _ in range(4)]
    source = write(tmp_path / "flows", {"acts": [*twice, *twice, *once]})
    file = source / "acts.parquet"
    parquet.write_table(order(parquet.read_table(file)), file)
    done = counted(tmp_path, source)
    set_aside = [len(done.rows("quarantine", doctor=doctor, code="key_twice")) for doctor in DOCTORS[:3]]
    assert set_aside == [FEW + 2 - FEW % 2, FEW + FEW % 2, 0]
    assert len(done.rows("quarantine")) == 2 * (FEW + 1)
    # Nothing set aside keeps a period whole: all begin in March, and are counted from April.
    assert {done.rate("teletransmission", doctor) for doctor in DOCTORS[:3]} == {(0, 0)}
    assert done.rate("dmp", DOCTORS[2]) == (0, 1)
