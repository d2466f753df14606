"""Runs killed by the system at moments drawn at random, and what they leave: for a test and for `bench/killed.py`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from signal import SIGKILL

from engine.running.manifest import MANIFEST, digest_of

COMMAND = [sys.executable, "-c", "from cli.start import main; main()"]
RUN = ("run", "--sample", "20", "--data")
"""What is run, up to its source."""
PATIENCE = 30


def killed(
    source: Path, year: int, folder: Path, moments: int, seed: int, words: Sequence[str] = RUN
) -> Iterator[bool]:
    """Run into an empty folder and kill it, so many times; whether each got to leave a whole result.

    Raises AssertionError when anything else than all or nothing is left, a process works on, or a run after the
    others does not give what the first gave, alone in the folder.
    """
    first, out, random = folder / "first", folder / "out", Random(seed)
    begun = time.monotonic()
    assert started(source, year, first, words).wait() == 0
    lasts = time.monotonic() - begun
    expected = contents(first)
    for moment in [random.random() * lasts for _ in range(moments)]:
        running = started(source, year, out, words)
        with suppress(subprocess.TimeoutExpired):
            running.wait(moment)
        running.send_signal(SIGKILL)
        running.wait()
        assert ended(running.pid), "a process works on"
        assert all(whole(one) for one in folder.iterdir() if (one / MANIFEST).exists()), "part of a result"
        yield out.exists()
        if out.exists():
            assert contents(out) == expected
            for file in out.iterdir():
                file.unlink()
            out.rmdir()
    assert started(source, year, out, words).wait() == 0
    assert contents(out) == expected
    assert sorted(folder.iterdir()) == [first, out]


def started(source: Path, year: int, out: Path, words: Sequence[str]) -> subprocess.Popen[bytes]:
    """The command, begun in a group of its own."""
    options = [str(source), "--year", str(year), "--out", str(out)]
    return subprocess.Popen(
        [*COMMAND, *words, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
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
    """The bytes of each file of a folder."""
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def whole(folder: Path) -> bool:
    """Whether a folder reads as a whole run: its manifest, and every table with the digest told there."""
    with suppress(OSError, ValueError):
        tables = json.loads((folder / MANIFEST).read_bytes())["tables"]
        return all(digest_of(folder / f"{name}.parquet") == one["digest"] for name, one in tables.items())
    return False
