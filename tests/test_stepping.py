"""Terms said of a table: what stands in several places is worked out once, and everything comes to the same."""

from __future__ import annotations

from typing import Any as Anything

import ibis
import pyarrow as arrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ibis import _

from engine.columnar.asking import Term
from engine.columnar.stepping import needed, stepped

ROWS = arrow.table({name: [None, 0, 1, 5, -7, 12] for name in "abc"})
TABLE = ibis.memtable(ROWS)


def values(**columns: Term) -> dict[str, Anything]:
    """The expressions of these columns, said of a table."""
    return dict(stepped(TABLE, {}, columns).op().values)


def test_what_is_written_again_is_said_once() -> None:
    total = _["a"] + _["b"]
    found = values(one=total * 2, other=total * 3, again=(_["a"] + _["b"]) * 3)
    assert found["one"].left is found["other"].left
    assert found["other"] is found["again"]


def test_one_and_true_are_not_the_same() -> None:
    one, true = (ibis.cases((_["a"] > 0, value), else_=None) for value in (1, True))
    found = values(one=one, true=true)
    assert [str(each.dtype) for each in (found["one"], found["true"])] == ["int8", "boolean"]


def test_terms_come_to_what_ibis_makes_of_them() -> None:
    terms = {
        "case": ibis.cases((_["a"].isin([1, 2]), _["b"]), (~(_["a"] < _["b"]), -_["a"]), else_=0),
        "least": ibis.least(_["a"], _["b"], 3),
        "cast": _["a"].cast("string").re_replace("1+", "1"),
        "clipped": _["a"].clip(lower=0, upper=9) - _["a"].clip(lower=9),
        "constant": ibis.literal(value=True),
    }
    assert stepped(TABLE, {}, terms).equals(TABLE.select(**terms))


def test_a_term_that_is_worth_no_column_stays_where_it_is() -> None:
    term = (_["a"] > 0).cast("int8") + _["b"]
    assert stepped(TABLE, {"x": term}, {"y": _["x"] * 2}).equals(TABLE.select(y=term * 2))


def test_what_is_needed_is_what_the_last_columns_come_from() -> None:
    assert needed({"c": _["a"] + 1, "d": _["b"] + 1}, {"x": _["c"]}) == ["a"]


@st.composite
def named_terms(draw: st.DrawFn) -> dict[str, Term]:
    """Terms of the columns of the table, and of one another."""
    terms: dict[str, Term] = {}
    for number in range(draw(st.integers(1, 16))):
        one, other = (_[draw(st.sampled_from([*ROWS.column_names, *terms]))] for _side in range(2))
        terms[f"x{number}"] = draw(
            st.sampled_from(
                [
                    ibis.greatest(one, other, one - 1),
                    ibis.cases((one > other, one), (one == 0, other), else_=0),
                    ibis.coalesce(one, other) % 5,
                    ((one > 1) & (other < 9) & (one != other)).cast("int32").cast("int64") + (one % 3),
                ]
            )
        )
    return terms


@given(named_terms())
def test_columns_come_to_the_same_in_steps(terms: dict[str, Term]) -> None:
    connection, each = ibis.duckdb.connect(), TABLE
    for name, term in terms.items():
        each = each.mutate(**{name: term})
    told, expected = (
        connection.to_pyarrow(one) for one in (stepped(TABLE, terms, {n: _[n] for n in terms}), each.select(*terms))
    )
    assert told.schema == expected.schema
    assert told.to_pylist() == expected.to_pylist()


def test_a_query_grows_with_its_terms_and_not_with_the_ways_to_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Written out, each name would stand seven times in the next."""
    monkeypatch.setattr(ibis.options.sql, "fuse_selects", False)
    connection = ibis.duckdb.connect()
    terms: dict[str, Term] = {"x0": _["a"]}
    for number in range(8):
        x = _[f"x{number}"]
        terms[f"x{number + 1}"] = ibis.cases((x > 3, x % 7 + x % 5), (x < 0, x + 1), else_=x - 1)
    short, long = (len(connection.compile(stepped(TABLE, terms, {"x": _[f"x{times}"]}))) for times in (4, 8))
    assert long < 3 * short


def test_plain_values_are_not_taken_for_one_another() -> None:
    found = stepped(ibis.table({"a": "int64"}, name="t"), {}, {f"x{n}": ibis.literal(n) for n in range(20)})
    assert [one.value for one in found.op().values.values()] == list(range(20))
