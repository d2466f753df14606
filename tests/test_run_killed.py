"""A run killed at any moment leaves the whole result or none, hinders no other, and leaves nobody at work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from random import Random
from signal import SIGKILL

import pytest

from engine.bundled import bundled
from engine.population.plan import read_plan
from engine.population.writing import write_population
from engine.problems import Invalid
from engine.running.draft import draft
from engine.running.manifest import MANIFEST, digest_of

YEAR, DOCTORS, KILLS = 2023, 200, 10
COMMAND = [sys.executable, "-c", "from cli.start import main; main()", "run", "--year", str(YEAR), "--sample", "20"]
PATIENCE = 30


def started(source: Path, out: Path) -> subprocess.Popen[bytes]:
    """The command, begun in a group of its own."""
    return subprocess.Popen(
        [*COMMAND, "--data", source, "--out", out], stdout=subprocess.DEVNULL, start_new_session=True
    )


def ended(group: int) -> bool:
    """Whether no process of a group is left, once those who end with another have had the time to."""
    for _ in range(PATIENCE * 10):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def whole(folder: Path) -> bool:
    """Whether a folder reads as a whole run: its manifest, and every table with the digest told there."""
    with suppress(OSError, ValueError):
        tables = json.loads((folder / MANIFEST).read_bytes())["tables"]
        return all(digest_of(folder / f"{name}.parquet") == one["digest"] for name, one in tables.items())
    return False


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("population") / "drawn"
    write_population(read_plan(bundled("policies") / str(YEAR)), DOCTORS, 1, folder)
    return folder


def test_a_run_killed_at_any_moment_leaves_the_whole_result_or_none(source: Path, tmp_path: Path) -> None:
    """Ten times, at moments drawn at random between its start and its end."""
    out, random = tmp_path / "out", Random(1)
    begun = time.monotonic()
    assert started(source, tmp_path / "first").wait() == 0
    lasts = time.monotonic() - begun
    first = contents(tmp_path / "first")
    for moment in [random.random() * lasts for _ in range(KILLS)]:
        running = started(source, out)
        with suppress(subprocess.TimeoutExpired):
            running.wait(moment)
        running.send_signal(SIGKILL)
        running.wait()
        assert ended(running.pid)
        left = [
            folder for folder in tmp_path.iterdir() if folder != tmp_path / "first" and (folder / MANIFEST).exists()
        ]
        assert all(whole(folder) for folder in left)
        if out.exists():
            assert contents(out) == first
            for file in out.iterdir():
                file.unlink()
            out.rmdir()
    assert started(source, out).wait() == 0
    assert contents(out) == first
    assert sorted(tmp_path.iterdir()) == [tmp_path / "first", out]


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
