"""Ten agents write a thousand entries each in one journal at once, killed fifty times; exits with 1 if one is lost.

.venv/bin/python bench/journal.py
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.writing_journals import written_at_once  # noqa: E402

AGENTS, EACH, KILLS = 10, 1_000, 50


def main() -> None:
    start = time.perf_counter()
    with TemporaryDirectory() as folder:
        entries = written_at_once(Path(folder), AGENTS, EACH, KILLS, seed=1)
    took = time.perf_counter() - start
    print(f"{entries} entries of {AGENTS} agents killed {KILLS} times: none lost, none doubled, in {took:.0f} s")


if __name__ == "__main__":
    main()
