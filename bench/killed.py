"""Runs killed at many random moments: each leaves the whole result or none, or this exits with a fault.

    .venv/bin/python bench/killed.py                    # 100 kills of a run on 5,000 doctors
    .venv/bin/python bench/killed.py --kills 20 --doctors 100000

The tests kill ten runs on a few doctors.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from engine.bundled import bundled  # noqa: E402
from engine.population.plan import read_plan  # noqa: E402
from engine.population.writing import write_population  # noqa: E402
from tests.killing import killed  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--doctors", type=int, default=5_000)
    parser.add_argument("--year", type=int, default=2023)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with TemporaryDirectory() as place:
        source, folder = Path(place) / "source", Path(place) / "runs"
        folder.mkdir()
        write_population(read_plan(bundled("policies") / str(asked.year)), asked.doctors, asked.seed, source)
        whole = list(killed(source, asked.year, folder, asked.kills, asked.seed))
    print(f"{len(whole)} runs killed: {sum(whole)} had left the whole result, {len(whole) - sum(whole)} nothing.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
