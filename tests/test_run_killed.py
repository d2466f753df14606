"""A run killed at any moment leaves the whole result or none, hinders no other, and leaves nobody at work."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bundled import bundled
from engine.population.plan import read_plan
from engine.population.writing import write_population
from engine.problems import Invalid
from engine.running.draft import draft
from tests.killing import contents, killed

YEAR, DOCTORS, KILLS = 2023, 60, 10


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("population") / "drawn"
    write_population(read_plan(bundled("policies") / str(YEAR)), DOCTORS, 1, folder)
    return folder


def test_a_run_killed_at_any_moment_leaves_the_whole_result_or_none(source: Path, tmp_path: Path) -> None:
    """Ten times, at moments drawn at random between its start and its end."""
    assert len(list(killed(source, YEAR, tmp_path, KILLS, 1))) == KILLS


def test_the_draft_of_a_run_under_way_is_left_alone(tmp_path: Path) -> None:
    """Two runs into one folder: the first to end has it, and the other is told."""
    out = tmp_path / "out"
    with pytest.raises(Invalid, match="already there"), draft(out) as slow:
        (slow / "mine").write_text("slow", "utf-8")
        with draft(out) as quick:
            (quick / "mine").write_text("quick", "utf-8")
        assert slow.is_dir()
    assert sorted(tmp_path.iterdir()) == [out]
    assert contents(out) == {"mine": b"quick"}


def test_a_failed_run_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), draft(tmp_path / "out") as folder:
        (folder / "mine").write_text("half", "utf-8")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_folders_of_others_are_left_alone(tmp_path: Path) -> None:
    """Only drafts of the very folder are those of a run left over."""
    others = [tmp_path / name for name in (".out.kept", ".out", ".outer.0000.draft", "out.0000.draft")]
    for folder in others:
        folder.mkdir()
    (tmp_path / ".out.0000.draft").mkdir()
    with draft(tmp_path / "out"):
        pass
    assert sorted(tmp_path.iterdir()) == sorted([*others, tmp_path / "out"])


def test_a_failed_run_leaves_no_folder_that_it_made_and_every_other(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(ZeroDivisionError), draft(tmp_path / "mine" / "new" / "deep" / "out"):
        raise ZeroDivisionError
    assert list(tmp_path.rglob("*")) == [tmp_path / "mine"]
