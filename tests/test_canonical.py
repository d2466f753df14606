"""Canonical JSON is that of RFC 8785, whichever way it is written."""

from __future__ import annotations

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from engine.text import canonical_json

words = st.text(st.characters(exclude_categories=["Cs"]))
scalars = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | words
plain = st.recursive(scalars, lambda below: st.lists(below) | st.dictionaries(words, below))


@given(plain)
def test_plain_data_is_written_as_the_rule_has_it(data: object) -> None:
    """Names far beyond the alphabet are sorted, and characters escaped, as the library does."""
    assert canonical_json(data) == rfc8785.dumps(data)  # type: ignore[arg-type]


def test_names_beyond_the_first_plane_have_an_order_of_their_own() -> None:
    assert canonical_json({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()
