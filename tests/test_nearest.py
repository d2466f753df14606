"""The name offered for a wrong one."""

from __future__ import annotations

import pytest

from engine.problems import nearest


@pytest.mark.parametrize(
    ("wrong", "valid", "offered"),
    [
        ("horaire-amelipro", ["horaires-amelipro", "horaires-ameliweb", "agenda-amelipro"], "horaires-amelipro"),
        ("aat", ["volet-2.aat", "art", "cat"], "volet-2.aat"),
        ("care", ["cure", "core", "other.care", "care.tide"], "care.tide"),
        ("trade", ["trader", "trades.x"], "trader"),
        ("zzz", ["horaires", "care.tide"], ""),
    ],
)
def test_the_nearest_name_begins_with_it_then_ends_with_it_then_looks_like_it(
    wrong: str, valid: list[str], offered: str
) -> None:
    assert nearest(wrong, valid) == offered


def test_a_letter_left_out_does_not_hide_the_name_meant() -> None:
    """Every letter after it stands one place off."""
    name = "horaires-amelipro"
    for index in range(len(name)):
        assert nearest(name[:index] + name[index + 1 :], [name, "horaires-ameliweb", "agenda-amelipro"]) == name
