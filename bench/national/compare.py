"""The same verdicts for a whole population by several hands: one command, ratios in one run.

    .venv/bin/python bench/national/compare.py                      # 1,000,000 doctors, three rounds
    .venv/bin/python bench/national/compare.py --doctors 50000 --rounds 1

Every side reads the same Parquet tables, and writes verdict columns or all; whole processes are measured, in turn,
and what each says is compared with the product's own derivation of the first doctors. `README.md` says what each
does.
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
from statistics import median
from typing import Any as Anything

from agree import Agreement, agreement
from measure import Failed, Measured, measured
from msgspec import Struct
from pyarrow import parquet
from sides import verdicts

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
REQUIREMENTS = HERE.parent / "requirements-national.txt"
FORFAIT = (sys.executable, "-c", "from cli.start import main; main()")
SQL = "SQL by hand (DuckDB)"
TABLES = ("doctors", "nodes")
RUN = "forfait run"
BARE = ("--unpriced", "--sample", "0")
"""What leaves out of a run what no other side does: other readings priced, a sample derived twice more."""
RUNS = {
    f"{RUN}, {engine}{', bare' if options else ''}": (engine, options)
    for engine in ("duckdb", "polars")
    for options in ((), BARE)
}
"""The runs compared: on each engine, as they are by default, and bare."""
WHOLE = {"duckdb": "SQL, conditions too", "polars": "polars, conditions too"}
"""The side that writes both tables by hand with the engine."""
OPENFISCA = "OpenFisca-Core, conditions too"
"""The side that writes both tables with OpenFisca-Core."""
SINGLE = 2_000
"""Doctors through the single derivations."""


class Side(Struct, frozen=True):
    """How a side is run, and the file or folder that it writes."""

    command: Sequence[str]
    out: Path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--doctors", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", type=int, default=20_000, help="doctors whom the product's derivation judges too")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", help="sides whose name begins so")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "forfait-bench")
    asked = parser.parse_args()
    sample = min(asked.sample, asked.doctors)
    data = population(asked.keep, asked.doctors, asked.seed)
    truth = judged(data, sample)
    sides = {name: side for name, side in all_sides(asked.keep, data, sample).items() if chosen(name, asked.only)}
    found = rounds(sides, asked.rounds)
    print(
        f"{asked.doctors:,} doctors, {asked.rounds} rounds, medians; {sample:,} doctors judged by the product too\n"
    )
    tell(found, sides, truth)
    if chosen("single", asked.only):
        single = measured((sys.executable, str(HERE / "by_single.py"), str(data), "--doctors", str(SINGLE)))
        print(f"\nThe single derivations, one process, a second: {single.said.strip()}")
    return 0


def population(keep: Path, doctors: int, seed: int) -> Path:
    """The folder of a population, made once for the population's plan as it is."""
    folder = keep / f"population-{doctors}-{seed}"
    plan = ROOT / "policies" / "2023" / "population.yaml"
    if folder.exists() and folder.stat().st_mtime < plan.stat().st_mtime:
        rmtree(folder)
    if not folder.exists():
        made = (*FORFAIT, "population", "--year", "2023", "--doctors", str(doctors), "--seed", str(seed))
        subprocess.run((*made, "--out", str(folder)), check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return folder


def judged(data: Path, sample: int) -> Mapping[str, Anything]:
    """What the product's derivation decides of the first doctors, in both tables: always derived anew."""
    with tempfile.TemporaryDirectory() as folder:
        command = (sys.executable, str(HERE / "truth.py"), str(data), folder, "--doctors", str(sample))
        subprocess.run(command, check=True)
        return {table: parquet.read_table(Path(folder) / f"{table}.parquet") for table in TABLES}


def environment(keep: Path) -> str:
    """The interpreter of an environment that has what only this comparison needs."""
    folder = keep / "environment"
    listed = folder / REQUIREMENTS.name
    if not listed.exists() or listed.read_bytes() != REQUIREMENTS.read_bytes():
        subprocess.run((sys.executable, "-m", "venv", "--clear", str(folder)), check=True)
        install = (str(folder / "bin" / "pip"), "install", "-qq", "--requirement", str(REQUIREMENTS))
        subprocess.run(install, check=True)
        listed.write_bytes(REQUIREMENTS.read_bytes())
    return str(folder / "bin" / "python")


def all_sides(keep: Path, data: Path, sample: int) -> Mapping[str, Side]:
    """Every side, in the order of a round."""
    other, out = environment(keep), keep / "results"
    out.mkdir(exist_ok=True)

    def by(python: str, script: str, *options: str) -> Side:
        written = out / f"{script}.parquet"
        return Side((python, str(HERE / f"{script}.py"), str(data), str(written), *options), written)

    def both(python: str, script: str) -> Side:
        return Side((python, str(HERE / f"{script}.py"), str(data), str(out / script)), out / script)

    def run(engine: str, options: Sequence[str]) -> Side:
        folder = out / f"run-{engine}{'-bare' if options else ''}"
        command = ("run", "--year", "2023", "--data", str(data), "--out", str(folder), "--engine", engine)
        return Side((*FORFAIT, *command, *options), folder)

    return {
        SQL: by(sys.executable, "by_sql"),
        "polars by hand": by(sys.executable, "by_polars"),
        WHOLE["duckdb"]: both(sys.executable, "by_sql_nodes"),
        WHOLE["polars"]: both(sys.executable, "by_polars_nodes"),
        **{name: run(engine, options) for name, (engine, options) in RUNS.items()},
        "OpenFisca-Core": by(other, "by_openfisca"),
        OPENFISCA: both(other, "by_openfisca_nodes"),
        "zen-engine": by(other, "by_zen", "--doctors", str(sample)),
    }


def chosen(name: str, only: Sequence[str] | None) -> bool:
    return not only or any(name.startswith(one) for one in only)


def rounds(sides: Mapping[str, Side], count: int) -> dict[str, list[Measured]]:
    """Every side in turn, so many times. One that fails says why and is left out."""
    found: dict[str, list[Measured]] = {name: [] for name in sides}
    for _ in range(count):
        for name, side in sides.items():
            if side.out.is_dir():
                rmtree(side.out)
            try:
                found[name].append(measured(side.command))
            except Failed as failed:
                print(f"{name}: {failed}", file=sys.stderr)
    return {name: times for name, times in found.items() if times}


def said_alike(truth: Mapping[str, Anything], side: Side) -> Mapping[str, Agreement]:
    """What a side last wrote against the truth: both tables, or the verdicts of doctors where it writes no more."""
    asked = truth if side.out.is_dir() else {"doctors": verdicts(truth["doctors"])}
    return {table: agreement(asked[table], parquet.read_table(file)) for table, file in files_of(side).items()}


def files_of(side: Side) -> Mapping[str, Path]:
    """The tables that a side writes."""
    return {table: side.out / f"{table}.parquet" for table in TABLES} if side.out.is_dir() else {"doctors": side.out}


def columns(side: Side) -> str:
    """How many columns a side wrote of each table."""
    return " + ".join(str(len(parquet.read_schema(file).names)) for file in files_of(side).values())


def tell(found: Mapping[str, list[Measured]], sides: Mapping[str, Side], truth: Mapping[str, Anything]) -> None:
    """The table of every side, then what each said of itself."""
    seconds = {name: median(one.wall for one in times) for name, times in found.items()}
    processor = {name: median(one.processor for one in times) for name, times in found.items()}
    against = "".join(f" {base:>13}" for base in ("x SQL", "x same", "x OpenFisca"))
    print(f"{'side':<30} {'seconds':>8} {'processor':>9} {'MiB':>6}{against} {'columns':>9}  as judged")
    for name, times in found.items():
        peak = max(one.peak for one in times) / 2**20
        same_columns = (WHOLE[RUNS[name][0]], OPENFISCA) if name in RUNS else (None, None)
        ratios = [
            f"{seconds[name] / seconds[base]:6.2f} {processor[name] / processor[base]:6.2f}"
            if base in found
            else " " * 12 + "–"
            for base in (None if _counts_itself(times) else SQL, *same_columns)
        ]
        alike = said_alike(truth, sides[name])
        same = ", ".join(f"{table} {one.compared - len(one.differing):,}" for table, one in alike.items())
        figures = f"{seconds[name]:8.2f} {processor[name]:9.2f} {peak:6.0f} {' '.join(ratios)}"
        print(f"{name:<30} {figures} {columns(sides[name]):>9}  {same}")
    print()
    for name, times in found.items():
        parts = [json.loads(one.said) for one in times if one.said.startswith("{")]
        if parts:
            middle = {part: round(median(one[part] for one in parts), 2) for part in parts[0]}
            print(f"{name}: {', '.join(f'{part} {value:,}' for part, value in middle.items())}")


def _counts_itself(times: Sequence[Measured]) -> bool:
    """Whether a side was given a sample and tells its own decisions a second: its whole time says nothing."""
    return times[0].said.startswith('{"one by one')


if __name__ == "__main__":
    sys.exit(main())
