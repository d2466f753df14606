"""What is shared is what it was, to the digit; and what is equal is there once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any as Anything

from hypothesis import given
from hypothesis import strategies as st

from engine.conditions import Entry, Source, Text
from engine.sharing import shared

VALUES = st.sampled_from(
    [None, True, False, 0, 1, "", "a", "1", Decimal(1), Decimal("1.0"), Fraction(1), date(2031, 1, 1)]
)
PLAIN: st.SearchStrategy[Anything] = st.recursive(
    VALUES,
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.sampled_from(["a", "b"]), inner)
        | st.builds(Text, inner, inner)
        | st.builds(Source, inner, inner, inner)
    ),
    max_leaves=12,
)


@given(PLAIN)
def test_what_is_shared_is_what_it_was(plain: Anything) -> None:
    """True stays no 1, and 1.0 no 1: what is written of them differs."""
    assert repr(shared(plain)) == repr(plain)


def entry(name: str) -> Entry:
    return Entry(name, date(2031, 1, 1), None, Text("un jour", "a day"), (Source("text", "2", (1, 2)),))


def test_what_is_equal_is_there_once() -> None:
    one, other, unlike = shared((entry("opening"), entry("opening"), entry("closing")))
    assert one is other
    assert (unlike.name, unlike.label is one.label, unlike.sources is one.sources) == ("closing", True, True)
