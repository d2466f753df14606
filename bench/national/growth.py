"""How a run grows with the doctors decided: time for each, and the most memory held.

    .venv/bin/python bench/national/growth.py                         # 10 thousand to 3 million doctors
    .venv/bin/python bench/national/growth.py --doctors 10000 30000 --engine polars --memory 4GB

Fits seconds = a + b × doctors by least squares and says how far from it the measures are.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from shutil import rmtree
from statistics import linear_regression, median

from compare import FORFAIT, population
from measure import Measured, measured

DOCTORS = (10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--doctors", type=int, nargs="+", default=DOCTORS)
    parser.add_argument("--engine", default="polars")
    parser.add_argument("--memory")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "forfait-bench")
    asked = parser.parse_args()
    options = ("--engine", asked.engine, *(("--memory", asked.memory) if asked.memory else ()))
    print(f"forfait run {' '.join(options)}, medians of {asked.rounds}\n")
    print(f"{'doctors':>10} {'seconds':>8} {'µs each':>8} {'MiB':>6}")
    seconds = []
    for doctors in asked.doctors:
        data = population(asked.keep, doctors, asked.seed)
        times = [decided(data, asked.keep / "grown", options) for _ in range(asked.rounds)]
        seconds.append(median(one.wall for one in times))
        peak = max(one.peak for one in times) / 2**20
        print(f"{doctors:>10,} {seconds[-1]:>8.2f} {seconds[-1] / doctors * 1e6:>8.1f} {peak:>6.0f}", flush=True)
    if len(seconds) > 1:
        tell_line(asked.doctors, seconds)
    return 0


def decided(data: Path, out: Path, options: Sequence[str]) -> Measured:
    """A whole run, its result thrown away."""
    if out.exists():
        rmtree(out)
    try:
        return measured((*FORFAIT, "run", "--year", "2023", "--data", str(data), "--out", str(out), *options))
    finally:
        rmtree(out, ignore_errors=True)


def tell_line(doctors: Sequence[int], seconds: Sequence[float]) -> None:
    """The straight line nearest to the measures, and the largest part by which one of them is off it."""
    slope, start = linear_regression(doctors, seconds)
    told = [start + slope * count for count in doctors]
    off = max(abs(found - line) / found for found, line in zip(seconds, told, strict=True))
    print(f"\nseconds = {start:.2f} + {slope * 1e6:.1f} µs × doctors; the furthest from it is off by {off:.0%}")


if __name__ == "__main__":
    sys.exit(main())
