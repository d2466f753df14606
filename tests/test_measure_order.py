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

from tests.measuring import YEAR, counted, measured
from tests.plain_flows import Row
from tests.random_flows import Drawing, write

DOCTORS = [f"9990000000{rank}" for rank in range(6)]


def flows() -> dict[str, list[Row]]:
    return Drawing(Random(4), YEAR).flows(DOCTORS, 80)


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
