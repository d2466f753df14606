"""A count of flows killed at any moment leaves the whole result or none, and leaves nobody at work."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tests.killing import killed
from tests.measuring import DOCTOR, YEAR
from tests.random_flows import Drawing, write

KILLS = 5


def test_a_count_killed_at_any_moment_leaves_the_whole_result_or_none(tmp_path: Path) -> None:
    """Five times, at moments drawn at random between its start and its end."""
    source = write(tmp_path / "flows", Drawing(Random(1), YEAR).flows([DOCTOR], 200))
    into = tmp_path / "written"
    into.mkdir()
    assert len(list(killed(source, YEAR, into, KILLS, 1, ("measure", "--flows")))) == KILLS
