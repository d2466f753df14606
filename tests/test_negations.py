"""Whether a condition is unknown is the same question of its negation, on every embedded engine."""

from __future__ import annotations

from itertools import product
from typing import Any as Anything

import ibis
import pyarrow as arrow
import pytest
from ibis import _

from engine.engines.negations import plainly_asked

TRUTHS = (True, False, None)
ROWS = [dict(zip("ab", pair, strict=True)) for pair in product(TRUTHS, TRUTHS)]
CONDITIONS = {"alone": ~_.a, "both": ~(_.a & _.b), "twice": ~~_.a, "listed": ~_.a.cast("int64").isin([1])}
UNKNOWN = {
    "alone": lambda a, b: a is None,
    "both": lambda a, b: a is not False and b is not False and None in (a, b),
    "twice": lambda a, b: a is None,
    "listed": lambda a, b: a is None,
}


@pytest.mark.parametrize("engine", ["duckdb", "polars"])
@pytest.mark.parametrize("name", CONDITIONS)
def test_a_negation_is_unknown_where_what_it_negates_is(name: str, engine: str) -> None:
    backend: Anything = getattr(ibis, engine).connect()
    table = backend.create_table("rows", arrow.Table.from_pylist(ROWS))
    asked = table.mutate(unknown=CONDITIONS[name].isnull(), known=CONDITIONS[name].notnull())
    found = backend.to_pyarrow(plainly_asked(asked)).to_pylist()
    expected = [{**row, "unknown": (u := UNKNOWN[name](row["a"], row["b"])), "known": not u} for row in ROWS]
    assert sorted(found, key=str) == sorted(expected, key=str)
