"""Agents who write in one register at once, some killed as they do: for a test and for `bench/register.py`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from random import Random
from signal import SIGKILL

from msgspec import Struct

from engine.register.acts import Opened, Received
from engine.register.filing import file
from engine.register.proving import proof
from engine.register.store import register

DAY = date(2024, 9, 2)
YEAR = 2023
ITEM = "codage"
MOMENT = 0.02
"""The seconds, at most, between an entry of an agent and its death: about as long as it takes to enter another."""
PATIENCE = 600


class Written(Struct, frozen=True):
    """What agents did: entries, how often one was killed, or asked again for what it had entered; how long."""

    entries: int
    kills: int
    again: int
    seconds: int


def write(where: str, agent: str, count: int, noted: Path) -> None:
    """Be an agent: open a case, and enter so many papers, from the first that one has no proof of having entered.

    What is entered is noted before the next: of one killed between both, nobody knows whether it was.
    """
    done = len(notes(noted))
    with noted.open("a") as file_of_notes:
        for number in range(done, count + 1):
            deed = Received(ITEM, f"{agent}, pièce {number}", complete=True) if number else Opened()
            filed = file(where, agent, YEAR, agent, DAY, deed)
            file_of_notes.write(f"{filed.entry} {int(filed.already)}\n")
            file_of_notes.flush()
            os.fsync(file_of_notes.fileno())


def all_write(where: str, folder: Path, agents: int, each: int, kills: int, seed: int) -> Written:
    """Have agents make a register and write in it at once; kill some, so many times, and start those again.

    Raises AssertionError when an entry that was noted is lost, one is doubled, or the chain does not hold.
    """
    random, begun, killed = Random(seed), time.monotonic(), 0
    running = {name: started(where, folder, name, each) for name in names(agents)}
    while running:
        assert time.monotonic() - begun < PATIENCE, "the agents do not get to the end"
        name = random.choice(sorted(running))
        if killed < kills:
            killed += struck(running[name], folder / name, random.random() * MOMENT)
        if running[name].poll() is None and killed < kills:
            continue
        if running[name].wait() == 0:
            del running[name]
        else:
            assert running[name].returncode == -SIGKILL, f"{name} fails by itself"
            running[name] = started(where, folder, name, each)
    again = check(where, folder, agents, each)
    return Written(agents * (each + 1), killed, again, int(time.monotonic() - begun))


def struck(process: subprocess.Popen[bytes], noted: Path, moment: float) -> bool:
    """Kill an agent so long after it entered something; whether it was killed before it came to its end."""
    before = len(notes(noted))
    while process.poll() is None and len(notes(noted)) == before:
        time.sleep(MOMENT / 10)
    time.sleep(moment)
    process.send_signal(SIGKILL)
    return process.wait() == -SIGKILL


def check(where: str, folder: Path, agents: int, each: int) -> int:
    """None lost, none doubled, each under the number noted, the chain intact; how many were asked for twice."""
    with register(where) as held:
        entries, found = held.entries(), proof(held)
    by_number = {entry.sequence: entry for entry in entries}
    papers = Counter(entry.act.what for entry in entries if isinstance(entry.act, Received))
    assert papers == Counter(f"{name}, pièce {number}" for name in names(agents) for number in range(1, each + 1))
    assert (len(entries), found.entries) == (agents * (each + 1),) * 2
    assert (found.flaws, found.dropped) == ((), 0)
    for name in names(agents):
        assert [by_number[int(line.split()[0])].by for line in notes(folder / name)] == [name] * (each + 1)
    return sum(line.endswith(" 1") for name in names(agents) for line in notes(folder / name))


def notes(noted: Path) -> Sequence[str]:
    """What an agent noted, line by line; a line that its death cut short is none."""
    return noted.read_text().split("\n")[:-1] if noted.exists() else []


def names(agents: int) -> Sequence[str]:
    return [f"agent {number}" for number in range(agents)]


def started(where: str, folder: Path, name: str, each: int) -> subprocess.Popen[bytes]:
    """The agent, in a process of its own."""
    words = [sys.executable, "-m", "tests.agents", where, name, str(each), str(folder / name)]
    return subprocess.Popen(words, cwd=Path(__file__).parent.parent)


if __name__ == "__main__":
    _, where, agent, count, noted = sys.argv
    write(where, agent, int(count), Path(noted))
