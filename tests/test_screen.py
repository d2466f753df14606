"""Lines are cut as Python's own `textwrap` cuts them, the quick way for what fits included."""

from __future__ import annotations

from io import StringIO
from textwrap import wrap

from hypothesis import given
from hypothesis import strategies as st

from cli.failing import printable
from cli.screen import Screen

TEXTS = st.text(st.sampled_from("ab -—é\t\n\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{EM SPACE}"), max_size=24)


@given(TEXTS.map(printable), st.integers(0, 30))
def test_a_text_is_cut_at_spaces_only_where_it_must(text: str, width: int) -> None:
    lines = list(Screen(StringIO(), width, colours=False).wrapped([(text, "")]))
    assert lines == wrap(text, max(1, width), break_on_hyphens=False)


@given(TEXTS)
def test_a_text_printed_is_what_it_was_without_control_characters(text: str) -> None:
    assert printable(text) == text.replace("\t", " ").replace("\n", " ")
