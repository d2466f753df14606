"""Agents that write in one journal at once and are killed at moments drawn at random, and what must be left of it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from signal import SIGKILL

from engine.issuing.journal import Entry, append, read

AGENT = "import sys; from tests.writing_journals import agent; agent(*sys.argv[1:])"
PAUSE = 0.02


def entry(number: int) -> Entry:
    """The entry of a record like no other."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return Entry(f"sha256:{digest}", str(99900000000 + number), 2023, "2024-06-30", None)


def agent(journal: str, told: str, first: str, count: str) -> None:
    """Note so many records one after the other, each told of once it is noted."""
    with Path(told).open("a", encoding="utf-8") as file:
        for number in range(int(first), int(first) + int(count)):
            file.write(f"{number} {append(Path(journal), entry(number))}\n")
            file.flush()


def written_at_once(folder: Path, agents: int, each: int, kills: int, seed: int) -> int:
    """Have agents write at once, kill one of them so many times and start it anew from its first record.

    Gives how many entries the journal has. Raises AssertionError when one that was told is not there, one is there
    twice, or the chain is broken.
    """
    journal, random = folder / "journal", Random(seed)
    running = {one: _started(folder, one, each) for one in range(agents)}
    for _ in range(kills):
        time.sleep(random.random() * PAUSE * 10)
        one = random.randrange(agents)
        running[one].send_signal(SIGKILL)
        running[one].wait()
        running[one] = _started(folder, one, each)
    assert {process.wait() for process in running.values()} == {0}
    found = read(journal)
    assert found.wrong == ()
    noted = {one["record"]: one["number"] for one in found.entries}
    assert len(noted) == len(found.entries), "a record is noted twice"
    assert noted.keys() == {entry(number).record for number in range(agents * each)}, "a record is lost"
    for one in range(agents):
        # The last line may be half told, of an agent killed while it told it.
        for line in (folder / f"told-{one}").read_text("utf-8").splitlines():
            number, _, place = line.partition(" ")
            if place.isdecimal() and line.count(" ") == 1:
                assert str(noted[entry(int(number)).record]).startswith(place)
    return len(found.entries)


def _started(folder: Path, one: int, each: int) -> subprocess.Popen[bytes]:
    words = [str(folder / "journal"), str(folder / f"told-{one}"), str(one * each), str(each)]
    return subprocess.Popen([sys.executable, "-c", AGENT, *words], cwd=Path(__file__).parent.parent)
