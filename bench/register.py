"""Ten agents writing a thousand entries in one register at once, killed as they do: in a file, then on a server.

    .venv/bin/python bench/register.py                     # about two minutes
    .venv/bin/python bench/register.py --agents 10 --entries 100 --kills 60 --seed 7

Exits with a message when an entry that was acknowledged is lost, one is doubled, or the chain does not hold. The
server is a PostgreSQL of its own, started for this and thrown away; without one installed, the file alone is tried.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.agents import all_write  # noqa: E402
from tests.services import installed_server  # noqa: E402


def places(folder: Path) -> Iterator[tuple[str, str]]:
    """Where a register may be: its name, its path or address."""
    yield "SQLite", str(folder / "register.db")
    with installed_server() as postgres:
        if postgres is None:
            print("PostgreSQL: no server is installed")
            return
        postgres.run("CREATE SCHEMA agents")
        yield "PostgreSQL", f"{postgres.address}&schema=agents"


def main() -> None:
    """Try each, and print what came of it."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--agents", type=int, default=10)
    options.add_argument("--entries", type=int, default=100, help="of each agent, the opening of its case included")
    options.add_argument("--kills", type=int, default=60)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    with TemporaryDirectory() as kept:
        for name, where in places(Path(kept)):
            folder = Path(kept) / name
            folder.mkdir()
            done = all_write(where, folder, asked.agents, asked.entries - 1, asked.kills, asked.seed)
            print(
                f"{name}: {done.entries} entries by {asked.agents} agents in {done.seconds} s, {done.kills} killed, "
                f"{done.again} asked for again; none lost, none doubled, the chain intact"
            )


if __name__ == "__main__":
    main()
