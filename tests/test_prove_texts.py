"""The texts of a doctor made up to show a refutation."""

from __future__ import annotations

from engine.proving.texts import Texts


def test_a_text_that_no_condition_knows_is_of_no_language() -> None:
    texts = Texts([], [])
    assert [texts.text(number) for number in range(3)] == ["X1", "X2", "X3"]
