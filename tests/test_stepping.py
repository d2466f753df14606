"""Terms said of a table: what stands in several places is one expression, and what merely looks alike stays two."""

from __future__ import annotations

import ibis
from ibis import _

from engine.columnar.asking import Term
from engine.columnar.stepping import needed, stepped


def values(**columns: Term) -> dict[str, object]:
    """The expressions of these columns, said of a table."""
    table = ibis.table({"a": "int64", "b": "int64"}, name="t")
    return dict(stepped(table, (), columns).op().values)


def test_what_stands_in_several_places_is_said_once() -> None:
    total = _["a"] + _["b"]
    found = values(one=total * 2, other=total * 3, again=(_["a"] + _["b"]) * 3)
    assert found["one"].left is found["other"].left  # type: ignore[attr-defined]
    assert found["other"] is found["again"]


def test_one_and_true_are_not_the_same() -> None:
    one, true = (ibis.cases((_["a"] > 0, value), else_=None) for value in (1, True))
    found = values(one=one, true=true)
    assert [str(each.dtype) for each in (found["one"], found["true"])] == ["int8", "boolean"]  # type: ignore[attr-defined]


def test_terms_come_to_what_ibis_makes_of_them() -> None:
    table = ibis.table({"a": "int64", "b": "int64"}, name="t")
    terms = {
        "case": ibis.cases((_["a"].isin([1, 2]), _["b"]), (~(_["a"] < _["b"]), -_["a"]), else_=0),
        "least": ibis.least(_["a"], _["b"], 3),
        "cast": _["a"].cast("string").re_replace("1+", "1"),
        "clipped": _["a"].clip(lower=0, upper=9) - _["a"].clip(lower=9),
    }
    assert stepped(table, (), terms).equals(table.select(**terms))


def test_a_step_that_nothing_uses_is_left_out() -> None:
    steps = [{"c": _["a"] + 1, "d": _["b"] + 1}]
    assert needed(steps, {"x": _["c"]}) == {"a"}
