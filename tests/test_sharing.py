"""What an expression repeats is worked out once, and comes to the same."""

from __future__ import annotations

from typing import Any as Anything

import ibis
import pyarrow as arrow
from hypothesis import given
from hypothesis import strategies as st
from ibis import _

from engine.engines.sharing import shared

NAMES = ("a", "b", "c")
ROWS = arrow.table({name: [None, 0, 1, 5, -7, 12] for name in NAMES})
TABLE = ibis.memtable(ROWS)


@st.composite
def expressions(draw: st.DrawFn) -> Anything:
    """A table in a few steps, each of the columns of the one before, several times over."""
    table = TABLE
    for step in range(draw(st.integers(1, 4))):
        columns = table.columns
        made = {}
        for number in range(draw(st.integers(1, 4))):
            one, other = (table[draw(st.sampled_from(columns))] for _side in range(2))
            made[f"s{step}_{number}"] = draw(
                st.sampled_from(
                    [
                        ibis.greatest(one, other, one - 1),
                        ibis.cases((one > other, one), (one == 0, other), else_=0),
                        ibis.coalesce(one, other) % 5,
                        ((one > 1) & (other < 9) & (one != other)).cast("int32").cast("int64") + (one % 3),
                    ]
                )
            )
        kept = draw(st.lists(st.sampled_from(columns), unique=True))
        table = table.select(*kept, **made)
    return table


@given(expressions())
def test_a_table_comes_to_the_same(expression: Anything) -> None:
    connection = ibis.duckdb.connect()
    told, expected = (connection.to_pyarrow(one) for one in (shared(expression), expression))
    assert told.schema == expected.schema
    assert told.to_pylist() == expected.to_pylist()


def doubled(times: int) -> Anything:
    """A column that says twice what the one before says, so many times."""
    table = TABLE.select(x=_.a)
    for _time in range(times):
        table = table.select(x=ibis.cases((_.x > 3, _.x % 7 + _.x % 5), (_.x < 0, _.x + 1), else_=_.x - 1))
    return table


def test_a_query_grows_with_its_terms_and_not_with_the_ways_to_them() -> None:
    """Merged, each step would be written seven times in the next."""
    connection = ibis.duckdb.connect()
    ibis.options.sql.fuse_selects = False
    try:
        short, long = (len(connection.compile(shared(doubled(times)))) for times in (4, 8))
    finally:
        ibis.options.sql.fuse_selects = True
    assert long < 3 * short


def test_a_term_that_stands_once_stays_where_it_is() -> None:
    assert shared(TABLE.select(x=_.a + _.b)).equals(TABLE.select(x=_.a + _.b))


def test_a_table_that_is_no_selection_stays_as_it_is() -> None:
    grouped = TABLE.group_by("a").aggregate(most=_.b.max())
    assert shared(grouped).equals(grouped)
