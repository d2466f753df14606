"""Rates counted from raw flows by `forfait measure` and by SQL written by hand: ratios in one run, and how they grow.

    .venv/bin/python bench/measure.py                                  # 100,000,000 acts, other flows in proportion
    .venv/bin/python bench/measure.py --lines 1000000 10000000 --rounds 3

Both sides read the same Parquet files, made once and kept, under the same limit of memory; whole processes are
measured, in turn. What they say is compared, count by count. Exits with 1 when they differ, or when the product takes
more than 1.2 times as long at the largest size. `bench/README.md` says what was found.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import rmtree
from statistics import linear_regression, median

import duckdb
from national.measure import Measured, measured

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
FORFAIT = (sys.executable, "-c", "from cli.start import main; main()")
YEAR = "2023"
A_DOCTOR = 4_760
"""The acts of a doctor, about."""
MOST = 1.2
"""How many times as long as the SQL the product may take."""
OURS, HAND = "forfait measure", "SQL by hand"
SAME = {
    "counts": "doctor, measure, side, coalesce(nullif(reason, ''), what) AS fate, rows",
    "measures": "doctor, measure, numerator, denominator, period_start, period_end",
    "facts": "doctor, fact, value",
}
"""What is compared of each table."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, nargs="+", default=[100_000_000])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--memory", default="8GB")
    parser.add_argument("--engine", default="duckdb")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "forfait-bench")
    asked = parser.parse_args()
    print(f"{asked.engine}, {asked.memory}, medians of {asked.rounds}\n")
    print(f"{'acts':>12} {'rows':>12} {'side':<16} {'seconds':>8} {'processor':>9} {'MiB':>6}  {'ratio':>13}  alike")
    seconds: list[float] = []
    unlike, ratio = False, 0.0
    for lines in asked.lines:
        flows = drawn(asked.keep, lines, asked.seed)
        found = rounds(flows, asked.keep, asked.memory, asked.engine, asked.rounds)
        alike = {table: differing(asked.keep, table) for table in SAME}
        unlike |= any(alike.values())
        ratio = tell(lines, flows, found, alike)
        seconds.append(median(one.wall for one in found[OURS]))
    if len(seconds) > 1:
        tell_growth(asked.lines, seconds)
    return int(unlike or ratio > MOST)


def drawn(keep: Path, lines: int, seed: int) -> Path:
    """A folder of flows with about so many acts, made once for the plan as it is."""
    folder = keep / f"flows-{lines}-{seed}"
    plan = ROOT / "policies" / YEAR / "population-flows.yaml"
    if folder.exists() and folder.stat().st_mtime < plan.stat().st_mtime:
        rmtree(folder)
    if not folder.exists():
        doctors = max(1, lines // A_DOCTOR)
        made = (*FORFAIT, "population", "--flows", "--year", YEAR, "--doctors", str(doctors), "--lines", str(lines))
        command = (*made, "--seed", str(seed), "--out", str(folder))
        subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return folder


def rounds(flows: Path, keep: Path, memory: str, engine: str, count: int) -> dict[str, list[Measured]]:
    """Both sides in turn, so many times; what the last wrote stays."""
    out = {OURS: keep / "measured", HAND: keep / "counted"}
    given = ("--flows", str(flows), "--year", YEAR, "--engine", engine, "--memory", memory, "--out", str(out[OURS]))
    commands: Mapping[str, Sequence[str]] = {
        HAND: (sys.executable, str(HERE / "measuring" / "by_sql.py"), str(flows), str(out[HAND]), "--memory", memory),
        OURS: (*FORFAIT, "measure", *given),
    }
    found: dict[str, list[Measured]] = {name: [] for name in commands}
    for _ in range(count):
        for name, command in commands.items():
            rmtree(out[name], ignore_errors=True)
            found[name].append(measured(command))
    return found


def differing(keep: Path, table: str) -> int:
    """How many rows of a table one side says and the other does not."""
    ours, hand = (f"FROM '{keep / side / table}.parquet'" for side in ("measured", "counted"))
    columns = SAME[table]
    plain = columns.replace("coalesce(nullif(reason, ''), what) AS fate", "fate")
    pairs = (
        (f"SELECT {columns} {ours}", f"SELECT {plain} {hand}"),
        (f"SELECT {plain} {hand}", f"SELECT {columns} {ours}"),
    )
    with duckdb.connect() as connection:
        found = [
            connection.execute(f"SELECT count(*) FROM (({one}) EXCEPT ALL ({other}))").fetchall()
            for one, other in pairs
        ]
    return sum(int(count) for [(count,)] in found)


def tell(lines: int, flows: Path, found: Mapping[str, list[Measured]], alike: Mapping[str, int]) -> float:
    """A line a side; how many times the SQL's time the product takes."""
    rows = sum(one["rows"] for one in json.loads((flows / "manifest.json").read_text("utf-8"))["flows"].values())
    wall = {name: median(one.wall for one in times) for name, times in found.items()}
    processor = {name: median(one.processor for one in times) for name, times in found.items()}
    for name, times in found.items():
        peak = max(one.peak for one in times) / 2**20
        ratio = f"{wall[name] / wall[HAND]:6.2f} {processor[name] / processor[HAND]:6.2f}"
        told = ", ".join(f"{table} {'yes' if rows == 0 else f'{rows:,} differ'}" for table, rows in alike.items())
        print(
            f"{lines:>12,} {rows:>12,} {name:<16} {wall[name]:>8.1f} {processor[name]:>9.1f} {peak:>6.0f}  {ratio}"
            f"  {told if name == OURS else ''}",
            flush=True,
        )
    return wall[OURS] / wall[HAND]


def tell_growth(lines: Sequence[int], seconds: Sequence[float]) -> None:
    """The straight line nearest to the measures, and the largest part by which one of them is off it."""
    slope, start = linear_regression(lines, seconds)
    off = max(abs(found - start - slope * count) / found for count, found in zip(lines, seconds, strict=True))
    print(f"\nseconds = {start:.1f} + {slope * 1e6:.2f} µs × acts; the furthest from it is off by {off:.0%}")


if __name__ == "__main__":
    sys.exit(main())
