"""A whole process measured: how long it took, its processor time with its children, the most memory they held."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

EVERY = 0.02
"""Seconds between two looks at the memory held."""
PAGE = os.sysconf("SC_PAGE_SIZE")


class Measured(Struct, frozen=True):
    """Seconds from start to end, seconds of processor, the most bytes held at once in the tree, what it said."""

    wall: float
    processor: float
    peak: int
    said: str


class Failed(Exception):
    """A process that did not end well; what it wrote to its standard error."""


def measured(command: Sequence[str]) -> Measured:
    """Run a command to its end. Memory that several processes share is counted in each. Raises Failed."""
    before = os.times()
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    peak = [0]
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(process.pid, peak, over))
    watch.start()
    said, complained = process.communicate()
    wall = time.perf_counter() - start
    over.set()
    watch.join()
    after = os.times()
    if process.returncode != 0:
        raise Failed(f"{' '.join(command)}: {process.returncode}\n{complained[-2000:]}")
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(wall, processor, peak[0], said)


def _watch(root: int, peak: list[int], over: threading.Event) -> None:
    while not over.wait(EVERY):
        peak[0] = max(peak[0], sum(_resident(pid) for pid in _tree(root)))


def _tree(root: int) -> list[int]:
    """A process and all that came of it."""
    found = [root]
    for pid in found:
        try:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found += map(int, children.read_text("ascii").split())
        except OSError:
            continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


if __name__ == "__main__":
    found = measured(sys.argv[1:])
    print(found.said, end="")
    print(f"{found.wall:.2f} s, {found.processor:.2f} s of processor, {found.peak / 2**20:.0f} MiB")
