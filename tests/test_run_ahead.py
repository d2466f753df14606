"""The engine at the next batch meanwhile: the same result as in turn, and what fails there stops the run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any as Anything

import pytest

from engine.network import EngineFault
from engine.running.deciding import Deciding, batch_ends
from engine.running.run import Request, run
from tests.conftest import policy_files

YEAR = 2023


def requested(source: Path, out: Path, memory: str | None = None) -> Request:
    """A run in batches of twenty doctors, decided together as far as columns vouch for them."""
    return Request(
        files=policy_files(YEAR),
        data=str(source),
        out=out,
        sample=3,
        together=0,
        batch=20,
        priced=False,
        memory=memory,
    )


def test_batches_ahead_and_batches_in_turn_write_the_same(bundled_tables: Path, tmp_path: Path) -> None:
    ahead = run(requested(bundled_tables, tmp_path / "ahead"))
    in_turn = run(requested(bundled_tables, tmp_path / "turn", memory="1GB"))
    assert ahead.manifest.counts.decided > 20
    assert ahead.manifest.tables == in_turn.manifest.tables


def test_what_fails_for_a_later_batch_leaves_nothing(
    bundled_tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together, asked = Deciding._together, list[Sequence[str]]()

    def fails_the_second_time(of: Deciding, batch: Sequence[str]) -> Anything:
        asked.append(batch)
        if len(asked) == 2:
            raise EngineFault(f"nothing came back of {batch[0]}")
        return together(of, batch)

    monkeypatch.setattr(Deciding, "_together", fails_the_second_time)
    with pytest.raises(EngineFault, match="nothing came back of"):
        run(requested(bundled_tables, tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []


def test_where_a_batch_fails_no_other_is_asked_for(
    bundled_tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Sequence[str]] = []

    def fails(_of: Deciding, batch: Sequence[str]) -> Anything:
        asked.append(batch)
        raise EngineFault("nothing came back")

    monkeypatch.setattr(Deciding, "_together", fails)
    with pytest.raises(EngineFault, match="nothing came back"):
        run(requested(bundled_tables, tmp_path / "out"))
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("everyone", "size", "short", "places"),
    [
        (0, 20, 5, [0, 0]),
        (20, 20, 5, [0, 20]),
        (45, 20, 0, [0, 20, 40, 45]),
        (21, 20, 5, [0, 5, 16, 21]),
        (100, 20, 5, [0, 5, 23, 41, 59, 77, 95, 100]),
    ],
)
def test_batches_are_alike_but_for_a_short_one_at_either_end(
    everyone: int, size: int, short: int, places: list[int]
) -> None:
    assert list(batch_ends(everyone, size, short=short)) == places
